"""(g) How soon a push is heard by a webhook, by a subscriber of a broker, and by one of BACnet."""

import asyncio
import os
import random
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import perf_counter

from countline import clock
from tests.bench import servers
from tests.bench.ears import Ear, controller, subscriber, webhook
from tests.bench.figures import Aim, Figure, figure, percentile
from tests.bench.filling import copy_of, recent_file
from tests.bench.ingest import catch_up_s
from tests.bench.load import LAST, Load, length_of, request
from tests.bench.setting import Setting
from tests.bench.world import MEASURES, Crowd, body

NAME = "outward"
PER_S = 1_000 / 60  # a thousand sensors, each once a minute
SHARES = {"": 1.0, ", a fifth of the pushes": 0.2}
CONNECTIONS = 8  # a push never waits for the answer to the one before
ZONES_MAX = 50  # subscribed over BACnet
SETTLED_S_MAX = 60.0
HEARD_S_MAX = 10.0
STEP_S = 0.1
QUIET_S = 15  # until the broker has been told that all sensors are well, which it is once
WOKEN_BACK = 12  # minutes: before all that is pushed then, so that people who left are not missed
MOSQUITTO = shutil.which("mosquitto", path=os.pathsep.join((os.environ["PATH"], "/usr/sbin")))
SETTINGS = """
[[webhook]]
url = "http://127.0.0.1:{webhook}/hook"
secret = "whsec_YmVuY2hiZW5jaGJlbmNoYmVuY2hiZW5jaGJlbmNo"
kinds = ["occupancy.changed"]
allow_private = true

[bacnet]
enabled = true
address = "127.0.0.1/8:{device}"
device_instance = 4711
"""
BROKER_SETTINGS = """
[mqtt]
url = "mqtt://127.0.0.1:{broker}"
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A push, when it went out, and how many people are then in its zone."""

    zone: int
    people: int
    at_s: float


@dataclass(slots=True)
class Waits:
    """What came of the pushes of several rounds at one ear, in milliseconds."""

    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    pushes: int = 0
    lost: int = 0

    def add(self, ear: Ear, sent: Sequence[Sent]) -> None:
        """One round."""
        found = [ear.since(one.zone, one.people, one.at_s) for one in sent]
        waits = [1e3 * wait_s for wait_s in found if wait_s is not None]
        self.pushes += len(found)
        self.lost += len(found) - len(waits)
        if waits:
            self.p50.append(percentile(waits, 0.5))
            self.p99.append(percentile(waits, 0.99))


