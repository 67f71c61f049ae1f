"""Floor plans through the client: bytes and GeoJSON go out and come back as they are."""

import msgspec
import pytest

from countline.client import FeatureCollection, LayoutNew, Pixel
from countline.client import _layouts as layouts
from countline.client._responses import Exchange
from countline.errors import BadQuery
from countline.wire.v3_layouts import Feature, FeatureProperties, Polygon


def test_an_image_goes_out_and_comes_back_as_bytes() -> None:
    sent = layouts.put_layout_image(3, b"\x89PNG")
    assert (sent.method, sent.path, sent.body) == ("PUT", "/v3/layouts/3/image", b"\x89PNG")
    exchange = Exchange(layouts.layout_image(3))
    assert exchange.receive(200, {}, b"\x89PNG\0") is None
    assert exchange.result == b"\x89PNG\0"


def test_what_is_removed_answers_with_nothing() -> None:
    for request in (layouts.remove_layout(3), layouts.remove_layout_image(3)):
        exchange = Exchange(request)
        assert exchange.receive(204, {}, b"") is None
        assert exchange.result is None


def test_geometry_is_sent_as_geojson() -> None:
    zone = Feature(
        geometry=Polygon(coordinates=[[[0, 0], [4, 0], [4, 3]]]),
        properties=FeatureProperties(kind="zone", id=1),
    )
    sent = layouts.put_layout_geometry(3, FeatureCollection(features=[zone]))
    assert sent.media_type == "application/geo+json"
    assert sent.body is not None
    told = msgspec.json.decode(sent.body)
    assert told["features"][0]["geometry"]["type"] == "Polygon"
    assert set(told) == {"type", "features"}
    asked = layouts.layout_geometry(3, coordinates="wgs84")
    assert asked.parameters == (("coordinates", "wgs84"),)


def test_a_layout_that_cannot_be_never_leaves() -> None:
    with pytest.raises(BadQuery, match="scale_m_per_px"):
        layouts.add_layout(
            LayoutNew(location_id="L", name="A", scale_m_per_px=0, origin_px=Pixel(x=1, y=2))
        )
