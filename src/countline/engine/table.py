"""The slices of an answer, and the sums of any series in them, fetched once."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from countline.counting.coverage import FOREVER_S, clip, row_slices, unite
from countline.counting.rollup import sum_buckets, sum_quarters
from countline.engine.catalogue import Catalogue
from countline.engine.flows import Active, Flow, Frontage, Gauge, is_active
from countline.engine.folding import quarter_of
from countline.engine.subject import Plan
from countline.errors import Impossible
from countline.model.claim import Bucket
from countline.model.ids import SeriesNo
from countline.model.interval import DAY_S, HOUR_S, MINUTE_S, QUARTER_S, Granularity, Slice
from countline.model.query import Query
from countline.store.seam import View

Column = Sequence[Bucket | None]

SHORTEST_S = {  # of any bucket of a granularity, Lord Howe's half hours aside
    Granularity.MINUTE: MINUTE_S,
    Granularity.QUARTER: QUARTER_S,
    Granularity.HOUR: HOUR_S,
    Granularity.DAY: 23 * HOUR_S,
    Granularity.WEEK: 7 * DAY_S - HOUR_S,
    Granularity.MONTH: 28 * DAY_S - HOUR_S,
}


@dataclass(frozen=True, slots=True)
class Table:
    """The slices of one subject's answer, with the stored sums that they are made of."""

    view: View
    plan: Plan
    slices: list[Slice]
    buckets: Mapping[SeriesNo, Sequence[Bucket]]
    whole: bool  # the buckets are of whole days or slices, in which no source takes over
    sliced: bool  # the buckets are of the slices themselves
    minutes: bool  # the buckets are single bins
    columns: dict[tuple[SeriesNo, Active], Column] = field(default_factory=dict)

    def column(self, series: SeriesNo | None, active: Active) -> Column:
        """A series' sums by slice while its source counts; None where no bin is counted."""
        if series is None or series not in self.buckets:
            return [None] * len(self.slices)
        known = self.columns.get((series, active))
        if known is None:
            known = self.columns[series, active] = self._summed(series, active)
        return known

    def provisional(self) -> list[bool]:
        """Which slices hold a minute that rests on live events alone, while its source counts."""
        start_s, end_s = self.slices[0].start_s, self.slices[-1].end_s
        found = [False] * len(self.slices)
        marked = self.view.provisional(list(self.buckets), start_s, end_s)
        if not marked:
            return found
        counting = [(set(series_of_part(part)), part.active) for part in self.plan.parts()]
        starts_s = [slice_.start_s for slice_ in self.slices]
        for series, at_s in marked:
            at = bisect_right(starts_s, at_s) - 1
            if at_s < self.slices[at].end_s:
                found[at] |= any(
                    series in mine and is_active(active, at_s) for mine, active in counting
                )
        return found

    def _summed(self, series: SeriesNo, active: Active) -> Column:
        buckets = self.buckets[series]
        whole = (self.slices[0].start_s, self.slices[-1].end_s)
        counts = clip(active, *whole)
        if not counts:
            return [None] * len(self.slices)
        if counts != [whole] and not self.whole:
            buckets = self._while_active(series, buckets, active)
        if self.sliced:
            if [bucket[0] for bucket in buckets] == [slice_[0] for slice_ in self.slices]:
                return buckets  # one for each slice, nearly always
            found = {bucket.start_s: bucket for bucket in buckets}
            return [found.get(slice_.start_s) for slice_ in self.slices]
        return sum_buckets(buckets, self.slices)

    def _while_active(
        self, series: SeriesNo, buckets: Sequence[Bucket], active: Active
    ) -> list[Bucket]:
        """What of the buckets counts; a quarter in which that changes is summed of its bins."""
        edges_s = {edge_s for stretch in active for edge_s in stretch}
        cut = {quarter_of(edge_s) for edge_s in edges_s if edge_s % QUARTER_S}
        if self.minutes or cut.isdisjoint(b.start_s for b in buckets):
            return [b for b in buckets if is_active(active, b.start_s)]
        kept: list[Bucket] = []
        for bucket in buckets:
            start_s = bucket.start_s
            if start_s in cut:
                bins = self.view.bins([series], start_s, start_s + QUARTER_S)
                kept += sum_quarters(b for b in bins if is_active(active, b.start_s))
            elif is_active(active, start_s):
                kept.append(bucket)
        return kept


