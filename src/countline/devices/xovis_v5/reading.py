"""A v5 sensor's configuration as one document, with everything that is needed to write it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from countline.devices.xovis_v5.client import ContextOperations, SensorClient
from countline.devices.xovis_v5.documents import Document, blank
from countline.devices.xovis_v5.push_shapes import Agent
from countline.devices.xovis_v5.scene_shapes import (
    Geometry,
    GeometryLimits,
    Logic,
    TemplateLogic,
)
from countline.drivers.xovis_v5.firmware import Firmware
from countline.engine.configuring import AgentPart, Configuration, LogicPart, ScenePart, TimePart
from countline.errors import DeviceError


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The document, and each resource whole, with the fields that we do not know."""

    configuration: Configuration
    firmware: Firmware
    limits: GeometryLimits | None
    identity: dict[str, Any]
    time: dict[str, Any]
    privacy: dict[str, Any]
    geometries: Mapping[int, dict[str, Any]]
    logics: Mapping[int, dict[str, Any]]
    templates: Mapping[int, dict[str, Any]]
    agents: Mapping[int, dict[str, Any]]


async def read_configuration(
    client: SensorClient, at: ContextOperations, *, ours: frozenset[int]
) -> Read:
    """Read everything. `ours` are the agents that adoption made. Raises `DeviceError`."""
    identity = await client.device.id()
    time = await client.device.time()
    privacy = await client.device.privacy()
    geometries = {one.read.id: one for one in await at.scene.geometries()}
    logics = {one.read.id: one for one in await at.analysis.logics()}
    templates = {one.read.id: one for one in await at.analysis.templates()}
    agents = {one.read.id: one for one in await at.push.agents()}
    return Read(
        configuration=Configuration(
            name=identity.read.name,
            group=identity.read.group,
            time=TimePart(
                time_zone=time.read.time_zone,
                ntp_enabled=time.read.ntp_enabled,
                ntp_servers=time.read.ntp_servers,
            ),
            privacy_mode=privacy.read.privacy_mode,
            geometries=tuple(_scene_part(geometries[id].read) for id in sorted(geometries)),
            logics=tuple(_logic_part(logics[id].read, templates.get(id)) for id in sorted(logics)),
            agents=tuple(_agent_part(agents[id].read, id in ours) for id in sorted(agents)),
        ),
        firmware=await client.firmware(),
        limits=await _limits(at),
        identity=identity.whole,
        time=time.whole,
        privacy=privacy.whole,
        geometries={id: one.whole for id, one in geometries.items()},
        logics={id: one.whole for id, one in logics.items()},
        templates={id: one.whole for id, one in templates.items()},
        agents={id: one.whole for id, one in agents.items()},
    )


def _scene_part(geometry: Geometry) -> ScenePart:
    return ScenePart(
        id=geometry.id,
        name=geometry.name,
        kind="line" if geometry.type == "LINE" else "zone",
        points=tuple((float(x), float(y)) for x, y in geometry.geometry),
    )


def _logic_part(logic: Logic, made_from: Document[TemplateLogic] | None) -> LogicPart:
    template = None if made_from is None else made_from.read.template
    return LogicPart(
        id=logic.id,
        name=logic.name,
        template=template.type if template else "",
        options=dict(template.options) if template else {},
    )


def _agent_part(agent: Agent, ours: bool) -> AgentPart:
    return AgentPart(
        id=agent.id,
        name=agent.name,
        type=agent.type,
        enabled=agent.enabled,
        connection=agent.connection,
        config=blank(agent.config),
        ours=ours,
    )


async def _limits(at: ContextOperations) -> GeometryLimits | None:
    """How much it takes of lines and zones; None for a firmware that does not say."""
    try:
        return await at.scene.limits()
    except DeviceError as error:
        if error.error_code != "firmware_unsupported":
            raise
        return None
