"""Pushes by way of a real broker: each counted once, whatever happens before it is acknowledged."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog

from countline.broker import Message, Version, connected
from countline.errors import NotReady, StoreError
from countline.gateway.gate import Gate, PushLimits, Ticket
from countline.gateway.mqtt import FAULTS_MAX, MqttInSettings, take_pushes
from countline.model.query import Reason
from countline.testing.reference_store import ReferenceStore
from tests.app.mosquitto import Mosquitto, listener, mosquitto, needs_mosquitto
from tests.engine_house import House, open_house
from tests.held_time import until
from tests.push_site import START_S, body_of

pytestmark = needs_mosquitto

NAME = "countline-in"


class OddGate(Gate):
    """Fails at pushes as a test says, and may hold them once they are on disk."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.kept: list[bytes] = []
        self.failures: list[Exception] = []
        self.open = asyncio.Event()
        self.open.set()

    async def keep(self, ticket: Ticket, body: bytes) -> None:
        if self.failures:
            raise self.failures.pop(0)
        await super().keep(ticket, body)
        self.kept.append(body)
        await self.open.wait()


class Room:
    """An engine, and what takes pushes for it from a broker."""

    def __init__(self, house: House, there: Mosquitto, version: Version) -> None:
        self.house = house
        self.there = there
        self.version: Version = version
        self.gate = OddGate(house.engine, PushLimits())
        self.secret = house.secrets["S1"]
        self.said: list[Reason | None] = []

    @asynccontextmanager
    async def taking(self) -> AsyncIterator[None]:
        """Pushes are taken until the end of the block."""
        stop = asyncio.Event()
        settings = MqttInSettings(
            broker=self.there.settings(NAME, version=self.version),
            topics=("sensors/#",),
            secret=self.secret,
        )
        self.said.clear()
        task = asyncio.create_task(
            take_pushes(settings, gate=self.gate, stop=stop, report=self.said.append)
        )
        await until(lambda: self.said == [None])
        try:
            yield
        finally:
            before = self.farewells()
            stop.set()
            await task
            # Only then has the broker read all acknowledgements.
            await until(lambda: self.farewells() > before)

    def farewells(self) -> int:
        """How often the broker has seen us go."""
        return self.there.logged(f"Client {NAME} disconnected")

    async def thrown_out(self) -> None:
        """Somebody takes our name for a moment, and acknowledges nothing."""
        settings = self.there.settings(NAME, version=self.version)
        async with connected(settings, keeps_session=True) as thief:
            await asyncio.sleep(0)
            assert not thief.lost.is_set()

    async def counted(self) -> int:
        """What is on disk."""
        catalogue = await self.house.engine.desk.fresh()
        series = list(catalogue.series)
        bins = await self.house.engine.store.read(lambda v: v.bins(series, START_S, 2**40))
        return sum(one.value for one in bins)

    async def left(self) -> int:
        """How many messages the broker still has for us."""
        settings = self.there.settings(NAME, version=self.version)
        found, before = 0, self.farewells()
        async with connected(settings, keeps_session=True) as looking:
            await looking.subscribe("mark")
            await looking.publish(Message("mark", b"after what was kept"))
            while (message := await looking.inbox.get()).topic.value != "mark":
                found += 1
            looking.acknowledge(message)
        await until(lambda: self.farewells() > before)
        return found


Story = Callable[[Room], Awaitable[None]]


def told(folder: Path, story: Story, version: Version = "5") -> None:
    async def main() -> None:
        async with (
            mosquitto(folder) as there,
            open_house(ReferenceStore(), START_S + 3_600) as house,
        ):
            await house.location()
            await house.sensor("S1")
            await story(Room(house, there, version))

    asyncio.run(main())


async def pushed(room: Room, *bodies: bytes, topic: str = "sensors/door", qos: int = 1) -> None:
    """What a sensor publishes."""
    async with listener(room.there) as sensor:
        for body in bodies:
            await sensor.publish(topic, body, qos=qos)


