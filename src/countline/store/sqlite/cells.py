"""How the values of one sensor's minute are packed into a row of `bin`, and out again.

The body of a row is, in MessagePack, one of
  [1, 0, nil, 4]            values by position, of rank 1 and with 60 covered seconds, as most are;
  {"o": [2, 58], "v": [..]} the same of another rank or coverage;
  {"c": [[..], nil, [..]]}  a cell (rank, covered_s, sequence, value, counted, commit) by position,
                            where they differ in order or commit, or where one does not count.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from countline.model.claim import Claim
from countline.model.ids import SeriesNo

SENSOR_BITS = 24
SENSOR_MASK = (1 << SENSOR_BITS) - 1
USUAL = (1, 60)  # rank and covered seconds

pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder().decode

Values = Sequence[int | None]


class Held(NamedTuple):
    """A winning claim as it is kept: whether it counts, and the commit that last changed it."""

    claim: Claim
    counted: bool
    commit: int

    # what `choose_counted` looks at
    @property
    def start_s(self) -> int:
        return self.claim.start_s

    @property
    def length_s(self) -> int:
        return self.claim.length_s

    @property
    def rank(self) -> int:
        return self.claim.rank


class MinuteRow(NamedTuple):
    """A row of `bin` without its key, as it lies in the table."""

    sequence: int
    commit: int
    body: bytes

    def cells(self, series: Sequence[SeriesNo | None], minute: int) -> list[Held | None]:
        """The winners of a sensor's minute, one for each of its series by position."""
        body = unpack(self.body)
        if type(body) is dict and "c" in body:
            packed = body["c"]
        else:
            (rank, covered_s), values = open_plain(body)
            packed = [
                None
                if value is None
                else (rank, covered_s, self.sequence, value, True, self.commit)
                for value in values
            ]
        packed += [None] * (len(series) - len(packed))
        return [
            None if one is None or cell is None else _held(one, minute, *cell)
            for one, cell in zip(series, packed, strict=False)
        ]

    def plain(self) -> tuple[int, Values] | None:
        """Covered seconds and values where all count and have one commit; None for cells."""
        body = unpack(self.body)
        if type(body) is list:
            return USUAL[1], body
        return None if "c" in body else (body["o"][1], body["v"])


def open_plain(body: Any) -> tuple[tuple[int, int], list[int | None]]:
    """Rank and covered seconds, and values, of a body without cells."""
    return (USUAL, body) if type(body) is list else (body["o"], body["v"])


def _held(
    series: SeriesNo, minute: int, rank: int, covered_s: int, sequence: int, value: int,
    counted: bool, commit: int,
) -> Held:  # fmt: skip
    claim = Claim(series, minute * 60, 60, rank, covered_s, sequence, value)
    return Held(claim, counted, commit)


def minute_key(sensor: int, minute: int) -> int:
    """The key of a row of `bin`."""
    return minute << SENSOR_BITS | sensor


def pack_plain(rank: int, covered_s: int, values: Values) -> bytes:
    """The body of values that share one order; those without a claim at the end are left out."""
    if values and values[-1] is None:
        last = max((i for i, value in enumerate(values) if value is not None), default=-1)
        values = values[: last + 1]
    if rank == 1 and covered_s == 60:
        return pack(values)
    return pack({"o": (rank, covered_s), "v": values})


def pack_cells(cells: Sequence[Held | None]) -> MinuteRow:
    """The row of these winners; plain where they share order and commit, and all count."""
    present = [held for held in cells if held is not None]
    (*_, rank, covered_s, sequence, _), _, commit = first = present[0]
    if all(
        held.counted and held.commit == first.commit and held.claim[3:6] == first.claim[3:6]
        for held in present
    ):
        values = [None if held is None else held.claim.value for held in cells]
        return MinuteRow(sequence, commit, pack_plain(rank, covered_s, values))
    packed = [
        None if held is None else (*held.claim[3:], held.counted, held.commit) for held in cells
    ]
    return MinuteRow(0, 0, pack({"c": packed}))
