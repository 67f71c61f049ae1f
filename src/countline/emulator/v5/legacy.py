"""What a device still says as firmware 4 did: count pushes of LEGACY agents, and their switch."""

import json
from collections.abc import Sequence
from typing import Any

from countline.emulator.v5.ask import DONE, Ask, Reply, plain, replied
from countline.emulator.v5.book import summed
from countline.emulator.v5.device import Device
from countline.emulator.v5.factory import factory_value
from countline.emulator.v5.observing import Context
from countline.emulator.v5.packages import Bin, Letter
from countline.emulator.v5.routes import Route, route
from countline.emulator.v5.shapes import Legacy

# By type of agent: what it counts, and the label of each of our measures.
COUNTED = {
    "LEGACY_LINE_COUNT": ("LINE", {"forward": "fw", "backward": "bw"}),
    "LEGACY_ZONE_OCCUPANCY_COUNT": ("ZONE", {"present": "count"}),
    "LEGACY_ZONE_IN_OUT_COUNT": ("ZONE", {"in": "fw", "out": "bw"}),
}


def at(root: str) -> str:
    return f"{root}/data/push/legacy"


def legacy_package(letter: Letter, context: Context, bins: Sequence[Bin]) -> bytes | None:
    """Bins as firmware 4 wrote them; None where it is switched off or has nothing to say."""
    device = letter.device
    kind, labels = COUNTED[letter.agent["type"]]
    if not device.config.kept[at(letter.root)]["enabled"]:
        return None
    elements = []
    for id_, channel in sorted(context.rules.channels.items()):
        counted = {
            labels[m.measure]: int(m.counter) for m in channel.measures if m.measure in labels
        }
        if not counted:
            continue
        element = {
            "element-id": id_,
            "element-name": channel.name,
            "sensor-type": "SINGLE_SENSOR" if letter.root == "/singlesensor" else "MULTI_SENSOR",
            "data-type": kind,
            "from": device.rfc3339(bins[0].start_ms),
            "to": device.rfc3339(bins[-1].end_ms),
            "resolution": letter.data["resolution"].replace("MAX", "ONE_MINUTE"),
            "measurement": [_measurement(device, bin_, counted) for bin_ in bins],
        }
        elements.append(element)
    if not elements:
        return None
    return json.dumps(_sealed(device, elements)).encode()


def _measurement(device: Device, bin_: Bin, counted: dict[str, int]) -> dict[str, Any]:
    total = summed(bin_.records)
    values = [{"value": total.value(counter), "label": label} for label, counter in counted.items()]
    return {
        "from": device.rfc3339(bin_.start_ms),
        "to": device.rfc3339(bin_.end_ms),
        "value": values,
    }


def _sealed(device: Device, elements: list[dict[str, Any]]) -> dict[str, Any]:
    named = device.config.read("/device/id")
    return {
        "sensor-time": {"timezone": str(device.zone()), "time": device.rfc3339()},
        "status": {"code": "OK"},
        "content": {"element": elements},
        "sensor-info": {
            "serial-number": device.serial.upper(),
            "ip-address": device.where.ip,
            "name": named["name"],
            "group": named["group"],
            "device-type": device.sensor.plan.model,
        },
    }


def _get(device: Device, ask: Ask) -> Reply:
    height = device.config.read("/singlesensor/settings/sensor_geometry")
    kept = device.config.read(at(ask.root))
    return replied({"available": True, **kept, "sensor_geometry": height})


def _put(device: Device, ask: Ask) -> Reply:
    device.config.write(at(ask.root), plain(ask.fields(Legacy)))
    return _get(device, ask)


def _delete(device: Device, ask: Ask) -> Reply:
    device.config.write(at(ask.root), factory_value(device, at(ask.root)))
    return DONE


READ, WRITE = "application_read", "application_write"
PATH = "{root}/data/push/legacy"
ROUTES: tuple[Route, ...] = (
    route("GET", PATH, _get, READ),
    route("PUT", PATH, _put, WRITE),
    route("DELETE", PATH, _delete, WRITE),
)
