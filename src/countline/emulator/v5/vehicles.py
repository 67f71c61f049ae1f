"""`/itxpt` and `/ibisip`: whether a device speaks to a vehicle. Both are off, and serve nobody."""

from collections.abc import Iterator

from countline.emulator.v5 import shapes
from countline.emulator.v5.ask import DONE, Ask, Reply, plain, replied, told, unknown
from countline.emulator.v5.device import Device
from countline.emulator.v5.resources import get_setting
from countline.emulator.v5.routes import Route, route
from countline.emulator.v5.settings import SETTINGS

XML = "application/xml"


def _config_rows() -> Iterator[Route]:
    """Their configuration needs a login and no privilege."""
    for row in SETTINGS:
        if row.shape not in (shapes.Itxpt, shapes.Ibisip):
            continue
        shape = row.shape

        def put(
            device: Device, ask: Ask, shape: type[shapes.Itxpt | shapes.Ibisip] = shape
        ) -> Reply:
            device.config.write(ask.path, plain(ask.fields(shape)))
            return DONE

        yield route("GET", row.path, get_setting, "any", since=row.since, until=row.until)
        yield route("PUT", row.path, put, "any", since=row.since, until=row.until)


def state(device: Device, ask: Ask) -> Reply:
    return replied({"vehicle_id": ""})


def module_info(device: Device, ask: Ask) -> Reply:
    """The inventory service, open to the vehicle's network."""
    if not device.config.kept["/itxpt/config"]["itxpt_enabled"]:
        raise unknown("Service", "inventory")
    model = device.sensor.plan.model
    text = (
        "<?xml version='1.0' encoding='UTF-8'?>\n<ModulesDelivery><Module>"
        f"<Manufacturer>Xovis</Manufacturer><Model>{model}</Model>"
        f"<SerialNumber>{device.serial}</SerialNumber>"
        f"<SoftwareVersion>{device.firmware}</SoftwareVersion></Module></ModulesDelivery>\n"
    )
    return told(text, XML)


def door_counts(device: Device, ask: Ask) -> Reply:
    if not device.config.kept["/itxpt/config"]["itxpt_enabled"]:
        raise unknown("Service", "apc")
    return told("<?xml version='1.0' encoding='UTF-8'?>\n<PassengerDoorCountDelivery/>\n", XML)


def services(device: Device, ask: Ask) -> Reply:
    names = ["consumers", "services_published"]
    if ask.path.startswith("/itxpt"):
        names += ["apc_devices", "services_subscribed"]
    return replied({name: [] for name in names})


ROUTES = (
    *_config_rows(),
    route("GET", "/itxpt/state", state, "any", since="5.6"),
    route("GET", "/itxpt/services/state", services, "any", since="5.6"),
    route("GET", "/itxpt/services/inventory/moduleinfo.xml", module_info, "", since="5.6"),
    route("GET", "/itxpt/services/apc/passengerdoorcount", door_counts, "", since="5.6"),
    route("GET", "/ibisip/services/state", services, "any", since="5.6"),
)
