"""Evidence of how many are there: by hand, and against rules that look at every minute."""

from hypothesis import given
from hypothesis import strategies as st

from countline.counting.evidence import (
    Seen,
    at_least,
    back_s,
    closed_for,
    longest_bin_s,
    unoccupied,
)

TEN = 600


def minutes(*people: int | None, start: int = 0) -> list[Seen]:
    """One reading a minute; None is a gap."""
    return [
        Seen(60 * at, 60 * at + 60, seen)
        for at, seen in enumerate(people, start=start)
        if seen is not None
    ]


# -- nobody ----------------------------------------------------------------------------------------
def test_nobody_is_there_when_nobody_was_seen_for_ten_minutes() -> None:
    assert unoccupied(minutes(3, *[0] * 9), (), TEN) == []
    assert unoccupied(minutes(3, *[0] * 10), (), TEN) == [660]


def test_it_is_told_once_while_it_lasts() -> None:
    assert unoccupied(minutes(*[0] * 90), (), TEN) == [600]


def test_an_entry_begins_the_time_anew_and_an_exit_does_not() -> None:
    assert unoccupied(minutes(*[0] * 40), (300,), TEN) == [900]
    assert unoccupied(minutes(*[0] * 40), (600,), TEN) == [1200]  # in the minute it would be full
    assert unoccupied(minutes(*[0] * 40), (1200,), TEN) == [600, 1800]


def test_a_gap_is_no_evidence() -> None:
    assert unoccupied(minutes(*[0] * 9, None, *[0] * 9), (), TEN) == []
    assert unoccupied(minutes(*[0] * 9, None, *[0] * 10), (), TEN) == [1200]


# -- at least so many ------------------------------------------------------------------------------
def test_so_many_are_there_as_were_seen_all_the_time() -> None:
    assert at_least(minutes(5, 4, 5, 6, 5, 4, 5, 5, 5, 9), (), TEN) == [(600, 4)]


def test_it_is_told_again_only_when_it_rises() -> None:
    assert at_least(minutes(*[3] * 15, *[5] * 20, *[2] * 15), (), TEN) == [(600, 3), (1500, 5)]


def test_an_exit_begins_the_time_anew_and_an_entry_does_not() -> None:
    assert at_least(minutes(*[3] * 30), (480,), TEN) == [(1080, 3)]


def test_a_sensor_that_saw_nobody_in_between_proves_nothing() -> None:
    assert at_least(minutes(*[3] * 5, 0, *[3] * 9), (), TEN) == []


# -- closed ----------------------------------------------------------------------------------------
def test_an_hour_after_closing_nobody_is_there() -> None:
    assert closed_for([(0, 36_000)], (), 3_600) == [3_600]
    assert closed_for([(0, 3_600)], (), 3_600) == [3_600]
    assert closed_for([(0, 3_599)], (), 3_600) == []


def test_cleaners_hold_it_back_until_they_have_gone() -> None:
    crossings = (1_800, 5_000, 5_060)
    assert closed_for([(0, 36_000)], crossings, 3_600) == [8_700]
    assert closed_for([(0, 36_000)], (20_000,), 3_600) == [3_600, 23_640]  # a whole minute


def test_who_crosses_while_it_is_open_does_not_matter() -> None:
    assert closed_for([(1_000_020, 1_010_000)], (1_000_020, 1_020_000), 3_600) == [1_003_620]


# -- every minute ----------------------------------------------------------------------------------
readings = st.lists(
    st.one_of(st.none(), st.integers(0, 2), st.just(0), st.just(1)), min_size=1, max_size=60
)
instants = st.lists(st.integers(1, 60).map(lambda n: n * 60), max_size=4).map(sorted)
afters = st.sampled_from((120, 300, TEN))


def proved(people: list[int | None], crossings: list[int], after_s: int, minute: int) -> int | None:
    """The least that was seen in the `after_s` before a minute; None after a gap or a crossing."""
    n = after_s // 60
    if minute < n or any(60 * (minute - n) < x <= 60 * minute for x in crossings):
        return None
    window = people[minute - n : minute]
    return None if None in window else min(p for p in window if p is not None)


@given(readings, instants, afters)
def test_at_least_is_what_every_minute_proves(
    people: list[int | None], exits: list[int], after_s: int
) -> None:
    wanted, before = [], 0
    for minute, seen in enumerate(people, start=1):
        if seen is None:
            before = 0
            continue
        least = proved(people, exits, after_s, minute) or 0
        if least > before:
            wanted.append((60 * minute, least))
        before = least
    assert at_least(minutes(*people), exits, after_s) == wanted


@given(readings, instants, afters)
def test_unoccupied_is_what_every_minute_proves(
    people: list[int | None], entries: list[int], after_s: int
) -> None:
    def empty(minute: int) -> bool:
        zeros = [None if p is None else int(p > 0) for p in people]
        greatest = zeros[max(0, minute - after_s // 60) : minute]
        return proved(zeros, entries, after_s, minute) == 0 and not any(greatest)

    wanted = [
        60 * minute
        for minute in range(1, len(people) + 1)
        if empty(minute) and not empty(minute - 1)
    ]
    assert unoccupied(minutes(*people), entries, after_s) == wanted


@given(readings, instants, afters, st.integers(0, 60))
def test_what_lies_far_back_does_not_matter(
    people: list[int | None], crossings: list[int], after_s: int, since: int
) -> None:
    """So that a stretch is folded alike, whichever question reads it."""
    seen = minutes(*people)
    since_s = 60 * since
    recent = [one for one in seen if one.start_s >= since_s - back_s(after_s)]
    late = [x for x in crossings if x > since_s - back_s(after_s)]
    assert [x for x in unoccupied(seen, crossings, after_s) if x >= since_s] == [
        x for x in unoccupied(recent, late, after_s) if x >= since_s
    ]
    assert [x for x in at_least(seen, crossings, after_s) if x[0] >= since_s] == [
        x for x in at_least(recent, late, after_s) if x[0] >= since_s
    ]


@given(st.tuples(st.integers(0, 60), st.integers(0, 60)), instants, afters)
def test_closed_hours_are_what_every_minute_proves(
    hours: tuple[int, int], crossings: list[int], after_s: int
) -> None:
    start_s, end_s = (60 * n for n in sorted(hours))

    def quiet(at_s: int) -> bool:
        return start_s <= at_s - after_s and not any(at_s - after_s < x <= at_s for x in crossings)

    wanted = [
        t for t in range(start_s, end_s + 1, 60) if quiet(t) and not (quiet(t - 60) and t > start_s)
    ]
    assert closed_for([(start_s, end_s)], crossings, after_s) == wanted


def test_bins_that_count_are_short_enough_for_what_is_looked_at() -> None:
    assert longest_bin_s(TEN) == 300
