"""Locations, zones and lines: read, add, change."""

from typing import Any

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import Struct, UnsetType, structs

from countline.api.etags import check_unchanged, etag_of
from countline.api.instants import body_s, read_time_of_day
from countline.api.lists import next_link, page_of
from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.api.sight import line_of, location_of, sees, zone_of
from countline.api.v3 import render
from countline.api.v3.asking import PageAsking, PlacePageAsking
from countline.api.v3.opening import wanted_hours
from countline.engine.changes import NewSource
from countline.errors import NotAllowed
from countline.model.place import Line, Location, Zone
from countline.wire import v3_catalogue as wire


# -- locations ------------------------------------------------------------------------------------
async def list_locations(request: ApiRequest[PageAsking]) -> Response[wire.LocationPage]:
    """The locations that the key may see, by id."""
    asking, sight = request.asked, request.sight
    known = sorted(request.engine.desk.current().locations.values(), key=lambda x: x.location_id)
    page, cursor = page_of(
        (x for x in known if sees(sight, x.location_id)),
        place=lambda x: x.location_id,
        limit=asking.limit,
        cursor=asking.cursor,
    )
    hours = request.engine.desk.current().opening_of
    told = wire.LocationPage(
        data=[render.location(x, hours(x.location_id)) for x in page], next=cursor
    )
    return Response(told, headers=next_link(request, cursor))


async def add_location(
    request: ApiRequest[Asking], data: JSONBody[wire.LocationNew]
) -> Response[wire.Location]:
    """Add a location, and the zone that its first lines will lead into."""
    if request.sight is not None:
        raise NotAllowed(
            "Only a key that sees every location may add one; this one sees"
            f" {', '.join(sorted(request.sight))}.",
            code="more_than_own",
        )
    made = await request.engine.desk.add_location(
        location_id=data.location_id,
        name=data.name,
        time_zone=data.time_zone,
        day_start_s=read_time_of_day(data.day_start),
        resets_s=tuple(read_time_of_day(t) for t in data.resets),
        keep_attributes=data.keep_attributes,
    )
    return _tell_location(request, made)


async def get_location(
    request: ApiRequest[Asking], location_id: FromPath[str]
) -> Response[wire.Location]:
    """One location."""
    return _tell_location(request, location_of(request, location_id))


async def change_location(
    request: ApiRequest[Asking], location_id: FromPath[str], data: JSONBody[wire.LocationChange]
) -> Response[wire.Location]:
    """Change a location's name, time zone, start of day, resets or opening hours.

    Changing the time zone or the start of the day builds days and hours anew from the same counts.
    """
    old = location_of(request, location_id)
    check_unchanged(_location_tag(request, old), request.header(b"if-match"))
    changes = given(data)
    if "day_start" in changes:
        changes["day_start_s"] = read_time_of_day(changes.pop("day_start"))
    if "resets" in changes:
        changes["resets_s"] = tuple(read_time_of_day(t) for t in changes.pop("resets"))
    if "opening" in changes:
        changes["opening"] = wanted_hours(changes["opening"])
    changed = await request.engine.desk.change_location(old.location_id, **changes)
    return _tell_location(request, changed)


def _tell_location(request: ApiRequest[Any], known: Location) -> Response[wire.Location]:
    hours = request.engine.desk.current().opening_of(known.location_id)
    tag = _location_tag(request, known)
    return Response(render.location(known, hours), headers={"ETag": tag})


def _location_tag(request: ApiRequest[Any], known: Location) -> str:
    return etag_of(known, request.engine.desk.current().opening_of(known.location_id))


# -- zones ----------------------------------------------------------------------------------------
async def list_zones(request: ApiRequest[PlacePageAsking]) -> Response[wire.ZonePage]:
    """Zones by id, with the sensors that count or measure each."""
    asking, catalogue = request.asked, request.engine.desk.current()
    _check_location(request, asking.location_id)
    page, cursor = page_of(
        (z for z in _by_id(request, catalogue.zones) if _in(asking.location_id, z)),
        place=lambda z: z.zone_id,
        limit=asking.limit,
        cursor=asking.cursor,
    )
    told = wire.ZonePage(data=[render.zone(z, catalogue) for z in page], next=cursor)
    return Response(told, headers=next_link(request, cursor))


async def add_zone(
    request: ApiRequest[Asking], data: JSONBody[wire.ZoneNew]
) -> Response[wire.Zone]:
    """Add a zone. It is counted as soon as lines lead into it."""
    location_of(request, data.location_id)
    made = await request.engine.desk.add_zone(
        location_id=data.location_id,
        name=data.name,
        parent_id=data.parent_id,
        area_m2=data.area_m2,
        capacity=data.capacity,
        category=data.category,
        amber_percent=data.amber_percent,
        red_percent=data.red_percent,
        hysteresis_percent=data.hysteresis_percent,
    )
    return _tell_zone(request, made)


