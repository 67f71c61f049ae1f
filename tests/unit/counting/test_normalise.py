"""Readings to claims: packed, refused, set aside, or told again."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.counting.choose import claim_order, winner
from countline.counting.normalise import (
    LENGTH_S_MAX,
    ChannelPlan,
    Normalised,
    Record,
    to_claims,
)
from countline.limits import SKEW_S_MAX, VALUE_MAX
from countline.model.claim import Claim, Minute
from countline.model.ids import SensorNo, SeriesNo
from countline.model.sensor import Series

NOW_S = 1_700_000_000 // 60 * 60
MINUTE_S = NOW_S - 60
SENSOR = SensorNo(4)


def series(position: int, channel: str, measure: str) -> Series:
    return Series(
        series=SeriesNo(100 + position),
        sensor=SENSOR,
        channel=channel,
        measure=measure,
        kind="accumulating",
        position=position,
    )


PLAN = ChannelPlan.of(
    SENSOR,
    "single",
    [
        series(0, "single/1000", "forward"),
        series(1, "single/1000", "backward"),
        series(2, "multi:1/1000", "forward"),
        series(3, "single/1001", "present"),
    ],
)


def record(
    *values: tuple[str, int],
    channel: str = "1000",
    start_s: int = MINUTE_S,
    length_s: int = 60,
    covered_s: int = 60,
) -> Record:
    return (channel, start_s, length_s, covered_s, values)


def claims_of(*records: Record, rows_rise: bool = False, late_s: int | None = 600) -> Normalised:
    return to_claims(
        records,
        PLAN,
        rank=1,
        sequence=9,
        received_s=NOW_S,
        late_window_s=late_s,
        rows_rise=rows_rise,
    )


def minute(
    *values: int | None, start_s: int = MINUTE_S, covered_s: int = 60, sequence: int = 9
) -> Minute:
    return Minute(SENSOR, start_s // 60, 1, covered_s, sequence, values)


# -- the plan --------------------------------------------------------------------------------------


def test_a_plan_knows_one_context_and_leaves_room_for_the_others() -> None:
    assert PLAN.width == 4
    assert PLAN.places == {
        "1000": {"forward": (100, 0), "backward": (101, 1)},
        "1001": {"present": (103, 3)},
    }
    assert ChannelPlan.of(SENSOR, "multi:1", [series(2, "multi:1/a/b", "x")]) == ChannelPlan(
        SENSOR, 3, {"a/b": {"x": (SeriesNo(102), 2)}}
    )
    assert ChannelPlan.of(SENSOR, "single", []) == ChannelPlan(SENSOR, 0, {})


# -- whole minutes, and all others -----------------------------------------------------------------


def test_whole_minutes_are_packed_by_position() -> None:
    told = claims_of(
        record(("backward", 1), ("forward", 3)), record(("present", 7), channel="1001")
    )
    assert told == Normalised(minutes=[minute(3, 1, None, 7)])


def test_minutes_are_packed_by_start_and_coverage() -> None:
    told = claims_of(
        record(("forward", 3)),
        record(("present", 7), channel="1001", covered_s=30),
        record(("forward", 4), start_s=MINUTE_S - 60),
    )
    assert told.minutes == [
        minute(3, None, None, None),
        minute(None, None, None, 7, covered_s=30),
        minute(4, None, None, None, start_s=MINUTE_S - 60),
    ]


@pytest.mark.parametrize(
    ("start_s", "length_s"), [(MINUTE_S, 300), (MINUTE_S + 1, 60), (MINUTE_S, 15)]
)
def test_other_bins_stand_by_themselves(start_s: int, length_s: int) -> None:
    told = claims_of(
        record(("forward", 3), ("backward", 1), start_s=start_s, length_s=length_s, covered_s=9)
    )
    assert told == Normalised(
        claims=[
            Claim(SeriesNo(100), start_s, length_s, 1, 9, 9, 3),
            Claim(SeriesNo(101), start_s, length_s, 1, 9, 9, 1),
        ]
    )


def test_one_long_bin_alone() -> None:
    told = claims_of(record(("forward", 3), length_s=300))
    assert told.claims == [Claim(SeriesNo(100), MINUTE_S, 300, 1, 60, 9, 3)]


def test_zero_is_a_value_and_no_value_is_no_claim() -> None:
    assert claims_of(record(("forward", 0))).minutes == [minute(0, None, None, None)]
    assert claims_of(record()) == claims_of() == Normalised()


# -- what cannot be claimed ------------------------------------------------------------------------


@pytest.mark.parametrize("value", [-1, VALUE_MAX + 1])
@pytest.mark.parametrize("length_s", [60, 300])
def test_a_bad_value_is_refused_alone(value: int, length_s: int) -> None:
    told = claims_of(record(("forward", value), ("backward", VALUE_MAX), length_s=length_s))
    (refusal,) = told.refused
    assert (refusal.code, refusal.path) == ("bad_value", "1000.forward")
    assert str(value) in refusal.detail
    assert str(MINUTE_S) in refusal.detail
    kept = [claim.value for claim in told.claims] + [m.values[1] for m in told.minutes]
    assert kept == [VALUE_MAX]


def test_a_minute_of_bad_values_only_is_no_minute() -> None:
    assert claims_of(record(("forward", -1))).minutes == []


@pytest.mark.parametrize(
    "bad",
    [
        record(("forward", 1), length_s=0, covered_s=0),
        record(("forward", 1), length_s=-60, covered_s=-60),
        record(("forward", 1), covered_s=61),
        record(("forward", 1), covered_s=-1),
        record(("forward", 1), length_s=LENGTH_S_MAX + 1),
        record(("forward", 1), start_s=-60),
    ],
)
def test_a_bad_bin_is_refused_alone(bad: Record) -> None:
    good = record(("forward", 2))
    told = claims_of(bad, good, late_s=None)
    assert [(refusal.code, refusal.path) for refusal in told.refused] == [("bad_bin", "1000")]
    assert told.minutes == [minute(2, None, None, None)]
    assert told.claims == []


def test_the_edges_of_a_good_bin() -> None:
    told = claims_of(
        record(("forward", 1), length_s=LENGTH_S_MAX, covered_s=LENGTH_S_MAX),
        record(("forward", 1), start_s=0, covered_s=0),
        late_s=None,
    )
    assert told.refused == []
    assert [len(told.claims), len(told.minutes)] == [1, 1]


@pytest.mark.parametrize(
    ("start_s", "where"),
    [
        (NOW_S + SKEW_S_MAX, None),
        (NOW_S + SKEW_S_MAX + 1, "clock"),
        (NOW_S - 600, None),
        (NOW_S - 601, "late"),
    ],
)
def test_early_and_late_records_are_set_aside_whole(start_s: int, where: str | None) -> None:
    odd, good = record(("forward", 1), start_s=start_s), record(("backward", 2))
    told = claims_of(odd, good)
    assert told.clock == ([odd] if where == "clock" else [])
    assert told.late == ([odd] if where == "late" else [])
    assert len(told.minutes) + len(told.claims) == (1 if where else 2)


def test_an_import_is_never_late() -> None:
    assert claims_of(record(("forward", 1), start_s=60), late_s=None).late == []


def test_what_the_plan_does_not_know_is_told() -> None:
    told = claims_of(record(("forward", 1), ("staff", 2)), record(("forward", 3), channel="7"))
    assert told.unplanned == [("1000", "staff"), ("7", "forward")]
    assert told.minutes == [minute(1, None, None, None)]


# -- a bin that comes again ------------------------------------------------------------------------


def test_a_minute_that_comes_again_with_another_value_is_another_claim() -> None:
    told = claims_of(record(("forward", 3)), record(("forward", 5)), record(("forward", 3)))
    assert [m.values[0] for m in told.minutes] == [3, 5, 3]
    assert {m.sequence for m in told.minutes} == {9}
    rows = [record(("forward", 3)), record(("forward", 5))]
    assert to_claims(rows, PLAN, rank=1, sequence=9, received_s=NOW_S) == claims_of(*rows)


def test_a_minute_that_comes_again_with_its_value_is_nothing_new() -> None:
    again = record(("forward", 3), ("backward", 4))
    assert claims_of(again, again, again).minutes == [minute(3, 4, None, None)]


def test_only_the_values_that_differ_come_again() -> None:
    told = claims_of(
        record(("forward", 3), ("backward", 4)), record(("forward", 3), ("backward", 5))
    )
    assert told.minutes == [minute(3, 4, None, None), minute(None, 5, None, None)]


def test_in_a_file_the_later_row_wins() -> None:
    rows = [record(("forward", value)) for value in (9, 5, 5, 7)]
    told = claims_of(*rows, rows_rise=True)
    assert told.minutes == [
        minute(9, None, None, None),
        minute(5, None, None, None, sequence=10),
        minute(7, None, None, None, sequence=11),
    ]


@pytest.mark.parametrize(("rows_rise", "sequences"), [(True, [9, 10, 9, 11]), (False, [9] * 4)])
def test_a_long_bin_that_comes_again(rows_rise: bool, sequences: list[int]) -> None:
    values = [(0, 9), (0, 5), (0, 5), (3_600, 1), (0, 7)]
    rows = [
        record(("forward", value), start_s=NOW_S - 7_200 + after_s, length_s=3_600)
        for after_s, value in values
    ]
    told = claims_of(*rows, rows_rise=rows_rise, late_s=None)
    assert [claim.value for claim in told.claims] == [9, 5, 1, 7]
    assert [claim.sequence for claim in told.claims] == sequences
    assert len(claims_of(rows[1], rows[2], rows_rise=rows_rise, late_s=None).claims) == 1


records = st.lists(
    st.builds(
        lambda channel, after, length_s, covered_s, values: record(
            *values.items(),
            channel=channel,
            start_s=MINUTE_S - 60 * after,
            length_s=length_s,
            covered_s=covered_s,
        ),
        st.sampled_from(["1000", "1001"]),
        st.integers(0, 2),
        st.sampled_from([60, 300]),
        st.sampled_from([30, 60]),
        st.dictionaries(st.sampled_from(["forward", "backward", "present"]), st.integers(0, 3)),
    ),
    max_size=12,
)


def winners(told: Normalised) -> dict[tuple[int, int, int], tuple[int, int, int, int]]:
    """The order, and so the value, of the winner of each (position, start, length)."""
    bins: dict[tuple[int, int, int], list[Claim]] = {}
    for m in told.minutes:
        for position, value in enumerate(m.values):
            if value is not None:
                claim = Claim(
                    SeriesNo(100 + position),
                    m.minute * 60,
                    60,
                    m.rank,
                    m.covered_s,
                    m.sequence,
                    value,
                )
                bins.setdefault(claim[:3], []).append(claim)
    for claim in told.claims:
        bins.setdefault(claim[:3], []).append(claim)
    return {place: claim_order(winner(claims)) for place, claims in bins.items()}


@given(records, st.randoms(use_true_random=False))
def test_the_order_of_records_in_a_push_does_not_matter(
    pushed: list[Record], rnd: random.Random
) -> None:
    before = winners(claims_of(*pushed, late_s=None))
    rnd.shuffle(pushed)
    assert winners(claims_of(*pushed, *pushed[:2], late_s=None)) == before


@given(records)
def test_the_last_row_of_a_file_wins_among_the_best_covered(rows: list[Record]) -> None:
    last: dict[tuple[str, str, int, int], tuple[int, int]] = {}
    for channel, start_s, length_s, covered_s, values in rows:
        for measure, value in values:
            if measure in PLAN.places[channel]:
                place = (channel, measure, start_s, length_s)
                if covered_s >= last.get(place, (0, 0))[0]:
                    last[place] = (covered_s, value)
    found = winners(claims_of(*rows, rows_rise=True, late_s=None))
    assert {place: (order[1], order[3]) for place, order in found.items()} == {
        (PLAN.places[channel][measure][0], start_s, length_s): best
        for (channel, measure, start_s, length_s), best in last.items()
    }
