"""One question, one read transaction, one answer: a pure function of a view and a moment."""

from collections.abc import Iterator
from dataclasses import replace

from countline.engine.catalogue import Catalogue
from countline.engine.rows import rows_of
from countline.engine.subject import Plan, plan_of, zones_of_sensor
from countline.engine.table import series_of
from countline.errors import Impossible
from countline.limits import GROUPS_MAX
from countline.model.claim import Bin
from countline.model.ids import LineId, ZoneId
from countline.model.interval import MINUTE_S, Granularity
from countline.model.query import Answer, Asked, Group, Query
from countline.store.seam import View


def answer(view: View, catalogue: Catalogue, query: Query, now_s: int) -> Answer:
    """The answer to a question, all of it of the view's commit.

    Raises `NotFound`, or `Impossible` with `granularity_too_fine`, `too_many_rows`,
    `zone_not_of_sensor`.
    """
    plan = plan_of(catalogue, query.asked)
    parts = list(_parts(catalogue, plan, query))
    granularity = _granularity(view, plan, query)
    groups: list[Group] = []
    for part, zone_id, line_id in parts:
        rows = rows_of(view, catalogue, part, replace(query, granularity=granularity), now_s)
        groups.append(Group(rows=rows, zone_id=zone_id, line_id=line_id))
    return Answer(
        asked=query.asked,
        location_id=plan.location.location_id,
        time_zone=plan.location.time_zone,
        granularity=granularity,
        series=query.series,
        boundary=plan.boundary,
        groups=tuple(groups),
    )


def _parts(
    catalogue: Catalogue, plan: Plan, query: Query
) -> Iterator[tuple[Plan, ZoneId | None, LineId | None]]:
    """The subject itself, or each zone or line of it."""
    if query.group_by is None:
        yield plan, None, None
        return
    found: list[tuple[Plan, ZoneId | None, LineId | None]]
    if query.group_by == "zone":
        found = [(p, z, None) for p, z in _zone_parts(catalogue, plan, query.asked)]
    else:
        lines = sorted({f.line_id for f in plan.flows if f.line_id is not None})
        found = [(_line_part(plan, line_id), None, line_id) for line_id in lines]
    if len(found) > GROUPS_MAX:
        raise Impossible(
            f"{len(found)} groups are more than {GROUPS_MAX}; ask them one by one.",
            code="too_many_groups",
        )
    yield from found


def _zone_parts(catalogue: Catalogue, plan: Plan, asked: Asked) -> Iterator[tuple[Plan, ZoneId]]:
    if asked.sensor_id is not None:
        sensor = catalogue.sensor_by_id[asked.sensor_id]
        zones = zones_of_sensor(catalogue, sensor.sensor)
        zones = [z for z in zones if asked.zone_id in (None, z)]
        for zone_id in zones:
            yield plan_of(catalogue, Asked(sensor_id=asked.sensor_id, zone_id=zone_id)), zone_id
        return
    for zone in catalogue.zones_of(plan.location.location_id):
        if asked.zone_id is None or zone.parent_id == asked.zone_id:
            yield plan_of(catalogue, Asked(zone_id=zone.zone_id)), zone.zone_id


def _line_part(plan: Plan, line_id: LineId) -> Plan:
    """One line of a subject; its occupancy would be a balance of one door, so it has none."""
    flows = tuple(f for f in plan.flows if f.line_id == line_id)
    return replace(plan, flows=flows, present=(), passby=(), frontages=(), key="")


# -- how fine ---------------------------------------------------------------------------------------


def _granularity(view: View, plan: Plan, query: Query) -> Granularity:
    """The granularity asked for, or the finest that the data allows where `coarsen` says so."""
    longest_s = max((b.length_s for b in _long(view, plan, query.start_s, query.end_s)), default=0)
    if longest_s <= query.granularity.longest_s:
        return query.granularity
    finest = next((g for g in Granularity if g.longest_s >= longest_s), Granularity.MONTH)
    if query.coarsen:
        return finest
    raise Impossible(
        f"Some of this data was counted in bins of {longest_s} s; "
        f"the finest granularity that works is {finest.value} (or ask with coarsen=true).",
        code="granularity_too_fine",
        finest=finest.value,
    )


def _long(view: View, plan: Plan, start_s: int, end_s: int) -> list[Bin]:
    """Counted bins longer than a minute that start in the stretch."""
    bins = view.long_bins(series_of(plan), start_s, end_s)
    return [b for b in bins if b.start_s >= start_s and b.length_s > MINUTE_S]
