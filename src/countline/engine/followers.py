"""What follows from sums: occupancy of every subject, in its own commits, behind its own cursor."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

from countline.counting.coverage import FOREVER_S, unite
from countline.counting.occupancy import fold_slices
from countline.engine.catalogue import Catalogue
from countline.engine.desk import CatalogueDesk
from countline.engine.folding import Settled, Span, same, settle
from countline.engine.subject import Plan, plan_of, zones_of_sensor
from countline.model.claim import Fold
from countline.model.event import Event
from countline.model.ids import LocationId, SensorNo
from countline.model.interval import HOUR_S, QUARTER_S, Granularity, Slice
from countline.model.query import Asked
from countline.store.seam import Transaction, View

OCCUPANCY = "occupancy"  # the reader's name, by which its cursor is kept
EVENTS_MAX = (
    10_000  # of one step: the further behind, the more changes of a subject are folded once
)
WRITE_FOLDS_MAX = 2_000  # quarters written in one transaction: under 50 ms


@dataclass(slots=True)
class Dirty:
    """What a batch of events touched: stretches by sensor, and whole locations."""

    sensors: dict[SensorNo, tuple[int, int]] = field(default_factory=dict)
    locations: dict[LocationId, int] = field(default_factory=dict)


@dataclass(slots=True)
class Work:
    """What one step of the follower must write for one subject."""

    plan: Plan
    settled: Settled
    days: list[Fold]
    days_gone: list[int]

    def is_some(self) -> bool:
        """Whether there is anything to write."""
        settled = self.settled
        return bool(settled.changed or settled.dropped or self.days or self.days_gone)


def dirty_of(events: Iterable[Event]) -> Dirty:
    """What events touched, each sensor's stretch widened to hold all of its changes."""
    dirty = Dirty()
    for event in events:
        if event.kind == "catalogue.changed" and event.location_id is not None:
            old = dirty.locations.get(event.location_id, FOREVER_S)
            dirty.locations[event.location_id] = min(old, event.start_s or 0)
        elif event.sensor is not None and event.start_s is not None:
            end_s = event.end_s or event.start_s + 1
            start_s, old_end_s = dirty.sensors.get(event.sensor, (event.start_s, end_s))
            dirty.sensors[event.sensor] = (min(start_s, event.start_s), max(old_end_s, end_s))
    return dirty


def spans_of(catalogue: Catalogue, plan: Plan, now_s: int) -> list[Span]:
    """The stretches in which a subject's sensors can have data, united.

    A pushing sensor's last bin may lie a little ahead of our clock.
    """
    return unite(
        (e.from_s, now_s + HOUR_S if e.to_s is None else e.to_s)
        for sensor in plan.sensors()
        for e in catalogue.expected_of.get(sensor, ())
    )


def plans_of_location(catalogue: Catalogue, location_id: LocationId) -> list[Plan]:
    """Every subject of a location that has occupancy: itself, zones, sensors, zones at sensors."""
    subjects = [Asked(location_id=location_id)]
    subjects += [Asked(zone_id=z.zone_id) for z in catalogue.zones_of(location_id)]
    for sensor in catalogue.sensors_of(location_id):
        subjects.append(Asked(sensor_id=sensor.sensor_id))
        subjects += [
            Asked(sensor_id=sensor.sensor_id, zone_id=zone_id)
            for zone_id in zones_of_sensor(catalogue, sensor.sensor)
        ]
    return [plan_of(catalogue, asked) for asked in subjects]


def plans_by_sensor(
    catalogue: Catalogue, location_id: LocationId
) -> Mapping[SensorNo, Sequence[Plan]]:
    """The subjects that a sensor's numbers are part of."""

    def how() -> dict[SensorNo, list[Plan]]:
        found: dict[SensorNo, list[Plan]] = {}
        for plan in plans_of_location(catalogue, location_id):
            for sensor in plan.sensors():
                found.setdefault(sensor, []).append(plan)
        return found

    return catalogue.work_out(("plans by sensor", location_id), how)


