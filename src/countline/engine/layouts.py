"""The one way to change layouts: checked changes, each in one transaction.

No number follows from a layout, so its changes move the catalogue's version and tell followers
nothing; only lines and zones that come with a sensor's geometry do.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from countline.engine.desk import CatalogueDesk
from countline.engine.drawing import (
    SensorDrawing,
    check_layout,
    draw_sensor,
    geometry_of,
    new_layout,
    replace_geometry,
)
from countline.engine.images import read_image
from countline.errors import NotFound
from countline.model.ids import LayoutId, LocationId
from countline.model.layout import Geometry, Layout, LayoutImage, Placement, SceneShape
from countline.model.sensor import Sensor
from countline.store.seam import Transaction

__all__ = ["LayoutDesk"]

T = TypeVar("T")
_NO_IMAGE: dict[str, Any] = {
    "image_type": "", "image_bytes": 0, "image_sha256": "", "image_width_px": 0,
    "image_height_px": 0,
}  # fmt: skip


class LayoutDesk:
    """Changes of layouts, over the catalogue's desk."""

    def __init__(self, desk: CatalogueDesk, *, now_s: Callable[[], int]) -> None:
        self._desk = desk
        self._now_s = now_s

    async def add(self, *, location_id: str, name: str, **more: Any) -> Layout:
        """A new layout of a location; `more` are the fields that `change` knows."""
        layout = Layout(
            layout_id=LayoutId(0),
            location_id=LocationId(location_id),
            name=name,
            created_s=self._now_s(),
            **more,
        )
        return await self._write(lambda tx: new_layout(tx, layout))

    async def change(self, layout_id: int, **changes: Any) -> Layout:
        """Change the name, floor, scale, origin or site. What is drawn stays at its metres."""

        def work(tx: Transaction) -> Layout:
            new = replace(_layout(tx, layout_id), **changes)
            check_layout(new)
            tx.save(new)
            return new

        return await self._write(work)

    async def remove(self, layout_id: int) -> None:
        """Remove a layout with all that is drawn on it; zones, lines and sensors stay."""

        def work(tx: Transaction) -> None:
            layout = _layout(tx, layout_id)
            drawn = geometry_of(tx, layout)
            image = tx.record(LayoutImage, layout_id)
            tx.delete(layout, *drawn.shapes, *drawn.placements, *([image] if image else []))

        await self._write(work)

    # -- the image --------------------------------------------------------------------------------
    async def image(self, layout_id: int) -> bytes:
        """The bytes of a layout's image. Raises `NotFound`."""
        found = await self._desk.store.read(lambda view: view.record(LayoutImage, layout_id))
        if found is None:
            raise NotFound(f"Layout {layout_id} has no image.", code="image_not_found")
        return found.content

    async def put_image(self, layout_id: int, content: bytes) -> Layout:
        """Give a layout an image, or another one: PNG or JPEG, by its content.

        Raises `BadQuery` for what is none of them, `TooMuch` for one that is too large.
        """
        facts = read_image(content)

        def work(tx: Transaction) -> Layout:
            new = replace(
                _layout(tx, layout_id),
                image_type=facts.media_type,
                image_bytes=len(content),
                image_sha256=facts.sha256,
                image_width_px=facts.width_px,
                image_height_px=facts.height_px,
            )
            tx.save(new, LayoutImage(layout_id=new.layout_id, content=content))
            return new

        return await self._write(work)

    async def remove_image(self, layout_id: int) -> Layout:
        """Take a layout's image away. Raises `NotFound` where there is none."""

        def work(tx: Transaction) -> Layout:
            new = replace(_layout(tx, layout_id), **_NO_IMAGE)
            image = tx.record(LayoutImage, layout_id)
            if image is None:
                raise NotFound(f"Layout {layout_id} has no image.", code="image_not_found")
            tx.delete(image)
            tx.save(new)
            return new

        return await self._write(work)

    # -- what is drawn ----------------------------------------------------------------------------
    async def replace_geometry(self, layout_id: int, wanted: Geometry) -> Layout:
        """Make all that is drawn and placed on a layout what is wanted."""

        def work(tx: Transaction) -> Layout:
            layout = _layout(tx, layout_id)
            replace_geometry(tx, layout, wanted)
            return layout

        return await self._write(work)

    async def draw_sensor(
        self,
        sensor: Sensor,
        geometries: Sequence[SceneShape],
        *,
        placement: Placement | None = None,
    ) -> SensorDrawing:
        """Take over a sensor's own lines and zones in one change; see `drawing.draw_sensor`."""
        return await self._write(
            lambda tx: draw_sensor(tx, sensor, geometries, placement=placement, now_s=self._now_s())
        )

    async def _write(self, work: Callable[[Transaction], T]) -> T:
        made = await self._desk.store.write(work)
        await self._desk.fresh()
        return made


def _layout(tx: Transaction, layout_id: int) -> Layout:
    found = tx.record(Layout, layout_id)
    if found is None:
        raise NotFound(f"There is no layout {layout_id}.", code="layout_not_found")
    return found
