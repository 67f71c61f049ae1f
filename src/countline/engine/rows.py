"""The rows of an answer: counts, coverage, occupancy, pass-by and reasons, slice by slice."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from countline.counting.coverage import expected_seconds, gap_reasons
from countline.engine.catalogue import Catalogue
from countline.engine.flows import Flow, Frontage, Gauge
from countline.engine.passing import passby_of
from countline.engine.subject import Plan
from countline.engine.table import Column, Table, slices_of, table_of
from countline.engine.tide import folds_of
from countline.limits import FINAL_AFTER_S
from countline.model.claim import Bin, Fold
from countline.model.interval import MINUTE_S, Slice
from countline.model.query import Adjustment, Query, Row
from countline.store.seam import View

CAUSES = ("reset", "operator", "device", "evidence", "clamp")
_added = attrgetter(*CAUSES)


def rows_of(view: View, catalogue: Catalogue, plan: Plan, query: Query, now_s: int) -> list[Row]:
    """One row for every bucket that overlaps an expected period and has begun."""
    slices = slices_of(catalogue, plan, query, now_s)
    if not slices:
        return []
    table = table_of(view, plan, query.granularity, slices)
    counts = counts_of(table)
    covered, expected = _coverage(table, counts, now_s)
    passby = passby_of(table, catalogue, query.granularity)
    folds: Sequence[Fold | None] = [None] * len(slices)
    if query.occupancy and plan.key:
        folds = folds_of(view, catalogue, plan, query, slices, now_s)
    reasons = _reasons(catalogue, plan, slices)
    provisional = table.provisional()
    measured = bool(plan.present)
    rows: list[Row] = []
    for at, slice_ in enumerate(slices):
        start_s, end_s, local_date = slice_
        cover, expect = covered[at], expected[at]
        known = cover > 0
        ins, outs, commit = counts.ins[at], counts.outs[at], counts.commits[at]
        in_staff, out_staff = counts.in_staff[at], counts.out_staff[at]
        people, source, passby_commit = passby[at]
        fold = folds[at] if known or provisional[at] else None
        whole = cover >= expect
        occupancy = _NO_OCCUPANCY
        if fold is not None:
            occupancy = _occupancy(fold, query, ins, outs, end_s - now_s, measured)
        row = Row(
            start_s,
            end_s,
            local_date,
            ins if known else ins or None,
            outs if known else outs or None,
            people,
            source,
            in_staff if known else in_staff or None,
            out_staff if known else out_staff or None,
            *occupancy[:4],
            min(end_s, now_s) - start_s,
            occupancy[4],
            cover,
            expect,
            None if whole or (known and end_s > now_s) else reasons[at],
            not provisional[at] and _is_final(plan, end_s, now_s, whole=whole),
            max(commit, passby_commit, 0 if fold is None else fold.commit),
            provisional[at],
        )
        rows.append(row)
    return _shown(rows, query)


def _is_final(plan: Plan, end_s: int, now_s: int, *, whole: bool) -> bool:
    settled = whole and end_s + FINAL_AFTER_S <= now_s
    return settled or end_s + plan.location.late_window_s <= now_s


def _shown(rows: list[Row], query: Query) -> list[Row]:
    if query.missing == "null":
        rows = [r if r.coverage >= query.min_coverage else _emptied(r) for r in rows]
    if query.fill == "none":
        rows = [r for r in rows if r.covered_s or r.ins or r.outs or r.passby is not None]
    return rows


def _emptied(row: Row) -> Row:
    return row._replace(
        ins=None,
        outs=None,
        passby=None,
        passby_source=None,
        in_staff=None,
        out_staff=None,
        occupancy=None,
        occupancy_max=None,
        occupancy_min=None,
        person_s=None,
        adjustment=(),
    )


# -- counts and coverage ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums over all flows of a subject, by slice; None where no bin is counted."""

    ins: list[int | None]
    outs: list[int | None]
    in_staff: list[int | None]
    out_staff: list[int | None]
    commits: list[int]


