"""What the customer has, as one immutable snapshot, and the only ways to change it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast

from countline.model.access import Key, PushSecret
from countline.model.ids import LayoutId, LineId, LocationId, SensorId, SensorNo, SeriesNo, ZoneId
from countline.model.layout import Geometry, Layout, Placement, Shape
from countline.model.opening import WHOLE_LOCATION, Opening
from countline.model.place import Anchor, Line, Location, Source, Zone
from countline.model.sensor import Channel, Device, Expected, Gap, Sensor, Series
from countline.store.seam import View

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


class Placed(Protocol):
    """Anything that belongs to a location."""

    @property
    def location_id(self) -> LocationId:
        """The location."""
        ...


P = TypeVar("P", bound=Placed)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalogue:
    """Everything small, read in one transaction; never changed, only replaced.

    Lookups that answer "who is this" are dictionaries by id; lists keep the order of their ids.
    """

    version: int
    locations: Mapping[LocationId, Location]
    zones: Mapping[ZoneId, Zone]
    lines: Mapping[LineId, Line]
    sensors: Mapping[SensorNo, Sensor]
    sensor_by_id: Mapping[SensorId, Sensor]
    devices: Mapping[int, Device]
    open_device_of: Mapping[SensorNo, Device]
    device_by_serial: Mapping[tuple[str, str, str], Device]  # (vendor, serial, context), open ones
    channels: Mapping[tuple[SensorNo, str], Channel]
    series: Mapping[SeriesNo, Series]
    series_of: Mapping[SensorNo, tuple[Series, ...]]  # by position
    sources: tuple[Source, ...]
    sources_of_line: Mapping[LineId, tuple[Source, ...]]  # by failover order
    sources_of_sensor: Mapping[SensorNo, tuple[Source, ...]]
    expected_of: Mapping[SensorNo, tuple[Expected, ...]]
    keys: Mapping[str, Key]
    key_by_digest: Mapping[bytes, Key]
    secrets: Mapping[bytes, PushSecret]
    anchors: Mapping[LocationId, tuple[Anchor, ...]]
    gaps: Mapping[SensorNo, tuple[Gap, ...]] = field(default_factory=dict)
    layouts: Mapping[LayoutId, Layout] = field(default_factory=dict)
    geometry_of: Mapping[LayoutId, Geometry] = field(default_factory=dict)
    openings: Mapping[tuple[LocationId, ZoneId], Opening] = field(default_factory=dict)
    worked_out: dict[Any, Any] = field(default_factory=dict)  # lives and dies with the snapshot

    def zones_of(self, location_id: LocationId) -> Sequence[Zone]:
        """A location's zones by id."""
        return self._within("zones", location_id, self.zones)

    def lines_of(self, location_id: LocationId) -> Sequence[Line]:
        """A location's lines by id."""
        return self._within("lines", location_id, self.lines)

    def sensors_of(self, location_id: LocationId) -> Sequence[Sensor]:
        """A location's sensors by id."""
        return self._within("sensors", location_id, self.sensor_by_id)

    def channels_of(self, sensor: SensorNo) -> Sequence[Channel]:
        """A sensor's channels by key."""
        groups = self.work_out(
            "channels", lambda: _grouped(self.channels.values(), lambda c: c.sensor)
        )
        return groups.get(sensor, ())

    def _within(self, what: str, location_id: LocationId, things: Mapping[Any, P]) -> Sequence[P]:
        """Things of a location, by id; grouped once for all locations."""
        groups = self.work_out(what, lambda: _grouped(things.values(), lambda t: t.location_id))
        return groups.get(location_id, ())

    def opening_of(self, location_id: LocationId, zone_id: ZoneId | None = None) -> Opening | None:
        """When a zone is open: by hours of its own, else its location's; None where nobody said."""
        own = None if zone_id is None else self.openings.get((location_id, zone_id))
        return own or self.openings.get((location_id, WHOLE_LOCATION))

    def work_out(self, what: Any, how: Callable[[], T]) -> T:
        """What follows from the snapshot alone, worked out once."""
        known = self.worked_out.get(what)
        if known is None:
            known = self.worked_out[what] = how()
        return cast(T, known)

    def series_no(self, sensor: SensorNo, channel: str, measure: str) -> Series | None:
        """The series of one measure of a channel."""
        for one in self.series_of.get(sensor, ()):
            if one.channel == channel and one.measure == measure:
                return one
        return None


def read_catalogue(view: View) -> Catalogue:
    """The whole catalogue, of the view's commit."""
    sensors = view.records(Sensor)
    devices = view.records(Device)
    series = view.records(Series)
    sources = sorted(view.records(Source), key=lambda s: (s.order, s.source_id))
    keys = view.records(Key)
    open_devices = [d for d in devices if d.valid_to_s is None]
    return Catalogue(
        version=view.catalogue_version(),
        locations={x.location_id: x for x in view.records(Location)},
        zones={x.zone_id: x for x in view.records(Zone)},
        lines={x.line_id: x for x in view.records(Line)},
        sensors={x.sensor: x for x in sensors},
        sensor_by_id={x.sensor_id: x for x in sorted(sensors, key=lambda s: s.sensor_id)},
        devices={x.device_id: x for x in devices},
        open_device_of={x.sensor: x for x in open_devices if x.sensor is not None},
        device_by_serial={(x.vendor, x.serial, x.context): x for x in open_devices},
        channels={(x.sensor, x.channel): x for x in view.records(Channel)},
        series={x.series: x for x in series},
        series_of=_grouped(sorted(series, key=lambda s: s.position), lambda s: s.sensor),
        sources=tuple(sources),
        sources_of_line=_of_lines(sources),
        sources_of_sensor=_grouped(sources, lambda s: s.sensor),
        expected_of=_grouped(view.records(Expected), lambda e: e.sensor),
        keys={k.key_id: k for k in keys},
        key_by_digest={k.digest: k for k in keys},
        secrets={s.digest: s for s in view.records(PushSecret)},
        anchors=_grouped(view.records(Anchor), lambda a: a.location_id),
        gaps=read_gaps(view),
        layouts={x.layout_id: x for x in view.records(Layout)},
        geometry_of=_read_geometry(view),
        openings={(x.location_id, x.zone_id): x for x in view.records(Opening)},
    )


def read_gaps(view: View) -> Mapping[SensorNo, tuple[Gap, ...]]:
    """Why stretches of each sensor have no data."""
    return _grouped(view.records(Gap), lambda g: g.sensor)


def _read_geometry(view: View) -> dict[LayoutId, Geometry]:
    shapes = _grouped(view.records(Shape), lambda s: s.layout_id)
    placements = _grouped(view.records(Placement), lambda p: p.layout_id)
    return {
        layout_id: Geometry(
            shapes=shapes.get(layout_id, ()), placements=placements.get(layout_id, ())
        )
        for layout_id in {*shapes, *placements}
    }


def _of_lines(sources: list[Source]) -> dict[LineId, tuple[Source, ...]]:
    groups: dict[LineId, list[Source]] = {}
    for source in sources:
        if source.line_id is not None:
            groups.setdefault(source.line_id, []).append(source)
    return {k: tuple(v) for k, v in groups.items()}


def _grouped(items: Iterable[V], key: Callable[[V], K]) -> dict[K, tuple[V, ...]]:
    groups: dict[K, list[V]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return {k: tuple(v) for k, v in groups.items()}
