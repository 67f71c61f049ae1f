"""Events by WebSocket over real sockets: what is told, to whom, and from where on."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline import limits
from countline.engine import messages
from countline.store.seam import Accepted
from tests.app.socket_ear import socket_ear
from tests.app.streaming import Gateway, accepted, gateway
from tests.held_time import until
from tests.told_house import BACK, LONDON, ROME


def run(test: Callable[[Gateway], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with gateway() as house:
            await test(house)

    asyncio.run(main())


def rows_of(heard: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for told in heard for row in told["data"]["rows"]]


def values_of(heard: list[dict[str, Any]]) -> list[Any]:
    return [row["values"]["forward"] for row in rows_of(heard)]


# -- what is told ---------------------------------------------------------------------------------
def test_each_message_is_a_document_of_webhooks_with_its_id() -> None:
    async def test(house: Gateway) -> None:
        async with socket_ear(house) as ear, house.listening() as other:
            await house.push(0, 7)
            (told,) = await ear.until_heard(1)
            assert (told["type"], told["data"]["location_id"]) == ("counts.recorded", LONDON)
            assert await other.until_heard(1) == [told]
            assert ear.last_id == other.ids[0]

    run(test)


def test_the_first_message_says_where_the_stream_begins() -> None:
    async def test(house: Gateway) -> None:
        await house.push(0, 7)
        async with socket_ear(house) as ear:
            (beat,) = ear.beats
            assert (beat["type"], beat["data"], ear.last_id) == ("heartbeat", {"sequence": 1}, "1")
            assert ear.answered["ratelimit-policy"].startswith('"default"')
        await house.push(1, 8)
        async with socket_ear(house, last_event_id=ear.last_id) as again:
            assert values_of(await again.until_heard(1)) == [8]

    run(test)


def test_filters_by_kind_sensor_zone_and_location() -> None:
    async def test(house: Gateway) -> None:
        async with (
            socket_ear(house, kinds="counts.revised") as revised,
            socket_ear(house, sensor_id="S_BACK") as back,
            socket_ear(house, zone_id=1) as zone,
            socket_ear(house, location_id=ROME) as rome,
            socket_ear(house) as everything,
        ):
            await house.apply(accepted(0, 1), accepted(0, 2, sensor=BACK))
            await house.push(1, 3, late=True)
            await everything.until_heard(2)
            assert [told["type"] for told in await revised.until_heard(1)] == ["counts.revised"]
            assert [r["sensor_id"] for r in rows_of(await back.until_heard(1))] == ["S_BACK"]
            assert len(rows_of(await zone.until_heard(2))) == 3
            assert rome.heard == []

    run(test)


def test_a_quiet_connection_has_heartbeats_and_they_move_the_id() -> None:
    async def test(house: Gateway) -> None:
        async with socket_ear(house, location_id=ROME) as ear:
            await house.push(0, 7)
            await until(lambda: ear.last_id == "1" and len(ear.beats) > 2)
            assert ear.beats[-1]["data"] == {"sequence": 1}
            assert ear.heard == []

    with patch.object(limits, "STREAM_HEARTBEAT_S", 0.02):
        run(test)


def test_a_hundred_who_listen_in_both_ways_are_told_the_same() -> None:
    """And those whose connection breaks in between, after they came back."""

    async def test(house: Gateway) -> None:
        async with AsyncExitStack() as stack:
            sockets = [await stack.enter_async_context(socket_ear(house)) for _ in range(50)]
            streams = [await stack.enter_async_context(house.listening()) for _ in range(50)]
            for minute in range(40):
                if minute % 10 == 5:
                    broken = sockets.pop(0)
                    broken.cut()
                    await until(lambda: broken.ended)  # noqa: B023
                    again = socket_ear(house, last_event_id=broken.last_id)
                    again.heard, again.ids = broken.heard, broken.ids
                    sockets.append(await stack.enter_async_context(again))
                await house.push(minute, minute)
            for stream in streams:
                assert values_of(await stream.until_heard(40)) == list(range(40))
            for socket in sockets:
                assert await socket.until_heard(40) == streams[0].heard
                assert socket.ids == streams[0].ids

    run(test)


# -- resuming -------------------------------------------------------------------------------------
@pytest.mark.parametrize("last_id", ["nonsense", "999", "5-9", "1-1-0-xx"])
def test_an_id_that_nobody_gave_is_told_to_begin_anew(last_id: str) -> None:
    async def test(house: Gateway) -> None:
        await house.push(0, 7)
        async with socket_ear(house, last_event_id=last_id) as ear:
            await house.push(1, 8)
            first, second = await ear.until_heard(2)
            assert (first["type"], first["data"]["reason"]) == ("resync", "unknown")
            assert (ear.ids[0], ear.beats) == ("1", [])
            assert values_of([second]) == [8]

    run(test)


def test_what_the_log_has_forgotten_is_said_first() -> None:
    async def test(house: Gateway) -> None:
        await house.push(0, 7)
        await house.push(1, 8)
        await house.engine.store.write(
            lambda tx: tx.forget(bodies_before_ms=0, events_before_ms=2**50)
        )
        async with socket_ear(house, last_event_id="0") as again:
            (first,) = await again.until_heard(1)
            assert first["data"] == {"reason": "forgotten", "after": 0, "sequence": 2}

    run(test)


class Walk:
    """A listener whose connection breaks again and again, and commits that go on meanwhile."""

    def __init__(self, house: Gateway) -> None:
        self.house = house
        self.pushed = 0

    async def go(self, steps: list[tuple[int, int]]) -> None:
        """Each step: so many commits, and the connection breaks after so many messages."""
        async with socket_ear(self.house) as ear:
            last_id = ear.last_id
        first, heard = self.pushed, list[dict[str, Any]]()
        for commits, count in steps:
            for _ in range(commits):
                await self.commit()
            async with socket_ear(self.house, last_event_id=last_id) as ear:
                await until(
                    lambda: len(ear.heard) >= count or self._all(heard + ear.heard, first)  # noqa: B023
                )
                ear.cut()
                await until(lambda: ear.ended)
                heard += ear.heard
                last_id = ear.last_id
        async with socket_ear(self.house, last_event_id=last_id) as ear:
            await until(lambda: self._all(heard + ear.heard, first))
            heard += ear.heard
        assert values_of(heard) == list(range(first, self.pushed))

    def _all(self, heard: list[dict[str, Any]], first: int) -> bool:
        return len(rows_of(heard)) >= self.pushed - first

    async def commit(self) -> None:
        """Five rows, three in time and two late, which are several messages."""
        rows: list[Accepted] = []
        for n in range(5):
            rows.append(accepted(self.pushed, self.pushed, late=n > 2))
            self.pushed += 1
        await self.house.apply(*rows)


def test_wherever_the_connection_breaks_nothing_is_lost_and_nothing_told_twice() -> None:
    steps = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=5)
    with patch.object(messages, "WEBHOOK_BODY_BYTES_MAX", 1_000), asyncio.Runner() as runner:
        opened = gateway()
        walk = Walk(runner.run(opened.__aenter__()))

        @settings(max_examples=20, deadline=None)
        @given(steps)
        def anywhere(steps: list[tuple[int, int]]) -> None:
            runner.run(walk.go(steps))

        try:
            anywhere()
        finally:
            runner.run(opened.__aexit__(None, None, None))


def test_who_falls_behind_reads_the_log_for_itself_and_misses_nothing() -> None:
    async def test(house: Gateway) -> None:
        async with socket_ear(house) as ear:
            for minute in range(30):
                await house.push(minute, minute)
            assert values_of(await ear.until_heard(30)) == list(range(30))

    with patch.object(limits, "STREAM_QUEUE_BYTES_MAX", 1):
        run(test)
