"""The one path that a push walks: decode, find its sensor, normalise, commit in a group, answer."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from countline.counting.normalise import Normalised, to_claims
from countline.counting.quiet import Observation
from countline.drivers.reading import ChannelInfo, Decoded, Driver, Push
from countline.engine.admission import (
    Known,
    Refusal,
    is_complete,
    is_wanted,
    keep_waiting,
    known_of,
    named,
    owner,
    timely,
)
from countline.engine.desk import CatalogueDesk
from countline.engine.grouping import GroupCommit
from countline.engine.headstart import begin
from countline.engine.keeping import Aside, bare_body
from countline.engine.learning import Learning, Lesson
from countline.engine.provisional import NOT_LIVE, live_part
from countline.engine.quiet_nights import observed, quiet_minutes, remember, zero_claims
from countline.engine.watch import Watch
from countline.errors import BadPush, StoreError
from countline.limits import (
    FAILED_BYTES_MAX,
    SERIES_OF_SENSOR_MAX,
    WAITING_BYTES_MAX,
)
from countline.model.access import PushSecret
from countline.model.claim import RANK_PUSH, Minute
from countline.model.ids import DeviceKey, SensorNo
from countline.model.interval import MINUTE_S
from countline.model.sensor import Sensor
from countline.store.seam import Accepted, Commit, Outcome

_log = structlog.get_logger("countline.intake")

DECODE_AT_ONCE_BYTES_MAX = 100_000  # about 2 ms
AGENTS_SEEN_MAX = 20_000  # whose last package is remembered; agent ids are what a body says
STORED_NOTES = frozenset({"template_unknown"})  # notes on what is stored nevertheless
LEARN_TRIES = 3

_Shape = tuple[DeviceKey | None, tuple[ChannelInfo, ...], bool]


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """How pushes are gathered and kept."""

    linger_ms: int = 0  # wait this long for more before a commit; 50-200 suits flash cards
    keep_bodies: bool = True
    waiting_bytes_max: int = WAITING_BYTES_MAX  # pushes of devices that nobody registered yet
    failed_bytes_max: int = FAILED_BYTES_MAX  # pushes that could not be counted


class Intake:
    """Takes pushes of all gateways, and commits everything that came while the last commit ran."""

    def __init__(
        self,
        desk: CatalogueDesk,
        watch: Watch,
        drivers: dict[str, Driver],
        *,
        now_ms: Callable[[], int],
        on_commit: Callable[[Commit], None] = lambda commit: None,
        settings: IntakeSettings,
    ) -> None:
        self._desk = desk
        self._watch = watch
        self._drivers = drivers
        self._now_ms = now_ms
        self._settings = settings
        self._groups = GroupCommit(
            desk.store,
            watch,
            drivers,
            on_commit=on_commit,
            linger_ms=settings.linger_ms,
            failed_bytes_max=settings.failed_bytes_max,
        )
        self._known: dict[SensorNo, Known] = {}
        self._known_version = -1
        self._complete: dict[SensorNo, _Shape] = {}  # what a sensor's last package looked like
        self._learning = Learning(desk)
        self._last_seen: dict[tuple[SensorNo, str], Observation] = {}
        self._taking: set[asyncio.Task[None]] = set()  # pushes that had to wait for something

    # -- the way in -------------------------------------------------------------------------------
    async def submit(self, push: Push, secret: PushSecret) -> list[Outcome]:
        """Everything of one body; returns once it is on disk. Raises `NotReady`, `StoreError`."""
        self._groups.check_room()
        return await self._groups.commit(await self._accept(push, secret), push)

    def take(
        self, push: Push, secret: PushSecret, told: Callable[[BaseException | None], None]
    ) -> None:
        """`submit` for those who do not wait: `told` is called when all is on disk, or has failed.

        What nearly every push is costs no task; raises what is wrong at once.
        """
        self._groups.check_room()
        accepted = begin(self._accept(push, secret))
        if isinstance(accepted, list) and len(accepted) == 1:
            self._groups.queue(
                accepted[0], push, lambda w: told(w if isinstance(w, StoreError) else None)
            )
            return
        rest = asyncio.get_running_loop().create_task(self._rest(accepted, push))
        self._taking.add(rest)
        rest.add_done_callback(self._taking.discard)
        rest.add_done_callback(lambda task: told(_failure(task)))

    async def _rest(
        self, accepted: list[Accepted] | asyncio.Task[list[Accepted]], push: Push
    ) -> None:
        """What is not done at once of taking a push."""
        found = accepted if isinstance(accepted, list) else await accepted
        await self._groups.commit(found, push)

    async def submit_again(self, push: Push, secret: PushSecret) -> bool:
        """A kept body once more, however late; False when it is kept again."""
        accepted = await self._accept(push, secret, again=True)
        await self._groups.commit(accepted, push)
        return bool(accepted) and not any(one.kept for one in accepted)

    async def _accept(
        self, push: Push, secret: PushSecret, *, again: bool = False
    ) -> list[Accepted]:
        driver = self._drivers[push.driver]
        aside = Aside(push, driver)
        if len(push.body) <= DECODE_AT_ONCE_BYTES_MAX:
            packages = self._decoded(driver, push, secret, aside)
        else:  # a backlog of days must not hold up everybody else
            packages = await asyncio.to_thread(self._decoded, driver, push, secret, aside)
        body = None if again else self._body(driver, push, packages)
        accepted: list[Accepted] = []
        for decoded in packages:
            its = None if accepted else body
            one = await self._accept_alone(push, secret, decoded, aside, its, again=again)
            if one is not None:
                accepted.append(one)
        if kept := aside.rows():
            bare = Accepted(received_ms=push.received_ms, driver=push.driver)
            accepted[:1] = [replace(accepted[0] if accepted else bare, kept=kept)]
        return accepted

    def _decoded(
        self, driver: Driver, push: Push, secret: PushSecret, aside: Aside
    ) -> list[Decoded]:
        """The packages of a body; one that cannot be read is kept."""
        try:
            return driver.decode(push)
        except BadPush as error:
            aside.put("failed", error.error_code, error.detail, secret.sensor)
        except Exception as error:
            _log.exception("driver_failed", driver=driver.name, sensor=secret.sensor)
            detail = f"The driver could not read it, which is a fault of its own: {error!r}"
            aside.put("failed", "driver_failed", detail, secret.sensor)
        return []

    async def _accept_alone(
        self,
        push: Push,
        secret: PushSecret,
        decoded: Decoded,
        aside: Aside,
        body: bytes | None,
        *,
        again: bool,
    ) -> Accepted | None:
        """A package at which the house itself fails is kept, and its neighbours are counted."""
        try:
            catalogue = self._desk.at_hand() or await self._desk.fresh()
            if decoded.purpose == "test":
                return None
            found = owner(catalogue, secret, decoded.device)
            if isinstance(found, Sensor):
                if decoded.device is None:
                    decoded = named(catalogue, found, decoded)
                return await self._accept_package(push, found, decoded, aside, body, again=again)
            if isinstance(found, Refusal):
                aside.put("failed", found.code, found.detail, secret.sensor)
            else:
                assert decoded.device is not None
                await self._keep_waiting(push, decoded.device, aside)
        except StoreError:
            raise
        except Exception as error:
            _log.exception("push_not_counted", driver=push.driver, sensor=secret.sensor)
            detail = f"It could not be counted, which is a fault of countline: {error!r}"
            aside.put("failed", "not_counted", detail, secret.sensor)
        return None

    async def _accept_package(
        self,
        push: Push,
        sensor: Sensor,
        decoded: Decoded,
        aside: Aside,
        body: bytes | None,
        *,
        again: bool,
    ) -> Accepted:
        self._watch.saw(sensor, decoded, push.received_ms)
        known = self._known_now(sensor.sensor)
        in_time = timely(decoded, known, push.received_ms // 1000, again=again)
        first_s = min([r.start_s for r in in_time.readings], default=None)
        live = NOT_LIVE
        if decoded.purpose == "live":
            live = live_part(self._desk.current(), known, decoded, push.received_ms // 1000)
            first_s = live.first_s
        if not self._is_known(known, decoded, first_s):
            known = await self._knowing(sensor, decoded, push.driver, first_s)
        made = self._normalised(known, push, decoded, aside, again=again)
        seen = observed(in_time)
        if seen is not None and not self._is_next(known.sensor, seen):
            made.minutes += await self._quiet(known, in_time, seen)
        return Accepted(
            received_ms=push.received_ms,
            driver=push.driver,
            sensor=known.sensor.sensor,
            location_id=known.location.location_id,
            minutes=made.minutes,
            claims=made.claims,
            live=live.minutes,
            frames=live.frames,
            body=body,
        )

    async def _keep_waiting(self, push: Push, device: DeviceKey, aside: Aside) -> None:
        """Keep the push for a device that nobody registered: once, however often it names it."""
        if device in aside.waiting:
            return
        room, driver = self._settings.waiting_bytes_max, self._drivers[push.driver]
        if await keep_waiting(self._desk, driver, push, device, bytes_max=room):
            aside.waiting.add(device)
        else:
            detail = "1,000 devices wait already; register or dismiss some."
            aside.put("failed", "too_many_discovered", detail, None)

    def _is_next(self, sensor: Sensor, seen: Observation) -> bool:
        """Whether a package is about the very next minute, as nearly always: nothing is left out."""
        if sensor.quiet != "gap":
            return False
        last = self._last_seen.get((sensor.sensor, seen.agent))
        is_next = last is not None and seen.first_s == last.last_s
        if is_next and seen.last_s - seen.first_s == MINUTE_S:
            self._last_seen[sensor.sensor, seen.agent] = seen
            return True
        return False

    async def _quiet(self, known: Known, decoded: Decoded, seen: Observation) -> list[Minute]:
        """Zeros for minutes that a sensor leaves out because nobody came, where it is set so."""
        sensor = known.sensor
        if sensor.quiet == "gap":
            agent = (sensor.sensor, seen.agent)
            last = self._last_seen.get(agent, seen)
            if len(self._last_seen) > AGENTS_SEEN_MAX:
                self._last_seen.clear()
            self._last_seen[agent] = seen
            if quiet_minutes([last, seen], decoded):
                self._watch.noted(sensor, "quiet_minutes_missing")
            return []
        near = await self._desk.store.write(lambda tx: remember(tx, sensor.sensor, seen))
        series = self._desk.current().series_of.get(sensor.sensor, ())
        minutes = quiet_minutes(near, decoded)
        return zero_claims(minutes, decoded, known.plan(decoded.device), series)

    def _body(self, driver: Driver, push: Push, packages: Sequence[Decoded]) -> bytes | None:
        """The body as it is kept where it counts something; never with a person in it."""
        if not (self._settings.keep_bodies and driver.keeps_body):
            return None
        purposes = {one.purpose for one in packages if one.purpose != "counts" or one.readings}
        if "counts" not in purposes:
            return None
        if "live" in purposes:
            return bare_body(driver, push.body)
        return push.body

    def _normalised(
        self, known: Known, push: Push, decoded: Decoded, aside: Aside, *, again: bool
    ) -> Normalised:
        made = to_claims(
            decoded.readings,
            known.plan(decoded.device),
            rank=RANK_PUSH,
            sequence=decoded.sequence if decoded.sequence is not None else push.received_ms,
            received_s=push.received_ms // 1000,
            late_window_s=None if again else known.location.late_window_s,
        )
        if decoded.notes or made.is_partial():
            self._set_aside(known, decoded, made, aside)
        return made

    def _set_aside(self, known: Known, decoded: Decoded, made: Normalised, aside: Aside) -> None:
        """What of a package is not counted, and why; health tells it for an hour."""
        sensor = known.sensor
        if made.clock:
            detail = f"{len(made.clock)} records lie ahead of now, the first at {made.clock[0][1]}."
            aside.put("clock", "clock_skew", detail, sensor.sensor)
            self._watch.noted(sensor, "clock_skew")
        if made.late:
            detail = f"{len(made.late)} records are too old, the first at {made.late[0][1]}."
            aside.put("late", "too_late", detail, sensor.sensor)
            self._watch.noted(sensor, "late")
        for note in decoded.notes:
            self._watch.noted(sensor, note.code)
            if note.code not in STORED_NOTES:
                aside.put("failed", note.code, f"{note.path}: {note.detail}", sensor.sensor)
        for refused in made.refused:
            self._watch.noted(sensor, refused.code)
            detail = f"{refused.path}: {refused.detail}"
            aside.put("failed", refused.code, detail, sensor.sensor)
        for channel, measure in made.unplanned:
            if is_wanted(known.location, measure):
                self._watch.noted(sensor, "too_many_series")
                detail = (
                    f"{channel}.{measure}: the sensor has {SERIES_OF_SENSOR_MAX} series already"
                )
                aside.put("failed", "too_many_series", detail, sensor.sensor)

    # -- what must be known first -----------------------------------------------------------------
    def _known_now(self, sensor: SensorNo) -> Known:
        catalogue = self._desk.current()
        if catalogue.version != self._known_version:
            self._known.clear()
            self._complete.clear()
            self._known_version = catalogue.version
        known = self._known.get(sensor)
        if known is None:
            known = self._known[sensor] = known_of(catalogue, catalogue.sensors[sensor])
        return known

    async def _knowing(
        self, sensor: Sensor, decoded: Decoded, driver: str, first_s: int | None
    ) -> Known:
        """What counting a package needs, learnt first where need be; it counts from `first_s` on."""
        known = self._known_now(sensor.sensor)
        for _ in range(LEARN_TRIES):  # another may have read an older snapshot meanwhile
            if self._is_known(known, decoded, first_s):
                break
            await self._learning.learn(Lesson(sensor, decoded, driver, first_s))
            known = self._known_now(sensor.sensor)
        return known

    def _is_known(self, known: Known, decoded: Decoded, first_s: int | None) -> bool:
        """Usually it looks like the last one, and brings nothing new but numbers."""
        sensor = known.sensor.sensor
        shape = (decoded.device, decoded.channels, decoded.names_geometry)
        begun_s = known.expected_from_s
        begun = begun_s is not None and (first_s is None or first_s >= begun_s)
        if begun and self._complete.get(sensor) == shape:
            return True
        device_known = decoded.device is None or self._device_known(known.sensor, decoded)
        complete = is_complete(known, decoded, first_s, device_known)
        if complete:
            self._complete[sensor] = shape
        return complete

    def _device_known(self, sensor: Sensor, decoded: Decoded) -> bool:
        device = decoded.device
        assert device is not None
        key = (device.vendor, device.serial, device.context)
        mine = self._desk.current().device_by_serial.get(key)
        return mine is not None and mine.sensor == sensor.sensor

    @property
    def commits(self) -> int:
        """How many groups are on disk."""
        return self._groups.commits

    @property
    def packages(self) -> int:
        """How many packages are on disk since the start."""
        return self._groups.packages

    # -- to disk ----------------------------------------------------------------------------------
    async def apply(self, accepted: Sequence[Accepted]) -> list[Outcome]:
        """Commit what importing and replaying made; in the same groups as pushes."""
        return await self._groups.commit(accepted)

    async def run(self, stop: asyncio.Event) -> None:
        """Commit groups until told to stop; what is queued by then is still committed."""
        await self._groups.run(stop)


def _failure(task: asyncio.Task[None]) -> BaseException | None:
    return StoreError("the server stops: send it again") if task.cancelled() else task.exception()
