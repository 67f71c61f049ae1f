"""`/data/push/legacy`: whether counts are converted for agents that speak as version 4 did."""

from countline.emulator.v5.ask import DONE, Ask, Reply, plain, replied
from countline.emulator.v5.device import Device
from countline.emulator.v5.resources import to_factory
from countline.emulator.v5.routes import route
from countline.emulator.v5.shapes import Legacy

AT = "{root}/data/push/legacy"
GEOMETRY = "/singlesensor/settings/sensor_geometry"


def get_legacy(device: Device, ask: Ask) -> Reply:
    geometry = device.config.read(GEOMETRY)
    return replied({"available": True, **device.config.read(ask.path), "sensor_geometry": geometry})


def put_legacy(device: Device, ask: Ask) -> Reply:
    device.config.write(ask.path, plain(ask.fields(Legacy)))
    return DONE


ROUTES = (
    route("GET", AT, get_legacy, "application_read"),
    route("PUT", AT, put_legacy, "application_write"),
    route("DELETE", AT, to_factory, "application_write"),
)
