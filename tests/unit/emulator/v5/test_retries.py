"""Retry rules of agents: each mode's delays, and the end of them."""

import pytest

from countline.emulator.v5.retries import RetryRule


def delays(rule: RetryRule, luck: float = 0.0, count: int = 4) -> list[float | None]:
    return [rule.delay_s(n, luck) for n in range(1, count + 1)]


def test_drop_never_retries() -> None:
    assert RetryRule.of(None).delay_s(1, 0.5) is None
    assert RetryRule.of({"mode": "DROP", "max_number": 5}).delay_s(1, 0.5) is None


def test_interval_waits_within_its_bounds() -> None:
    rule = RetryRule.of({"mode": "INTERVAL", "delay_interval_min": 4, "delay_interval_max": 8})
    assert delays(rule, 0.0) == [4, 4, 4, 4]
    assert delays(rule, 1.0) == [8, 8, 8, 8]


def test_increasing_delay_adds_each_time() -> None:
    rule = RetryRule.of(
        {
            "mode": "INCREASING_DELAY",
            "delay_start_min": 5,
            "delay_start_max": 20,
            "delay_increase_const": 30,
        }
    )
    assert delays(rule) == [5, 35, 65, 95]
    assert delays(rule, 1.0) == [20, 50, 80, 110]


def test_exponential_delay_grows_by_its_factor() -> None:
    rule = RetryRule.of({"mode": "INCREASING_DELAY_EXPONENTIAL", "delay_increase_factor": 3})
    assert delays(rule) == [2, 6, 18, 54]
    assert rule.delay_s(1000, 0) == 86_400


@pytest.mark.parametrize("mode", ["INTERVAL", "INCREASING_DELAY", "INCREASING_DELAY_EXPONENTIAL"])
def test_retries_end_after_their_number(mode: str) -> None:
    rule = RetryRule.of({"mode": mode, "max_number": 2})
    assert [d is None for d in delays(rule)] == [False, False, True, True]
