"""What one line, frontage or measurement brings to a subject, and when which source counts it."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from countline.counting.coverage import (
    FOREVER_S,
    Stretch,
    active_stretches,
    expected_stretches,
)
from countline.engine.catalogue import Catalogue
from countline.model.ids import LineId, SensorNo, SeriesNo, ZoneId
from countline.model.place import Line, Source, VisitorsCross

Active = tuple[Stretch, ...]  # when a source is the one that counts: disjoint, ascending


class Flow(NamedTuple):
    """One line as a subject sees it, while one source counts it."""

    line_id: LineId | None  # None: a zone's own measurement
    sensor: SensorNo
    ins: SeriesNo | None
    outs: SeriesNo | None
    in_staff: SeriesNo | None
    out_staff: SeriesNo | None
    active: Active

    def gauged(self) -> SeriesNo | None:
        """The series that says what is covered."""
        return self.ins if self.ins is not None else self.outs


class Frontage(NamedTuple):
    """A line that people pass by on, while one source counts it."""

    line_id: LineId
    sensor: SensorNo
    forward: SeriesNo | None
    backward: SeriesNo | None
    visitors_cross: VisitorsCross
    zone_id: ZoneId | None
    active: Active

    def gauged(self) -> SeriesNo | None:
        """The series that says what is covered."""
        return self.forward if self.forward is not None else self.backward


class Gauge(NamedTuple):
    """A series that says a value of its own: people present, or a measured pass-by."""

    sensor: SensorNo
    series: SeriesNo
    active: Active
    zone_id: ZoneId | None  # where it measures; None: at a line

    def gauged(self) -> SeriesNo | None:
        """The series that says what is covered."""
        return self.series


def active_sources(catalogue: Catalogue, sources: Sequence[Source]) -> list[tuple[Source, Active]]:
    """When each of a line's sources is the one that counts it, in failover order."""
    expected = expected_stretches(
        e for s in {s.sensor for s in sources} for e in catalogue.expected_of.get(s, ())
    )
    stretches: dict[int, list[Stretch]] = {source.source_id: [] for source in sources}
    for part in active_stretches(sources, expected, 0, FOREVER_S):
        stretches[part.source.source_id].append((part.start_s, part.end_s))
    return [(source, tuple(stretches[source.source_id])) for source in sources]


def takeovers_of(counting: Sequence[tuple[Source, Active]]) -> set[int]:
    """Where sums of whole days could mix what counts with what does not."""
    edges = {s.valid_from_s for s, _ in counting}
    edges |= {s.valid_to_s for s, _ in counting if s.valid_to_s is not None}
    if len(counting) > 1:
        edges |= {edge for _, active in counting for stretch in active for edge in stretch}
    return edges


def flow_of(catalogue: Catalogue, line: Line, source: Source, enters: bool, active: Active) -> Flow:
    ins, outs = ("forward", "backward") if enters != source.invert else ("backward", "forward")
    find = _measures(catalogue, source).get
    return Flow(
        line.line_id,
        source.sensor,
        find(ins),
        find(outs),
        find(f"{ins}_staff"),
        find(f"{outs}_staff"),
        active,
    )


def own_flows(catalogue: Catalogue, measured: Sequence[Source]) -> list[Flow]:
    """What measured zones say of their own ins and outs."""
    flows: list[Flow] = []
    for source, active in _by_zone(catalogue, measured, "in", "out"):
        find = _measures(catalogue, source).get
        flows.append(Flow(None, source.sensor, find("in"), find("out"), None, None, active))
    return flows


def measured_gauges(catalogue: Catalogue, measured: Sequence[Source], measure: str) -> list[Gauge]:
    """What measured zones say of one measure; of several sources of one zone one counts at a time."""
    return gauges_of(catalogue, _by_zone(catalogue, measured, measure), measure)


def measured_takeovers(catalogue: Catalogue, measured: Sequence[Source]) -> set[int]:
    """The same for sources of measured zones, whatever they measure."""
    measures = {m for source in measured for m in _measures(catalogue, source)}
    found = [takeovers_of(_by_zone(catalogue, measured, measure)) for measure in measures]
    return {edge for edges in found for edge in edges}


def _by_zone(
    catalogue: Catalogue, measured: Sequence[Source], *measures: str
) -> list[tuple[Source, Active]]:
    """When each source counts its zone, among those of the zone that have one of the measures."""
    zones: dict[ZoneId | None, list[Source]] = {}
    for source in measured:
        if not _measures(catalogue, source).keys().isdisjoint(measures):
            zones.setdefault(source.zone_id, []).append(source)
    return [one for some in zones.values() for one in active_sources(catalogue, some)]


def frontage_of(catalogue: Catalogue, line: Line, source: Source, active: Active) -> Frontage:
    find = _measures(catalogue, source).get
    return Frontage(
        line.line_id,
        source.sensor,
        find("forward"),
        find("backward"),
        line.visitors_cross,
        line.frontage_of,
        active,
    )


def gauges_of(
    catalogue: Catalogue, counting: Iterable[tuple[Source, Active]], measure: str
) -> list[Gauge]:
    """One measure of sources, while they count."""
    gauges: list[Gauge] = []
    for source, active in counting:
        series = _measures(catalogue, source).get(measure)
        if series is not None:
            gauges.append(Gauge(source.sensor, series, active, source.zone_id))
    return gauges


def is_active(active: Active, at_s: int) -> bool:
    """Whether a source counts at an instant."""
    if len(active) == 1:
        return active[0][0] <= at_s < active[0][1]
    place = bisect_right(active, (at_s, FOREVER_S)) - 1
    return place >= 0 and at_s < active[place][1]


def _measures(catalogue: Catalogue, source: Source) -> dict[str, SeriesNo]:
    """The series of a source's channel by measure; counters of unknown kind are not counted."""
    return {
        s.measure: s.series
        for s in catalogue.series_of.get(source.sensor, ())
        if s.channel == source.channel and s.kind != "unknown"
    }
