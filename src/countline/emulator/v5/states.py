"""What a status package tells: the bodies of REST resources, nested as their paths are."""

from typing import Any

from countline.emulator.v5 import identity, licences, multisensors, network, timekeeping, updates
from countline.emulator.v5.device import Device


def states_of(device: Device) -> dict[str, Any]:
    """Leaf by leaf what GET of `/device/state`, `/time/state` ... answers."""
    states: dict[str, Any] = {
        "device": {"state": identity.state_of(device)},
        "time": {"state": timekeeping.state_of(device)},
        "network": {
            "state": network.state_of(device),
            "remotes": {"state": network.remotes_state_of(device)},
        },
        "updates": {"state": updates.state_of(device)},
        "license": {"status": licences.status_of(device)},
        "singlesensor": {
            "status": multisensors.single_status_of(device),
            "data": {"push": {"agents": {}}},
        },
        "multisensor": {"status": multisensors.old_status_of(device)},
    }
    if device.personality.has("5.3"):
        model = device.sensor.plan.model
        states["device"]["info"] = {
            "fw_version": device.firmware,
            "serial": device.serial.upper(),
            "prod_code": model,
            "variant": model,
        }
    return states
