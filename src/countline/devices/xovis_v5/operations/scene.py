"""Lines, zones and masks of one context, and how the sensor hangs."""

from dataclasses import dataclass
from typing import Any

from countline.devices.xovis_v5.documents import Document
from countline.devices.xovis_v5.operations.asking import Asker, document, documents, typed
from countline.devices.xovis_v5.scene_shapes import (
    Geometry,
    GeometryLimits,
    Mask,
    Masks,
    SensorGeometry,
)


@dataclass(frozen=True, slots=True)
class SceneOperations:
    """What it looks at."""

    _asker: Asker

    async def geometries(self) -> list[Document[Geometry]]:
        """Every line and zone."""
        answer = await self._asker.ask("geometries")
        return documents(answer, "geometries", Geometry, "geometries")

    async def limits(self) -> GeometryLimits:
        """How much of them it takes (firmware 5.6 or newer)."""
        answer = await self._asker.ask("geometry_limits")
        return typed(answer, GeometryLimits, "geometry_limits")

    async def create_geometry(
        self, whole: dict[str, Any], *, id: int | None = None
    ) -> Document[Geometry]:
        """Add one, under an id of ours where one is given. It is answered as the sensor keeps it."""
        body, query = chosen_id(whole, id)
        answer = await self._asker.ask("geometry_create", query=query, body=body)
        return document(answer, Geometry, "geometry_create")

    async def write_geometry(self, id: int, whole: dict[str, Any]) -> None:
        """Replace one."""
        await self._asker.ask("geometry_write", id=id, body=whole)

    async def delete_geometry(self, id: int) -> None:
        """Remove one; one that is gone already is well."""
        await self._asker.ask("geometry_delete", id=id)

    async def masks(self) -> tuple[Mask, ...]:
        """Areas that it does not look at."""
        return typed(await self._asker.ask("masks"), Masks, "masks").scene_masks

    async def sensor_geometry(self) -> SensorGeometry:
        """Its height and tilt."""
        answer = await self._asker.ask("sensor_geometry")
        return typed(answer, SensorGeometry, "sensor_geometry")


def chosen_id(
    whole: dict[str, Any], id: int | None, *, force: bool = False
) -> tuple[dict[str, Any], dict[str, str | int | bool]]:
    """Body and query of a creation: the sensor chooses the id, or takes ours."""
    if id is None:
        return {name: value for name, value in whole.items() if name != "id"}, {}
    return {**whole, "id": id}, {"id_mode": "CLIENT_FORCE" if force else "CLIENT"}
