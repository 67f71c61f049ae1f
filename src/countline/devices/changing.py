"""From one configuration to another: the requests in an order that works."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from countline.devices.change import Change
from countline.devices.changing_logics import logic_changes
from countline.devices.xovis_v5 import ContextOperations, SensorClient, merge
from countline.devices.xovis_v5.documents import blank, unblanked
from countline.devices.xovis_v5.looking import free_id
from countline.devices.xovis_v5.reading import Read
from countline.engine.configuring import AgentPart, Configuration, ScenePart
from countline.vault import Secret


def changes_between(read: Read, wanted: Configuration, *, master_key: Secret) -> list[Change]:
    """All of them: places before what counts at them, and removed after it. Privacy comes last,
    since what it shuts only the sensor's master key opens again."""
    now = read.configuration
    geometries = list(_geometries(read, now.geometries, wanted.geometries))
    return [
        *(change for removes, change in geometries if not removes),
        *logic_changes(read, now.logics, wanted.logics),
        *(change for removes, change in geometries if removes),
        *_agents(read, now.agents, wanted.agents),
        *_identity(read, wanted),
        *_time(read, wanted),
        *_privacy(read, wanted, master_key),
    ]


# -- places ---------------------------------------------------------------------------------------
def _geometries(
    read: Read, now: Sequence[ScenePart], wanted: Sequence[ScenePart]
) -> Iterator[tuple[bool, Change]]:
    known = {part.id: part for part in now}
    taken = list(read.geometries)
    for part in wanted:
        whole = {
            "name": part.name,
            "type": part.kind.upper(),
            "geometry": [list(point) for point in part.points],
        }
        if part.id is None:
            id = free_id(taken)
            taken.append(id)
            yield False, _made_geometry(id, whole)
        elif part != known[part.id]:
            yield False, _written_geometry(part.id, read.geometries[part.id], whole)
    kept = {part.id for part in wanted}
    for part in now:
        if part.id is not None and part.id not in kept:
            yield True, _removed_geometry(part.id, read.geometries[part.id])


def _made_geometry(id: int, whole: dict[str, Any]) -> Change:
    async def do(client: SensorClient, at: ContextOperations) -> None:
        await at.scene.create_geometry(whole, id=id)

    what = f"make {whole['type'].lower()} {id} ({whole['name']})"
    return Change(what=what, do=do, after=whole)


def _written_geometry(id: int, before: dict[str, Any], change: dict[str, Any]) -> Change:
    after = merge(before, change)

    async def do(client: SensorClient, at: ContextOperations) -> None:
        await at.scene.write_geometry(id, after)

    what = f"change {change['type'].lower()} {id} ({change['name']})"
    return Change(what=what, do=do, before=before, after=after)


def _removed_geometry(id: int, before: dict[str, Any]) -> Change:
    async def do(client: SensorClient, at: ContextOperations) -> None:
        await at.scene.delete_geometry(id)

    what = f"remove {before['type'].lower()} {id} ({before['name']})"
    return Change(what=what, do=do, before=before)


# -- what is sent ---------------------------------------------------------------------------------
def _agents(read: Read, now: Sequence[AgentPart], wanted: Sequence[AgentPart]) -> Iterator[Change]:
    known = {part.id: part for part in now}
    taken = list(read.agents)
    for part in wanted:
        whole = {name: value for name, value in asdict(part).items() if name not in ("id", "ours")}
        if part.id is None:
            id = free_id(taken)
            taken.append(id)
            yield _made_agent(id, whole)
        elif part != known[part.id]:
            yield _written_agent(part.id, read.agents[part.id], whole)
    kept = {part.id for part in wanted}
    for part in now:
        if part.id is not None and part.id not in kept:
            yield _removed_agent(part.id, read.agents[part.id])


def _made_agent(id: int, whole: dict[str, Any]) -> Change:
    async def do(client: SensorClient, at: ContextOperations) -> None:
        await at.push.create_agent(whole, id=id)

    what = f"make agent {id} ({whole['name']})"
    return Change(what=what, do=do, after=blank(whole))


def _removed_agent(id: int, before: dict[str, Any]) -> Change:
    async def do(client: SensorClient, at: ContextOperations) -> None:
        await at.push.delete_agent(id)

    what = f"remove agent {id} ({before['name']})"
    return Change(what=what, do=do, before=blank(before))


def _written_agent(id: int, before: dict[str, Any], change: Mapping[str, Any]) -> Change:
    after = merge(before, unblanked(change, before))

    async def do(client: SensorClient, at: ContextOperations) -> None:
        await at.push.write_agent(id, after)

    what = f"change agent {id} ({change['name']})"
    return Change(what=what, do=do, before=blank(before), after=blank(after))


# -- the device -----------------------------------------------------------------------------------
def _identity(read: Read, wanted: Configuration) -> Iterator[Change]:
    now = read.configuration
    if (now.name, now.group) == (wanted.name, wanted.group):
        return
    before, after = (
        read.identity,
        merge(read.identity, {"name": wanted.name, "group": wanted.group}),
    )

    async def do(client: SensorClient, at: ContextOperations) -> None:
        await client.device.write_id(after)

    what = f"call it {wanted.name!r} of {wanted.group!r}"
    yield Change(what=what, do=do, before=before, after=after)


def _time(read: Read, wanted: Configuration) -> Iterator[Change]:
    if read.configuration.time == wanted.time:
        return
    change = asdict(wanted.time) | {"ntp_servers": list(wanted.time.ntp_servers)}
    before, after = read.time, merge(read.time, change)

    async def do(client: SensorClient, at: ContextOperations) -> None:
        await client.device.write_time(after)

    what = f"keep time as in {wanted.time.time_zone}"
    yield Change(what=what, do=do, before=before, after=after)


def _privacy(read: Read, wanted: Configuration, master_key: Secret) -> Iterator[Change]:
    if read.configuration.privacy_mode == wanted.privacy_mode:
        return
    key = {"smk": master_key.reveal()} if master_key else {}
    before = read.privacy
    after = merge(before, {"privacy_mode": wanted.privacy_mode})

    async def do(client: SensorClient, at: ContextOperations) -> None:
        await client.device.write_privacy({**after, **key})

    yield Change(what=f"set privacy mode {wanted.privacy_mode}", do=do, before=before, after=after)
