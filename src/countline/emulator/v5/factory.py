"""What a device is configured as when it leaves the factory, and once it has been installed."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device

Kept = dict[str, Any]


def factory(device: "Device") -> Kept:
    """Every resource of the configuration, by path."""
    plan = device.sensor.plan
    has = device.personality.has
    kept: Kept = {
        "/device/id": {"name": "", "group": ""},
        "/device/led": {"enabled": True},
        "/time": {
            "time_zone": device.sensor.world.building.location.time_zone,
            "ntp_enabled": True,
            "ntp_server_enabled": False,
            "ntp_servers": ["pool.ntp.org"],
        },
        "/network/ipv4": {
            "dhcp_enabled": True,
            "fallback_enabled": True,
            "address": "192.168.1.168",
            "netmask": "255.255.255.0",
            "gateway": "192.168.1.1",
            "dns_entries": [],
        },
        "/network/ipv6": {
            "ipv6_enabled": False,
            "dhcp_enabled": False,
            "slaac_enabled": True,
            "address": "",
            "gateway": "",
            "dns_entries": [],
        },
        "/network/hostname": {"hostname": "XS-SENSOR-" + plan.serial.replace(":", "")[-6:]},
        "/network/proxy": {"enabled": False, "server": "", "port": 8080, "user": "", "pass": ""},
        "/network/gigabit": {"enabled": True},
        "/network/mdns/config": {"mdns_enabled": False, "scan_period_ms": 1000},
        "/network/remotes": {},
        "/www/config": {
            "http_enabled": True,
            "http_port": 80,
            "https_port": 443,
            "custom_http_headers": [],
            "dh_size": 2048,
        },
        "/privacy/mode": {"privacy_mode": 0},
        "/monitor/config": {"enabled": False, "daily_quota": 65000},
        "/truststore": {},
        "/itxpt/config": {"itxpt_enabled": False, "version": "2.1.1"},
    }
    if has("5.6"):
        kept["/network/wireless/config"] = {"enabled": False, "mode": "ACCESS_POINT"}
        kept["/policy/password/strength"] = dict(NO_POLICY)
        kept["/ibisip/config"] = {"enabled": False}
    return kept | factory_scene(device)


NO_POLICY = {
    "min_characters": 4,
    "max_characters": 64,
    "min_numeric_characters": 0,
    "min_lowercase_characters": 0,
    "min_uppercase_characters": 0,
    "min_special_characters": 0,
}


def factory_scene(device: "Device") -> Kept:
    """What a scene reset leaves: a lens with nothing drawn, and no multisensor."""
    kept = factory_root("/singlesensor")
    if device.personality.has("5.6"):
        return {**kept, "/multisensors": {}}
    return {**kept, "/multisensor": {"enabled": False}, **factory_root("/multisensor")}


def factory_root(root: str) -> Kept:
    """The settings of one shared sub-tree; its collections begin empty."""
    kept = {
        f"{root}/settings/groups": {"delay": 2.0, "max_distance": 1.2},
        f"{root}/settings/path_stitching": {"enabled": False},
        f"{root}/settings/tag": {"enabled": False},
        f"{root}/settings/advanced": {
            "tracking_version": "default",
            "low_latency_mode": False,
            "sitting_persons": False,
            "height_correction": False,
        },
        f"{root}/data/push/legacy": {
            "available": True,
            "enabled": False,
            "sensor_geometry": {"sensor_height": 3.0},
        },
    }
    if root == "/singlesensor":
        kept[f"{root}/settings/sensor_geometry"] = {
            "sensor_height": 3.0,
            "alpha_deg": 0.0,
            "beta_deg": 0.0,
            "sensor_direction": [0.0, 0.0, -1.0],
        }
    return kept


def as_installed(device: "Device", multisensors: tuple[int, ...]) -> None:
    """Named, with the lines and zones of its plan drawn and counted."""
    plan, config = device.sensor.plan, device.config
    group = str(device.sensor.world.building.location.name)
    config.kept["/device/id"] = {"name": plan.name, "group": group}
    for id_ in multisensors:
        config.put("/multisensors", id_, {"id": id_, "enabled": True})
        config.kept.update(factory_root(f"/multisensors/{id_}"))
    root = "/singlesensor"
    for place, (logic, channel) in enumerate(zip(plan.logics, device.sensor.channels, strict=True)):
        shape = "ZONE" if logic.zone is not None else "LINE"
        drawn = {
            "id": logic.logic_id,
            "name": logic.name,
            "type": shape,
            "geometry": device.ground.drawn(place),
        }
        config.put(f"{root}/scene/geometries", logic.logic_id, drawn)
        option = "zone_id" if shape == "ZONE" else "count_line_id"
        config.put(
            f"{root}/analysis/logics",
            logic.logic_id,
            {
                "id": logic.logic_id,
                "name": logic.name,
                "template": {"type": channel.template, "options": {option: logic.logic_id}},
            },
        )
        for measure in channel.measures:
            counter = {
                "id": int(measure.counter),
                "name": measure.name,
                "logic_id": logic.logic_id,
                "type": "state" if measure.kind == "state" else "accumulation",
            }
            config.put(f"{root}/analysis/counters", int(measure.counter), counter)
