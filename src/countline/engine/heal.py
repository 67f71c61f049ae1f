"""Holes in the minutes of sensors are found, and exactly those ranges asked of their devices."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from countline.clock import elapsed_s, set_within
from countline.counting.coverage import Stretch, expected_stretches
from countline.counting.holes import HOLE_S_MIN, holes_between
from countline.drivers.reading import Decoded
from countline.engine.catalogue import Catalogue
from countline.engine.engine import Engine
from countline.engine.explaining import explain
from countline.engine.histories import Merged, merge_history
from countline.engine.messages import write_instant
from countline.engine.reporting import fact
from countline.errors import CountlineError, DeviceError
from countline.limits import LATENESS_S_MAX
from countline.model.adoption import Adoption, Hole, HoleState
from countline.model.event import Event, EventKind
from countline.model.ids import SensorNo, SeriesNo
from countline.model.interval import MINUTE_S
from countline.model.sensor import Sensor, Series
from countline.store.seam import Transaction, View
from countline.wire.events import GapData

_log = structlog.get_logger("countline.heal")

RETRY_S = (60, 300, 1_800, 7_200)  # after the first, second ... try; then nightly
NIGHTLY_S = 86_400
ONGOING_S = 300  # while nothing has come after the hole
GRACE_S = 180  # what ended so recently may still be on its way
LOST_S = 3_600  # a single minute that is missing for so long is not late, but lost
TICK_S = 30
LOOK_SHARE = 0.05  # 2,000 sensors take two minutes at the start, then seconds
LOOKS_S = (
    (60, 2 * 3_600),
    (3_600, 3 * 86_400),
    (86_400, LATENESS_S_MAX),
)  # how often, how far back
AT_ONCE = 8  # devices asked at the same time
QUARTER_S = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a device remembers of a stretch, and since when it remembers anything."""

    parts: tuple[Decoded, ...]
    answered_ms: int
    oldest_s: int | None = None  # None: it does not say


class HistorySource(Protocol):
    """Whoever can ask a device for what it remembers."""

    @property
    def driver(self) -> str:
        """The driver whose channels its histories name."""
        ...

    async def history(self, adoption: Adoption, start_s: int, end_s: int) -> History:
        """The device's minutes of `[start_s, end_s)`. Raises `DeviceError`."""
        ...

    async def resend(self, adoption: Adoption, start_s: int, end_s: int) -> bool:
        """Have the device push that stretch again, where it can; False where it cannot.

        Raises `DeviceError`.
        """
        ...


