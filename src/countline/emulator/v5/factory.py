"""What a device is configured as when it leaves the factory."""

from typing import TYPE_CHECKING, Any

from countline.emulator.v5 import settings

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device

Kept = dict[str, Any]


def factory(device: "Device") -> Kept:
    """Every resource of the configuration, by path."""
    hostname = "XS-SENSOR-" + device.serial.replace(":", "")[-6:]
    of_this_device: Kept = {
        "/network/hostname": {"hostname": hostname},
        "/network/proxy": {"enabled": False, "server": "", "port": 8080, "user": "", "pass": ""},
        "/time": {
            "time_zone": device.sensor.world.building.location.time_zone,
            "ntp_enabled": True,
            "ntp_server_enabled": False,
            "ntp_servers": ["pool.ntp.org"],
        },
        "/www/config": {
            "http_enabled": True,
            "http_port": 80,
            "https_port": 443,
            "custom_http_headers": {},
            "dh_size": 2048,
        },
        "/privacy/mode": {"privacy_mode": 0},
    }
    kept: Kept = {}
    for row in settings.of(device.personality, ""):
        kept[row.path] = of_this_device.get(row.path) or row.default()
    return kept | factory_scene(device)


def factory_scene(device: "Device") -> Kept:
    """What a scene reset leaves: a lens with nothing drawn, and no multisensor."""
    kept = factory_root(device, "/singlesensor")
    if not device.personality.has("5.6"):
        kept |= {"/multisensor": {"enabled": False}, **factory_root(device, "/multisensor")}
    return kept


def factory_root(device: "Device", root: str) -> Kept:
    """The settings of one shared sub-tree; its collections begin empty."""
    where = ("lens", "each") if root == "/singlesensor" else ("each",)
    return {root + row.path: row.default() for row in settings.of(device.personality, *where)}


def factory_value(device: "Device", path: str) -> dict[str, Any]:
    """What one setting was when the device left the factory."""
    for root in device.roots():
        if path.startswith(root + "/"):
            found: dict[str, Any] = factory_root(device, root)[path]
            return found
    value: dict[str, Any] = factory(device)[path]
    return value