def counts_of(table: Table) -> Counts:
    """The sums of a table's flows."""
    length = len(table.slices)
    counts = Counts(
        [None] * length, [None] * length, [None] * length, [None] * length, [0] * length
    )
    for flow in table.plan.flows:
        for sums, series in (
            (counts.ins, flow.ins),
            (counts.outs, flow.outs),
            (counts.in_staff, flow.in_staff),
            (counts.out_staff, flow.out_staff),
        ):
            if series is not None:
                _add(sums, counts.commits, table.column(series, flow.active))
    return counts


def _add(sums: list[int | None], commits: list[int], column: Column) -> None:
    for at, bucket in enumerate(column):
        if bucket is not None:
            _, value, _, commit = bucket
            sums[at] = (sums[at] or 0) + value
            if commit > commits[at]:
                commits[at] = commit


def _coverage(table: Table, counts: Counts, now_s: int) -> tuple[list[int], list[int]]:
    """Covered and expected seconds by slice, over the lines (or measured zones) asked."""
    covered = [0] * len(table.slices)
    expected = [0] * len(table.slices)
    for part in table.plan.counted():
        series = part.gauged()
        for at, bucket in enumerate(table.column(series, part.active)):
            if bucket is not None:
                _, _, covered_s, commit = bucket
                covered[at] += covered_s
                if commit > counts.commits[at]:
                    counts.commits[at] = commit
        crossing = _crossing(table, part)
        seconds = expected_seconds(table.slices, list(part.active), now_s, crossing)
        expected = [a + b for a, b in zip(expected, seconds, strict=True)]
    return covered, expected


def _crossing(table: Table, part: Flow | Frontage | Gauge) -> list[Bin]:
    """Counted bins that reach past the end of their slice."""
    series = part.gauged()
    if series is None:
        return []
    start_s, end_s = table.slices[0].start_s, table.slices[-1].end_s
    bins = table.view.long_bins([series], start_s, end_s)
    return [b for b in bins if b.length_s > MINUTE_S]


def _reasons(catalogue: Catalogue, plan: Plan, slices: Sequence[Slice]) -> list[str]:
    gaps = [g for sensor in plan.sensors() for g in catalogue.gaps.get(sensor, ())]
    return list(gap_reasons(slices, gaps))


# -- occupancy --------------------------------------------------------------------------------------

Occupancy = tuple[int | None, int | None, int | None, int | None, tuple[Adjustment, ...]]
_NO_OCCUPANCY: Occupancy = (None, None, None, None, ())


def _occupancy(
    fold: Fold, query: Query, ins: int | None, outs: int | None, ahead_s: int, measured: bool
) -> Occupancy:
    """End, max, min, integral and adjustments, so that end = start + in - out + adjustments.

    `ahead_s` is how much of the bucket is still to come: nobody has spent time there yet.
    """
    told: tuple[Adjustment, ...] = ()
    if any(added := _added(fold)):
        told = tuple(a for a in map(Adjustment, CAUSES, added) if a.people)
    flow = (ins or 0) - (outs or 0)
    rest = fold.end - fold.start - flow - sum(a.people for a in told)
    spilt = (Adjustment("measured" if measured else "spill", rest),) if rest else ()
    if query.series == "raw":
        anchored = fold.raw_end - fold.raw_start - flow - rest
        return (fold.raw_end, None, None, None, (*_anchored(anchored), *spilt))
    person_s = fold.person_s - (fold.end * ahead_s if ahead_s > 0 else 0)
    return (fold.end, fold.high, fold.low, person_s, (*told, *spilt))


def _anchored(people: int) -> tuple[Adjustment, ...]:
    """What anchors did to the raw balance. Folds keep it as one number, whichever they were."""
    return (Adjustment("reset", people),) if people else ()
