"""Changes of one device: one at a time, with a pause."""

import asyncio

import pytest

from countline.devices.xovis_v5.writing import WriteQueue


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


def test_changes_keep_their_order_and_their_distance() -> None:
    time = Time()
    queue = WriteQueue(pause_s=2, elapsed_s=lambda: time.now_s, sleep=time.sleep)
    told: list[str] = []

    async def change(name: str) -> None:
        async with queue.turn():
            told.append(f"{name} begins")
            await asyncio.sleep(0)
            time.now_s += 0.5
            told.append(f"{name} ends")

    async def main() -> None:
        await asyncio.gather(*(change(name) for name in "abc"))
        time.now_s += 10
        await change("d")

    asyncio.run(main())
    assert told == [f"{name} {what}" for name in "abcd" for what in ("begins", "ends")]
    assert time.slept == [2, 2]


def test_a_change_that_fails_lets_the_next_one_in() -> None:
    time = Time()
    queue = WriteQueue(pause_s=0, elapsed_s=lambda: time.now_s, sleep=time.sleep)

    async def main() -> None:
        with pytest.raises(ValueError, match="no"):
            async with queue.turn():
                raise ValueError("no")
        async with queue.turn():
            pass

    asyncio.run(main())
    assert time.slept == []
