"""How far a number can be trusted, by how much of what tells of it is silent."""

from collections.abc import Sequence

import pytest

from countline.counting.silence import Silence, quality_of

HEARD, SILENT, LOST = Silence(60, 900), Silence(901, 900), Silence(1801, 900)


def never() -> Sequence[int]:
    raise AssertionError("nobody needs the usual crossings")


@pytest.mark.parametrize(
    ("silences", "quality"),
    [
        ([HEARD, HEARD], "good"),
        ([Silence(900, 900)], "good"),
        ([SILENT, SILENT], "unknown"),
        ([LOST], "unknown"),
        ([], "unknown"),
    ],
)
def test_all_or_nothing_needs_no_history(silences: list[Silence], quality: str) -> None:
    assert quality_of(silences, never) == quality


@pytest.mark.parametrize(
    ("usual", "one", "quality"),
    [
        ([80, 20], SILENT, "good"),  # a fifth is not more than a fifth
        ([79, 21], SILENT, "stale"),
        ([79, 21], LOST, "unknown"),
        ([100, 0], LOST, "good"),  # a door that nobody uses
        ([0, 0], SILENT, "stale"),  # without history they weigh alike
        ([0, 0], LOST, "unknown"),
    ],
)
def test_lines_weigh_by_their_usual_crossings(usual: list[int], one: Silence, quality: str) -> None:
    assert quality_of([HEARD, one], lambda: usual) == quality


def test_one_of_five_lines_alike_is_no_reason_to_doubt() -> None:
    assert quality_of([HEARD] * 4 + [LOST], lambda: [0] * 5) == "good"
    assert quality_of([HEARD] * 3 + [SILENT] * 2, lambda: [7] * 5) == "stale"


def test_what_is_silent_for_long_must_itself_weigh_enough() -> None:
    assert quality_of([HEARD, SILENT, LOST], lambda: [60, 30, 10]) == "stale"
    assert quality_of([HEARD, SILENT, LOST], lambda: [60, 10, 30]) == "unknown"
