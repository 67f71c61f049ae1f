"""Rates: a bucket per key, and ten wrong keys a minute from one address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.api.ratelimit import ADDRESSES_MAX, Buckets, WrongKeys
from countline.errors import TooMuch
from countline.model.access import Key
from tests.unit.api.building import Clock


def key(quota: int = 3, window_s: int = 60, name: str = "k") -> Key:
    return Key(key_id=name, digest=b"", name=name, quota=quota, window_s=window_s)


def test_a_quota_is_spent_and_comes_back_evenly() -> None:
    clock = Clock()
    buckets = Buckets(clock.now_ms)
    assert [buckets.take(key()).left for _ in range(3)] == [2, 1, 0]
    with pytest.raises(TooMuch) as caught:
        buckets.take(key())
    assert caught.value.error_code == "quota_exceeded"
    assert caught.value.retry_after_s == 20
    clock.ms += 20_000
    assert buckets.take(key()).left == 0
    clock.ms += 3_600_000
    assert buckets.take(key()).left == 2


def test_keys_do_not_share() -> None:
    buckets = Buckets(Clock().now_ms)
    buckets.take(key(quota=1))
    assert buckets.take(key(quota=1, name="other")).left == 0


def test_a_clock_that_steps_back_takes_nothing_away() -> None:
    clock = Clock()
    buckets = Buckets(clock.now_ms)
    buckets.take(key())
    clock.ms -= 3_600_000
    assert buckets.take(key()).left == 1


def test_the_headers_are_the_drafts() -> None:
    standing = Buckets(Clock().now_ms).take(key(quota=600))
    assert standing.headers == (
        (b"ratelimit-policy", b'"default";q=600;w=60'),
        (b"ratelimit", b'"default";r=599;t=1'),
    )


@given(st.lists(st.integers(0, 5_000), max_size=200), st.integers(1, 20), st.integers(1, 30))
def test_no_window_sees_more_than_twice_the_quota(
    waits: list[int], quota: int, window_s: int
) -> None:
    """A bucket may be emptied and refilled once within its window, never more."""
    clock = Clock()
    buckets = Buckets(clock.now_ms)
    passed: list[int] = []
    for wait_ms in waits:
        clock.ms += wait_ms
        try:
            buckets.take(key(quota, window_s))
        except TooMuch:
            continue
        passed.append(clock.ms)
        recent = [at for at in passed if at > clock.ms - window_s * 1000]
        assert len(recent) <= 2 * quota


def test_ten_wrong_keys_then_patience() -> None:
    clock = Clock()
    wrong = WrongKeys(clock.now_ms)
    for n in range(10):
        assert wrong.standing("a").left == 10 - n
        wrong.note("a")
        clock.ms += 1_000
    with pytest.raises(TooMuch) as caught:
        wrong.note("a")
    assert (caught.value.error_code, caught.value.retry_after_s) == ("too_many_wrong_keys", 50)
    wrong.note("b")
    clock.ms += 50_000
    wrong.note("a")


def test_addresses_are_forgotten_before_memory_is_full() -> None:
    wrong = WrongKeys(Clock().now_ms)
    for n in range(ADDRESSES_MAX + 1):
        wrong.note(f"10.{n}")
    assert wrong.standing("10.0").left == 10
    assert wrong.standing(f"10.{ADDRESSES_MAX}").left == 9
