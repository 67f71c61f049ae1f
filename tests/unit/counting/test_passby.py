"""Pass-by: derived once an hour, never below nothing, and only then summed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.counting.passby import CaptureRate, Crossings, capture_rate, hour_passby, sum_passby
from countline.model.place import VisitorsCross


@pytest.mark.parametrize(
    ("visitors_cross", "passby"), [("none", 100), ("in", 70), ("in_and_out", 50)]
)
def test_visitors_who_cross_the_frontage_are_taken_off(
    visitors_cross: VisitorsCross, passby: int
) -> None:
    assert hour_passby(visitors_cross, Crossings(100, 30, 20)) == passby


def test_an_hour_is_never_below_nothing() -> None:
    assert hour_passby("in", Crossings(10, 30, 0)) == 0
    assert hour_passby("in_and_out", Crossings(40, 30, 20)) == 0


@pytest.mark.parametrize(
    ("visitors_cross", "hour", "passby"),
    [
        ("none", Crossings(10, None, None), 10),
        ("none", Crossings(None, 1, 1), None),
        ("in", Crossings(10, 1, None), 9),
        ("in", Crossings(10, None, 1), None),
        ("in_and_out", Crossings(10, 1, None), None),
        ("in_and_out", Crossings(None, 1, 1), None),
    ],
)
def test_what_is_not_known_is_not_guessed(
    visitors_cross: VisitorsCross, hour: Crossings, passby: int | None
) -> None:
    assert hour_passby(visitors_cross, hour) == passby


def test_hours_are_floored_one_by_one_and_then_summed() -> None:
    hours = [hour_passby("in", hour) for hour in (Crossings(10, 30, 0), Crossings(50, 5, 0))]
    assert sum_passby(hours) == 45  # not max(0, 60 - 35)


def test_a_day_sums_the_hours_that_are_known() -> None:
    assert sum_passby([None, 3, None, 0]) == 3
    assert sum_passby([0, None]) == 0
    assert sum_passby([None, None]) is None
    assert sum_passby([]) is None


def test_capture_rate() -> None:
    assert capture_rate(30, 90) == CaptureRate(0.25, False)
    assert capture_rate(0, 30) == CaptureRate(0.0, False)
    assert capture_rate(10, 19) == CaptureRate(10 / 29, True)
    assert capture_rate(0, 0) == CaptureRate(None, True)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_capture_rate_is_a_share(ins: int, passby: int) -> None:
    rate, low_sample = capture_rate(ins, passby)
    assert rate is None or 0 <= rate <= 1
    assert low_sample == (ins + passby < 30)
