"""Pass-by of every row: measured where a sensor measures it, else derived from frontage lines."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from countline.counting.passby import Crossings, hour_passby
from countline.engine.catalogue import Catalogue
from countline.engine.flows import Frontage
from countline.engine.subject import plan_of
from countline.engine.table import Column, Table, series_of, table_of
from countline.model.interval import Granularity, Slice
from countline.model.query import Asked


class Passby(NamedTuple):
    """Pass-by of one row; None where nobody can say."""

    people: int | None
    source: Literal["measured", "derived"] | None
    commit: int


class Total(NamedTuple):
    """A sum over several columns, and the commit that last changed it."""

    people: int | None
    commit: int


NOBODY_KNOWS = Passby(None, None, 0)
NOTHING = Total(None, 0)
TOO_FINE = (Granularity.MINUTE, Granularity.QUARTER)  # a derived pass-by has hours at the finest


def passby_of(table: Table, catalogue: Catalogue, granularity: Granularity) -> list[Passby]:
    """One entry per slice. Hour by hour a measured pass-by goes before a derived one."""
    if not table.plan.frontages or granularity in TOO_FINE:
        return _measured(table)
    if granularity is Granularity.HOUR or _adds_up(table):
        return _hours(table, catalogue)
    start_s, end_s = table.slices[0].start_s, table.slices[-1].end_s
    hours = table.plan.grid.slices(Granularity.HOUR, start_s, end_s)
    fine = table_of(table.view, table.plan, Granularity.HOUR, hours)
    return _summed_hours(table.slices, hours, _hours(fine, catalogue))


def _adds_up(table: Table) -> bool:
    """Whether sums of any length give what their hours would: nothing measured, nothing taken off."""
    return not table.plan.passby and all(f.visitors_cross == "none" for f in table.plan.frontages)


def _measured(table: Table) -> list[Passby]:
    totals = _summed(table, [table.column(g.series, g.active) for g in table.plan.passby])
    return [
        NOBODY_KNOWS if people is None else Passby(people, "measured", commit)
        for people, commit in totals
    ]


def _hours(table: Table, catalogue: Catalogue) -> list[Passby]:
    """Pass-by of slices that are no longer than an hour, or add up."""
    rows = _measured(table)
    for frontage in table.plan.frontages:
        crossings = _summed(
            table,
            [table.column(s, frontage.active) for s in (frontage.forward, frontage.backward)],
        )
        ins, outs = _visitors(table, catalogue, frontage)
        for at, (total, came, left) in enumerate(zip(crossings, ins, outs, strict=True)):
            if rows[at].source == "measured":
                continue
            hour = Crossings(total.people, came.people, left.people)
            people = hour_passby(frontage.visitors_cross, hour)
            if people is not None:
                commit = max(total.commit, came.commit, left.commit, rows[at].commit)
                rows[at] = Passby((rows[at].people or 0) + people, "derived", commit)
    return rows


def _visitors(
    table: Table, catalogue: Catalogue, frontage: Frontage
) -> tuple[list[Total], list[Total]]:
    """In and out of the zone that the frontage is of, where visitors cross the line as well."""
    if frontage.visitors_cross == "none" or frontage.zone_id is None:
        return [NOTHING] * len(table.slices), [NOTHING] * len(table.slices)
    plan = plan_of(catalogue, Asked(zone_id=frontage.zone_id))
    if not set(series_of(plan)) <= set(series_of(table.plan)):
        table = table_of(table.view, plan, Granularity.HOUR, table.slices)
    ins = _summed(table, [table.column(f.ins, f.active) for f in plan.flows])
    outs = _summed(table, [table.column(f.outs, f.active) for f in plan.flows])
    return ins, outs


def _summed(table: Table, columns: Sequence[Column]) -> list[Total]:
    rows = [NOTHING] * len(table.slices)
    for column in columns:
        for at, bucket in enumerate(column):
            if bucket is not None and (bucket.covered_s or bucket.value):
                people, commit = rows[at]
                rows[at] = Total((people or 0) + bucket.value, max(commit, bucket.commit))
    return rows


def _summed_hours(
    slices: Sequence[Slice], hours: Sequence[Slice], found: Sequence[Passby]
) -> list[Passby]:
    """Hours added up into longer slices; measured only where every known hour is."""
    rows: list[Passby] = []
    at = 0
    for slice_ in slices:
        people: int | None = None
        commit = 0
        source: Literal["measured", "derived"] | None = None
        while at < len(hours) and hours[at].start_s < slice_.end_s:
            one = found[at]
            if hours[at].start_s >= slice_.start_s and one.people is not None:
                people = (people or 0) + one.people
                commit = max(commit, one.commit)
                source = one.source if source in (None, one.source) else "derived"
            at += 1
        rows.append(Passby(people, source, commit))
    return rows