def series_of(plan: Plan) -> list[SeriesNo]:
    """Every series that a subject's numbers come from."""
    return sorted({series for part in plan.parts() for series in series_of_part(part)})


def series_of_part(part: Flow | Frontage | Gauge) -> list[SeriesNo]:
    """The series of one line, frontage or measurement."""
    found: tuple[SeriesNo | None, ...]
    match part:
        case Flow():
            found = (part.ins, part.outs, part.in_staff, part.out_staff)
        case Frontage():
            found = (part.forward, part.backward)
        case Gauge():
            found = (part.series,)
    return [series for series in found if series is not None]


def slices_of(catalogue: Catalogue, plan: Plan, query: Query, now_s: int) -> list[Slice]:
    """Every bucket that has a row. Raises `Impossible` where they are more than allowed."""
    spans = unite(
        (e.from_s, FOREVER_S if e.to_s is None else e.to_s)
        for sensor in plan.sensors()
        for e in catalogue.expected_of.get(sensor, ())
    )
    slices: list[Slice] = []
    for span_start_s, span_end_s in spans:
        first = plan.grid.bucket_of(query.granularity, span_start_s)
        start_s = max(query.start_s, first.start_s, slices[-1].start_s + 1 if slices else 0)
        end_s = min(query.end_s, span_end_s, now_s + 1)
        if start_s < end_s:
            count = (end_s - start_s) // SHORTEST_S[query.granularity] + len(slices)
            if count > query.rows_max:
                raise _too_many(query, count)
            slices.extend(plan.grid.slices(query.granularity, start_s, end_s))
    return row_slices(slices, spans, now_s)


def _too_many(query: Query, count: int) -> Impossible:
    span_s = query.end_s - query.start_s
    fits = next((g for g in Granularity if span_s // SHORTEST_S[g] <= query.rows_max), None)
    hint = f"{fits.value} fits" if fits else "ask for a shorter stretch"
    return Impossible(
        f"This would be about {count} rows, more than {query.rows_max}; {hint}.",
        code="too_many_rows",
        fits=fits.value if fits else None,
    )


def table_of(view: View, plan: Plan, granularity: Granularity, slices: list[Slice]) -> Table:
    """Fetch what an answer is made of: bins, quarters, or whole slices where the store sums them."""
    series = series_of(plan)
    start_s, end_s = slices[0].start_s, slices[-1].end_s
    whole = not any(start_s < t < end_s for t in plan.takeovers_s)
    buckets: Mapping[SeriesNo, Sequence[Bucket]]
    if granularity is Granularity.MINUTE:
        whole = False
        buckets = _minutes(view, series, start_s, end_s)
    elif whole and granularity.is_civil:
        buckets = view.days(series, plan.grid.day_edges(start_s, end_s))
    elif whole and granularity is Granularity.HOUR:
        buckets = view.days(series, _edges(slices))
    else:
        whole = False
        buckets = view.quarters(series, start_s, end_s)
    minutes = granularity is Granularity.MINUTE
    sliced = whole and granularity in (Granularity.HOUR, Granularity.DAY)
    return Table(view, plan, slices, buckets, whole=whole, sliced=sliced, minutes=minutes)


def _edges(slices: Sequence[Slice]) -> list[int]:
    """Every start and end of the slices: between two expected periods lies one that has no row."""
    return sorted({edge for slice_ in slices for edge in slice_[:2]})


def _minutes(
    view: View, series: Sequence[SeriesNo], start_s: int, end_s: int
) -> dict[SeriesNo, list[Bucket]]:
    found: dict[SeriesNo, list[Bucket]] = {}
    for one in view.bins(series, start_s, end_s):
        bucket = Bucket(one.start_s, one.value, one.covered_s, one.commit)
        found.setdefault(one.series, []).append(bucket)
    return found
