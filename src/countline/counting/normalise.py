"""From what a driver understood to claims: our series, whole minutes packed, totals to differences.

Nothing here fails a body because of one bad value: what cannot be claimed is refused or set aside
alone, and its neighbours go on.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from countline.limits import SKEW_S_MAX, VALUE_MAX
from countline.model.claim import Claim, Minute
from countline.model.ids import SensorNo, SeriesNo
from countline.model.interval import MINUTE_S, Granularity
from countline.model.sensor import Series

LENGTH_S_MAX = Granularity.MONTH.longest_s  # a longer bin would fit no answer
MODULI = (2**16, 2**32)  # where counters of devices roll over
NEAR_PART = 16  # a counter in the last sixteenth of its range is near its roll-over

# One record of a driver: channel, start_s, length_s, covered_s, ((measure, value), ...).
Record = tuple[str, int, int, int, tuple[tuple[str, int], ...]]
Place = tuple[SeriesNo, int]  # a series and its position in the sensor's minutes


class Refusal(NamedTuple):
    """A value that cannot be claimed: a stable code, where it stood, and why."""

    code: str
    path: str
    detail: str


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """Where the channels of one sensor, in one context, write: maker's key -> measure -> place."""

    sensor: SensorNo
    width: int  # positions that the sensor has so far, of all its contexts
    places: Mapping[str, Mapping[str, Place]]

    @classmethod
    def of(cls, sensor: SensorNo, context: str, series: Iterable[Series]) -> "ChannelPlan":
        """The plan of a sensor with all its series; other contexts only take up positions."""
        places: dict[str, dict[str, Place]] = {}
        width = 0
        for one in series:
            width = max(width, one.position + 1)
            of_context, _, channel = one.channel.partition("/")
            if of_context == context:
                places.setdefault(channel, {})[one.measure] = (one.series, one.position)
        return cls(sensor, width, places)


@dataclass(slots=True)
class Normalised:
    """What became of a package's records.

    `clock` and `late` are set aside whole; `unplanned` are (channel, measure) that the plan does
    not know, for the caller to plan and ask again.
    """

    minutes: list[Minute] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    clock: list[Record] = field(default_factory=list)
    late: list[Record] = field(default_factory=list)
    unplanned: list[tuple[str, str]] = field(default_factory=list)

    def is_partial(self) -> bool:
        """Whether something of the package is not among the claims."""
        return bool(self.refused or self.clock or self.late or self.unplanned)


