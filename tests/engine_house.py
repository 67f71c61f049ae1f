"""The engine over a store of its own, with a clock that is held, and sensors that push by hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from countline.drivers import ChannelInfo, Decoded, FileOptions, Measured, Push, Reading
from countline.drivers.xovis_v5 import DRIVER
from countline.engine.desk import NewSource
from countline.engine.engine import Engine, make_engine
from countline.engine.importing import ImportReport, import_file
from countline.model.ids import DeviceKey, LocationId, SensorId, ZoneId
from countline.model.interval import Granularity
from countline.model.query import Answer, Asked, Present, Query, Row
from countline.store.opening import open_store
from countline.store.seam import KeptPush, Outcome, Store
from countline.testing.reference_store import ReferenceStore

T = TypeVar("T")

SERIAL = "00:6e:02:00:00:01"
LOCATION = LocationId("HALL")
DAY_S, HOUR_S, MINUTE_S = 86_400, 3_600, 60


def at(text: str) -> int:
    """Epoch seconds of `2026-06-02 08:00`, or of a day, in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


# -- what sensors say -----------------------------------------------------------------------------
def door(channel: str = "1000", *, name: str = "Door", staff: bool = False) -> ChannelInfo:
    """A line that counts persons both ways."""
    measures = ["forward", "backward", *(["forward_staff", "backward_staff"] if staff else [])]
    return ChannelInfo(
        channel,
        name,
        "XLT_LINE_IN_OUT_COUNT",
        "line",
        tuple(
            Measured(m, "accumulating", str(int(channel) * 1000 + n), COUNTER_NAMES[m])
            for n, m in enumerate(measures, start=1)
        ),
        is_door=True,
    )


COUNTER_NAMES = {
    "forward": "fw",
    "backward": "bw",
    "forward_staff": "fw-staff",
    "backward_staff": "bw-staff",
}


def measured_zone(channel: str = "2000", *, name: str = "Room") -> ChannelInfo:
    """A zone in which people are seen."""
    present = Measured("present", "state", str(int(channel) * 1000 + 1), "balance")
    return ChannelInfo(channel, name, "XLT_ZONE_OCCUPANCY_COUNT", "zone", (present,))


def passing(
    start_s: int,
    forward: int,
    backward: int = 0,
    *,
    channel: str = "1000",
    length_s: int = MINUTE_S,
    covered_s: int | None = None,
) -> Reading:
    """One record of a line."""
    values = (("forward", forward), ("backward", backward))
    covered_s = length_s if covered_s is None else covered_s
    return Reading(channel, start_s, length_s, covered_s, values)


def package(
    *readings: Reading,
    sequence: int | None = None,
    serial: str | None = SERIAL,
    context: str = "single",
    geometry: bool = True,
    channels: Sequence[ChannelInfo] = (),
) -> Decoded:
    """A package of counts; channels that are not described are doors."""
    described = {c.channel: c for c in channels}
    for reading in readings:
        described.setdefault(reading.channel, door(reading.channel))
    return Decoded(
        purpose="counts",
        device=None
        if serial is None
        else DeviceKey(vendor=DRIVER.vendor, serial=serial, context=context),
        agent="1001",
        sequence=sequence,
        channels=tuple(described.values()),
        readings=list(readings),
        names_geometry=geometry,
    )


# -- the house ------------------------------------------------------------------------------------
@dataclass(slots=True)
class HeldClock:
    """Shows what it is set to."""

    ms: int

    def now_ms(self) -> int:
        return self.ms

    def set(self, at_s: int) -> None:
        self.ms = at_s * 1000

    def pass_by(self, seconds: int) -> None:
        self.ms += seconds * 1000


