"""Lines, zones, logics and counters as v5 sensors write them; lengths are metres."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from countline.devices.xovis_v5.shapes import Number, Whole

Metres = Annotated[float, Meta(ge=-100_000, le=100_000)]  # of nonsense nothing can be made
Point = tuple[Metres, Metres]


class Geometry(Struct, frozen=True, kw_only=True):
    """A `LINE` of two points or a `ZONE` of three or more, in the scene: metres from the sensor."""

    id: Whole = 0
    name: str = ""
    type: str
    geometry: tuple[Point, ...]


class GeometryLimits(Struct, frozen=True, kw_only=True):
    """How much the sensor takes of lines and zones together."""

    max_elements: Whole | None = None
    max_total_perimeter: Number | None = None
    max_total_vertices: Whole | None = None
    max_vertices_per_element: Whole | None = None


class Mask(Struct, frozen=True, kw_only=True):
    """An area that is not looked at. Type: `BOARDING`, `EXCLUSION`, `LEGACY_EXCLUSION`."""

    id: Whole
    type: str = ""
    polygon: tuple[Point, ...] = ()


class Masks(Struct, frozen=True, kw_only=True):
    """All scene masks."""

    scene_masks: tuple[Mask, ...] = ()


class SensorGeometry(Struct, frozen=True, kw_only=True):
    """How it hangs: height in metres, tilt in degrees."""

    sensor_height: Number | None = None
    alpha_deg: Number | None = None
    beta_deg: Number | None = None
    sensor_direction: tuple[Number, ...] = ()


class Logic(Struct, frozen=True, kw_only=True):
    """What groups counters; a channel of ours."""

    id: Whole
    name: str = ""


class Counter(Struct, frozen=True, kw_only=True):
    """`type` is `accumulation` (only grows) or `state`."""

    id: Whole
    name: str = ""
    logic_id: Whole | None = None
    type: str = ""


class Template(Struct, frozen=True, kw_only=True):
    """From which template a logic is made; `options` name the geometry that it looks at."""

    type: str
    options: dict[str, Any] = {}


class TemplateLogic(Struct, frozen=True, kw_only=True):
    """A logic that was made from a template."""

    id: Whole = 0
    name: str = ""
    template: Template


class LiveCount(Struct, frozen=True, kw_only=True):
    """A counter's total since it was last reset."""

    id: Whole
    name: str = ""
    logic_id: Whole | None = None
    value: Number | None = None


class LiveCounts(Struct, frozen=True, kw_only=True):
    """All counters at one instant, RFC 3339."""

    time: str
    counts: tuple[LiveCount, ...] = ()


class LiveGeometry(Struct, frozen=True, kw_only=True):
    """A geometry that a logic looks at."""

    id: Whole
    type: str = ""
    name: str = ""


class LiveLogic(Struct, frozen=True, kw_only=True):
    """A logic with its counters; `info` is its template."""

    id: Whole
    name: str = ""
    info: str = ""
    geometries: tuple[LiveGeometry, ...] = ()
    counts: tuple[LiveCount, ...] = ()


class LiveLogics(Struct, frozen=True, kw_only=True):
    """All logics at one instant, RFC 3339."""

    time: str
    logics: tuple[LiveLogic, ...] = ()
