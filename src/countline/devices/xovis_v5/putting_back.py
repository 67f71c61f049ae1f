"""A device's configuration as it was read, put back after a change that did not come to its end."""

from typing import Any

from countline.devices.xovis_v5.client import ContextOperations, SensorClient
from countline.devices.xovis_v5.reading import Read, read_configuration

Whole = dict[str, Any]
Listed = dict[str, Whole]  # by id


def found_of(read: Read) -> dict[str, Any]:
    """Everything that a change may touch, whole, to be kept until it has come to its end."""

    def listed(parts: Any) -> Listed:
        return {str(id): dict(whole) for id, whole in parts.items()}

    return {
        "identity": read.identity,
        "time": read.time,
        "privacy": read.privacy,
        "geometries": listed(read.geometries),
        "logics": listed(read.logics),
        "templates": listed(read.templates),
        "agents": listed(read.agents),
    }


async def put_back(client: SensorClient, at: ContextOperations, found: dict[str, Any]) -> None:
    """Whatever differs from what was found becomes so again. Raises `DeviceError`.

    A privacy mode that differs says that the change was done to its end: it is the last step, and
    only the sensor's master key, which nobody keeps, would undo it.
    """
    now = found_of(await read_configuration(client, at, ours=frozenset()))
    if now["privacy"] != found["privacy"]:
        return
    await _places(at, now["geometries"], found["geometries"])
    await _logics(at, now, found)
    for id in _gone(found["geometries"], now["geometries"]):
        await at.scene.delete_geometry(id)
    await _agents(at, now["agents"], found["agents"])
    if now["identity"] != found["identity"]:
        await client.device.write_id(found["identity"])
    if now["time"] != found["time"]:
        await client.device.write_time(found["time"])


def _gone(there: Listed, here: Listed) -> list[int]:
    """What is here and was not there."""
    return [int(id) for id in here if id not in there]


async def _places(at: ContextOperations, now: Listed, found: Listed) -> None:
    for id, whole in found.items():
        if id not in now:
            await at.scene.create_geometry(whole, id=int(id))
        elif now[id] != whole:
            await at.scene.write_geometry(int(id), whole)


async def _logics(at: ContextOperations, now: dict[str, Any], found: dict[str, Any]) -> None:
    for made in _gone(found["logics"], now["logics"]):
        await at.analysis.delete_logic(made)
    for id, whole in found["templates"].items():
        if id not in now["logics"]:
            await at.analysis.create_from_template(whole, id=int(id))
        elif now["templates"].get(id) != whole:
            await at.analysis.write_template(int(id), whole)
    for id, whole in found["logics"].items():
        if id not in found["templates"] and now["logics"].get(id, whole) != whole:
            await at.analysis.write_logic(int(id), whole)


async def _agents(at: ContextOperations, now: Listed, found: Listed) -> None:
    for made in _gone(found, now):
        await at.push.delete_agent(made)
    for id, whole in found.items():
        if id not in now:
            await at.push.create_agent(whole, id=int(id))
        elif now[id] != whole:
            await at.push.write_agent(int(id), whole)