@dataclass(slots=True)
class House:
    """The engine, and short words for what tests do with it."""

    engine: Engine
    clock: HeldClock
    secrets: dict[str, str] = field(default_factory=dict)

    # -- building ---------------------------------------------------------------------------------
    async def location(self, location_id: str = LOCATION, **more: Any) -> ZoneId:
        """A new location; gives its default zone."""
        made = await self.engine.desk.add_location(location_id=location_id, **more)
        assert made.default_zone is not None
        return made.default_zone

    async def zone(self, name: str, parent_id: int | None = None, **more: Any) -> ZoneId:
        location_id = more.pop("location_id", LOCATION)
        made = await self.engine.desk.add_zone(
            location_id=location_id, name=name, parent_id=parent_id, **more
        )
        return made.zone_id

    async def sensor(self, sensor_id: str = "S1", *, serial: str | None = None, **more: Any) -> str:
        """A registered sensor, which has a push secret from now on."""
        more.setdefault("location_id", LOCATION)
        await self.engine.desk.register_sensor(sensor_id=sensor_id, serial=serial, **more)
        await self.secret(sensor_id)
        return sensor_id

    async def secret(self, sensor_id: str | None) -> str:
        """A sensor's push secret, or (None) the enrolment secret; made at the first time."""
        key = sensor_id or ""
        if key not in self.secrets:
            made = await self.engine.access.create_push_secret(
                sensor_id=sensor_id, driver=DRIVER.name
            )
            self.secrets[key] = made
        return self.secrets[key]

    async def line(
        self, a: int | None, b: int | None, *sources: str | NewSource, **more: Any
    ) -> int:
        """A line; `S1/1000` stands for the channel `single/1000` of sensor S1."""
        more.setdefault("location_id", LOCATION)
        more.setdefault("name", f"{a}-{b}")
        made = await self.engine.desk.add_line(
            side_a=a, side_b=b, sources=[source_named(s) for s in sources], **more
        )
        return made.line_id

    # -- pushing ----------------------------------------------------------------------------------
    async def push(
        self, sensor_id: str | None, *packages: Decoded, at_s: int | None = None
    ) -> list[Outcome]:
        """Packages in one body, with the secret of a sensor (None: the enrolment secret)."""
        return await self.push_body(sensor_id, DRIVER.encode(list(packages)), at_s=at_s)

    async def push_body(
        self, sensor_id: str | None, body: bytes, *, at_s: int | None = None
    ) -> list[Outcome]:
        if at_s is not None:
            self.clock.set(at_s)
        secret = await self.engine.access.admit(await self.secret(sensor_id))
        push = Push(driver=DRIVER.name, body=body, received_ms=self.clock.ms)
        return await self.engine.intake.submit(push, secret)

    async def counts(
        self, sensor_id: str, *readings: Reading, at_s: int | None = None, **more: Any
    ) -> list[Outcome]:
        """One package, received a moment after its last record unless `at_s` says when."""
        last_s = max(r.start_s + r.length_s for r in readings)
        more.setdefault("serial", None)
        return await self.push(
            sensor_id, package(*readings, **more), at_s=last_s + 5 if at_s is None else at_s
        )

    async def file(self, text: str, **options: Any) -> ImportReport:
        """Import a file: `driver`, `channel` and `line` as on the command line, or file options."""
        driver, line = options.pop("driver", "tidy_csv"), options.pop("line", None)
        channel = options.pop("channel", None)
        return await import_file(
            self.engine,
            driver=driver,
            name="file.csv",
            body=text.encode(),
            options=FileOptions(**options),
            line_id=line,
            channel=channel,
        )

    async def kept(self, state: Any = None) -> list[KeptPush]:
        return await self.engine.replaying.kept(state, limit=2_000)

    # -- asking -----------------------------------------------------------------------------------
    async def follow(self) -> None:
        """Let the follower catch up."""
        while await self.engine.follower.step():
            pass

    async def answer(
        self,
        start_s: int,
        end_s: int,
        granularity: str = "1h",
        *,
        sensor: str | None = None,
        zone: int | None = None,
        location: str | None = None,
        **more: Any,
    ) -> Answer:
        query = Query(
            asked=asked(sensor=sensor, zone=zone, location=location),
            start_s=start_s,
            end_s=end_s,
            granularity=Granularity(granularity),
            **more,
        )
        return await self.engine.questions.answer(query, None)

    async def rows(self, start_s: int, end_s: int, *args: Any, **more: Any) -> list[Row]:
        (group,) = (await self.answer(start_s, end_s, *args, **more)).groups
        return group.rows

    async def present(self, **subject: Any) -> Present:
        (found,) = await self.engine.questions.present(asked(**subject), None)
        return found

    async def people(self, location: str = LOCATION) -> int | None:
        """`data[0].current_people`."""
        current = await self.engine.questions.current(LocationId(location), None)
        assert current[0].zone_id is None
        return current[0].people

    async def health(self, sensor_id: str) -> Mapping[str, Any]:
        told = await self.engine.watch.sensor(sensor_id, None)
        return {"health": told.health, "codes": [r.code for r in told.reasons]}


def asked(sensor: str | None = None, zone: int | None = None, location: str | None = None) -> Asked:
    """Whom a question is about."""
    return Asked(
        sensor_id=None if sensor is None else SensorId(sensor),
        zone_id=None if zone is None else ZoneId(zone),
        location_id=None if location is None else LocationId(location),
    )


def source_named(source: str | NewSource) -> NewSource:
    """`S1/1000` as a source; `S1/!1000` drawn the other way round."""
    if isinstance(source, NewSource):
        return source
    sensor_id, _, channel = source.partition("/")
    return NewSource(
        sensor_id=sensor_id,
        channel=f"single/{channel.removeprefix('!')}",
        invert=channel.startswith("!"),
    )


@asynccontextmanager
async def open_house(store: Store, now_s: int) -> AsyncIterator[House]:
    """The engine at work over a store; the follower only moves when it is told."""
    clock = HeldClock(now_s * 1000)
    engine = make_engine(store, now_ms=clock.now_ms)
    await engine.start(follow=False)
    try:
        yield House(engine, clock)
    finally:
        await engine.close()


def in_memory(work: Callable[[House], Awaitable[T]], now_s: int) -> T:
    """Run a test in a house over the reference store."""
    return asyncio.run(_run(ReferenceStore(), work, now_s))


def on_disk(work: Callable[[House], Awaitable[T]], now_s: int) -> T:
    """Run a test in a house over a file, everything in the order that the test says."""
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "countline.db", threads=False)
        return asyncio.run(_run(store, work, now_s))


async def _run(store: Store, work: Callable[[House], Awaitable[T]], now_s: int) -> T:
    async with open_house(store, now_s) as house:
        return await work(house)
