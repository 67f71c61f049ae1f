"""The parameters of what is drawn on a layout."""

from typing import Annotated, Literal

from msgspec import Meta

from countline.api.parameters import Asking


class GeometryAsking(Asking, frozen=True, kw_only=True):
    """How coordinates are told, or meant."""

    coordinates: (
        Annotated[
            Literal["metres", "wgs84"],
            Meta(
                description="`metres` of the layout, x to the right and y up (default); or `wgs84`:"
                " longitude and latitude, for a layout with a `site`.",
                examples=["metres"],
            ),
        ]
        | None
    ) = None
