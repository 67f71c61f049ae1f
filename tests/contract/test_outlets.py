"""What every outlet owes the event log: a name that stays, order, and no batch half told in silence."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import pytest

from countline.engine.board import Board
from countline.engine.telling import Teller
from countline.model.event import Event
from countline.outlets import Outlet
from countline.outlets.mqtt import MqttOutlet, MqttSettings
from countline.testing.recording_outlet import RecordingOutlet
from tests.app.mosquitto import Listener, listener, mosquitto, needs_mosquitto
from tests.app.receiver import Receiver
from tests.hook_house import HookHouse
from tests.small_store import SmallStore
from tests.told_house import DOOR, NOON_S, counts, one_bin, records


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """An outlet, what it has told so far (sequences), and a way to make its next delivery fail.

    `remembers`: it knows what it has told, and tells nothing twice.
    """

    outlet: Outlet
    told: Callable[[], list[int]]
    break_once: Callable[[], None]
    events: list[Event]
    remembers: bool = False


def five_commits() -> SmallStore:
    store = SmallStore(*records())
    for minute in range(5):
        at_s = NOON_S + 60 * minute
        store.add(counts(DOOR, at_s, at_s + 60), bins=[one_bin(10, at_s, minute)])
    return store


@asynccontextmanager
async def recording() -> AsyncIterator[Trial]:
    outlet = RecordingOutlet()

    def break_once() -> None:
        outlet.failures = 1

    yield Trial(
        outlet=outlet,
        told=lambda: [event.seq for event in outlet.events],
        break_once=break_once,
        events=five_commits().log,
    )


@asynccontextmanager
async def webhook() -> AsyncIterator[Trial]:
    store = five_commits()

    def break_once() -> None:
        store.failures = 1

    async with Receiver() as receiver, httpx2.AsyncClient(trust_env=False) as client:
        house = HookHouse(receiver.url("/contract"), store=store)
        progress = await house.ledger.begin(house.webhook, from_seq=0)
        yield Trial(
            outlet=house.outlet(progress, client),
            told=lambda: [one.json["data"]["sequence"] for one in receiver.received],
            break_once=break_once,
            events=store.log,
            remembers=True,
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """The outlet of MQTT; what it told has been heard once `deliver` returns."""

    inner: MqttOutlet
    listener: Listener

    @property
    def name(self) -> str:
        return self.inner.name

    async def deliver(self, events: Sequence[Event]) -> None:
        try:
            await self.inner.deliver(events)
        finally:
            marks = len(self.listener.of("mark"))
            await self.listener.publish("mark", b"here")
            await self.listener.until(lambda: len(self.listener.of("mark")) > marks)


@asynccontextmanager
async def mqtt() -> AsyncIterator[Trial]:
    store, stop = five_commits(), asyncio.Event()

    def break_once() -> None:
        store.failures = 1

    with TemporaryDirectory() as folder:
        async with (
            mosquitto(Path(folder)) as there,
            listener(there, "countline/events/#", "mark") as heard,
        ):
            outlet = MqttOutlet(
                MqttSettings(broker=there.settings(), installation="ab12cd34ef"),
                board=Board(),
                teller=Teller(store.as_store(), store),
                memory=Path(folder, "topics.json"),
                stop=stop,
            )
            running = asyncio.create_task(outlet.run(lambda _: None))
            yield Trial(
                outlet=Heard(outlet, heard),
                told=lambda: [
                    json.loads(body)["data"]["sequence"]
                    for body in heard.of("countline/events/counts.recorded")
                ],
                break_once=break_once,
                events=store.log,
            )
            stop.set()
            await running


OUTLETS = {"recording": recording, "webhook": webhook, "mqtt": mqtt}
Stage = Callable[[], AbstractAsyncContextManager[Trial]]


@pytest.fixture(params=["recording", "webhook", pytest.param("mqtt", marks=needs_mosquitto)])
def stage(request: pytest.FixtureRequest) -> Stage:
    return OUTLETS[request.param]


def run(stage: Stage, test: Callable[[Trial], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with stage() as trial:
            await test(trial)

    asyncio.run(main())


def test_its_name_can_be_a_readers_name(stage: Stage) -> None:
    async def test(trial: Trial) -> None:
        assert trial.outlet.name
        assert trial.outlet.name.isprintable()
        assert " " not in trial.outlet.name

    run(stage, test)


def test_a_batch_is_told_in_its_order(stage: Stage) -> None:
    async def test(trial: Trial) -> None:
        await trial.outlet.deliver(trial.events)
        assert trial.told() == [1, 2, 3, 4, 5]

    run(stage, test)


def test_batches_follow_each_other(stage: Stage) -> None:
    async def test(trial: Trial) -> None:
        await trial.outlet.deliver(trial.events[:2])
        await trial.outlet.deliver(trial.events[2:])
        assert trial.told() == [1, 2, 3, 4, 5]

    run(stage, test)


def test_what_could_not_be_told_raises_and_is_told_when_it_comes_again(stage: Stage) -> None:
    async def test(trial: Trial) -> None:
        trial.break_once()
        with pytest.raises(OSError, match="told to fail"):
            await trial.outlet.deliver(trial.events)
        before = len(trial.told())
        await trial.outlet.deliver(trial.events)
        known = trial.told()[:before] if trial.remembers else []
        assert known + trial.told()[before:] == [1, 2, 3, 4, 5]

    run(stage, test)


def test_a_batch_that_comes_twice_is_told_twice_by_who_does_not_remember(stage: Stage) -> None:
    """The cursor is the feed's: without a memory of its own an outlet cannot know."""

    async def test(trial: Trial) -> None:
        await trial.outlet.deliver(trial.events[:2])
        await trial.outlet.deliver(trial.events[:2])
        assert trial.told() == ([1, 2] if trial.remembers else [1, 2, 1, 2])

    run(stage, test)


def test_events_nobody_is_told_of_do_not_disturb(stage: Stage) -> None:
    async def test(trial: Trial) -> None:
        await trial.outlet.deliver([])
        await trial.outlet.deliver([*trial.events[:1], Event(kind="waiting.dropped", seq=9)])
        assert trial.told()[:1] == [1]

    run(stage, test)
