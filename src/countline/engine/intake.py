"""The one path that a push walks: decode, find its sensor, normalise, commit in a group, answer."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from countline.counting.normalise import Normalised, to_claims
from countline.counting.quiet import Observation
from countline.drivers.reading import Decoded, Driver, Push
from countline.engine.admission import (
    Known,
    Refusal,
    is_complete,
    keep_waiting,
    known_of,
    learn,
    owner,
)
from countline.engine.catalogue import Catalogue
from countline.engine.desk import CatalogueDesk
from countline.engine.quiet_nights import observed, quiet_minutes, remember, zero_claims
from countline.engine.watch import Watch
from countline.errors import BadPush, NotReady, StoreError
from countline.limits import (
    GROUP_MINUTES_MAX,
    GROUP_PUSHES_MAX,
    INTAKE_QUEUE_MAX,
    WAITING_BYTES_MAX,
)
from countline.model.access import PushSecret
from countline.model.claim import RANK_PUSH, Minute
from countline.model.ids import SensorNo
from countline.model.sensor import Device, Sensor
from countline.store.seam import Accepted, Commit, KeptPush, Outcome, Transaction

_log = structlog.get_logger("countline.intake")

DECODE_AT_ONCE_BYTES_MAX = 100_000  # about 2 ms
FRESH_MS_MAX = 50  # how old the snapshot may be by which a push is admitted


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """How pushes are gathered and kept."""

    linger_ms: int = 0  # wait this long for more before a commit; 50-200 suits flash cards
    keep_bodies: bool = True
    waiting_bytes_max: int = WAITING_BYTES_MAX  # pushes of devices that nobody registered yet


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
        self._on_commit = on_commit
        self._settings = settings
        self._queue: deque[tuple[Accepted, asyncio.Future[Outcome]]] = deque()
        self._more = asyncio.Event()
        self._known: dict[SensorNo, Known] = {}
        self._known_version = -1
        self._learners: list[tuple[Sensor, Decoded, str, int | None]] = []
        self._learning: asyncio.Task[None] | None = None
        self._looked_ms = 0
        self._last_seen: dict[tuple[SensorNo, str], Observation] = {}

    # -- the way in -------------------------------------------------------------------------------
    async def submit(self, push: Push, secret: PushSecret) -> list[Outcome]:
        """Everything of one body; returns once it is on disk. Raises `NotReady`, `StoreError`."""
        if len(self._queue) >= INTAKE_QUEUE_MAX:
            raise NotReady("Too many pushes are waiting for the disk.", retry_after_s=5)
        return await self._commit(await self._accept(push, secret))

    async def submit_again(self, push: Push, secret: PushSecret) -> bool:
        """A kept body once more, however late; False when it is kept again."""
        accepted = await self._accept(push, secret, again=True)
        await self._commit(accepted)
        return bool(accepted) and not any(one.kept for one in accepted)

    async def _accept(
        self, push: Push, secret: PushSecret, *, again: bool = False
    ) -> list[Accepted]:
        driver = self._drivers[push.driver]
        try:
            packages = await self._decoded(driver, push)
        except BadPush as error:
            return [self._failed(push, secret.sensor, error.error_code, error.detail)]
        accepted: list[Accepted] = []
        for decoded in packages:
            body = push.body if not (accepted or again) else None
            one = await self._accept_package(push, driver, secret, decoded, body, again=again)
            if one is not None:
                accepted.append(one)
        return accepted

    async def _decoded(self, driver: Driver, push: Push) -> list[Decoded]:
        """Usual bodies are read at once; a backlog of days must not hold up everybody else."""
        if len(push.body) <= DECODE_AT_ONCE_BYTES_MAX:
            return driver.decode(push)
        return await asyncio.to_thread(driver.decode, push)

    async def _accept_package(
        self,
        push: Push,
        driver: Driver,
        secret: PushSecret,
        decoded: Decoded,
        body: bytes | None,
        *,
        again: bool,
    ) -> Accepted | None:
        catalogue = await self._catalogue()
        if decoded.purpose == "test":
            return None
        found = owner(catalogue, secret, decoded.device)
        if isinstance(found, Refusal):
            return self._failed(push, secret.sensor, found.code, found.detail)
        if found is None or isinstance(found, Device):
            assert decoded.device is not None
            room = self._settings.waiting_bytes_max
            if await keep_waiting(self._desk, driver, push, decoded.device, bytes_max=room):
                return None
            detail = "1,000 devices wait already; register or dismiss some."
            return self._failed(push, None, "too_many_discovered", detail)
        self._watch.saw(found, decoded, push.received_ms)
        known = await self._knowing(found, decoded, driver.name)
        body = body if self._keeps(driver, decoded) else None
        accepted = self._normalised(known, push, decoded, body, again=again)
        zeros = await self._quiet(known, decoded)
        return replace(accepted, minutes=[*accepted.minutes, *zeros]) if zeros else accepted

    async def _quiet(self, known: Known, decoded: Decoded) -> list[Minute]:
        """Zeros for minutes that a sensor leaves out because nobody came, where it is set so."""
        seen = observed(decoded)
        if seen is None:
            return []
        sensor = known.sensor
        if sensor.quiet == "gap":
            last = self._last_seen.get((sensor.sensor, seen.agent), seen)
            self._last_seen[sensor.sensor, seen.agent] = seen
            if quiet_minutes([last, seen], decoded):
                self._watch.noted(sensor, "quiet_minutes_missing")
            return []
        near = await self._desk.store.write(lambda tx: remember(tx, sensor.sensor, seen))
        series = self._desk.current().series_of.get(sensor.sensor, ())
        minutes = quiet_minutes(near, decoded)
        return zero_claims(minutes, decoded, known.plan(decoded.device), series)

    def _keeps(self, driver: Driver, decoded: Decoded) -> bool:
        keeps = self._settings.keep_bodies and driver.keeps_body
        return keeps and decoded.purpose == "counts" and bool(decoded.readings)

    def _normalised(
        self, known: Known, push: Push, decoded: Decoded, body: bytes | None, *, again: bool
    ) -> Accepted:
        made = to_claims(
            decoded.readings,
            known.plan(decoded.device),
            rank=RANK_PUSH,
            sequence=decoded.sequence if decoded.sequence is not None else push.received_ms,
            received_s=push.received_ms // 1000,
            late_window_s=None if again else known.location.late_window_s,
        )
        return Accepted(
            received_ms=push.received_ms,
            driver=push.driver,
            sensor=known.sensor.sensor,
            location_id=known.location.location_id,
            minutes=made.minutes,
            claims=made.claims,
            body=body,
            kept=self._set_aside(known, push, decoded, made),
        )

    def _set_aside(
        self, known: Known, push: Push, decoded: Decoded, made: Normalised
    ) -> list[KeptPush]:
        kept: list[KeptPush] = []
        for state, aside in (("clock", made.clock), ("late", made.late)):
            if aside:
                self._watch.noted(known.sensor, f"{state}_skew" if state == "clock" else state)
                detail = f"{len(aside)} records set aside, the first at {aside[0][1]}."
                kept.append(
                    KeptPush(
                        push_id=0,
                        state=state,  # type: ignore[arg-type]  # one of the two above
                        driver=push.driver,
                        received_ms=push.received_ms,
                        code="clock_skew" if state == "clock" else "too_late",
                        detail=detail,
                        body=push.body,
                        sensor=known.sensor.sensor,
                    )
                )
        for code in {n.code for n in decoded.notes} | {r.code for r in made.refused}:
            self._watch.noted(known.sensor, code)
        return kept

    def _failed(self, push: Push, sensor: SensorNo | None, code: str, detail: str) -> Accepted:
        body = self._drivers[push.driver].strip_persons(push.body)
        kept = KeptPush(
            push_id=0,
            state="failed",
            driver=push.driver,
            received_ms=push.received_ms,
            code=code,
            detail=detail,
            body=body,
            sensor=sensor,
        )
        return Accepted(received_ms=push.received_ms, driver=push.driver, kept=[kept])

    # -- what must be known first -----------------------------------------------------------------
    async def _catalogue(self) -> Catalogue:
        now = self._now_ms()
        if abs(now - self._looked_ms) > FRESH_MS_MAX:
            self._looked_ms = now
            return await self._desk.fresh()
        return self._desk.current()

    def _known_now(self, sensor: SensorNo) -> Known:
        catalogue = self._desk.current()
        if catalogue.version != self._known_version:
            self._known.clear()
            self._known_version = catalogue.version
        known = self._known.get(sensor)
        if known is None:
            known = self._known[sensor] = known_of(catalogue, catalogue.sensors[sensor])
        return known

    async def _knowing(self, sensor: Sensor, decoded: Decoded, driver: str) -> Known:
        known = self._known_now(sensor.sensor)
        first_s = min((r.start_s for r in decoded.readings), default=None)
        if first_s is not None:
            oldest_s = self._now_ms() // 1000 - known.location.late_window_s
            first_s = None if first_s < oldest_s else first_s
        device_known = decoded.device is None or self._device_known(sensor, decoded)
        if is_complete(known, decoded, first_s, device_known):
            return known
        self._learners.append((sensor, decoded, driver, first_s))
        if self._learning is None:
            self._learning = asyncio.create_task(self._learn())
        await asyncio.shield(self._learning)
        return self._known_now(sensor.sensor)

    def _device_known(self, sensor: Sensor, decoded: Decoded) -> bool:
        device = decoded.device
        assert device is not None
        key = (device.vendor, device.serial, device.context)
        mine = self._desk.current().device_by_serial.get(key)
        return mine is not None and mine.sensor == sensor.sensor

    async def _learn(self) -> None:
        await asyncio.sleep(0)  # all that came in this turn of the loop is learnt in one commit
        learners, self._learners = self._learners, []
        self._learning = None

        def work(tx: Transaction) -> None:
            for sensor, decoded, driver, first_s in learners:
                learn(tx, sensor, decoded, driver=driver, first_s=first_s)

        await self._desk.store.write(work)
        await self._desk.fresh()

    # -- committing in groups ---------------------------------------------------------------------
    async def _commit(self, accepted: Sequence[Accepted]) -> list[Outcome]:
        if not accepted:
            return []
        loop = asyncio.get_running_loop()
        waits = [loop.create_future() for _ in accepted]
        self._queue.extend(zip(accepted, waits, strict=True))
        self._more.set()
        return list(await asyncio.gather(*waits))

    async def apply(self, accepted: Sequence[Accepted]) -> list[Outcome]:
        """Commit what importing and replaying made; in the same groups as pushes."""
        return await self._commit(accepted)

    async def run(self, stop: asyncio.Event) -> None:
        """Commit groups until told to stop; what is queued by then is still committed."""
        stopping = asyncio.create_task(stop.wait())
        try:
            while not (stop.is_set() and not self._queue):
                if not self._queue:
                    more = asyncio.create_task(self._more.wait())
                    await asyncio.wait({more, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    more.cancel()
                    self._more.clear()
                    continue
                if self._settings.linger_ms:
                    await asyncio.sleep(self._settings.linger_ms / 1000)
                await self._commit_group()
        finally:
            stopping.cancel()

    async def _commit_group(self) -> None:
        group: list[Accepted] = []
        waits: list[asyncio.Future[Outcome]] = []
        minutes = 0
        while self._queue and len(group) < GROUP_PUSHES_MAX and minutes < GROUP_MINUTES_MAX:
            accepted, wait = self._queue.popleft()
            minutes += len(accepted.minutes) + len(accepted.claims)
            group.append(accepted)
            waits.append(wait)
        try:
            commit = await self._desk.store.apply(group)
        except Exception as error:
            await self._after_failure(group, waits, error)
            return
        for accepted, wait, outcome in zip(group, waits, commit.outcomes, strict=True):
            self._heard(accepted)
            if not wait.done():  # a client that hung up does not break its group
                wait.set_result(outcome)
        self._on_commit(commit)

    def _heard(self, accepted: Accepted) -> None:
        if accepted.sensor is None:
            return
        ends = [60 * m.minute + 60 for m in accepted.minutes]
        ends += [c.start_s + c.length_s for c in accepted.claims]
        if ends:
            self._watch.counted(accepted.sensor, max(ends))

    async def _after_failure(
        self, group: list[Accepted], waits: list[asyncio.Future[Outcome]], error: Exception
    ) -> None:
        """A disk that refuses fails the whole group; anything else is one push's own fault."""
        if isinstance(error, StoreError):
            for wait in waits:
                if not wait.done():
                    wait.set_exception(error)
            return
        for accepted, wait in zip(group, waits, strict=True):
            try:
                commit = await self._apply_alone(accepted)
            except StoreError as own:
                if not wait.done():
                    wait.set_exception(own)
                continue
            self._heard(accepted)
            if not wait.done():
                wait.set_result(commit.outcomes[0])
            self._on_commit(commit)

    async def _apply_alone(self, accepted: Accepted) -> Commit:
        """One push of a group that failed; the one that is at fault is kept with its error."""
        try:
            return await self._desk.store.apply([accepted])
        except StoreError:
            raise
        except Exception as error:
            _log.exception("push_not_counted", driver=accepted.driver, sensor=accepted.sensor)
            kept = KeptPush(
                push_id=0,
                state="failed",
                driver=accepted.driver,
                received_ms=accepted.received_ms,
                code="not_counted",
                detail=f"The store could not count this body: {error}",
                body=accepted.body or b"",
                sensor=accepted.sensor,
            )
            return await self._desk.store.apply(
                [replace(accepted, minutes=(), claims=(), kept=[kept])]
            )