def _locations_of(catalogue: Catalogue, dirty: Dirty) -> dict[LocationId, int]:
    """Locations to fold anew, each from where anything of it changed, numbers included."""
    starts_s = dict(dirty.locations)
    for sensor, (start_s, _) in dirty.sensors.items():
        location_id = catalogue.sensors[sensor].location_id
        if start_s < starts_s.get(location_id, start_s):
            starts_s[location_id] = start_s
    return starts_s


class Overtaken(Exception):
    """Another follower has gone further: what was folded here is of an older snapshot."""


class OccupancyFollower:
    """Reads the event log, folds what changed, and writes it in its own short transactions.

    Folding reads one snapshot and needs no lock; whatever is committed meanwhile has events after
    the cursor, and is folded in the next step. A step that is lost in a crash is done again.
    """

    def __init__(self, desk: CatalogueDesk, *, now_s: Callable[[], int]) -> None:
        self._desk = desk
        self._now_s = now_s

    async def step(self) -> bool:
        """Follow one batch of events; False when there was none."""
        found = await self._desk.store.read(self._read, heavy=True)
        if found is None:
            return False
        with suppress(Overtaken):
            await self._write(*found)
        return True

    async def rebuild(self) -> None:
        """Make every fold anew from bins; what does not change keeps its commit."""
        for location_id in (await self._desk.fresh()).locations:
            while not await self._rebuild_location(location_id):
                pass  # another follower was faster: fold again what is there now

    async def _rebuild_location(self, location_id: LocationId) -> bool:
        def read(view: View) -> tuple[int, list[Work]]:
            catalogue = self._desk.of_view(view)
            plans = plans_of_location(catalogue, location_id)
            works = [self._settle(view, catalogue, p, 0, FOREVER_S) for p in plans]
            return view.cursor(OCCUPANCY), works

        since, works = await self._desk.store.read(read, heavy=True)
        try:
            await self._write(since, since, works)
        except Overtaken:
            return False
        return True

    # -- reading ----------------------------------------------------------------------------------
    def _read(self, view: View) -> tuple[int, int, list[Work]] | None:
        since = view.cursor(OCCUPANCY)
        events = view.events(since, EVENTS_MAX)
        if not events:
            return None
        catalogue = self._desk.of_view(view)
        dirty = dirty_of(events)
        works: list[Work] = []
        for location_id, start_s in _locations_of(catalogue, dirty).items():
            if location_id in catalogue.locations:
                for plan in plans_of_location(catalogue, location_id):
                    works.append(self._settle(view, catalogue, plan, start_s, FOREVER_S))
        for plan, start_s, end_s in self._touched(catalogue, dirty):
            works.append(self._settle(view, catalogue, plan, start_s, end_s))
        return since, events[-1].seq, [work for work in works if work.is_some()]

    def _touched(self, catalogue: Catalogue, dirty: Dirty) -> Iterator[tuple[Plan, int, int]]:
        by_location: dict[LocationId, set[SensorNo]] = {}
        for sensor in dirty.sensors:
            location_id = catalogue.sensors[sensor].location_id
            if location_id not in dirty.locations:
                by_location.setdefault(location_id, set()).add(sensor)
        for location_id, sensors in by_location.items():
            told = plans_by_sensor(catalogue, location_id)
            stretches: dict[str, tuple[Plan, int, int]] = {}
            for sensor in sensors:
                start_s, end_s = dirty.sensors[sensor]
                for plan in told.get(sensor, ()):
                    _, first_s, last_s = stretches.get(plan.key, (plan, start_s, end_s))
                    stretches[plan.key] = (plan, min(first_s, start_s), max(last_s, end_s))
            yield from stretches.values()

    def _settle(
        self, view: View, catalogue: Catalogue, plan: Plan, start_s: int, end_s: int
    ) -> Work:
        spans = spans_of(catalogue, plan, self._now_s())
        anew = end_s == FOREVER_S
        if anew:
            first = view.next_fold(plan.key, 0)
            last = view.last_fold(plan.key, FOREVER_S)
            known = [(first.start_s, last.start_s + QUARTER_S)] if first and last else []
            edges = [edge for span in [*spans, *known] for edge in span] or [start_s]
            start_s, end_s = max(start_s, min(edges)), max(edges)
        settled = settle(view, plan, spans, start_s, max(end_s, start_s + 1))
        touched = sorted({*(f.start_s for f in settled.changed), *settled.dropped})
        if anew:  # the grid of days itself may have moved, and with it days of the same quarters
            touched = [start_s, *touched, settled.end_s - 1]
        wanted = _days_that_hold(plan, sorted(touched), between=anew)
        return Work(plan, settled, *_days(view, plan, settled, wanted))

    # -- writing ----------------------------------------------------------------------------------
    async def _write(self, since: int, seq: int, works: list[Work]) -> None:
        """Write in transactions of bounded size; the cursor moves with the last one.

        Raises `Overtaken` where another follower, of another process, has moved the cursor meanwhile.
        """
        part: list[Work] = []
        size = 0
        for work in (piece for whole in works for piece in _pieces(whole)):
            part.append(work)
            size += len(work.settled.changed) + 1
            if size >= WRITE_FOLDS_MAX:
                await self._desk.store.write(_writer(part, since, since))
                part, size = [], 0
        await self._desk.store.write(_writer(part, since, seq))


