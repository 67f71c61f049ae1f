"""Floor plans in API version 3, and what is drawn on them as GeoJSON (RFC 7946)."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from countline.wire import Instant, Sent, Told
from countline.wire.v3_catalogue import Id, Name, Next

GEO_JSON = "application/geo+json"

Floor = Annotated[int, Meta(ge=-100, le=1_000, description="0 is the ground floor.")]
Scale = Annotated[
    float, Meta(gt=0, le=100, description="How many metres a pixel of the image is wide.")
]
PixelPart = Annotated[float, Meta(ge=-1_000_000, le=1_000_000)]
CoordinateSystem = Literal["metres", "wgs84"]
Part = Annotated[float, Meta(ge=-1_000_000, le=1_000_000)]
Position = Annotated[
    list[Part],
    Meta(min_length=2, max_length=2, description="Metres x, y; or longitude, latitude."),
]
Positions = Annotated[list[Position], Meta(max_length=10_000)]


# -- layouts --------------------------------------------------------------------------------------
class Pixel(Told, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place on the image, in pixels from its top left corner, y down."""

    x: PixelPart
    y: PixelPart


class Site(Told, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where (0, 0) lies on the earth, and which way y points there."""

    latitude_deg: Annotated[float, Meta(ge=-85, le=85)]
    longitude_deg: Annotated[float, Meta(ge=-180, le=180)]
    bearing_deg: Annotated[
        float, Meta(ge=0, lt=360, description="Of the y axis: 0 is north, 90 is east.")
    ]


class LayoutImage(Told, frozen=True, kw_only=True):
    """The image behind a layout; its bytes are at `/v3/layouts/{layout_id}/image`."""

    media_type: Annotated[str, Meta(description="What its content is, whatever it was called.")]
    bytes: int
    sha256: str
    width_px: int
    height_px: int


class Layout(Told, frozen=True, kw_only=True):
    """A floor plan: a frame in metres, x to the right and y up, with an image behind it."""

    layout_id: int
    location_id: str
    name: str
    floor: Floor | None
    scale_m_per_px: Annotated[Scale | None, Meta(description="Null while nobody has said.")]
    origin_px: Annotated[
        Pixel | None,
        Meta(description="The pixel at (0, 0) metres; null: the image's bottom left corner."),
    ]
    site: Annotated[Site | None, Meta(description="Where it lies on the earth, where known.")]
    image: LayoutImage | None
    zones: Annotated[list[int], Meta(description="Zones that are drawn on it.")]
    lines: Annotated[list[int], Meta(description="Lines that are drawn on it.")]
    sensors: Annotated[list[str], Meta(description="Sensors that are placed on it.")]
    created_at: Instant


class LayoutPage(Told, frozen=True, kw_only=True):
    """Layouts by id."""

    data: list[Layout]
    next: Next = None


class LayoutNew(Sent, frozen=True, kw_only=True):
    """A layout to add; its image and geometry come after it."""

    location_id: Id
    name: Name
    floor: Floor | None = None
    scale_m_per_px: Scale | None = None
    origin_px: Pixel | None = None
    site: Site | None = None


class LayoutChange(Sent, frozen=True, kw_only=True):
    """What to change of a layout; fields left out stay, null empties one."""

    name: Name | UnsetType = UNSET
    floor: Floor | UnsetType | None = UNSET
    scale_m_per_px: Scale | UnsetType | None = UNSET
    origin_px: Pixel | UnsetType | None = UNSET
    site: Site | UnsetType | None = UNSET


# -- geometry: members that GeoJSON does not know are allowed, and left out of what is kept --------
class Point(Told, frozen=True, kw_only=True, tag_field="type", tag="Point"):
    """Where a sensor hangs."""

    coordinates: Position


class LineString(Told, frozen=True, kw_only=True, tag_field="type", tag="LineString"):
    """The course of a line, of two points or more."""

    coordinates: Positions


class Polygon(Told, frozen=True, kw_only=True, tag_field="type", tag="Polygon"):
    """The outline of a zone: one ring, without holes. It is told closed, and taken either way."""

    coordinates: Annotated[list[Positions], Meta(max_length=100)]


class FeatureProperties(Told, frozen=True, kw_only=True):
    """What a feature is of."""

    kind: Literal["zone", "line", "sensor"]
    id: Annotated[
        int | str, Meta(description="`zone_id`, `line_id` or `sensor_id`, of the same location.")
    ]
    name: Annotated[
        str | UnsetType, Meta(description="What it is called. Told only: a name sent is not taken.")
    ] = UNSET
    rotation_deg: Annotated[
        Annotated[float, Meta(ge=-360, le=360)] | UnsetType,
        Meta(description="Of a sensor's frame in the layout's metres, counter-clockwise."),
    ] = UNSET
    height_m: Annotated[
        Annotated[float, Meta(ge=0, le=100)] | UnsetType | None,
        Meta(description="How high a sensor hangs above the floor."),
    ] = UNSET


class Feature(Told, frozen=True, kw_only=True):
    """A zone, a line or a sensor on a layout."""

    type: Literal["Feature"] = "Feature"
    id: Annotated[
        str | int | UnsetType | None, Meta(description="`zone/1`; told only, `properties` decide.")
    ] = UNSET
    geometry: Point | LineString | Polygon
    properties: FeatureProperties


class FeatureCollection(Told, frozen=True, kw_only=True):
    """All that is drawn and placed on a layout, as GeoJSON.

    Coordinates are in `coordinate_system`: `metres` of the layout, x to the right and y up, which no
    other program will guess; or `wgs84`, longitude and latitude, as GeoJSON means them.
    """

    type: Literal["FeatureCollection"] = "FeatureCollection"
    coordinate_system: Annotated[
        CoordinateSystem | UnsetType,
        Meta(description="Left out in what is sent: `metres`."),
    ] = UNSET
    layout_id: Annotated[int | UnsetType, Meta(description="Told only.")] = UNSET
    crs: Annotated[
        dict[str, Any] | UnsetType | None,
        Meta(description="How old programs name WGS 84; never told, and understood as `wgs84`."),
    ] = UNSET
    features: list[Feature]