async def get_zone(request: ApiRequest[Asking], zone_id: FromPath[int]) -> Response[wire.Zone]:
    """One zone."""
    return _tell_zone(request, zone_of(request, zone_id))


async def change_zone(
    request: ApiRequest[Asking], zone_id: FromPath[int], data: JSONBody[wire.ZoneChange]
) -> Response[wire.Zone]:
    """Change a zone's name, parent, area, category, capacity or limits, its opening hours, or what
    is evidence of how many people are in it."""
    old = zone_of(request, zone_id)
    check_unchanged(_zone_tag(request, old), request.header(b"if-match"))
    changes = given(data)
    if "opening" in changes:
        changes["opening"] = wanted_hours(changes["opening"])
    return _tell_zone(request, await request.engine.desk.change_zone(zone_id, **changes))


def _tell_zone(request: ApiRequest[Any], known: Zone) -> Response[wire.Zone]:
    told = render.zone(known, request.engine.desk.current())
    return Response(told, headers={"ETag": _zone_tag(request, known)})


def _zone_tag(request: ApiRequest[Any], known: Zone) -> str:
    openings = request.engine.desk.current().openings
    return etag_of(known, openings.get((known.location_id, known.zone_id)))


# -- lines ----------------------------------------------------------------------------------------
async def list_lines(request: ApiRequest[PlacePageAsking]) -> Response[wire.LinePage]:
    """Counting lines by id, with the channels that count each."""
    asking, catalogue = request.asked, request.engine.desk.current()
    _check_location(request, asking.location_id)
    page, cursor = page_of(
        (x for x in _by_id(request, catalogue.lines) if _in(asking.location_id, x)),
        place=lambda x: x.line_id,
        limit=asking.limit,
        cursor=asking.cursor,
    )
    told = wire.LinePage(data=[render.line(x, catalogue) for x in page], next=cursor)
    return Response(told, headers=next_link(request, cursor))


async def add_line(
    request: ApiRequest[Asking], data: JSONBody[wire.LineNew]
) -> Response[wire.Line]:
    """Add a line from side A to side B, with the channels that count it."""
    location_of(request, data.location_id)
    made = await request.engine.desk.add_line(
        location_id=data.location_id,
        name=data.name,
        side_a=data.side_a,
        side_b=data.side_b,
        role=data.role,
        frontage_of=data.frontage_of,
        visitors_cross=data.visitors_cross,
        sources=[_source(s) for s in data.sources],
    )
    return _tell_line(request, made)


async def get_line(request: ApiRequest[Asking], line_id: FromPath[int]) -> Response[wire.Line]:
    """One counting line."""
    return _tell_line(request, line_of(request, line_id))


async def change_line(
    request: ApiRequest[Asking], line_id: FromPath[int], data: JSONBody[wire.LineChange]
) -> Response[wire.Line]:
    """Change a line's name, or which channels count it.

    New sources take effect at the next full local hour, or at `valid_from`; a past one revises what
    was counted since.
    """
    old = line_of(request, line_id)
    sources = request.engine.desk.current().sources_of_line.get(old.line_id, ())
    check_unchanged(etag_of(old, sources), request.header(b"if-match"))
    changes = given(data)
    if "sources" in changes:
        changes["sources"] = [_source(s) for s in changes["sources"]]
    if "valid_from" in changes:
        changes["valid_from_s"] = body_s("valid_from", changes.pop("valid_from"))
    return _tell_line(request, await request.engine.desk.change_line(line_id, **changes))


def _tell_line(request: ApiRequest[Any], known: Line) -> Response[wire.Line]:
    catalogue = request.engine.desk.current()
    sources = catalogue.sources_of_line.get(known.line_id, ())
    return Response(render.line(known, catalogue), headers={"ETag": etag_of(known, sources)})


def _source(new: wire.SourceNew) -> NewSource:
    return NewSource(
        sensor_id=new.sensor_id,
        channel=new.channel,
        invert=new.invert,
        order=new.order,
        valid_from_s=None if new.valid_from is None else body_s("valid_from", new.valid_from),
    )


# -- all of them ----------------------------------------------------------------------------------
def given(change: Struct) -> dict[str, Any]:
    """The fields that a caller sent."""
    return {k: v for k, v in structs.asdict(change).items() if not isinstance(v, UnsetType)}


def _check_location(request: ApiRequest[Any], location_id: str | None) -> None:
    if location_id is not None:
        location_of(request, location_id)


def _by_id(request: ApiRequest[Any], known: Any) -> list[Any]:
    sight = request.sight
    return [known[i] for i in sorted(known) if sees(sight, known[i].location_id)]


def _in(location_id: str | None, thing: Zone | Line) -> bool:
    return location_id is None or thing.location_id == location_id