async def run(setting: Setting) -> AsyncIterator[Figure]:
    """All three listen at once, while a thousand sensors push once a minute, and two hundred."""
    crowd = Crowd(sensors=setting.size(1_000, 40), per_location=20)
    path = await recent_file(setting.folder, crowd, setting.size(1_000_000))
    data = copy_of(path, setting.folder / NAME)
    waits: dict[tuple[str, str], Waits] = {}
    async with _listening(data, crowd) as (server, ears):
        minutes = _minutes()
        await _wake(server.port, crowd, clock.now_s() // 60 - WOKEN_BACK)
        await asyncio.to_thread(catch_up_s, data)
        await asyncio.sleep(setting.size(QUIET_S))
        for _ in range(setting.rounds):
            for load, share in SHARES.items():
                people = await _settled(ears, crowd)
                sent = await _push(server.port, crowd, share, next(minutes), people)
                await _all_heard(ears, sent)
                for ear in ears:
                    waits.setdefault((ear.name, load), Waits()).add(ear, sent)
    for ear in ears:
        for load in SHARES:
            for one in _figures(ear, load, waits[ear.name, load]):
                yield one
    if MOSQUITTO is None:
        note = "no mosquitto on this machine: MQTT was left out"
        yield figure(NAME, "an MQTT subscriber", "ms", 0, note=note)


def _figures(ear: Ear, load: str, waits: Waits) -> Iterator[Figure]:
    note = f"{ear.note}; {waits.pushes:,} pushes, {waits.lost} not heard"
    name = f"push sent to heard by {ear.name}{load}"
    if waits.p50:
        yield figure(NAME, f"{name}, p50", "ms", waits.p50, note=note)
        yield figure(NAME, f"{name}, p99", "ms", waits.p99, None if load else Aim("<", 250))
    else:
        yield figure(NAME, name, "ms", 0, note=note)


# -- who listens ----------------------------------------------------------------------------------
@asynccontextmanager
async def _listening(
    data: Path, crowd: Crowd
) -> AsyncIterator[tuple[servers.Running, Sequence[Ear]]]:
    """A server that tells all of them, and what they hear."""
    hook, device, mine = servers.free_port(), servers.free_port(), servers.free_port()
    text = SETTINGS.format(webhook=hook, device=device)
    async with AsyncExitStack() as stack:
        ears = [await stack.enter_async_context(webhook(hook))]
        if MOSQUITTO is not None:
            broker = stack.enter_context(servers.broker(MOSQUITTO, data.parent))
            text += BROKER_SETTINGS.format(broker=broker.port)
            ears.append(await stack.enter_async_context(subscriber(broker.port)))
        server = stack.enter_context(servers.countline(data.parent, settings=text))
        zones = [_zone(at) for at in range(min(ZONES_MAX, crowd.locations))]
        ears.append(await stack.enter_async_context(controller(mine, device, zones)))
        yield server, ears


def _zone(location: int) -> int:
    """The number of a location's zone: they were made in this order, before any other."""
    return location + 1


async def _settled(ears: Sequence[Ear], crowd: Crowd) -> dict[int, int]:
    """How many are in each zone, once all ears say the same."""
    zones = [_zone(at) for at in range(crowd.locations)]
    until_s = perf_counter() + SETTLED_S_MAX
    while perf_counter() < until_s:
        await asyncio.sleep(STEP_S)
        told = {zone: {ear.last(zone) for ear in ears} for zone in zones}
        known = {zone: one.pop() for zone, one in told.items() if len(one) == 1}
        people = {zone: number for zone, number in known.items() if number is not None}
        if len(people) == len(zones):
            return people
    raise RuntimeError(f"they do not agree on how many are there: {told}")


async def _all_heard(ears: Sequence[Ear], sent: Sequence[Sent]) -> None:
    """Return when everything was heard, or will not be."""
    until_s = perf_counter() + HEARD_S_MAX
    last = {one.zone: one.people for one in sent}
    while perf_counter() < until_s:
        if all((ear.last(zone) or 0) >= people for ear in ears for zone, people in last.items()):
            return
        await asyncio.sleep(STEP_S)


# -- who pushes -----------------------------------------------------------------------------------
def _minutes() -> Iterator[int]:
    """Recent minutes that nothing was pushed for yet."""
    used: set[int] = set()
    while True:
        minute = next(m for m in count(clock.now_s() // 60 - 1, -1) if m not in used)
        used.add(minute)
        yield minute


async def _wake(port: int, crowd: Crowd, minute: int) -> None:
    """One minute of every sensor, so that none of them is silent."""
    load = Load(
        port=port,
        connections=64,
        sensors=crowd.sensors,
        first_minute=minute,
        pushes=crowd.sensors,
    )
    await asyncio.to_thread(servers.push, load)


async def _push(
    port: int, crowd: Crowd, share: float, minute: int, people: Mapping[int, int]
) -> list[Sent]:
    """Each sensor of this share once, in random order, evenly; with each, people come in."""
    idle: asyncio.Queue[Pusher] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(await Pusher.open(port))
    now = dict(people)
    order = list(range(crowd.sensors))
    random.Random(minute).shuffle(order)
    sent: list[Sent] = []
    began_s = perf_counter()
    async with asyncio.TaskGroup() as group:
        for n, index in enumerate(order[: round(share * len(order))]):
            await asyncio.sleep(max(0.0, began_s + n / (share * PER_S) - perf_counter()))
            zone, come = _zone(index // crowd.per_location), n % 90 + 1
            now[zone] += come
            pusher = await idle.get()
            content = request(body(index, minute, [come, *[0] * (MEASURES - 1)]))
            sent.append(Sent(zone, now[zone], perf_counter()))
            group.create_task(pusher.push(content, idle))
    while not idle.empty():
        idle.get_nowait().close()
    return sent


@dataclass(frozen=True, slots=True)
class Pusher:
    """A kept connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, port: int) -> "Pusher":
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def push(self, content: bytes, idle: "asyncio.Queue[Pusher]") -> None:
        """Send one push, and be idle again when it is answered."""
        self.writer.write(content)
        head = await self.reader.readuntil(LAST)
        await self.reader.readexactly(length_of(head))
        if head[9:10] != b"2":
            raise RuntimeError(f"a push was answered {head[:60].decode()}")
        idle.put_nowait(self)

    def close(self) -> None:
        """Leave."""
        self.writer.close()