class Healer:
    """Finds holes, asks for them, and keeps what came of it."""

    def __init__(
        self, engine: Engine, source: HistorySource, *, now_s: Callable[[], int] | None = None
    ) -> None:
        self._engine = engine
        self._source = source
        self._now_s = now_s or (lambda: engine.now_ms() // 1000)
        self._looked_s = [0] * len(LOOKS_S)

    async def run(self, stop: asyncio.Event) -> None:
        """Look and ask until stopped."""
        while not stop.is_set():
            try:
                await self.step(share=LOOK_SHARE)
            except Exception:  # a full disk, say: the next time may be better
                self._engine.watch.trouble("healing", "Holes could not be healed; see the log.")
                _log.exception("healing_failed")
            else:
                self._engine.watch.trouble("healing", None)
            await set_within(stop, TICK_S)

    async def step(self, *, share: float = 1.0) -> None:
        """Look as far back as it is time for, and ask for what is due.

        `share` is how much of the time looking may take; pushes have the rest.
        """
        now_s = self._now_s()
        due = [
            at for at, (every_s, _) in enumerate(LOOKS_S) if now_s >= self._looked_s[at] + every_s
        ]
        if due:
            await self.look(max(LOOKS_S[at][1] for at in due), share=share)
            for at in due:
                self._looked_s[at] = now_s
        await self.ask()

    # -- finding ----------------------------------------------------------------------------------
    async def look(self, back_s: int, *, share: float = 1.0) -> None:
        """Write down the holes of the last `back_s` seconds, and which of the known ones are gone."""
        catalogue = await self._engine.desk.fresh()
        now_s = self._now_s()
        for sensor in catalogue.sensors.values():
            if sensor.state == "adopted":
                began_s = elapsed_s()
                await self._look_at(catalogue, sensor, now_s - back_s, now_s - GRACE_S)
                if share < 1:
                    await asyncio.sleep((elapsed_s() - began_s) * (1 / share - 1))

    async def _look_at(
        self, catalogue: Catalogue, sensor: Sensor, start_s: int, end_s: int
    ) -> None:
        expected = pushed_stretches(catalogue, sensor.sensor)
        series = pushed_series(catalogue, sensor.sensor)
        if not expected or not series:
            return
        start_s = max(start_s, expected[0][0])

        def find(view: View) -> tuple[list[Stretch], list[Hole]]:
            known = [
                hole
                for hole in view.records(Hole, sensor=sensor.sensor)
                if hole.state != "healed" and hole.to_s > start_s and hole.from_s < end_s
            ]
            from_s = min([start_s, *(hole.from_s for hole in known)])  # never a part of a hole
            present = _present(view, series, from_s, end_s)
            return holes_between(expected, present, from_s, end_s, least_s=MINUTE_S), known

        found, known = await self._engine.store.read(find, heavy=True)
        now_s = self._now_s()
        changes, new = reconciled(sensor.sensor, found, known, now_s)
        if not (changes or new):
            return

        def write(tx: Transaction) -> bool:
            tx.save(*changes)
            tx.save(*(replace(hole, hole_id=tx.next_number("hole")) for hole in new))
            healed = [hole for hole in changes if hole.state == "healed"]
            tx.emit(*(gap_event(sensor, hole, now_s) for hole in (*new, *healed)))
            over = [(hole.from_s, hole.to_s) for hole in healed]
            return sum(explain(tx, sensor.sensor, one, (), "") for one in over) > 0

        if await self._engine.store.write(write):
            await self._engine.desk.reread_gaps()

    # -- asking -----------------------------------------------------------------------------------
    async def ask(self) -> None:
        """Ask every device whose holes are due, a few at the same time."""
        now_s = self._now_s()

        def work(view: View) -> dict[SensorNo, tuple[Adoption | None, list[Hole]]]:
            due: dict[SensorNo, list[Hole]] = {}
            for hole in view.records(Hole):
                if hole.state == "open" and hole.next_try_s <= now_s:
                    due.setdefault(hole.sensor, []).append(hole)
            return {sensor: (view.record(Adoption, sensor), mine) for sensor, mine in due.items()}

        due = await self._engine.store.read(work)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(adoption: Adoption | None, holes: Sequence[Hole]) -> None:
            async with gate:
                for hole in holes:
                    await self._try(adoption, hole)

        await asyncio.gather(*(one(adoption, holes) for adoption, holes in due.values()))

    async def _try(self, adoption: Adoption | None, hole: Hole) -> None:
        catalogue = await self._engine.desk.fresh()
        sensor = catalogue.sensors[hole.sensor]
        gap_reason = "sensor_offline"
        state: HoleState = hole.state
        left: Sequence[Stretch] = ((hole.from_s, hole.to_s),)
        if adoption is None or adoption.state != "adopted":
            reason = (
                "The device cannot be asked: no address of it is known. It heals by its own resends"
                " and by files."
            )
            gap_reason = "unknown"
        else:
            try:
                reason, left, state = await self._heal(adoption, sensor, hole)
            except DeviceError as error:
                reason, gap_reason = error.detail, "network"
            except CountlineError as error:
                reason, gap_reason = error.detail, "unknown"
            except Exception as error:  # one device keeps none of the others from healing
                _log.exception("hole_not_asked_for", sensor=sensor.sensor_id)
                reason = f"It could not be asked for, which is a fault of countline: {error!r}"
                gap_reason = "unknown"
        now_s = self._now_s()
        if state == "open" and hole.to_s < now_s - LATENESS_S_MAX:
            state = "permanent"
        tries = hole.tries + 1
        delay_s = RETRY_S[tries - 1] if tries <= len(RETRY_S) else NIGHTLY_S
        if (self._engine.watch.last_bin_end_s(hole.sensor) or 0) <= hole.to_s:
            tries, delay_s = hole.tries, ONGOING_S  # it may come back any moment
        tried = replace(hole, state=state, tries=tries, next_try_s=now_s + delay_s, reason=reason)
        if left:
            tried = replace(tried, from_s=left[0][0], to_s=left[-1][1])
        await self._keep(tried, (hole.from_s, hole.to_s), left, gap_reason)

    async def _heal(
        self, adoption: Adoption, sensor: Sensor, hole: Hole
    ) -> tuple[str, Sequence[Stretch], HoleState]:
        """Ask for one hole and merge what the device still has; gives what is left of it."""
        try:
            history = await self._source.history(adoption, hole.from_s, hole.to_s)
        except DeviceError as error:
            if not error.extra.get("history_refused"):
                raise
            if await self._source.resend(adoption, hole.from_s, hole.to_s):
                whole = ((hole.from_s, hole.to_s),)
                return "The device was told to push it again.", whole, "open"
            raise
        merged = await merge_history(
            self._engine,
            sensor,
            history.parts,
            driver=self._source.driver,
            answered_ms=history.answered_ms,
        )
        left = await self._missing(hole)
        if not left:
            return _told(merged), left, "healed"
        if history.oldest_s is not None and history.oldest_s >= left[-1][1]:
            return "The device's memory does not reach back so far.", left, "permanent"
        return "The device has no record of it.", left, "open"

    async def _missing(self, hole: Hole) -> list[Stretch]:
        catalogue = await self._engine.desk.fresh()
        series = pushed_series(catalogue, hole.sensor)

        def work(view: View) -> list[Stretch]:
            whole = (hole.from_s, hole.to_s)
            present = _present(view, series, *whole)
            return holes_between([whole], present, *whole, least_s=MINUTE_S)

        return await self._engine.store.read(work)

    async def _keep(
        self, hole: Hole, asked: Stretch, left: Sequence[Stretch], gap_reason: str
    ) -> None:
        """Write down what came of a try, and why the rows of what is left have no data."""

        sensor = self._engine.desk.current().sensors[hole.sensor]

        def work(tx: Transaction) -> bool:
            tx.save(hole)
            if hole.state != "open":
                tx.emit(gap_event(sensor, hole, self._now_s()))
            return explain(tx, hole.sensor, asked, left, gap_reason)

        if await self._engine.store.write(work):
            await self._engine.desk.reread_gaps()


def gap_event(sensor: Sensor, hole: Hole, at_s: int) -> Event:
    """What is told of a hole that came to be so."""
    kind: EventKind = "gap.opened"
    if hole.state != "open":
        kind = "gap.healed" if hole.state == "healed" else "gap.permanent"
    data = GapData(
        location_id=sensor.location_id,
        sensor_id=sensor.sensor_id,
        start=write_instant(hole.from_s),
        end=write_instant(hole.to_s),
        detail=hole.reason,
        sequence=0,
    )
    return fact(kind, data, at_s=at_s, sensor=sensor.sensor)


def pushed_stretches(catalogue: Catalogue, sensor: SensorNo) -> list[Stretch]:
    """When a sensor is expected to push; the time of files is theirs."""
    pushed = (e for e in catalogue.expected_of.get(sensor, ()) if e.origin == "push")
    return expected_stretches(pushed).get(sensor, [])


def pushed_series(catalogue: Catalogue, sensor: SensorNo) -> list[SeriesNo]:
    """The accumulating series by which a sensor's minutes are known: one of each pushing channel."""
    first: dict[str, Series] = {}
    for series in catalogue.series_of.get(sensor, ()):
        channel = catalogue.channels.get((sensor, series.channel))
        if channel is not None and not channel.imported:
            first.setdefault(series.channel, series)
    return [series.series for series in first.values()]


def _present(view: View, series: Sequence[SeriesNo], start_s: int, end_s: int) -> list[Stretch]:
    """What any of the series has of a stretch: whole quarters from their sums, the rest by bins.

    A provisional count is no record: its minute may still be in the device's memory.
    """
    from_s, to_s = start_s // QUARTER_S * QUARTER_S, -(-end_s // QUARTER_S) * QUARTER_S
    covered: dict[int, int] = {}
    for buckets in view.quarters(series, from_s, to_s).values():
        for bucket in buckets:
            covered[bucket.start_s] = max(bucket.covered_s, covered.get(bucket.start_s, 0))
    present: list[Stretch] = []
    for at_s in range(from_s, to_s, QUARTER_S):
        seconds = covered.get(at_s)
        if seconds == QUARTER_S:
            present.append((at_s, at_s + QUARTER_S))
        elif seconds is not None:
            bins = view.bins(series, at_s, at_s + QUARTER_S)
            present.extend((b.start_s, b.start_s + b.length_s) for b in bins if b.covered_s)
    long = view.long_bins(series, from_s, to_s)
    return present + [(b.start_s, b.start_s + b.length_s) for b in long if b.covered_s]


def reconciled(
    sensor: SensorNo, found: Sequence[Stretch], known: Sequence[Hole], now_s: int
) -> tuple[list[Hole], list[Hole]]:
    """Known holes that are gone or changed now, and holes that nobody knew yet."""
    changes: list[Hole] = []
    taken: set[Stretch] = set()
    for hole in known:
        within = [f for f in found if f[0] < hole.to_s and f[1] > hole.from_s and f not in taken]
        taken.update(within)
        changed = _changed(hole, within, now_s)
        if changed != hole:
            changes.append(changed)
    new = [
        Hole(hole_id=0, sensor=sensor, from_s=from_s, to_s=to_s, next_try_s=now_s)
        for from_s, to_s in found
        if (from_s, to_s) not in taken and (to_s - from_s >= HOLE_S_MIN or to_s <= now_s - LOST_S)
    ]
    return changes, new


def _changed(hole: Hole, within: Sequence[Stretch], now_s: int) -> Hole:
    """A known hole as it is now. One that grew is as good as new: asked for at once."""
    if not within:
        return replace(hole, state="healed")
    from_s, to_s = within[0][0], within[-1][1]
    if from_s < hole.from_s or to_s > hole.to_s:
        grown = replace(hole, from_s=from_s, to_s=to_s, state="open")
        return grown if hole.tries == 0 else replace(grown, tries=0, next_try_s=now_s)
    return replace(hole, from_s=from_s, to_s=to_s)


def _told(merged: Merged) -> str:
    return f"The device's memory filled it: {merged.fresh} values."
