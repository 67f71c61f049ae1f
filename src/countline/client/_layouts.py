"""The operations of floor plans, described as `_requests` describes the others."""

from types import NoneType
from typing import Literal

from countline.client._requests import Request, page, pairs, part, write
from countline.wire import v3_layouts as wire

CoordinateSystem = Literal["metres", "wgs84"]


def layouts(
    *, location_id: str | None = None, limit: int | None = None
) -> Request[wire.LayoutPage]:
    """Every floor plan, by id; of one location where it is named."""
    return page("/v3/layouts", wire.LayoutPage, location_id=location_id, limit=limit)


def layout(layout_id: int) -> Request[wire.Layout]:
    """One floor plan."""
    return Request(path=_path(layout_id), answer=wire.Layout)


def add_layout(new: wire.LayoutNew) -> Request[wire.Layout]:
    """Add a floor plan to a location. Needs the scope `write`."""
    return write("POST", "/v3/layouts", new, wire.Layout)


def change_layout(layout_id: int, change: wire.LayoutChange) -> Request[wire.Layout]:
    """Change a floor plan; what the change leaves out stays."""
    return write("PATCH", _path(layout_id), change, wire.Layout)


def remove_layout(layout_id: int) -> Request[None]:
    """Remove a floor plan; the zones, lines and sensors on it stay."""
    return Request(method="DELETE", path=_path(layout_id), answer=NoneType)


def layout_image(layout_id: int) -> Request[bytes]:
    """The bytes of a floor plan's image."""
    return Request(path=f"{_path(layout_id)}/image", answer=bytes)


def put_layout_image(layout_id: int, content: bytes) -> Request[wire.Layout]:
    """Give a floor plan its image: PNG or JPEG, as its content says."""
    return Request(
        method="PUT",
        path=f"{_path(layout_id)}/image",
        body=content,
        media_type="application/octet-stream",
        answer=wire.Layout,
    )


def remove_layout_image(layout_id: int) -> Request[None]:
    """Take a floor plan's image away."""
    return Request(method="DELETE", path=f"{_path(layout_id)}/image", answer=NoneType)


def layout_geometry(
    layout_id: int, *, coordinates: CoordinateSystem | None = None
) -> Request[wire.FeatureCollection]:
    """What is drawn and placed on a floor plan, as GeoJSON."""
    return Request(
        path=f"{_path(layout_id)}/geometry",
        parameters=pairs({"coordinates": coordinates}),
        answer=wire.FeatureCollection,
    )


def put_layout_geometry(
    layout_id: int, geometry: wire.FeatureCollection
) -> Request[wire.FeatureCollection]:
    """Make what is drawn and placed on a floor plan exactly this."""
    return write(
        "PUT",
        f"{_path(layout_id)}/geometry",
        geometry,
        wire.FeatureCollection,
        media_type=wire.GEO_JSON,
    )


def _path(layout_id: int) -> str:
    return f"/v3/layouts/{part(layout_id)}"
