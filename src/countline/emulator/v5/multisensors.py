"""`/multisensors`, `/multisensor` and `/singlesensor/status`: what a device watches as one."""

from typing import Any

from msgspec import Struct

from countline.emulator.sensor import FRAME_MS
from countline.emulator.v5.ask import DONE, Ask, Reply, replied
from countline.emulator.v5.configuration import Body, checksum
from countline.emulator.v5.device import Device
from countline.emulator.v5.factory import factory_root
from countline.emulator.v5.licences import status_of as licence_of
from countline.emulator.v5.resources import Collection
from countline.emulator.v5.routes import route


class Multisensor(Struct):
    enabled: bool = True


def _furnished(device: Device, root: str, body: Body) -> Body:
    """A multisensor that is new has the settings of the factory."""
    at = f"/multisensors/{body['id']}"
    for path, setting in factory_root(device, at).items():
        if path not in device.config.kept:
            device.config.write(path, setting)
    return body


def _emptied(device: Device, root: str, id_: int, force: bool) -> None:
    device.config.drop(f"/multisensors/{id_}")


MULTISENSORS = Collection(
    path="/multisensors", key="multisensors", name="Multisensor", shape=Multisensor,
    most="multisensors", since="5.6", check=_furnished, free=_emptied,
    new_id=lambda device, root, body: max(device.config.items("/multisensors"), default=0) + 1,
    limits=lambda device: {
        "max_number_of_multisensors": device.personality.limits.multisensors,
        "max_number_of_sensors_per_multisensor": 200,
        "min_number_of_multisensors": 0,
    },
)  # fmt: skip


def frames_of(device: Device) -> int:
    return device.running.uptime_s() * 1000 // FRAME_MS


def single_status_of(device: Device) -> dict[str, Any]:
    """`/singlesensor/status`, also a part of status packages."""
    geometry = device.config.kept["/singlesensor/settings/sensor_geometry"]
    return {
        "frames_processed": frames_of(device),
        "illumination": device.illumination,
        "gain": 1.5,
        "exposure_time": 8.2,
        "measured_alpha_deg": geometry["alpha_deg"],
        "measured_beta_deg": geometry["beta_deg"],
        "measured_sensor_direction": geometry["sensor_direction"],
    }


def single_status(device: Device, ask: Ask) -> Reply:
    return replied(single_status_of(device))


def status_of(device: Device, id_: int) -> dict[str, Any]:
    """The status of one multisensor, made of the lens of its own device and its neighbours'."""
    names = device.config.kept["/device/id"]
    enabled = _enabled(device, id_)
    devices = [device, *device.where.neighbours]
    body = {
        "multisensor_id": id_,
        "enabled": enabled,
        "alignment": enabled,
        "alignment_id": checksum([device.serial, id_]),
        "id": device.serial,
        "custom_id": id_,
        "name": names["name"],
        "group": names["group"],
        "mac_address": device.serial,
        "frames_processed": frames_of(device) if enabled else 0,
        "migrated": False,
        "licenses": [
            {"id": one["id"], "feature": one["feature"], "state": "ENABLED"}
            for one in licence_of(device)["licensed_lifetime"]
        ],
        "sensors": [_member(device, other) for other in devices] if enabled else [],
    }
    return device.personality.trimmed(body, multisensor_id="5.9")


def _enabled(device: Device, id_: int) -> bool:
    if device.personality.has("5.6"):
        item = device.config.items("/multisensors").get(id_, {})
        return bool(item.get("enabled", False))
    return bool(device.config.kept["/multisensor"]["enabled"])


def _member(device: Device, other: Device) -> dict[str, Any]:
    tls = other.where.https_port is not None
    down = other.running.is_down()
    return {
        "mac_address": other.serial,
        "ip_address": other.where.ip,
        "port": (other.where.https_port if tls else other.where.http_port) or 443,
        "protocol": "https" if tls else "http",
        "firmware": other.firmware,
        "status": "disconnected" if down else "ok",
        "reference": other is device,
        "privacy_mode": other.config.kept["/privacy/mode"]["privacy_mode"],
        "illumination": other.illumination,
        "username": "admin",
        **{key: other.config.kept["/device/id"][key] for key in ("name", "group")},
    }


def old_status_of(device: Device) -> dict[str, Any]:
    """`/multisensor/status`, also a part of status packages."""
    if device.personality.has("5.6"):
        first = min(device.config.items("/multisensors"), default=0)
        return status_of(device, first)
    enabled = _enabled(device, 1)
    return {
        "enabled": enabled,
        "alignment": enabled,
        "active_singlesensors": [device.serial] if enabled else [],
        "frames_processed": frames_of(device) if enabled else 0,
    }


def old_status(device: Device, ask: Ask) -> Reply:
    return replied(old_status_of(device))


def one_status(device: Device, ask: Ask) -> Reply:
    MULTISENSORS.one(device, "", ask.id())
    return replied(status_of(device, ask.id()))


def all_status(device: Device, ask: Ask) -> Reply:
    several = [status_of(device, id_) for id_ in sorted(device.config.items("/multisensors"))]
    return replied({"multisensors_status": several})


def sensors(device: Device, ask: Ask) -> Reply:
    MULTISENSORS.one(device, "", ask.id())
    return replied({"sensors": status_of(device, ask.id())["sensors"]})


def get_old(device: Device, ask: Ask) -> Reply:
    return replied({"enabled": old_status_of(device)["enabled"]})


def put_old(device: Device, ask: Ask) -> Reply:
    """The legacy single instance: the only one of 5.0 and 5.3, the first of later releases."""
    body = {"enabled": ask.fields(Multisensor).enabled}
    if not device.personality.has("5.6"):
        device.config.write("/multisensor", body)
        return DONE
    several = device.config.items("/multisensors")
    if several:
        MULTISENSORS.replace(device, "", min(several), body)
    else:
        MULTISENSORS.add(device, "", body)
    return DONE


READ, WRITE = "application_read", "application_write"
ROUTES = (
    route("GET", "/singlesensor/status", single_status, READ),
    route("GET", "/multisensor", get_old, READ),
    route("PUT", "/multisensor", put_old, WRITE),
    route("GET", "/multisensor/status", old_status, READ),
    *MULTISENSORS.rows(),
    route("GET", "/multisensors/status", all_status, READ, since="5.9"),
    route("GET", "/multisensors/{id}/status", one_status, READ, since="5.6"),
    route("GET", "/multisensors/{id}/sensors", sensors, READ, since="5.6"),
)
