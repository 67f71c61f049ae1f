"""What a device is called and how it is: `/device/info`, `/device/id`, `/device/state`, its light."""

from typing import Any

from countline.emulator.chance import chance
from countline.emulator.v5.ask import DONE, Ask, Reply, plain, replied, told
from countline.emulator.v5.device import Device
from countline.emulator.v5.resources import to_factory
from countline.emulator.v5.routes import route
from countline.emulator.v5.shapes import Id


def info(device: Device, ask: Ask) -> Reply:
    model = device.sensor.plan.model
    body = {
        "fw_version": device.firmware,
        "serial": device.serial,
        "prod_code": model,
        "type": model[:4],
        "variant": model,
        "hw_bom_rev": "C",
        "hw_pcb_rev": "D",
        "hw_prod_rev": "AC",
        "hw_id": "7",
        "product_series": "Standard",
    }
    return replied(device.personality.trimmed(body, product_series="5.6"))


def state_of(device: Device) -> dict[str, Any]:
    """`/device/state`, also a part of status packages."""
    dice = chance(device.sensor.seed, device.serial, device.running.now_ms() // 60_000)
    die = dice.randint(57, 63)
    details = {
        "uptime_sec": device.running.uptime_s(),
        "temperatures": {"die": die, "housing": die - 12},
    }
    return {"state": "OK", "details": details}


def state(device: Device, ask: Ask) -> Reply:
    return replied(state_of(device))


def get_id(device: Device, ask: Ask) -> Reply:
    return replied(device.config.read("/device/id"))


def put_id(device: Device, ask: Ask) -> Reply:
    device.config.write("/device/id", plain(ask.fields(Id)))
    return DONE


def log(device: Device, ask: Ask) -> Reply:
    booted = device.rfc3339(device.running.own_ms(device.running.booted_ms()))
    return told(f"{booted} system: up, firmware {device.firmware}\n")


ROUTES = (
    route("GET", "/device/info", info, ""),
    route("GET", "/device/id", get_id, ""),
    route("PUT", "/device/id", put_id, "dev_cfg_write"),
    route("DELETE", "/device/id", to_factory, "dev_cfg_write"),
    route("GET", "/device/state", state, ""),
    route("GET", "/device/log", log, "dev_cfg_read"),
)
