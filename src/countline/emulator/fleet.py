"""Many sensors that push over HTTP: from some hours ago until now in haste, then as time goes."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile

import httpx2

from countline import clock
from countline.emulator.building import doors_building
from countline.emulator.deliveries import deliveries
from countline.emulator.faults import NO_FAULTS, Faults, faults_named
from countline.emulator.plan import Building, SensorPlan
from countline.emulator.pusher import Pusher, Retry, Tally
from countline.emulator.schedule import KINDS, Kind
from countline.emulator.sensor import Sensor
from countline.emulator.world import World
from countline.errors import ConfigError, FieldError
from countline.model.ids import SensorId

FAR_MS = 1 << 53  # a sensor goes on until it is stopped
FAULTS_AHEAD_S = 30 * 86_400  # drawn for a month past now
REPORT_S = 1.0
CONNECTIONS_MAX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOptions:
    """What to emulate, and at whom.

    `target` is the gateway's address; without a path, `/push/xovis_v5` is added. The fleet starts
    `hours_ago` (default: `speed` hours, or now at speed 1), or at `start_s` where that is given,
    and runs `speed` times as fast as time until it has reached now; nothing is dated in the future.
    `installed_s` is when totals and package ids began: give the same again when a fleet goes on
    where an earlier one stopped, else ids start anew at the local midnight before the start.
    """

    target: str
    secret: str = ""  # the enrolment secret
    secrets: Mapping[SensorId, str] = field(default_factory=dict)  # or one for each sensor
    building: Building | None = None  # default: one hall with a door for each of `sensors`
    sensors: int = 5
    seed: int = 1
    speed: float = 1.0
    hours_ago: float | None = None
    start_s: int | None = None
    installed_s: int | None = None
    kinds: tuple[Kind, ...] = KINDS
    faults: tuple[str, ...] = ()  # words of `faults.USUAL`, for every sensor
    faults_of: Mapping[SensorId, Faults] = field(default_factory=dict)  # instead, for some
    retry: Retry = field(default_factory=Retry)
    connections: int = CONNECTIONS_MAX
    timeout_s: float = 30.0
    verify: bool = True  # the gateway's certificate
    keep_acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Fleet:
    """A building in motion and the sensors above it, ready to push."""

    building: Building
    world: World
    sensors: tuple[Sensor, ...]
    start_ms: int


class Pace:
    """Emulated time: starts in the past, runs faster than time, and from now on at its pace."""

    def __init__(self, start_ms: int, speed: float) -> None:
        self.start_ms, self.speed = start_ms, speed
        self._began_ms = clock.now_ms()

    def now_ms(self) -> int:
        """The instant that emulated time has reached; never later than now."""
        now_ms = clock.now_ms()
        return min(now_ms, self.start_ms + int((now_ms - self._began_ms) * self.speed))

    def until_s(self, at_ms: int) -> float:
        """Real seconds until emulated time reaches an instant; not positive when it has."""
        now_ms = clock.now_ms()
        hasty_ms = self._began_ms + (at_ms - self.start_ms) / self.speed
        return (max(hasty_ms, at_ms) - now_ms) / 1000


def make_fleet(options: FleetOptions) -> Fleet:
    """The fleet that the options describe; touches no network."""
    _check(options)
    building = options.building or doors_building(options.sensors)
    world = World(building, options.seed)
    hours = options.hours_ago
    if hours is None:
        hours = options.speed if options.speed > 1 else 0.0
    now = clock.now_ms()
    start_ms = now - round(hours * 3_600_000)
    if options.start_s is not None:
        start_ms = min(options.start_s * 1000, now)
    installed_s = options.installed_s
    if installed_s is None:
        installed_s = world.span_ms(world.date_at(start_ms))[0] // 1000
    sensors = tuple(
        Sensor(
            plan,
            world,
            installed_s=installed_s,
            faults=_faults(options, plan, start_ms // 1000, now // 1000 + FAULTS_AHEAD_S),
        )
        for plan in building.sensors
    )
    return Fleet(building, world, sensors, start_ms)


def _check(options: FleetOptions) -> None:
    url = httpx2.URL(options.target)
    wrong: dict[str, str] = {}
    if url.scheme not in ("http", "https") or not url.host:
        wrong["target"] = f"'{options.target}' is no address; write http://127.0.0.1:8080"
    if options.speed <= 0:
        wrong["speed"] = f"{options.speed} is not above 0; 1 is as time goes"
    if options.building is None and not 1 <= options.sensors <= 100_000:
        wrong["sensors"] = f"{options.sensors} is not between 1 and 100000"
    if wrong:
        errors = tuple(FieldError(field=name, detail=detail) for name, detail in wrong.items())
        raise ConfigError("; ".join(f"{e.field}: {e.detail}" for e in errors), errors=errors)


def _faults(options: FleetOptions, plan: SensorPlan, start_s: int, end_s: int) -> Faults:
    if plan.sensor_id in options.faults_of:
        return options.faults_of[plan.sensor_id]
    if not options.faults:
        return NO_FAULTS
    return faults_named(
        options.faults, seed=options.seed, sensor=plan.serial, start_s=start_s, end_s=end_s
    )


async def run_fleet(
    options: FleetOptions,
    *,
    stop: asyncio.Event,
    report: Callable[[Tally], None] = lambda tally: None,
    log: Callable[[str], None] = lambda line: None,
    until_ms: int = FAR_MS,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Tally:
    """Push until `stop` is set, or all that leaves before `until_ms` is acknowledged or given up.

    `report` is called once a second and at the end, `log` with a line when something changes: a
    sensor is refused, or heard again. Returns the tally, with what was acknowledged where asked.
    """
    fleet = make_fleet(options)
    pace = Pace(fleet.start_ms, options.speed)
    tally = Tally(sensors=len(fleet.sensors), reached_ms=fleet.start_ms)
    if options.keep_acknowledged:
        tally.acknowledged = []
    limits = httpx2.Limits(
        max_connections=options.connections, max_keepalive_connections=options.connections
    )
    async with httpx2.AsyncClient(
        limits=limits, timeout=options.timeout_s, verify=options.verify, transport=transport
    ) as client:
        pusher = Pusher(
            client,
            push_url(options.target),
            tally=tally,
            retry=options.retry,
            at_once=asyncio.Semaphore(options.connections),
            stop=stop,
            log=log,
        )
        await _run_all(options, fleet, pace, pusher, report, until_ms)
    tally.reached_ms = min(pace.now_ms(), until_ms)
    report(tally)
    return tally


async def _run_all(
    options: FleetOptions,
    fleet: Fleet,
    pace: Pace,
    pusher: Pusher,
    report: Callable[[Tally], None],
    until_ms: int,
) -> None:
    """Every sensor as a task of its own, and a report each second, until all have ended."""
    running = [
        asyncio.create_task(_run_sensor(options, sensor, fleet.start_ms, pace, pusher, until_ms))
        for sensor in fleet.sensors
    ]
    everyone = asyncio.gather(*running)
    try:
        while not everyone.done():
            await asyncio.wait([everyone], timeout=REPORT_S)
            pusher.tally.reached_ms = min(pace.now_ms(), until_ms)
            report(pusher.tally)
        await everyone
    finally:
        for task in running:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*running, return_exceptions=True)


async def _run_sensor(
    options: FleetOptions,
    sensor: Sensor,
    start_ms: int,
    pace: Pace,
    pusher: Pusher,
    until_ms: int,
) -> None:
    secret = options.secrets.get(sensor.plan.sensor_id, options.secret)
    leaving = deliveries(sensor, start_ms, FAR_MS, kinds=options.kinds)
    line = pusher.line(sensor.plan.sensor_id, secret)
    for delivery in takewhile(lambda due: due.at_ms < until_ms, leaving):
        while (wait_s := pace.until_s(delivery.at_ms)) > 0 and not pusher.stop.is_set():
            await line.work(wait_s)
        if pusher.stop.is_set():
            return
        await line.push(delivery)
    await line.drain()


def push_url(target: str) -> str:
    """Where to push: the target as it is where it names a path, else the driver's own."""
    url = httpx2.URL(target)
    return str(url if url.path.strip("/") else url.copy_with(path="/push/xovis_v5"))