def _days_that_hold(plan: Plan, touched: Sequence[int], *, between: bool) -> list[Span]:
    """The civil days that hold one of these ascending instants, or also all days between them."""
    if not touched:
        return []
    first_day_s = plan.grid.bucket_of(Granularity.DAY, touched[0]).start_s
    days = pairwise(plan.grid.day_edges(first_day_s, touched[-1] + 1))
    return [
        (start_s, end_s)
        for start_s, end_s in days
        if between or bisect_left(touched, start_s) < bisect_left(touched, end_s)
    ]


def _days(
    view: View, plan: Plan, settled: Settled, wanted: Sequence[Span]
) -> tuple[list[Fold], list[int]]:
    """Of some civil days those that differ from what is stored, and those that are no more."""
    dropped = set(settled.dropped)
    changed = settled.changed
    starts_s = [fold.start_s for fold in changed]
    days: list[Fold] = []
    gone: list[int] = []
    for start_s, end_s in wanted:
        new = changed[bisect_left(starts_s, start_s) : bisect_left(starts_s, end_s)]
        quarters = {f.start_s: f for f in (*view.folds(plan.key, start_s, end_s), *new)}
        kept = [quarters[k] for k in sorted(quarters) if k not in dropped]
        (day,) = fold_slices(kept, [Slice(start_s, end_s, None)])
        old = {f.start_s: f for f in view.day_folds(plan.key, start_s, end_s)}.get(start_s)
        if day is None:
            gone += [start_s] if old is not None else []
        elif old is None or start_s in dropped or not same(old, day):
            days.append(day)
    return days, gone


def _pieces(work: Work) -> Iterator[Work]:
    """A subject's work in parts, the newest quarters first; days, and what is dropped, with those.

    After a crash between two parts the old quarters are followed by new ones that do not fit them,
    so the step that is done again goes on until it meets what is written.
    """
    plan, settled, days, gone = work.plan, work.settled, work.days, work.days_gone
    ends = range(len(settled.changed), 0, -WRITE_FOLDS_MAX)
    for at in ends or (0,):
        changed = settled.changed[max(0, at - WRITE_FOLDS_MAX) : at]
        yield Work(plan, Settled(changed, settled.dropped, settled.end_s), days, gone)
        settled, days, gone = settled._replace(dropped=[]), [], []


def _writer(works: list[Work], since: int, seq: int) -> Callable[[Transaction], None]:
    def write(tx: Transaction) -> None:
        if tx.cursor(OCCUPANCY) != since:
            raise Overtaken
        for work in works:
            key = work.plan.key
            for start_s in (*work.settled.dropped, *work.days_gone):
                tx.drop_folds(key, start_s, start_s + QUARTER_S)
            tx.put_folds(key, work.settled.changed)
            tx.put_day_folds(key, work.days)
        if seq != since:
            tx.move_cursor(OCCUPANCY, seq)

    return write
