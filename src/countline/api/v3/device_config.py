"""The configuration of an adopted device: read, changed, and who changed it."""

from dataclasses import asdict, replace
from typing import Any

import msgspec
from litestar import Response
from litestar.params import FromPath, JSONBody

from countline.api.etags import check_unchanged
from countline.api.instants import instant
from countline.api.lists import next_link, page_of
from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.api.sight import sensor_of
from countline.api.v3.asking import ConfigAsking, PageAsking
from countline.engine.configuring import (
    NO_SECRET,
    AgentPart,
    ChangeAsked,
    Configuration,
    Configured,
    LogicPart,
    ScenePart,
)
from countline.vault import Secret
from countline.wire import v3_devices as wire

PARTS: dict[str, type[Any]] = {
    "geometries": ScenePart,
    "logics": LogicPart,
    "agents": AgentPart,
}


async def get_config(
    request: ApiRequest[Asking], sensor_id: FromPath[str]
) -> Response[wire.SensorConfig]:
    """A device's configuration as it is now, and what somebody changed on the device itself."""
    known = sensor_of(request, sensor_id)
    return _tell(await request.devices.configuration(known.sensor_id))


async def put_config(
    request: ApiRequest[ConfigAsking],
    sensor_id: FromPath[str],
    data: JSONBody[wire.ConfigWanted],
) -> Response[wire.SensorConfig]:
    """Make a device's configuration this one, all of it or nothing.

    It is checked against the device's limits before anything is sent; what the device refuses
    half-way is undone.
    """
    return await _configure(request, sensor_id, data)


async def patch_config(
    request: ApiRequest[ConfigAsking],
    sensor_id: FromPath[str],
    data: JSONBody[wire.ConfigChange],
) -> Response[wire.SensorConfig]:
    """Change parts of a device's configuration, all of them or nothing.

    An empty change with `If-Match` accepts what somebody changed on the device itself.
    """
    return await _configure(request, sensor_id, data)


async def list_config_changes(
    request: ApiRequest[PageAsking], sensor_id: FromPath[str]
) -> Response[wire.ConfigLog]:
    """Who changed what of a device, and when; newest first."""
    known = sensor_of(request, sensor_id)
    asking = request.asked
    page, cursor = page_of(
        await request.devices.changes(known.sensor_id),
        place=lambda change: -change.change_id,
        limit=asking.limit,
        cursor=asking.cursor,
    )
    told = [
        wire.ConfigLogEntry(
            at=instant(c.at_s), who=c.who, what=c.what, before=c.before, after=c.after
        )
        for c in page
    ]
    return Response(wire.ConfigLog(data=told, next=cursor), headers=next_link(request, cursor))


async def _configure(
    request: ApiRequest[ConfigAsking], sensor_id: str, data: wire.ConfigWanted | wire.ConfigChange
) -> Response[wire.SensorConfig]:
    known = sensor_of(request, sensor_id)

    def change(now: Configuration) -> Configuration:
        check_unchanged(_quoted(now), request.header(b"if-match"))
        return with_change(now, data)

    asked = ChangeAsked(
        change=change,
        who=request.caller.name,
        master_key=master_key_of(data),
        dry_run=request.asked.dry_run,
    )
    return _tell(await request.devices.configure(known.sensor_id, asked))


def master_key_of(data: wire.ConfigWanted | wire.ConfigChange) -> Secret:
    """The master key that came with a change; an empty one where none did."""
    return NO_SECRET if data.master_key is None else Secret(data.master_key)


def with_change(now: Configuration, data: wire.ConfigWanted | wire.ConfigChange) -> Configuration:
    """A configuration with the fields that are there."""
    given: dict[str, Any] = {}
    for name in data.__struct_fields__:
        value = getattr(data, name)
        if name == "master_key" or value is msgspec.UNSET:
            continue
        if name == "time":
            value = replace(now.time, **_there(value))
        elif name in PARTS:
            value = tuple(PARTS[name](**msgspec.structs.asdict(one)) for one in value)
        given[name] = value
    return replace(now, **given)


def _there(part: msgspec.Struct) -> dict[str, Any]:
    """The fields that were given."""
    return {n: v for n, v in msgspec.structs.asdict(part).items() if v is not msgspec.UNSET}


def _tell(configured: Configured) -> Response[wire.SensorConfig]:
    return Response(told(configured), headers={"ETag": _quoted(configured.configuration)})


def _quoted(now: Configuration) -> str:
    """Its state as HTTP writes it."""
    return f'"{now.etag}"'


def told(configured: Configured) -> wire.SensorConfig:
    """A configuration as it is answered."""
    now: Configuration = configured.configuration
    return wire.SensorConfig(
        sensor_id=configured.sensor_id,
        name=now.name,
        group=now.group,
        time=wire.ClockConfig(**asdict(now.time)),
        privacy_mode=now.privacy_mode,
        geometries=[wire.GeometryConfig(**asdict(one)) for one in now.geometries],
        logics=[wire.LogicConfig(**asdict(one)) for one in now.logics],
        agents=[wire.AgentConfig(**asdict(one)) for one in now.agents],
        checksum=configured.checksum,
        drift=[wire.ConfigDifference(**one._asdict()) for one in configured.drift],
        steps=list(configured.steps),
    )
