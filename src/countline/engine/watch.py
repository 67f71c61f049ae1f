"""Who is alive: what was heard is written down, silence becomes gaps, and all of it is judged."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from countline import __version__
from countline.clock import set_within
from countline.engine.catalogue import Catalogue
from countline.engine.desk import CatalogueDesk
from countline.engine.facts import FactsBook
from countline.engine.feed import Feed
from countline.engine.followers import OCCUPANCY
from countline.engine.hearing import Hearing
from countline.engine.judging import Evidence, judge, reasons_of
from countline.errors import NotFound
from countline.model.adoption import Adoption
from countline.model.health import DeviceFacts, Finding, KeptFacts, Thresholds, Trouble
from countline.model.ids import LocationId, SensorId, SensorNo
from countline.model.query import Health, Reason, SensorHealth
from countline.model.sensor import Gap, Sensor, Status
from countline.store.seam import StoreFacts, Transaction, View

_log = structlog.get_logger("countline.watch")

FLUSH_S = 10
USUAL = Thresholds()

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


class Watch:
    """Keeps what sensors last said in memory, and writes it down every few seconds."""

    def __init__(
        self,
        desk: CatalogueDesk,
        feed: Feed,
        *,
        now_ms: Callable[[], int],
        limits: Thresholds = USUAL,
    ) -> None:
        self._desk = desk
        self._feed = feed
        self._now_ms = now_ms
        self._limits = limits
        self._facts = FactsBook(limits)
        self._hearing = Hearing(self._facts, limits, now_ms=now_ms)
        self._troubles: dict[str, Reason] = {}
        self._written: dict[str, Trouble] = {}
        self._at_work = False
        self.saw = self._hearing.saw
        self.counted = self._hearing.counted
        self.noted = self._hearing.noted
        self.last_bin_end_s = self._hearing.last_bin_end_s
        self.stale_after_s = self._hearing.stale_after_s

    async def load(self) -> None:
        """Begin with what was written down, and with the newest bins themselves."""

        def work(view: View) -> tuple[dict[SensorNo, Status], list[KeptFacts], list[Trouble]]:
            known = {s.sensor: s for s in view.records(Status)}
            for sensor in view.records(Sensor):
                span = view.span(sensor.sensor)
                if span is not None:
                    status = known.get(sensor.sensor, Status(sensor=sensor.sensor))
                    known[sensor.sensor] = replace(status, last_bin_end_s=span[1])
            return known, view.records(KeptFacts), view.records(Trouble)

        known, facts, troubles = await self._desk.store.read(work, heavy=True)
        self._hearing.load(known)
        self._facts.load(facts)
        self._written = {one.part: one for one in troubles}

    def trouble(self, name: str, detail: str | None) -> None:
        """A part of the house cannot do its work just now; None when it can again."""
        if detail is None:
            self._troubles.pop(name, None)
        elif name not in self._troubles:
            self._troubles[name] = Reason(f"{name}_failing", detail, self._now_ms() // 1000)

    async def note_facts(self, sensor_id: str, facts: DeviceFacts) -> None:
        """What a device said of itself, or that it did not answer. Raises `NotFound`."""
        catalogue = await self._desk.fresh()
        sensor = _sensor_in(catalogue, sensor_id, None).sensor
        self._hearing.learnt(sensor, facts)
        if facts.config_checksum is not None:
            arranged = await self._desk.store.read(lambda view: view.record(Adoption, sensor))
            told = arranged.checksum if arranged else ""
            wrong = bool(told) and told != facts.config_checksum
            self._facts.mark(sensor, "config_changed", facts.at_s, wrong=wrong)

    # -- writing down -----------------------------------------------------------------------------
    async def run(self, stop: asyncio.Event) -> None:
        """Write down what moved, and open and close the gaps of silent sensors, until stopped."""
        self._at_work = True
        while not stop.is_set():
            await set_within(stop, FLUSH_S)
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
        statuses = self._hearing.to_write(catalogue.sensors)
        facts = self._facts.to_write()
        troubles = self._troubles_now()
        over = [one for part, one in self._written.items() if part not in troubles]
        new = [one for part, one in troubles.items() if one != self._written.get(part)]
        if not (statuses or facts or gaps or over or new):
            return

        def work(tx: Transaction) -> None:
            tx.save(*statuses, *facts, *new)
            tx.delete(*over)
            for gap in gaps:
                tx.save(gap if gap.gap_id else replace(gap, gap_id=tx.next_number("gap")))

        try:
            await self._desk.store.write(work)
        except Exception:
            self._facts.again(facts)
            raise
        self._written = troubles
        if gaps:
            await self._desk.reread_gaps()

    def _troubles_now(self) -> dict[str, Trouble]:
        """What ails this process, for commands that look at the store beside it."""
        parts = {**self._troubles, **self._feed.troubles()}
        return {
            part: Trouble(part=part, code=one.code, detail=one.detail, since_s=one.since_s)
            for part, one in parts.items()
        }

    def _gaps(self, catalogue: Catalogue) -> list[Gap]:
        """Gaps to open for sensors that fell silent, and to close for those that are back."""
        now_s = self._now_ms() // 1000
        found: list[Gap] = []
        for sensor in catalogue.sensors.values():
            opened = [g for g in catalogue.gaps.get(sensor.sensor, ()) if g.to_s is None]
            last_s = self.last_bin_end_s(sensor.sensor)
            if not pushes(catalogue, sensor):
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
        return self.health_of(catalogue, _sensor_in(catalogue, sensor_id, sight))

    async def sensors(self, sight: Sight) -> list[SensorHealth]:
        """The health of all sensors in sight, by id."""
        catalogue = await self._desk.fresh()
        return [
            self.health_of(catalogue, s)
            for s in catalogue.sensor_by_id.values()
            if sight is None or s.location_id in sight
        ]

    def health_of(self, catalogue: Catalogue, sensor: Sensor) -> SensorHealth:
        """The health of a sensor of a snapshot, by what was heard until now."""
        heard, facts = self._hearing.of(sensor.sensor), self._facts.of(sensor.sensor)
        evidence = Evidence(
            now_s=self._now_ms() // 1000,
            stale_after_s=self.stale_after_s(sensor.sensor),
            state=sensor.state,
            created_s=sensor.created_s,
            retired_s=sensor.retired_s,
            expected=pushes(catalogue, sensor),
            imported=bool(catalogue.expected_of.get(sensor.sensor)),
            last_push_s=None if heard.last_push_ms is None else heard.last_push_ms // 1000,
            last_bin_end_s=heard.last_bin_end_s,
            push_delay_s=heard.push_delay_s,
            clock_offset_s=heard.clock_offset_s,
            notes=heard.notes,
            facts=facts,
            unmapped=unmapped(catalogue, sensor),
        )
        health, found = judge(evidence, self._limits)
        about: dict[str, Any] = {
            "sensor_id": sensor.sensor_id,
            "location_id": sensor.location_id,
        }
        return SensorHealth(
            sensor_id=sensor.sensor_id,
            location_id=sensor.location_id,
            health=health,
            reasons=reasons_of(found),
            findings=tuple(replace(one, **about) for one in found),
            last_push_s=evidence.last_push_s,
            push_delay_s=heard.push_delay_s,
            clock_offset_s=heard.clock_offset_s,
            uptime_s=heard.uptime_s,
            temperature_c=heard.temperature_c,
            firmware=heard.firmware,
            illumination=heard.illumination,
            facts=facts,
            unmapped=evidence.unmapped,
            stale_after_s=evidence.stale_after_s,
        )

    async def troubles(self, lags: Mapping[str, FollowerLag]) -> list[Finding]:
        """What ails the installation itself: parts of the server, readers of events, the disk."""
        others = {} if self._at_work else self._written  # of the server beside this command
        found = [
            Finding(
                code=one.code,
                since_s=one.since_s,
                note=_closed(one.detail),
                subject="system",
                part=part,
            )
            for part, one in {**others, **self._troubles_now()}.items()
        ]
        for name, lag in lags.items():
            if lag.lag_s > self._limits.lag_s:
                said = {"reader": name, "events": lag.lag_events, "lag_s": lag.lag_s}
                found.append(
                    Finding(code="follower_behind", said=said, subject="system", part=name)
                )
        return found + list(disk_findings(self._desk.store.facts(), self._limits))

    async def lags(self) -> dict[str, FollowerLag]:
        """How far each reader of the event log is behind."""
        return {
            name: FollowerLag(lag_events=behind.events, lag_s=round(behind.seconds, 1))
            for name in (OCCUPANCY, *self._feed.readers())
            for behind in [await self._feed.lag(name)]
        }

    async def system(self) -> SystemHealth:
        """The health of the installation: store, followers, and how many sensors are well."""
        tally = {"healthy": 0, "degraded": 0, "offline": 0, "unknown": 0}
        for one in await self.sensors(None):
            tally[one.health] += 1
        lags = await self.lags()
        found = await self.troubles(lags)
        for health in ("offline", "degraded"):
            if tally[health]:
                said = {"sensors": tally[health]}
                found.append(Finding(code=f"sensors_{health}", said=said, subject="system"))
        return SystemHealth(
            health="degraded" if found else "healthy",
            reasons=reasons_of(found),
            version=__version__,
            store=self._desk.store.facts(),
            followers=lags,
            sensors=tally,
        )

    async def ready(self) -> bool:
        """Whether questions can be answered."""
        await self._desk.fresh()
        return True


def pushes(catalogue: Catalogue, sensor: Sensor) -> bool:
    """Whether data is expected of a sensor now."""
    return any(e.to_s is None for e in catalogue.expected_of.get(sensor.sensor, ()))


def unmapped(catalogue: Catalogue, sensor: Sensor) -> tuple[str, ...]:
    """Channels of a sensor that count no line and measure no zone."""
    used = {source.channel for source in catalogue.sources_of_sensor.get(sensor.sensor, ())}
    channels = (channel.channel for channel in catalogue.channels_of(sensor.sensor))
    return tuple(sorted(one for one in channels if one not in used))


def disk_findings(store: StoreFacts, limits: Thresholds) -> list[Finding]:
    """Whether the disk of an embedded store fills up."""
    whole, free = store.detail.get("disk_bytes"), store.detail.get("disk_free_bytes")
    if not whole or free is None or 100 * free / whole >= limits.disk_free_percent:
        return []
    said = {"percent": round(100 - 100 * free / whole, 1), "free_mb": free // 1_000_000}
    return [Finding(code="disk_nearly_full", said=said, subject="system", part="store")]


def _sensor_in(catalogue: Catalogue, sensor_id: str, sight: Sight) -> Sensor:
    sensor = catalogue.sensor_by_id.get(SensorId(sensor_id))
    if sensor is None or (sight is not None and sensor.location_id not in sight):
        raise NotFound(f"There is no sensor {sensor_id!r}.", code="sensor_not_found")
    return sensor


def _closed(detail: str) -> str:
    return detail if detail.endswith((".", "!", "?")) else f"{detail}."
