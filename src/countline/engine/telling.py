"""What an event says once it is told: the rows that changed, with the values they have by then."""

import re
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Literal, NamedTuple, Protocol

from countline.engine.catalogue import Catalogue
from countline.model.claim import Bin
from countline.model.event import Event, EventKind
from countline.model.ids import LineId, LocationId, SensorId, SensorNo, ZoneId
from countline.model.interval import DayGrid, Granularity
from countline.model.place import Source
from countline.store.seam import Store, View

CountsKind = Literal["counts.recorded", "counts.revised"]

_DIRECTION = re.compile(r"(forward|backward)(?=$|[_:])")
_OPPOSITE = {"forward": "backward", "backward": "forward"}


class CountRow(NamedTuple):
    """What one channel counted in one bin, by measure; None: a better bin overlaps this one.

    `line_id` is the line this channel counts, `zone_id` the zone it measures; None where it does
    neither, or another source of that line goes before it. `invert` has been applied.
    """

    start_s: int
    sensor_id: SensorId
    channel: str
    length_s: int
    line_id: LineId | None
    zone_id: ZoneId | None
    values: Mapping[str, int | None]
    coverage: float | None
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Rows of one location: of one commit when recorded, of one civil day when revised."""

    kind: CountsKind
    location_id: LocationId
    local_date: date | None
    seq: int  # of the last event that is told here
    commit: int
    at_ms: int
    rows: Sequence[CountRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """A device that nobody knew has pushed."""

    vendor: str
    serial: str
    context: str
    driver: str
    seq: int
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that became so, told in full by its event: `detail` is what is told."""

    kind: EventKind
    location_id: LocationId | None
    zone_id: ZoneId | None
    sensor_id: SensorId | None
    detail: Mapping[str, Any]
    seq: int
    at_ms: int


Telling = Counts | Discovered | Fact
KEPT: frozenset[EventKind] = frozenset(
    ("counts.provisional", "catalogue.changed", "waiting.dropped")
)


class Snapshots(Protocol):
    """Who has the catalogue as it is now: the catalogue desk."""

    async def fresh(self) -> Catalogue:
        """A snapshot no older than the call."""
        ...


class Teller:
    """Turns events into what is told of them, one telling at a time."""

    def __init__(self, store: Store, desk: Snapshots) -> None:
        self._store = store
        self._desk = desk

    async def tell(self, events: Sequence[Event]) -> AsyncGenerator[Telling, None]:
        """What a batch of whole commits says, in order; values are read when it is their turn."""
        catalogue = await self._desk.fresh()
        for topic in topics(events, catalogue):
            if not isinstance(topic, Topic):
                yield topic
                continue
            rows = await self._store.read(partial(read_rows, topic, catalogue), heavy=True)
            if rows:
                yield topic.told(rows)


# -- what to tell ---------------------------------------------------------------------------------


class Stretch(NamedTuple):
    """Where bins of a sensor changed, and the first commit that changed one of them."""

    start_s: int
    end_s: int
    commit: int

    def joined(self, other: "Stretch") -> "Stretch":
        """The smallest one that holds both."""
        start_s, end_s = min(self.start_s, other.start_s), max(self.end_s, other.end_s)
        return Stretch(start_s, end_s, min(self.commit, other.commit))


@dataclass(slots=True, kw_only=True)
class Topic:
    """Events that make one telling, before its values are read."""

    kind: CountsKind
    location_id: LocationId
    local_date: date | None
    last: Event
    changed: dict[SensorNo, Stretch] = field(default_factory=dict)

    def add(self, event: Event, sensor: SensorNo, stretch: Stretch) -> None:
        """Tell this event here, too."""
        known = self.changed.get(sensor)
        self.changed[sensor] = known.joined(stretch) if known else stretch
        self.last = event

    def told(self, rows: Sequence[CountRow]) -> Counts:
        """The telling with its values."""
        return Counts(
            kind=self.kind,
            location_id=self.location_id,
            local_date=self.local_date,
            seq=self.last.seq,
            commit=self.last.commit,
            at_ms=self.last.at_ms,
            rows=rows,
        )


def topics(events: Sequence[Event], catalogue: Catalogue) -> list[Topic | Discovered | Fact]:
    """One topic per location and commit for what was recorded, per civil day for what was revised.

    A topic stands where its last event stands. Events of kinds that nobody is told are left out.
    """
    counts: dict[tuple[str, LocationId, int | date], Topic] = {}
    found: list[Topic | Discovered | Fact] = []
    for event in events:
        if event.kind == "sensor.discovered":
            found.append(_discovered(event))
        elif event.kind == "counts.recorded" or event.kind == "counts.revised":
            for location_id, local_date, sensor, stretch in _changes(event, catalogue):
                key = (event.kind, location_id, local_date or event.commit)
                if key not in counts:
                    counts[key] = Topic(
                        kind=event.kind, location_id=location_id, local_date=local_date, last=event
                    )
                counts[key].add(event, sensor, stretch)
        elif event.kind not in KEPT:
            found.append(_fact(event, catalogue))
    return sorted([*found, *counts.values()], key=_place)


def _place(topic: Topic | Discovered | Fact) -> tuple[int, date]:
    if not isinstance(topic, Topic):
        return topic.seq, date.min
    return topic.last.seq, topic.local_date or date.min


def _discovered(event: Event) -> Discovered:
    names = ("vendor", "serial", "context", "driver")
    told = {name: str(event.detail.get(name, "")) for name in names}
    return Discovered(seq=event.seq, at_ms=event.at_ms, **told)


