"""One look at a device before anything is changed: what it counts, where, and what it sends already."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from countline.devices.xovis_v5.client import SensorClient
from countline.devices.xovis_v5.context import Context
from countline.devices.xovis_v5.documents import Document
from countline.devices.xovis_v5.push_shapes import Agent, Connection
from countline.devices.xovis_v5.scene_shapes import Counter, Geometry, LiveLogic, TemplateLogic
from countline.devices.xovis_v5.shapes import License, TimeConfig, User
from countline.drivers.xovis_v5.described import described_channel
from countline.engine.mapping import DeviceChannel
from countline.errors import DeviceError
from countline.model.layout import Point, SceneShape

NEEDED = ("application_read", "application_write")
LINE_COUNT, ZONE_COUNT = "XLT_LINE_IN_OUT_COUNT", "XLT_ZONE_OCCUPANCY_COUNT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a device said of itself."""

    time: TimeConfig
    licences: tuple[License, ...]
    logics: tuple[LiveLogic, ...]
    counters: tuple[Counter, ...]
    templates: tuple[TemplateLogic, ...]
    geometries: tuple[Geometry, ...]
    connections: list[Document[Connection]]
    agents: list[Document[Agent]]
    checksum: str

    @property
    def template_of(self) -> dict[int, str]:
        """The template of each logic, which its history leaves out."""
        return {logic.id: logic.info for logic in self.logics}

    def channels(self, context: Context) -> list[DeviceChannel]:
        """Its logics as channels of ours, by their numbers."""
        kinds = {counter.id: counter.type for counter in self.counters}
        found: list[DeviceChannel] = []
        for logic in sorted(self.logics, key=lambda one: one.id):
            info = described_channel(
                logic.id,
                name=logic.name,
                template=logic.info,
                geometries=[(g.id, g.type, g.name) for g in logic.geometries],
                counters=[(c.id, c.name, kinds.get(c.id, "")) for c in logic.counts],
            )
            wanted = "LINE" if info.shape == "line" else "ZONE"
            at = next((str(g.id) for g in logic.geometries if g.type == wanted), "")
            found.append(DeviceChannel(channel=f"{context}/{logic.id}", info=info, geometry=at))
        return found

    def shapes(self, channels: Sequence[DeviceChannel]) -> list[SceneShape]:
        """The geometries that these channels count at, in the sensor's own frame; each once."""
        channel_at = {one.geometry: one.channel for one in reversed(channels)}
        return [
            SceneShape(
                key=str(geometry.id),
                name=geometry.name,
                kind="line" if geometry.type == "LINE" else "zone",
                points=tuple(Point(float(x), float(y)) for x, y in geometry.geometry),
                channel=channel_at[str(geometry.id)],
            )
            for geometry in self.geometries
            if str(geometry.id) in channel_at
        ]

    def uncounted(self) -> list[Geometry]:
        """Lines and zones at which nothing counts."""
        used = {geometry.id for logic in self.logics for geometry in logic.geometries}
        for template in self.templates:
            options = template.template.options
            used |= {v for k, v in options.items() if k.endswith("_id") and isinstance(v, int)}
        return [geometry for geometry in self.geometries if geometry.id not in used]


def wanted_logic(geometry: Geometry) -> dict[str, Any]:
    """The logic that counts at a line, or in a zone, as the sensor takes it."""
    name = geometry.name or f"{geometry.type.lower()} {geometry.id}"
    if geometry.type == "LINE":
        return _template(name, LINE_COUNT, {"count_line_id": geometry.id})
    return _template(name, ZONE_COUNT, {"zone_id": geometry.id})


def _template(name: str, kind: str, options: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "template": {"type": kind, "options": options}}


async def look(client: SensorClient, context: Context) -> Look:
    """Read everything that adoption needs. Raises `DeviceError`; nothing is changed."""
    check_may_write(await client.device.user())
    at = client.at(context)
    return Look(
        time=(await client.device.time()).read,
        licences=(await client.device.license_details()).licenses,
        logics=(await at.data.live_logics()).logics,
        counters=tuple(d.read for d in await at.analysis.counters()),
        templates=tuple(d.read for d in await at.analysis.templates()),
        geometries=tuple(d.read for d in await at.scene.geometries()),
        connections=await at.push.connections(),
        agents=await at.push.agents(),
        checksum=str((await client.device.config_state()).checksum),
    )


def check_may_write(user: User) -> None:
    """Refuse a user who could not finish. Raises `DeviceError` `device_privilege_missing`."""
    lacking = [one for one in NEEDED if user.privileges and one not in user.privileges]
    if lacking:
        raise DeviceError(
            f"The user {user.id!r} of the sensor lacks {', '.join(lacking)}; log in as one that may"
            " change its push settings, usually `admin`.",
            code="device_privilege_missing",
        )


def free_id(taken: Sequence[int]) -> int:
    """An id that nothing has yet, in the scheme that the device uses."""
    return max(taken, default=0) + 1
