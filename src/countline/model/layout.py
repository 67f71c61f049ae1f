"""Floor plans: a plane in metres, an image behind it, and what is drawn and placed on it."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from countline.model.ids import LayoutId, LocationId, SensorNo

ShapeKind = Literal["line", "zone"]


class Point(NamedTuple):
    """A place on a plane; which plane, and in which unit, says the name of what holds it."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A plan of one floor of a location. Its frame is in metres: x to the right, y up.

    `origin` is the pixel of the image, counted from its top left corner, at which the frame's
    (0, 0) lies; None is the image's bottom left corner. The image's facts are here, its bytes in
    `LayoutImage`. Where `latitude_deg` is known, so are the other two: (0, 0) lies there, and y
    points to the compass bearing `bearing_deg`.
    """

    layout_id: LayoutId
    location_id: LocationId
    name: str
    floor: int | None = None  # 0 is the ground floor
    scale_m_per_px: float | None = None
    origin_x_px: float | None = None
    origin_y_px: float | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    bearing_deg: float | None = None
    image_type: str = ""  # its media type, as its content says; "" without an image
    image_bytes: int = 0
    image_sha256: str = ""
    image_width_px: int = 0
    image_height_px: int = 0
    created_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutImage:
    """The image behind a layout, byte for byte as it was sent."""

    layout_id: LayoutId
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a sensor hangs on a layout.

    Its own frame is the layout's, turned counter-clockwise by `rotation_deg` around its place.
    """

    layout_id: LayoutId
    sensor: SensorNo
    x_m: float
    y_m: float
    rotation_deg: float = 0.0
    height_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A line (two points or more) or a zone (a polygon, not closed, counter-clockwise) as drawn.

    Points are metres in the layout's frame. A line or zone has one shape on a layout.
    """

    layout_id: LayoutId
    kind: ShapeKind
    number: int  # the line's id, or the zone's
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """All that is drawn and placed on one layout."""

    shapes: tuple[Shape, ...] = ()
    placements: tuple[Placement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneShape:
    """A line or zone of a sensor's scene, and the line or zone of ours that it is or shall become.

    Points are metres in the sensor's own frame. With a `number` it is that line or zone; else the
    one of which `channel` is a source; else the one of this name on the layout; else a new one.
    """

    key: str  # the maker's
    name: str
    kind: ShapeKind
    points: tuple[Point, ...]
    number: int | None = None
    channel: str | None = None  # `context/maker's key` of what counts the line or measures the zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A sensor's line or zone in the frame of the layout on which the sensor hangs."""

    of: SceneShape
    points: tuple[Point, ...]
