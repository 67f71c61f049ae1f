"""Followers rest while pushes queue for the disk, and do not while somebody waits to hear of them."""

import asyncio

import pytest

from countline.engine.pacing import REST_S_MAX, rest

A_THOUSAND_SENSORS_PER_S = 1_000 / 60
AS_FAST_AS_THEY_CAN_PER_S = 3_000


def rested_s(took_s: float, per_s: float, *, ends_after_s: float = 10_000.0) -> float:
    """How long it rests after a step that took so long, while so many packages come each second."""
    now_s = 0.0

    async def within(stop: asyncio.Event, seconds: float) -> bool:
        nonlocal now_s
        now_s += seconds
        return stop.is_set()

    asyncio.run(
        rest(
            took_s,
            round(per_s * took_s),
            lambda: round(per_s * min(now_s, ends_after_s)),
            asyncio.Event(),
            elapsed_s=lambda: now_s,
            within=within,
        )
    )
    return now_s


@pytest.mark.parametrize("took_s", [0.06, 0.3, 2.0])
def test_a_thousand_sensors_that_push_once_a_minute_are_followed_without_a_rest(
    took_s: float,
) -> None:
    assert rested_s(took_s, A_THOUSAND_SENSORS_PER_S) == 0


def test_pushes_that_queue_are_left_fifteen_sixteenths_of_the_time() -> None:
    assert rested_s(0.04, AS_FAST_AS_THEY_CAN_PER_S) == 0, "a short step is no burden"
    assert rested_s(0.2, AS_FAST_AS_THEY_CAN_PER_S) == pytest.approx(3.0)
    assert rested_s(10.0, AS_FAST_AS_THEY_CAN_PER_S) == pytest.approx(REST_S_MAX)


def test_a_rest_ends_with_the_stream() -> None:
    assert rested_s(1.0, AS_FAST_AS_THEY_CAN_PER_S, ends_after_s=0.5) == pytest.approx(0.6)


def test_a_rest_ends_when_stopped() -> None:
    async def story() -> None:
        stop = asyncio.Event()
        stop.set()
        async with asyncio.timeout(10):
            await rest(2.0, 6_000, lambda: 0, stop)

    asyncio.run(story())