def _fact(event: Event, catalogue: Catalogue) -> Fact:
    sensor = catalogue.sensors.get(event.sensor) if event.sensor is not None else None
    return Fact(
        kind=event.kind,
        location_id=event.location_id or (sensor.location_id if sensor else None),
        zone_id=event.detail.get("zone_id"),
        sensor_id=sensor.sensor_id if sensor else event.detail.get("sensor_id"),
        detail=event.detail,
        seq=event.seq,
        at_ms=event.at_ms,
    )


def _changes(
    event: Event, catalogue: Catalogue
) -> Iterator[tuple[LocationId, date | None, SensorNo, Stretch]]:
    """Where an event changed numbers: what was revised is cut into the location's civil days.

    An event without a sensor is about every bin of its location, whatever commit changed it.
    """
    sensor = catalogue.sensors.get(event.sensor) if event.sensor is not None else None
    location_id = event.location_id or (sensor and sensor.location_id)
    location = catalogue.locations.get(location_id) if location_id else None
    if location is None or event.start_s is None or event.end_s is None:
        return
    if event.sensor is not None and sensor is None:
        return
    sensors = [sensor] if sensor else catalogue.sensors_of(location.location_id)
    whole = Stretch(event.start_s, event.end_s, event.commit if sensor else 0)
    for one in sensors:
        if event.kind == "counts.recorded":
            yield location.location_id, None, one.sensor, whole
            continue
        for local_date, part in _by_day(whole, DayGrid(location.time_zone, location.day_start_s)):
            yield location.location_id, local_date, one.sensor, part


def _by_day(whole: Stretch, grid: DayGrid) -> Iterator[tuple[date, Stretch]]:
    first_s = grid.day_start(grid.day_of(whole.start_s))
    for day in grid.slices(Granularity.DAY, first_s, whole.end_s):
        assert day.local_date is not None
        start_s, end_s = max(whole.start_s, day.start_s), min(whole.end_s, day.end_s)
        yield day.local_date, Stretch(start_s, end_s, whole.commit)


# -- with which values ----------------------------------------------------------------------------


class _Cell(NamedTuple):
    """A row before its values: one channel's bin."""

    start_s: int
    length_s: int
    sensor: SensorNo
    channel: str


class _Held(NamedTuple):
    """A winning bin, and whether it counts or a better one overlaps it."""

    bin: Bin
    counts: bool


def read_rows(topic: Topic, catalogue: Catalogue, view: View) -> list[CountRow]:
    """The rows that a topic's events changed, by start, sensor and channel, as they are now."""
    cells: dict[_Cell, dict[str, _Held]] = {}
    for (start_s, end_s), sensors in _by_stretch(topic.changed).items():
        series = {
            one.series: one
            for sensor in sensors
            for one in catalogue.series_of.get(sensor, ())
            if one.kind != "unknown"  # kept, but counted nowhere
        }
        found = [_Held(one, True) for one in view.bins(list(series), start_s, end_s)]
        for sensor in sensors:
            hidden = view.overlapped(sensor, start_s, end_s)
            found += [_Held(one, False) for one in hidden if start_s <= one.start_s < end_s]
        for held in found:
            if one := series.get(held.bin.series):
                cell = _Cell(held.bin.start_s, held.bin.length_s, one.sensor, one.channel)
                cells.setdefault(cell, {})[one.measure] = held
    rows = (
        _row(cell, values, catalogue)
        for cell, values in cells.items()
        if _revision(values) >= topic.changed[cell.sensor].commit
    )
    return sorted(rows, key=lambda row: row[:4])


def _by_stretch(changed: Mapping[SensorNo, Stretch]) -> dict[tuple[int, int], list[SensorNo]]:
    """Sensors that changed over the same time, so that they are read at once."""
    together: dict[tuple[int, int], list[SensorNo]] = {}
    for sensor, stretch in changed.items():
        together.setdefault((stretch.start_s, stretch.end_s), []).append(sensor)
    return together


def _revision(values: Mapping[str, _Held]) -> int:
    return max(held.bin.commit for held in values.values())


def _row(cell: _Cell, values: Mapping[str, _Held], catalogue: Catalogue) -> CountRow:
    sources = [
        source
        for source in catalogue.sources_of_sensor.get(cell.sensor, ())
        if source.channel == cell.channel and _is_valid(source, cell.start_s)
    ]
    line = next((s for s in sources if s.line_id is not None), None)
    inverted = line is not None and line.invert
    covered_s = min((held.bin.covered_s for held in values.values() if held.counts), default=None)
    return CountRow(
        start_s=cell.start_s,
        sensor_id=catalogue.sensors[cell.sensor].sensor_id,
        channel=cell.channel,
        length_s=cell.length_s,
        line_id=line.line_id if line and _goes_first(line, cell.start_s, catalogue) else None,
        zone_id=next((s.zone_id for s in sources if s.zone_id is not None), None),
        values={
            _turned(measure) if inverted else measure: held.bin.value if held.counts else None
            for measure, held in values.items()
        },
        coverage=None if covered_s is None else min(1.0, covered_s / cell.length_s),
        revision=_revision(values),
    )


def _is_valid(source: Source, at_s: int) -> bool:
    return source.valid_from_s <= at_s and (source.valid_to_s is None or at_s < source.valid_to_s)


def _goes_first(source: Source, at_s: int, catalogue: Catalogue) -> bool:
    """Whether no other source of the same line goes before this one."""
    assert source.line_id is not None
    rivals = catalogue.sources_of_line.get(source.line_id, ())
    return next(s for s in rivals if _is_valid(s, at_s)).source_id == source.source_id


def _turned(measure: str) -> str:
    """The measure of the other direction: `forward_staff` is `backward_staff`."""
    return _DIRECTION.sub(lambda found: _OPPOSITE[found[0]], measure, count=1)