def to_claims(
    records: Iterable[Record],
    plan: ChannelPlan,
    *,
    rank: int,
    sequence: int,
    received_s: int,
    late_window_s: int | None = None,
    rows_rise: bool = False,
) -> Normalised:
    """Claims of one package: bins of exactly one whole minute packed, every other one by itself.

    Records that start more than `SKEW_S_MAX` after `received_s` or more than `late_window_s` before
    it (None: never too late) are set aside. A bin that comes again with another value makes another
    claim; with `rows_rise` (files) its sequence is one greater, so that the later row wins.
    """
    told = Normalised()
    rows: dict[tuple[int, int], list[int | None]] = {}  # by minute and covered seconds
    again: list[tuple[int, Claim]] = []  # values of minutes whose position is taken
    latest_s = received_s + SKEW_S_MAX
    earliest_s = 0 if late_window_s is None else received_s - late_window_s
    width, all_places = plan.width, plan.places
    for record in records:
        channel, start_s, length_s, covered_s, values = record
        if not 0 <= covered_s <= length_s <= LENGTH_S_MAX or not length_s or start_s < 0:
            told.refused.append(_bad_bin(record))
            continue
        if not earliest_s <= start_s <= latest_s:
            (told.clock if start_s > latest_s else told.late).append(record)
            continue
        places = all_places.get(channel, _NOWHERE)
        row = None
        if length_s == MINUTE_S and not start_s % MINUTE_S:
            key = (start_s // MINUTE_S, covered_s)
            if (row := rows.get(key)) is None:
                row = rows[key] = [None] * width
        for measure, value in values:
            place = places.get(measure)
            if place is None:
                told.unplanned.append((channel, measure))
                continue
            series, position = place
            if not 0 <= value <= VALUE_MAX:
                told.refused.append(_bad_value(channel, measure, start_s, value))
            elif row is not None and row[position] is None:
                row[position] = value
            else:
                claim = Claim(series, start_s, length_s, rank, covered_s, sequence, value)
                if row is None:
                    told.claims.append(claim)
                else:
                    again.append((position, claim))
    for (minute, covered_s), row in rows.items():
        if row.count(None) < width:
            told.minutes.append(
                _new_minute((plan.sensor, minute, rank, covered_s, sequence, tuple(row)))
            )
    if again or len(told.claims) > 1:
        _sort_repeats(told, plan, rows, again, rows_rise=rows_rise)
    return told


_new_minute = partial(tuple.__new__, Minute)  # calling `Minute` takes twice as long
_NOWHERE: Mapping[str, Place] = {}


def _sort_repeats(
    told: Normalised,
    plan: ChannelPlan,
    rows: Mapping[tuple[int, int], Sequence[int | None]],
    again: Iterable[tuple[int, Claim]],
    *,
    rows_rise: bool,
) -> None:
    """Drop repeats equal in value, and let the sequence of the others rise where it should."""
    last: dict[tuple[SeriesNo, int, int, int], Claim] = {}
    once, told.claims = told.claims, []
    for claim in once:
        if (kept := _repeat(last, claim, rows_rise=rows_rise)) is not None:
            told.claims.append(kept)
    for position, claim in again:
        value = rows[claim.start_s // MINUTE_S, claim.covered_s][position]
        assert value is not None, "a value comes again only where there is one"
        last.setdefault(_bin(claim), claim._replace(value=value))
        if (kept := _repeat(last, claim, rows_rise=rows_rise)) is not None:
            values: list[int | None] = [None] * plan.width
            values[position] = kept.value
            minute = claim.start_s // MINUTE_S
            told.minutes.append(
                Minute(plan.sensor, minute, kept.rank, kept.covered_s, kept.sequence, tuple(values))
            )


def _repeat(
    last: dict[tuple[SeriesNo, int, int, int], Claim], claim: Claim, *, rows_rise: bool
) -> Claim | None:
    """The claim to keep, or None when it says what the last one about its bin said."""
    before = last.get(_bin(claim))
    if before is not None and before.value == claim.value:
        return None
    if before is not None and rows_rise:
        claim = claim._replace(sequence=before.sequence + 1)
    last[_bin(claim)] = claim
    return claim


def _bin(claim: Claim) -> tuple[SeriesNo, int, int, int]:
    return (claim.series, claim.start_s, claim.length_s, claim.covered_s)


def _bad_bin(record: Record) -> Refusal:
    channel, start_s, length_s, covered_s, _ = record
    return Refusal(
        "bad_bin",
        channel,
        f"a bin of {length_s} s from {start_s} with {covered_s} s covered; its start may not lie"
        f" before 1970, its length must be 1 to {LENGTH_S_MAX} s and hold what is covered",
    )


def _bad_value(channel: str, measure: str, start_s: int, value: int) -> Refusal:
    return Refusal(
        "bad_value",
        f"{channel}.{measure}",
        f"{value} in the bin from {start_s} is not between 0 and {VALUE_MAX}",
    )


# -- counters that only ever tell their total ------------------------------------------------------


class Total(NamedTuple):
    """What a counter showed at an instant."""

    at_s: int
    value: int


class Delta(NamedTuple):
    """What was counted between two totals; None is a `counter_regression`: nobody can say."""

    start_s: int
    end_s: int
    value: int | None


def total_delta(
    last: int, new: int, *, was_reset: bool, moduli: Iterable[int] = MODULI
) -> int | None:
    """What was counted between two totals of one counter, never negative; None when unknown.

    A total that fell was reset where there is evidence of it, or rolled over where the last one was
    near a known roll-over and the new one has just begun.
    """
    if new >= last:
        return new - last
    if was_reset:
        return new
    for modulus in moduli:
        near = modulus // NEAR_PART
        if modulus - near <= last < modulus and new < near:
            return modulus - last + new
    return None


def totals_to_deltas(
    totals: Iterable[Total], resets_s: Iterable[int] = (), *, moduli: Iterable[int] = MODULI
) -> list[Delta]:
    """Differences between neighbouring totals of one counter, in time; any order of arrival.

    A late total is counted by handing it over with its two neighbours. A reset acts between two
    totals when it lies after the first and not after the second. Of two totals at one instant the
    greater is taken.
    """
    greatest: dict[int, int] = {}
    for at_s, value in totals:
        greatest[at_s] = max(value, greatest.get(at_s, value))
    resets = sorted(resets_s)
    known = tuple(moduli)
    return [
        Delta(
            start_s,
            end_s,
            total_delta(
                greatest[start_s],
                greatest[end_s],
                was_reset=bisect_right(resets, start_s) < bisect_right(resets, end_s),
                moduli=known,
            ),
        )
        for start_s, end_s in pairwise(sorted(greatest))
    ]
