"""How the values of one sensor's minute are packed into a row of `bin`, and out again."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from countline.model.claim import Claim
from countline.model.ids import SeriesNo

SENSOR_BITS = 24
SENSOR_MASK = (1 << SENSOR_BITS) - 1

pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder().decode


class Held(NamedTuple):
    """A winning claim as it is kept: whether it counts in sums, and the commit that last changed it."""

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


def minute_key(sensor: int, minute: int) -> int:
    """The key of a row of `bin`."""
    return minute << SENSOR_BITS | sensor


def pack_values(values: Sequence[int | None]) -> bytes:
    """Values by position; positions without a claim at the end are left out."""
    if values and values[-1] is None:
        last = max((i for i, value in enumerate(values) if value is not None), default=-1)
        values = values[: last + 1]
    return pack(values)


class MinuteRow(NamedTuple):
    """A row of `bin` without its key, as it lies in the table."""

    rank: int
    sequence: int
    covered_s: int
    values: bytes
    commit: int
    mixed: bytes | None

    def cell(self, series: SeriesNo, minute: int, position: int) -> Held | None:
        """The winner at one position."""
        if self.mixed is None:
            values = unpack(self.values)
            value = values[position] if position < len(values) else None
            if value is None:
                return None
            rank, covered_s, sequence = self.rank, self.covered_s, self.sequence
            counted, commit = True, self.commit
        else:
            cells = unpack(self.mixed)
            if position >= len(cells) or cells[position] is None:
                return None
            rank, covered_s, sequence, value, counted, commit = cells[position]
        return Held(
            Claim(series, minute * 60, 60, rank, covered_s, sequence, value), counted, commit
        )


def unpack_cells(
    row: MinuteRow, minute: int, positions: Sequence[SeriesNo | None]
) -> list[Held | None]:
    """All winners of a minute, one per position."""
    return [
        None if series is None else row.cell(series, minute, position)
        for position, series in enumerate(positions)
    ]


def pack_cells(cells: Sequence[Held | None]) -> MinuteRow:
    """The row of these winners; plain where they share order and commit, and all count."""
    values = pack_values([None if held is None else held.claim.value for held in cells])
    present = [held for held in cells if held is not None]
    first = present[0]
    plain = all(
        held.counted and held.commit == first.commit and held.claim[3:6] == first.claim[3:6]
        for held in present
    )
    mixed = None if plain else pack([None if held is None else _cell(held) for held in cells])
    claim = first.claim
    return MinuteRow(claim.rank, claim.sequence, claim.covered_s, values, first.commit, mixed)


def _cell(held: Held) -> tuple[Any, ...]:
    claim = held.claim
    return (
        claim.rank, claim.covered_s, claim.sequence, claim.value, held.counted, held.commit
    )  # fmt: skip
