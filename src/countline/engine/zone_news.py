"""A zone as it is now, and what is to be told of it after what was told before. Pure functions."""

from collections.abc import Iterator

from countline.counting.capacity import limits_of
from countline.engine.messages import write_instant, write_instant_or_none
from countline.engine.reporting import fact
from countline.engine.ventilating import Demand
from countline.model.board import AirNow, Presence, ZoneNow, ZoneTold
from countline.model.event import Event, EventKind
from countline.model.place import Location, Zone
from countline.model.query import Present
from countline.wire import Told
from countline.wire import events as wire

News = tuple[EventKind, Told]

FLOW_DIGITS = 1  # a controller sees no smaller step, and a fraction of a litre is no news


def zone_now(
    zone: Zone,
    location: Location,
    present: Present,
    totals: tuple[int | None, int | None],
    demand: Demand | None,
    told: ZoneTold,
) -> ZoneNow:
    """All that is known of a zone. Totals never fall below those that were told."""
    people = present.people
    ins, outs = totals
    return ZoneNow(
        zone_id=zone.zone_id,
        location_id=zone.location_id,
        name=zone.name,
        location_name=location.name,
        as_of_s=present.as_of_s,
        people=people,
        last_known=present.last_known,
        high=None if demand is None else demand.request.upper,
        quality=present.quality,
        in_today=present.in_today,
        out_today=present.out_today,
        passby_today=present.passby_today,
        in_total=_no_less(ins, told.in_total),
        out_total=_no_less(outs, told.out_total),
        area_m2=zone.area_m2,
        capacity=zone.capacity,
        density=round(people / zone.area_m2, 4) if people is not None and zone.area_m2 else None,
        utilisation=round(people / zone.capacity, 4)
        if people is not None and zone.capacity
        else None,
        light=present.light,
        air=None if demand is None else _air(demand),
    )


def _no_less(total: int | None, told: int | None) -> int | None:
    return total if told is None else max(total or 0, told)


def _air(demand: Demand) -> AirNow:
    rules, request = demand.rules, demand.request
    setpoint = demand.setpoint
    return AirNow(
        as_of_s=request.moment.at_s,
        flow=round(request.flow, FLOW_DIGITS),
        design_flow=round(demand.design_flow, FLOW_DIGITS),
        unit="L/s" if rules.system == "si" else "cfm",
        population=request.population,
        mode="standby" if request.standby else "occupied",
        fallback=request.fallback,
        setpoint=None if setpoint is None else round(setpoint, 2),
        setpoint_gives=rules.curve_gives or None,
        setpoint_unit=rules.curve_unit or None,
    )


def told_after(now: ZoneNow, before: ZoneTold) -> ZoneTold:
    """What has been told once all of `news_of` has."""
    presence = before.presence if now.people is None else _presence(now.people)
    return ZoneTold(
        zone_id=now.zone_id,
        people=now.people,
        quality=now.quality,
        presence=presence,
        light=now.light or ("" if now.capacity is None else before.light),
        flow=None if now.air is None else now.air.flow,
        setpoint=None if now.air is None else now.air.setpoint,
        fallback=now.air is not None and now.air.fallback,
        in_total=now.in_total,
        out_total=now.out_total,
    )


def _presence(people: int) -> Presence:
    return "occupied" if people > 0 else "empty"


def news_of(zone: Zone, now: ZoneNow, before: ZoneTold, at_s: int) -> list[Event]:
    """The events of a zone that is now so, and was told otherwise; none where all is as before."""
    after = told_after(now, before)
    news = (
        *_occupancy(now, before),
        *_presence_news(now, before, after),
        *_capacity(zone, now, before, after),
        *_air_news(now, before),
    )
    return [fact(kind, data, at_s=at_s) for kind, data in news]


def _occupancy(now: ZoneNow, before: ZoneTold) -> Iterator[News]:
    if (now.people, now.quality) != (before.people, before.quality):
        data = wire.OccupancyData(
            location_id=now.location_id,
            zone_id=now.zone_id,
            as_of=write_instant_or_none(now.as_of_s),
            people=now.people,
            last_known=now.last_known,
            quality=now.quality,
            in_today=now.in_today,
            out_today=now.out_today,
            sequence=0,
        )
        yield "occupancy.changed", data


def _presence_news(now: ZoneNow, before: ZoneTold, after: ZoneTold) -> Iterator[News]:
    if now.people is not None and after.presence != before.presence:
        data = wire.PresenceData(
            location_id=now.location_id,
            zone_id=now.zone_id,
            as_of=write_instant_or_none(now.as_of_s),
            people=now.people,
            sequence=0,
        )
        yield "zone.occupied" if after.presence == "occupied" else "zone.empty", data


def _capacity(zone: Zone, now: ZoneNow, before: ZoneTold, after: ZoneTold) -> Iterator[News]:
    was, full = before.light == "red", after.light == "red"
    if was == full or now.people is None or now.light is None or now.capacity is None:
        return
    data = wire.CapacityData(
        location_id=now.location_id,
        zone_id=now.zone_id,
        as_of=write_instant_or_none(now.as_of_s),
        people=now.people,
        capacity=now.capacity,
        limit=limits_of(zone)[1],
        light=now.light,
        sequence=0,
    )
    yield "capacity.reached" if full else "capacity.cleared", data


def _air_news(now: ZoneNow, before: ZoneTold) -> Iterator[News]:
    air = now.air
    if air is None:
        return
    setpoint = None
    if air.setpoint is not None and air.setpoint_gives and air.setpoint_unit:
        setpoint = wire.SetpointData(
            gives=air.setpoint_gives, value=air.setpoint, unit=air.setpoint_unit
        )
    data = wire.VentilationData(
        location_id=now.location_id,
        zone_id=now.zone_id,
        as_of=write_instant(air.as_of_s),
        outdoor_air=air.flow,
        design_outdoor_air=air.design_flow,
        unit=air.unit,
        population=air.population,
        mode=air.mode,
        fallback=air.fallback,
        setpoint=setpoint,
        sequence=0,
    )
    if air.fallback != before.fallback:
        yield "ventilation.fallback", data
    if (air.flow, air.setpoint) != (before.flow, before.setpoint):
        yield "ventilation.request", data
