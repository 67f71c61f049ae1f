"""Floor plans: read, add, change, remove; their image, and their geometry as GeoJSON."""

import asyncio
from typing import Any

from litestar import Response
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from countline.api.bodies import read_bytes
from countline.api.etags import check_unchanged, etag_of, is_known
from countline.api.geojson import read_geometry, tell_geometry
from countline.api.instants import instant
from countline.api.lists import next_link, page_of
from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.api.sight import layout_of, location_of, sees
from countline.api.v3.asking import PlacePageAsking
from countline.api.v3.layout_asking import GeometryAsking
from countline.api.v3.places import given
from countline.engine.catalogue import Catalogue
from countline.model.layout import Geometry, Layout
from countline.wire import v3_layouts as wire

# An image is shown and does nothing else, wherever somebody opens it.
IMAGE_SAFETY = {"Content-Security-Policy": "default-src 'none'; sandbox"}


# -- layouts --------------------------------------------------------------------------------------
async def list_layouts(request: ApiRequest[PlacePageAsking]) -> Response[wire.LayoutPage]:
    """Floor plans by id, with the zones, lines and sensors that are on each."""
    asking, sight = request.asked, request.sight
    if asking.location_id is not None:
        location_of(request, asking.location_id)
    catalogue = request.engine.desk.current()
    page, cursor = page_of(
        (
            x
            for _, x in sorted(catalogue.layouts.items())
            if sees(sight, x.location_id) and asking.location_id in (None, x.location_id)
        ),
        place=lambda x: x.layout_id,
        limit=asking.limit,
        cursor=asking.cursor,
    )
    told = wire.LayoutPage(data=[render_layout(x, catalogue) for x in page], next=cursor)
    return Response(told, headers=next_link(request, cursor))


async def add_layout(
    request: ApiRequest[Asking], data: JSONBody[wire.LayoutNew]
) -> Response[wire.Layout]:
    """Add a floor plan: its name, and how its metres lie on an image and on the earth.

    Its image and its geometry are sent after it, to its own addresses.
    """
    location_of(request, data.location_id)
    made = await request.engine.layouts.add(
        location_id=data.location_id, name=data.name, **_frame(given(data))
    )
    return _tell(request, made)


async def get_layout(
    request: ApiRequest[Asking], layout_id: FromPath[int]
) -> Response[wire.Layout]:
    """One floor plan."""
    return _tell(request, layout_of(request, layout_id))


async def change_layout(
    request: ApiRequest[Asking], layout_id: FromPath[int], data: JSONBody[wire.LayoutChange]
) -> Response[wire.Layout]:
    """Change a floor plan's name, floor, scale, origin or site.

    What is drawn is kept in metres: another scale or origin moves the image under it.
    """
    old = layout_of(request, layout_id)
    check_unchanged(etag_of(old), request.header(b"if-match"))
    changes = given(data)
    named = {k: v for k, v in changes.items() if k == "name"}
    made = await request.engine.layouts.change(layout_id, **named, **_frame(changes))
    return _tell(request, made)


async def remove_layout(request: ApiRequest[Asking], layout_id: FromPath[int]) -> None:
    """Remove a floor plan, its image, and what is drawn on it.

    The zones, lines and sensors themselves stay, and so do their numbers.
    """
    old = layout_of(request, layout_id)
    check_unchanged(etag_of(old), request.header(b"if-match"))
    await request.engine.layouts.remove(layout_id)


def _frame(changes: dict[str, Any]) -> dict[str, Any]:
    """The fields of our own record for those of the wire that were sent."""
    made: dict[str, Any] = {k: changes[k] for k in ("floor", "scale_m_per_px") if k in changes}
    if "origin_px" in changes:
        pixel: wire.Pixel | None = changes["origin_px"]
        made["origin_x_px"] = None if pixel is None else pixel.x
        made["origin_y_px"] = None if pixel is None else pixel.y
    if "site" in changes:
        site: wire.Site | None = changes["site"]
        for name in ("latitude_deg", "longitude_deg", "bearing_deg"):
            made[name] = None if site is None else getattr(site, name)
    return made


def _tell(request: ApiRequest[Any], known: Layout) -> Response[wire.Layout]:
    told = render_layout(known, request.engine.desk.current())
    return Response(told, headers={"ETag": etag_of(known)})


def render_layout(known: Layout, catalogue: Catalogue) -> wire.Layout:
    """A layout as it is told."""
    drawn = catalogue.geometry_of.get(known.layout_id, Geometry())
    return wire.Layout(
        layout_id=known.layout_id,
        location_id=known.location_id,
        name=known.name,
        floor=known.floor,
        scale_m_per_px=known.scale_m_per_px,
        origin_px=_pixel(known),
        site=_site(known),
        image=_image(known),
        zones=[s.number for s in drawn.shapes if s.kind == "zone"],
        lines=[s.number for s in drawn.shapes if s.kind == "line"],
        sensors=sorted(catalogue.sensors[p.sensor].sensor_id for p in drawn.placements),
        created_at=instant(known.created_s),
    )


