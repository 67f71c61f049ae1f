"""Pass-by of every row: measured where a sensor measures it, else derived from frontage lines."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from countline.counting.passby import Crossings, hour_passby, sum_passby
from countline.engine.catalogue import Catalogue
from countline.engine.subject import Flow, Frontage, zone_plan
from countline.engine.table import Column, Table, series_of, table_of
from countline.model.interval import Granularity, Slice


class Passby(NamedTuple):
    """Pass-by of one row; None where nobody can say."""

    people: int | None
    source: Literal["measured", "derived"] | None
    commit: int


NOBODY_KNOWS = Passby(None, None, 0)


def passby_of(table: Table, catalogue: Catalogue, granularity: Granularity) -> list[Passby]:
    """One entry per slice. A measured pass-by goes before a derived one, row by row."""
    rows = [NOBODY_KNOWS] * len(table.slices)
    if table.plan.frontages and granularity not in (Granularity.MINUTE, Granularity.QUARTER):
        rows = _derived(table, catalogue, granularity)
    for gauge in table.plan.passby:
        for at, bucket in enumerate(table.column(gauge.series, gauge.active)):
            if bucket is not None and (bucket.covered_s or bucket.value):
                before = rows[at]
                people = before.people or 0 if before.source == "measured" else 0
                commit = max(before.commit, bucket.commit)
                rows[at] = Passby(people + bucket.value, "measured", commit)
    return rows


def _derived(table: Table, catalogue: Catalogue, granularity: Granularity) -> list[Passby]:
    """Each frontage's pass-by, derived once per local hour and summed."""
    found: list[list[int]] = [[] for _ in table.slices]
    commits = [0] * len(table.slices)
    for frontage in table.plan.frontages:
        hours, people, told = _frontage_hours(table, catalogue, frontage, granularity)
        at = 0
        for hour, count, commit in zip(hours, people, told, strict=True):
            while at < len(table.slices) and table.slices[at].end_s <= hour.start_s:
                at += 1
            if at == len(table.slices):
                break
            if table.slices[at].start_s <= hour.start_s and count is not None:
                found[at].append(count)
                commits[at] = max(commits[at], commit)
    return [
        Passby(sum_passby(counts), "derived", commit) if counts else NOBODY_KNOWS
        for counts, commit in zip(found, commits, strict=True)
    ]


def _frontage_hours(
    table: Table, catalogue: Catalogue, frontage: Frontage, granularity: Granularity
) -> tuple[Sequence[Slice], list[int | None], list[int]]:
    """Slices no coarser than needed, the pass-by of each, and the commit behind it.

    Where visitors do not cross the line nothing is taken off, so sums of any length will do.
    """
    if frontage.visitors_cross == "none" or granularity is Granularity.HOUR:
        hours, fine = table.slices, table
    else:
        start_s, end_s = table.slices[0].start_s, table.slices[-1].end_s
        hours = table.plan.grid.slices(Granularity.HOUR, start_s, end_s)
        fine = table_of(table.view, table.plan, Granularity.HOUR, hours)
    crossings = _columns(fine, [frontage])
    ins, outs = _zone_columns(fine, catalogue, frontage)
    people: list[int | None] = []
    commits: list[int] = []
    for at in range(len(hours)):
        total, commit = crossings[at]
        came, left = ins[at], outs[at]
        people.append(hour_passby(frontage.visitors_cross, Crossings(total, came[0], left[0])))
        commits.append(max(commit, came[1], left[1]))
    return hours, people, commits


Total = tuple[int | None, int]


def _columns(table: Table, parts: Sequence[Frontage]) -> list[Total]:
    columns = [
        table.column(series, part.active)
        for part in parts
        for series in (part.forward, part.backward)
    ]
    return _summed(columns, len(table.slices))


def _zone_columns(
    table: Table, catalogue: Catalogue, frontage: Frontage
) -> tuple[list[Total], list[Total]]:
    """In and out of the zone that the frontage is of."""
    nothing: list[Total] = [(None, 0)] * len(table.slices)
    if frontage.visitors_cross == "none" or frontage.zone_id is None:
        return nothing, nothing
    plan = zone_plan(catalogue, catalogue.zones[frontage.zone_id])
    fine = table
    if not set(series_of(plan)) <= set(series_of(table.plan)):
        fine = table_of(table.view, plan, Granularity.HOUR, table.slices)
    flows: Sequence[Flow] = plan.flows
    ins = _summed([fine.column(f.ins, f.active) for f in flows], len(table.slices))
    outs = _summed([fine.column(f.outs, f.active) for f in flows], len(table.slices))
    return ins, outs


def _summed(columns: Sequence[Column], length: int) -> list[Total]:
    rows: list[Total] = [(None, 0)] * length
    for column in columns:
        for at, bucket in enumerate(column):
            if bucket is not None and (bucket.covered_s or bucket.value):
                value, commit = rows[at]
                rows[at] = ((value or 0) + bucket.value, max(commit, bucket.commit))
    return rows