@pytest.mark.parametrize("version", ["3.1.1", "5"])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_a_push_is_counted_and_acknowledged(tmp_path: Path, version: Version, qos: int) -> None:
    async def story(room: Room) -> None:
        async with room.taking():
            await pushed(room, *(body_of(minute) for minute in range(30)), qos=qos)
            await until(lambda: len(room.gate.kept) == 30)
        assert await room.counted() == 120
        assert await room.left() == 0

    told(tmp_path, story, version)


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_what_comes_while_we_are_away_is_counted_afterwards(
    tmp_path: Path, version: Version
) -> None:
    async def story(room: Room) -> None:
        async with room.taking():
            pass
        await pushed(room, body_of(0), body_of(1))
        room.there.stop()
        await room.there.start()
        async with room.taking():
            await until(lambda: len(room.gate.kept) == 2)
        assert await room.counted() == 8
        assert await room.left() == 0

    told(tmp_path, story, version)


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_push_that_is_on_disk_and_not_acknowledged_comes_again_and_counts_once(
    tmp_path: Path, version: Version
) -> None:
    async def story(room: Room) -> None:
        async with room.taking():
            room.gate.open.clear()
            await pushed(room, body_of(0), body_of(1), body_of(2))
            await until(lambda: len(room.gate.kept) == 3)
            assert await room.counted() == 12
            await room.thrown_out()
            room.gate.open.set()
            await until(lambda: len(room.gate.kept) == 6)
        assert sorted(room.gate.kept[3:]) == sorted(room.gate.kept[:3])
        assert await room.counted() == 12
        assert await room.left() == 0

    told(tmp_path, story, version)


def test_a_gzip_body_and_a_secret_in_the_topic_are_taken_as_over_http(tmp_path: Path) -> None:
    async def story(room: Room) -> None:
        secret, room.secret = room.secret, ""
        async with room.taking():
            await pushed(room, gzip.compress(body_of(0)), topic=f"sensors/a/{secret}")
            await until(lambda: len(room.gate.kept) == 1)
        assert await room.counted() == 4

    told(tmp_path, story)


def test_an_undecodable_push_is_kept_with_its_reason(tmp_path: Path) -> None:
    async def story(room: Room) -> None:
        async with room.taking():
            await pushed(room, b"nonsense", body_of(0))
            await until(lambda: len(room.gate.kept) == 2)
        (kept,) = await room.house.kept()
        assert (kept.state, kept.body) == ("failed", b"nonsense")
        assert await room.counted() == 4
        assert await room.left() == 0

    told(tmp_path, story)


def test_a_refused_push_is_told_and_does_not_come_again(tmp_path: Path) -> None:
    """The enrolment secret is not known here, nor is a body taken that only says that it is gzip."""

    async def story(room: Room) -> None:
        right, room.secret = room.secret, "pt_" + "w" * 43
        with structlog.testing.capture_logs() as logs:
            async with room.taking():
                await pushed(room, body_of(0))
                await until(lambda: len(room.said) == 2)
                assert room.said[1] is not None
                assert room.said[1].code == "broker_push_refused"
                await pushed(room, b"\x1f\x8bnot so", topic=f"sensors/{right}")
                await pushed(room, body_of(1), topic=f"sensors/{right}")
                await until(lambda: len(room.gate.kept) == 1)
                assert room.said[-1] is None
        refused = [one for one in logs if one["event"] == "push_refused"]
        assert [one["code"] for one in refused] == ["push_secret_wrong", "push_unreadable"]
        assert right not in repr(logs)
        assert right not in repr(room.said)
        assert await room.counted() == 4
        assert await room.left() == 0

    told(tmp_path, story)


def test_a_full_house_is_asked_again_and_loses_nothing(tmp_path: Path) -> None:
    async def story(room: Room) -> None:
        room.gate.failures = [NotReady("Full."), StoreError("The disk is full.")]
        async with room.taking():
            await pushed(room, body_of(0), body_of(1))
            await until(lambda: len(room.gate.kept) == 2)
        assert await room.counted() == 8
        assert await room.left() == 0

    told(tmp_path, story)


def test_a_full_house_that_stops_leaves_the_push_at_the_broker(tmp_path: Path) -> None:
    async def story(room: Room) -> None:
        room.gate.failures = [NotReady("Full.") for _ in range(100)]
        async with room.taking():
            await pushed(room, body_of(0), body_of(1))
            await until(lambda: len(room.gate.failures) < 98)
        assert await room.left() == 2
        room.gate.failures = []
        async with room.taking():
            await until(lambda: len(room.gate.kept) == 2)
        assert await room.counted() == 8

    told(tmp_path, story)


def test_a_push_at_which_we_fail_ourselves_does_not_hold_up_the_others_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("countline.gateway.mqtt.BACKOFF_S", 0.001)

    async def story(room: Room) -> None:
        room.gate.failures = [RuntimeError("a fault") for _ in range(FAULTS_MAX)]
        with structlog.testing.capture_logs() as logs:
            async with room.taking():
                await pushed(room, body_of(0))
                await until(lambda: not room.gate.failures)
                await pushed(room, body_of(1))
                await until(lambda: len(room.gate.kept) == 1)
        assert sum(one["event"] == "push_failed" for one in logs) == FAULTS_MAX
        assert await room.left() == 0

    told(tmp_path, story)
