"""Who is alive: what each sensor last said, judged by its own rhythm, and the health of it all."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace

import structlog

from countline import __version__
from countline.drivers.reading import Decoded
from countline.engine.catalogue import Catalogue
from countline.engine.desk import CatalogueDesk
from countline.engine.feed import Feed
from countline.engine.followers import OCCUPANCY
from countline.errors import NotFound
from countline.limits import STALE_AFTER_S_MIN
from countline.model.ids import LocationId, SensorId, SensorNo
from countline.model.query import Health, Reason, SensorHealth
from countline.model.sensor import Gap, Sensor, Status
from countline.store.seam import StoreFacts, Transaction, View

_log = structlog.get_logger("countline.watch")

USUAL_INTERVAL_S = 60
LATE_PUSH_S = 120  # from the end of a record to its arrival
CLOCK_OFFSET_S = 30
OFFSETS_KEPT = 3
NOTE_KEEP_S = 3_600  # a note older than this no longer speaks about now
FLUSH_S = 10
LAG_S_MAX = 60  # a reader further behind than this is told in health

Sight = frozenset[LocationId] | None  # what a key may see; None: all locations


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerLag:
    """How far a reader of the event log is behind."""

    lag_events: int
    lag_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemHealth:
    """The health of the whole installation."""

    health: Health
    reasons: tuple[Reason, ...]
    version: str
    store: StoreFacts
    followers: dict[str, FollowerLag]
    sensors: dict[str, int]


@dataclass(slots=True)
class Heard:
    """What a sensor last said: a `Status` that each push moves on, at a tenth of the cost."""

    sensor: SensorNo
    last_push_ms: int | None = None
    last_bin_end_s: int | None = None
    push_delay_s: float | None = None
    clock_offset_s: float | None = None
    uptime_s: int | None = None
    temperature_c: int | None = None
    firmware: str = ""
    illumination: str = ""
    interval_s: int | None = None
    notes: dict[str, int] = field(default_factory=dict)

    @staticmethod
    def of(status: Status) -> "Heard":
        """As it was written down."""
        return Heard(**{name: getattr(status, name) for name in HEARD})

    def status(self) -> Status:
        """As it is written down."""
        told = {name: getattr(self, name) for name in HEARD}
        return Status(**(told | {"notes": dict(self.notes)}))


HEARD = tuple(each.name for each in fields(Heard))


class Watch:
    """Keeps what sensors last said in memory, and writes it down every few seconds."""

    def __init__(self, desk: CatalogueDesk, feed: Feed, *, now_ms: Callable[[], int]) -> None:
        self._desk = desk
        self._feed = feed
        self._now_ms = now_ms
        self._heard: dict[SensorNo, Heard] = {}
        self._moved: set[SensorNo] = set()
        self._troubles: dict[str, Reason] = {}
        self._offsets_ms: dict[SensorNo, deque[int]] = {}

    async def load(self) -> None:
        """Begin with what was written down, and with the newest bins themselves."""

        def work(view: View) -> dict[SensorNo, Status]:
            known = {s.sensor: s for s in view.records(Status)}
            for sensor in view.records(Sensor):
                span = view.span(sensor.sensor)
                if span is not None:
                    status = known.get(sensor.sensor, Status(sensor=sensor.sensor))
                    known[sensor.sensor] = replace(status, last_bin_end_s=span[1])
            return known

        known = await self._desk.store.read(work, heavy=True)
        self._heard = {sensor: Heard.of(status) for sensor, status in known.items()}

    def trouble(self, name: str, detail: str | None) -> None:
        """A part of the house cannot do its work just now; None when it can again."""
        if detail is None:
            self._troubles.pop(name, None)
        elif name not in self._troubles:
            self._troubles[name] = Reason(f"{name}_failing", detail, self._now_ms() // 1000)

    # -- what sensors say -------------------------------------------------------------------------
    def saw(self, sensor: Sensor, decoded: Decoded, received_ms: int) -> None:
        """A life sign: a package of this sensor came."""
        heard = self._of(sensor.sensor)
        heard.last_push_ms = max(received_ms, heard.last_push_ms or 0)
        if decoded.readings:
            last_end_s = max([r.start_s + r.length_s for r in decoded.readings])
            heard.push_delay_s = round(received_ms / 1000 - last_end_s, 3)
        if (said := decoded.status) is not None:
            if said.device_time_ms is not None:
                ahead_ms = said.device_time_ms - received_ms
                heard.clock_offset_s = self._offset_s(sensor.sensor, ahead_ms)
            heard.uptime_s = _newer(said.uptime_s, heard.uptime_s)
            heard.temperature_c = _newer(said.temperature_c, heard.temperature_c)
            heard.firmware = said.firmware or heard.firmware
            heard.illumination = said.illumination or heard.illumination
        self._moved.add(sensor.sensor)

    def counted(self, sensor: SensorNo, end_s: int) -> None:
        """Bins of this sensor up to an instant are on disk now."""
        heard = self._of(sensor)
        last_s = heard.last_bin_end_s
        if last_s is not None and end_s <= last_s:
            return
        if last_s is not None:
            step_s, usual_s = end_s - last_s, heard.interval_s
            heard.interval_s = step_s if usual_s is None else (3 * usual_s + step_s) // 4
        heard.last_bin_end_s = end_s
        self._moved.add(sensor)

    def _of(self, sensor: SensorNo) -> Heard:
        heard = self._heard.get(sensor)
        if heard is None:
            heard = self._heard[sensor] = Heard(sensor)
        return heard

    def _offset_s(self, sensor: SensorNo, ahead_ms: int) -> float | None:
        """How far a clock is ahead, by the least delayed of its last words.

        A single one that seems to be behind may only have been long on its way.
        """
        told = self._offsets_ms.setdefault(sensor, deque(maxlen=OFFSETS_KEPT))
        told.append(ahead_ms)
        known = len(told) > 1 or ahead_ms > 0
        return round(max(told) / 1000, 3) if known else None

    def noted(self, sensor: Sensor, code: str) -> None:
        """Something about this sensor's packages was not counted."""
        self._of(sensor.sensor).notes[code] = self._now_ms() // 1000
        self._moved.add(sensor.sensor)

    def last_bin_end_s(self, sensor: SensorNo) -> int | None:
        """The end of the newest bin that a sensor gave."""
        heard = self._heard.get(sensor)
        return heard.last_bin_end_s if heard else None

    def stale_after_s(self, sensor: SensorNo) -> int:
        """How long a sensor may be silent: 15 minutes, or 2.5 of its usual intervals."""
        heard = self._heard.get(sensor)
        usual_s = (heard.interval_s if heard else None) or USUAL_INTERVAL_S
        return max(STALE_AFTER_S_MIN, usual_s * 5 // 2)

    # -- writing down -----------------------------------------------------------------------------
    async def run(self, stop: asyncio.Event) -> None:
        """Write down what moved, and open and close the gaps of silent sensors, until stopped."""
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), FLUSH_S)
            except TimeoutError:
                pass
            try:
                await self.flush()
            except Exception:  # a full disk, say: the next time may be better
                self.trouble("watch", "What sensors said could not be written down; see the log.")
                _log.exception("watch_failed")
            else:
                self.trouble("watch", None)

    async def flush(self) -> None:
        """Write down what sensors said since the last time, and the silence of those who did not."""
        catalogue = await self._desk.fresh()
        gaps = self._gaps(catalogue)
        moved, self._moved = self._moved, set()
        statuses = [self._heard[s].status() for s in moved if s in catalogue.sensors]
        if not statuses and not gaps:
            return

        def work(tx: Transaction) -> None:
            tx.save(*statuses)
            for gap in gaps:
                tx.save(gap if gap.gap_id else replace(gap, gap_id=tx.next_number("gap")))

        await self._desk.store.write(work)
        if gaps:
            await self._desk.reread_gaps()

    def _gaps(self, catalogue: Catalogue) -> list[Gap]:
        """Gaps to open for sensors that fell silent, and to close for those that are back."""
        now_s = self._now_ms() // 1000
        found: list[Gap] = []
        for sensor in catalogue.sensors.values():
            opened = [g for g in catalogue.gaps.get(sensor.sensor, ()) if g.to_s is None]
            last_s = self.last_bin_end_s(sensor.sensor)
            if not _pushes(catalogue, sensor):
                found.extend(replace(g, to_s=max(now_s, g.from_s + 1)) for g in opened)
                continue
            if last_s is None:
                continue
            silent = now_s - last_s > self.stale_after_s(sensor.sensor)
            if silent and not opened:
                gap = Gap(
                    gap_id=0,
                    sensor=sensor.sensor,
                    from_s=last_s,
                    to_s=None,
                    reason="sensor_offline",
                )
                found.append(gap)
            elif not silent:
                found.extend(replace(g, to_s=max(last_s, g.from_s + 1)) for g in opened)
        return found

    # -- health -----------------------------------------------------------------------------------
    async def sensor(self, sensor_id: str, sight: Sight) -> SensorHealth:
        """The health of one sensor. Raises `NotFound` for one that is not there or not in sight."""
        catalogue = await self._desk.fresh()
        sensor = catalogue.sensor_by_id.get(SensorId(sensor_id))
        if sensor is None or (sight is not None and sensor.location_id not in sight):
            raise NotFound(f"There is no sensor {sensor_id!r}.", code="sensor_not_found")
        return self._health(catalogue, sensor)

    async def sensors(self, sight: Sight) -> list[SensorHealth]:
        """The health of all sensors in sight, by id."""
        catalogue = await self._desk.fresh()
        return [
            self._health(catalogue, s)
            for s in catalogue.sensor_by_id.values()
            if sight is None or s.location_id in sight
        ]

    def _health(self, catalogue: Catalogue, sensor: Sensor) -> SensorHealth:
        status = self._heard.get(sensor.sensor) or Heard(sensor.sensor)
        reasons = tuple(self._reasons(catalogue, sensor, status))
        codes = {r.code for r in reasons}
        health: Health = "healthy"
        if sensor.state == "retired" or codes & {"never_pushed", "fed_by_files"}:
            health = "unknown"
        elif "silent" in codes:
            health = "offline"
        elif reasons:
            health = "degraded"
        return SensorHealth(
            sensor_id=sensor.sensor_id,
            location_id=sensor.location_id,
            health=health,
            reasons=reasons,
            last_push_s=None if status.last_push_ms is None else status.last_push_ms // 1000,
            push_delay_s=status.push_delay_s,
            clock_offset_s=status.clock_offset_s,
            uptime_s=status.uptime_s,
            temperature_c=status.temperature_c,
            firmware=status.firmware,
        )

    def _reasons(self, catalogue: Catalogue, sensor: Sensor, status: Heard) -> Iterable[Reason]:
        now_s = self._now_ms() // 1000
        if sensor.state == "retired":
            yield Reason("retired", "The sensor is retired; its history stays.", sensor.retired_s)
            return
        if not _pushes(catalogue, sensor):
            if catalogue.expected_of.get(sensor.sensor):
                yield Reason("fed_by_files", "It has data from files only, and no pushes.", None)
            else:
                detail = "No push with counts has come yet; check its data push settings."
                yield Reason("never_pushed", detail, sensor.created_s)
            return
        last_s = status.last_bin_end_s
        if last_s is not None and now_s - last_s > self.stale_after_s(sensor.sensor):
            minutes = (now_s - last_s) // 60
            detail = f"No counts for {minutes} minutes; check power, network and its push agent."
            yield Reason("silent", detail, last_s)
        elif status.push_delay_s is not None and status.push_delay_s > LATE_PUSH_S:
            detail = f"The last push came {status.push_delay_s:.0f} s after its minute had ended."
            yield Reason("push_late", detail, None)
        if status.clock_offset_s is not None and abs(status.clock_offset_s) > CLOCK_OFFSET_S:
            detail = f"Its clock is {status.clock_offset_s:+.0f} s off; check its time server."
            yield Reason("clock_offset", detail, None)
        for code, at_s in sorted(status.notes.items()):
            if now_s - at_s <= NOTE_KEEP_S:
                detail = "Some of what it pushed was kept and not counted; see `countline replay`."
                yield Reason(code, detail, at_s)

    async def system(self) -> SystemHealth:
        """The health of the installation: store, followers, and how many sensors are well."""
        healths = await self.sensors(None)
        tally = {"healthy": 0, "degraded": 0, "offline": 0, "unknown": 0}
        for one in healths:
            tally[one.health] += 1
        reasons = list(self._troubles.values())
        if tally["offline"]:
            detail = f"{tally['offline']} sensors are silent."
            reasons.append(Reason("sensors_offline", detail, None))
        if tally["degraded"]:
            detail = f"{tally['degraded']} sensors need a look."
            reasons.append(Reason("sensors_degraded", detail, None))
        reasons += self._feed.troubles().values()
        lags = {
            name: FollowerLag(lag_events=behind.events, lag_s=round(behind.seconds, 1))
            for name in (OCCUPANCY, *self._feed.readers())
            for behind in [await self._feed.lag(name)]
        }
        for name, lag in lags.items():
            if lag.lag_s > LAG_S_MAX:
                detail = f"{name} is {lag.lag_events} events behind."
                reasons.append(Reason("follower_behind", detail, None))
        return SystemHealth(
            health="degraded" if reasons else "healthy",
            reasons=tuple(reasons),
            version=__version__,
            store=self._desk.store.facts(),
            followers=lags,
            sensors=tally,
        )

    async def ready(self) -> bool:
        """Whether questions can be answered."""
        await self._desk.fresh()
        return True


def _pushes(catalogue: Catalogue, sensor: Sensor) -> bool:
    """Whether data is expected of a sensor now."""
    return any(e.to_s is None for e in catalogue.expected_of.get(sensor.sensor, ()))


def _newer(new: int | None, old: int | None) -> int | None:
    return old if new is None else new
