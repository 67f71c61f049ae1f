"""Anchors of one minute: which acts, what adds to it, and what each is told as."""

from countline.counting.anchors import AnchorPoint, acting_anchors, moves
from countline.counting.occupancy import State, Step, fold_stretch

AT = 600


def value(people: int, cause: str = "operator", told: int = 0) -> AnchorPoint:
    return AnchorPoint(AT, people, cause, told)  # type: ignore[arg-type]


def delta(people: int, told: int = 0) -> AnchorPoint:
    return AnchorPoint(AT, people, "operator", told, "delta")


def least(people: int) -> AnchorPoint:
    return AnchorPoint(AT, people, "evidence", 0, "least")


def end(*anchors: AnchorPoint, before: int = 4) -> int:
    return fold_stretch(State(before, before), 0, 900, (), anchors).end


def test_a_delta_adds_to_what_was_counted_and_is_told_as_the_operators() -> None:
    fold = fold_stretch(State(4, -1), 0, 900, [Step(600, 1)], [delta(2)])
    assert (fold.end, fold.operator, fold.clamp, fold.raw_end) == (7, 2, 0, 2)
    assert (fold.step, fold.floor) == (3, 2)


def test_a_delta_takes_nobody_away_who_is_not_there() -> None:
    fold = fold_stretch(State(4, 4), 0, 900, (), [delta(-6)])
    assert (fold.end, fold.operator, fold.clamp, fold.raw_end) == (0, -6, 2, -2)


def test_deltas_of_one_minute_are_one_sum() -> None:
    assert end(delta(-6), delta(5)) == 3


def test_a_delta_comes_after_a_reset_and_after_what_was_said_before_it() -> None:
    assert end(value(0, "reset"), delta(2)) == 2
    assert end(value(10, told=1), delta(2, told=2)) == 12
    assert end(value(10, told=1), delta(2, told=1)) == 12


def test_a_later_word_stands_in_the_place_of_a_delta() -> None:
    assert end(value(10, told=2), delta(2, told=1)) == 10


def test_at_least_lifts_and_never_lowers() -> None:
    assert end(least(6)) == 6
    assert end(least(3)) == 4
    assert end(value(0, "reset"), least(3), least(2)) == 3


def test_at_least_does_not_lift_what_somebody_said() -> None:
    assert end(value(2), least(6)) == 2
    assert end(value(2, "device"), least(6)) == 2
    assert end(least(6), delta(-1)) == 5


def test_at_least_leaves_the_unclamped_balance_alone() -> None:
    fold = fold_stretch(State(1, -5), 0, 900, (), [least(6)])
    assert (fold.end, fold.raw_end, fold.evidence) == (6, -5, 5)
    assert (fold.step, fold.floor) == (0, 6)


def test_what_an_anchor_at_the_start_makes_is_the_first_that_is_seen() -> None:
    fold = fold_stretch(State(9, 9), AT, 900, (), [value(2), delta(1)])
    assert (fold.start, fold.low, fold.high, fold.person_s) == (9, 3, 3, 3 * 300)


def test_an_anchor_that_says_what_is_known_moves_nothing() -> None:
    assert not moves(value(3), 3, 3)
    assert moves(value(3), 3, 2)
    assert not moves(least(3), 3, -1)
    assert moves(least(4), 3, 3)
    assert moves(delta(1), 3, 3)
    assert not moves(delta(0), 3, 3)


def test_the_order_in_which_they_are_handed_over_does_not_matter() -> None:
    told = [value(1, "reset"), least(3), delta(2), delta(-1)]
    assert acting_anchors(told) == acting_anchors(told[::-1])
