"""What is drawn in a scene: geometries, masks, blocked spaces, layers, each within its limits."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from math import dist
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from countline.emulator.v5.ask import DONE, Ask, Refused, Reply, invalid, replied
from countline.emulator.v5.configuration import Body
from countline.emulator.v5.device import Device
from countline.emulator.v5.drafts import Name
from countline.emulator.v5.resources import Collection
from countline.emulator.v5.routes import Route, route

Coordinate = Annotated[float, Meta(ge=-10_000, le=10_000)]
Point = Annotated[list[Coordinate], Meta(min_length=2, max_length=2)]


class Geometry(Struct, omit_defaults=True):
    """A line of two points, or a zone of at least three."""

    name: Name
    type: Literal["LINE", "ZONE"]
    geometry: list[Point]
    layer_id: int | UnsetType = UNSET


class SceneMask(Struct):
    type: Literal["BOARDING", "EXCLUSION", "LEGACY_EXCLUSION"]
    polygon: list[Point]


class ViewMask(Struct):
    type: Literal["TABOO", "VISIBLE_FLOOR", "ILLUMINATION"]
    polygon: list[Point]


class BlockedSpace(Struct):
    name: Name
    polygon: list[Point]
    lower_threshold: float = 0.0
    upper_threshold: float = 0.0
    invalid_pixel_mode: Literal["IGNORE", "BLOCKED", "FREE"] = "IGNORE"


class Layer(Struct):
    name: Name
    zone_of_interest: list[Point]


class Placed(Struct, omit_defaults=True):
    """An object or an attention of a scene, 5.9; the reference names no more of them."""

    name: Name
    polygon: list[Point] | UnsetType = UNSET


def perimeter(points: list[list[float]], *, closed: bool) -> float:
    """Metres along a line, or around a polygon."""
    ring = [*points, points[0]] if closed else points
    return sum(dist(a, b) for a, b in pairwise(ring))


def _totals(field: str) -> Callable[[Device, list[Body]], Body]:
    def total(device: Device, items: list[Body]) -> Body:
        lengths = [
            perimeter(item[field], closed=item.get("type") != "LINE")
            for item in items
            if field in item
        ]
        vertices = sum(len(item.get(field, ())) for item in items)
        return {"total_perimeter": round(sum(lengths), 3), "total_vertices": vertices}

    return total


def _within_limits(
    device: Device, others: Iterable[Body], body: Body, field: str, what: str
) -> None:
    """Refuse what would make a scene too large; `others` are the objects beside this one."""
    limits = device.personality.limits
    points = body[field]
    if len(points) > limits.vertices_per_element:
        raise _too_many("vertices per element", limits.vertices_per_element)
    items = [item for item in others if item["id"] != body["id"]] + [body]
    totals = _totals(field)(device, items)
    if totals["total_vertices"] > limits.vertices:
        raise _too_many(f"{what} vertices", limits.vertices)
    if totals["total_perimeter"] > limits.perimeter_m:
        raise _too_many(f"{what} perimeter", limits.perimeter_m)


def _too_many(what: str, most: float) -> Refused:
    return Refused(400, 10010, f"Max number of {what} reached", f"at most {most}")


def _polygon(points: list[list[float]], field: str = "polygon") -> None:
    if len(points) < 3:
        raise invalid(f"{field}: a polygon has at least 3 points, not {len(points)}")


def check_geometry(device: Device, root: str, body: Body) -> Body:
    points, shape = body["geometry"], body["type"]
    if shape == "LINE" and len(points) != 2:
        raise invalid(f"geometry: a LINE has exactly 2 points, not {len(points)}")
    if shape == "LINE" and points[0] == points[1]:
        raise invalid("geometry: the points of a LINE differ")
    if shape == "ZONE":
        _polygon(points, "geometry")
    before = GEOMETRIES.at(root)
    items = device.config.items(before)
    _within_limits(device, items.values(), body, "geometry", "geometry")
    old = items.get(body["id"])
    users = logics_with(device, root, body["id"])
    if old and old["type"] != shape and users:
        raise Refused(409, 409, "Geometry is in use", f"type {old['type']}, by logics {users}")
    return device.personality.trimmed(body, layer_id="5.9")


def logics_with(device: Device, root: str, geometry: int) -> list[int]:
    """The logics that need a geometry."""
    return [
        id_
        for id_, logic in device.config.items(f"{root}/analysis/logics").items()
        if geometry in geometries_of(logic)
    ]


def geometries_of(logic: Body) -> list[int]:
    """The geometries that a logic names in its options, the main one first."""
    options = (logic.get("template") or {}).get("options") or {}
    main = ("count_line_id", "zone_id", "zone_1_id")
    names = [*(n for n in main if n in options), *(n for n in options if n not in main)]
    return [options[n] for n in names if n.endswith(("line_id", "zone_id", "_1_id", "_2_id"))]


def unused(device: Device, root: str, geometry: int, force: bool) -> None:
    users = logics_with(device, root, geometry)
    if users:
        raise Refused(409, 409, "Geometry is in use", f"by logics {users}")


def _mask(at: str) -> Callable[[Device, str, Body], Body]:
    def check(device: Device, root: str, body: Body) -> Body:
        _polygon(body["polygon"])
        _within_limits(device, device.config.items(root + at).values(), body, "polygon", "mask")
        return body

    return check


def _ring(device: Device, root: str, body: Body) -> Body:
    for field in ("polygon", "zone_of_interest"):
        if field in body:
            _polygon(body[field], field)
    return body


def geometry_limits(device: Device) -> Body:
    limits = device.personality.limits
    body: dict[str, Any] = {
        "max_elements": limits.geometries,
        "max_total_perimeter": limits.perimeter_m,
        "max_total_vertices": limits.vertices,
        "max_vertices_per_element": limits.vertices_per_element,
        "max_elements_per_layer": limits.geometries,
    }
    return device.personality.trimmed(body, max_elements_per_layer="5.9")


def mask_limits(device: Device) -> Body:
    limits = device.personality.limits
    return {
        "max_elements": limits.masks,
        "max_total_perimeter": limits.perimeter_m,
        "max_total_vertices": limits.vertices,
    }


def _few_limits(device: Device) -> Body:
    limits = device.personality.limits
    return {
        "max_elements": limits.masks,
        "max_vertices_per_element": limits.vertices_per_element,
    }


GEOMETRIES = Collection(
    path="{root}/scene/geometries", key="geometries", name="Geometry", shape=Geometry,
    most="geometries", check=check_geometry, free=unused, total=_totals("geometry"),
    limits=geometry_limits,
)  # fmt: skip
COLLECTIONS = (
    GEOMETRIES,
    Collection(
        path="{root}/scene/masks", key="scene_masks", name="Mask", shape=SceneMask, most="masks",
        check=_mask("/scene/masks"), total=_totals("polygon"), limits=mask_limits,
    ),
    Collection(
        path="{root}/view/masks", key="view_masks", name="Mask", shape=ViewMask, most="masks",
        check=_mask("/view/masks"),
        total=lambda d, items: {"total_vertices": sum(len(m["polygon"]) for m in items)},
        limits=lambda d: {
            k: v for k, v in mask_limits(d).items() if k != "max_total_perimeter"
        },
    ),
    Collection(
        path="{root}/blocked_space", key="spaces", name="Space", shape=BlockedSpace, most="masks",
        check=_ring, limits=_few_limits,
    ),
    Collection(
        path="{root}/scene/layers", key="layers", name="Layer", shape=Layer, most="masks",
        since="5.9", check=_ring, total=_totals("zone_of_interest"), limits=mask_limits,
    ),
    Collection(
        path="{root}/scene/objects", key="objects", name="Object", shape=Placed, most="masks",
        since="5.9", check=_ring, limits=_few_limits,
    ),
    Collection(
        path="{root}/scene/attentions", key="attentions", name="Attention", shape=Placed,
        most="masks", since="5.9", check=_ring, limits=_few_limits,
    ),
)  # fmt: skip


def tracking_area(device: Device, ask: Ask) -> Reply:
    """What the lens sees of the floor, from its height."""
    height = device.config.kept["/singlesensor/settings/sensor_geometry"]["sensor_height"]
    x, y = round(height * 1.4, 2), round(height * 1.1, 2)
    return replied({"tracking_area": [[-x, -y], [x, -y], [x, y], [-x, y]]})


def reset_background(device: Device, ask: Ask) -> Reply:
    return DONE


def rows() -> Iterator[Route]:
    for collection in COLLECTIONS:
        yield from collection.rows()
    yield route("GET", "{root}/scene/tracking_area", tracking_area, "application_read")
    for view in ("scene", "view"):
        path = f"{{root}}/{view}/images/background/reset"
        yield route("POST", path, reset_background, "application_write", since="5.6")


ROUTES = tuple(rows())