def _pixel(known: Layout) -> wire.Pixel | None:
    if known.origin_x_px is None or known.origin_y_px is None:
        return None
    return wire.Pixel(x=known.origin_x_px, y=known.origin_y_px)


def _site(known: Layout) -> wire.Site | None:
    if known.latitude_deg is None or known.longitude_deg is None or known.bearing_deg is None:
        return None
    return wire.Site(
        latitude_deg=known.latitude_deg,
        longitude_deg=known.longitude_deg,
        bearing_deg=known.bearing_deg,
    )


def _image(known: Layout) -> wire.LayoutImage | None:
    if not known.image_type:
        return None
    return wire.LayoutImage(
        media_type=known.image_type,
        bytes=known.image_bytes,
        sha256=known.image_sha256,
        width_px=known.image_width_px,
        height_px=known.image_height_px,
    )


# -- the image ------------------------------------------------------------------------------------
async def get_layout_image(
    request: ApiRequest[Asking], layout_id: FromPath[int]
) -> Response[bytes | None]:
    """The image behind a floor plan, byte for byte as it was sent."""
    known = layout_of(request, layout_id)
    headers = {"ETag": _image_tag(known)}
    if known.image_type and is_known(headers["ETag"], request.header(b"if-none-match")):
        return Response(None, status_code=304, headers=headers)
    content = await request.engine.layouts.image(layout_id)
    name = f"layout-{known.layout_id}.{known.image_type.rpartition('/')[2]}"
    headers |= {"Content-Disposition": f'inline; filename="{name}"', **IMAGE_SAFETY}
    return Response(content, media_type=known.image_type, headers=headers)


async def put_layout_image(
    request: ApiRequest[Asking], layout_id: FromPath[int]
) -> Response[wire.Layout]:
    """Give a floor plan its image, or another one: PNG or JPEG, at most 5 MB.

    What it is, its content says; the type that is sent with it is not believed. The `ETag` of
    `If-Match` is that of the image.
    """
    old = layout_of(request, layout_id)
    check_unchanged(_image_tag(old), request.header(b"if-match"))
    content = await read_bytes(request)
    made = await request.engine.layouts.put_image(layout_id, content)
    told = render_layout(made, request.engine.desk.current())
    return Response(told, headers={"ETag": _image_tag(made)})


async def remove_layout_image(request: ApiRequest[Asking], layout_id: FromPath[int]) -> None:
    """Take a floor plan's image away; what is drawn stays."""
    old = layout_of(request, layout_id)
    check_unchanged(_image_tag(old), request.header(b"if-match"))
    await request.engine.layouts.remove_image(layout_id)


def _image_tag(known: Layout) -> str:
    return f'"{known.image_sha256[:24] or "none"}"'


# -- what is drawn --------------------------------------------------------------------------------
async def get_layout_geometry(
    request: ApiRequest[GeometryAsking], layout_id: FromPath[int]
) -> Response[wire.FeatureCollection]:
    """What is drawn and placed on a floor plan, as GeoJSON: zones, then lines, then sensors.

    Coordinates are metres of the layout, x to the right and y up, unless `coordinates=wgs84` asks
    for longitude and latitude. What this tells can be sent back as it is, and changes nothing.
    """
    known = layout_of(request, layout_id)
    return _tell_geometry(request, known, request.asked.coordinates or "metres")


async def put_layout_geometry(
    request: ApiRequest[GeometryAsking],
    layout_id: FromPath[int],
    data: JSONBody[wire.FeatureCollection],
) -> Response[wire.FeatureCollection]:
    """Make what is drawn and placed on a floor plan exactly what is sent: the rest is taken off it.

    A zone is a Polygon of one ring that does not cross itself, a line a LineString, a sensor a
    Point; `properties` say which one. All of them are there already: nothing is made by drawing it.
    Every feature that is wrong is named, and then nothing is changed.
    """
    known, catalogue = layout_of(request, layout_id), request.engine.desk.current()
    drawn = catalogue.geometry_of.get(known.layout_id, Geometry())
    check_unchanged(etag_of(drawn), request.header(b"if-match"))
    asked = request.asked.coordinates
    wanted = await asyncio.to_thread(read_geometry, data, known, catalogue, asked)
    await request.engine.layouts.replace_geometry(layout_id, wanted)
    said = None if data.coordinate_system is UNSET else data.coordinate_system
    return _tell_geometry(request, known, asked or said or ("wgs84" if data.crs else "metres"))


def _tell_geometry(
    request: ApiRequest[Any], known: Layout, system: wire.CoordinateSystem
) -> Response[wire.FeatureCollection]:
    catalogue = request.engine.desk.current()
    drawn = catalogue.geometry_of.get(known.layout_id, Geometry())
    told = tell_geometry(known, catalogue, system)
    return Response(told, media_type=wire.GEO_JSON, headers={"ETag": etag_of(drawn)})
