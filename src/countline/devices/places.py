"""Which sensor of the catalogue a device becomes, or is already."""

from dataclasses import dataclass

from countline.devices.adoptions import Adoptions
from countline.devices.xovis_v5.recognise import Recognised
from countline.drivers.xovis_v5 import DRIVER
from countline.engine.adopting import AdoptionAsked
from countline.engine.catalogue import Catalogue
from countline.engine.changes import bad_field, check_id
from countline.errors import Conflict
from countline.model.adoption import Adoption
from countline.model.ids import LocationId, SensorId, is_id
from countline.model.sensor import Sensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the catalogue a device goes, and what is there already."""

    sensor_id: str
    location_id: str
    sensor: Sensor | None
    adoption: Adoption | None
    makes_location: bool


async def place_of(adoptions: Adoptions, asked: AdoptionAsked, found: Recognised) -> Place:
    """Whose a device is, or becomes. Raises `Conflict`, or `BadQuery`, for what cannot be."""
    if asked.sensor_id is not None:
        check_id("sensor_id", asked.sensor_id)
    catalogue = await adoptions.engine.desk.fresh()
    device = catalogue.device_by_serial.get((DRIVER.vendor, found.serial, asked.context))
    sensor = None
    if device is not None and device.sensor is not None:
        sensor = catalogue.sensors[device.sensor]
        if not asked.sees(sensor.location_id):
            raise Conflict(
                f"The device {found.serial} is adopted already, out of sight of this key.",
                code="device_taken",
            )
        if asked.sensor_id not in (None, sensor.sensor_id):
            raise Conflict(
                f"The device {found.serial} is {sensor.sensor_id} already; adopt it as that, or"
                f" retire {sensor.sensor_id} first.",
                code="device_taken",
            )
    elif asked.sensor_id is not None:
        sensor = catalogue.sensor_by_id.get(SensorId(asked.sensor_id))
        if sensor is not None and not asked.sees(sensor.location_id):
            raise Conflict(f"Sensor id {asked.sensor_id!r} is not free.", code="id_taken")
        if sensor is not None and (mine := catalogue.open_device_of.get(sensor.sensor)):
            raise Conflict(
                f"Sensor {sensor.sensor_id} has the device {mine.serial}, and this is"
                f" {found.serial}; give another id.",
                code="device_taken",
            )
    if sensor is not None:
        if sensor.state == "retired":
            raise Conflict(
                f"Sensor {sensor.sensor_id} is retired, and its id stays with its history; give"
                " another id.",
                code="id_taken",
            )
        if asked.location_id not in (None, sensor.location_id):
            raise Conflict(
                f"Sensor {sensor.sensor_id} belongs to {sensor.location_id}.",
                code="sensor_elsewhere",
            )
        return Place(
            sensor_id=sensor.sensor_id,
            location_id=sensor.location_id,
            sensor=sensor,
            adoption=await adoptions.book.of(sensor.sensor),
            makes_location=False,
        )
    location_id = asked.location_id or _only_location(catalogue)
    check_id("location_id", location_id)
    return Place(
        sensor_id=asked.sensor_id or _new_id(catalogue, found),
        location_id=location_id,
        sensor=None,
        adoption=None,
        makes_location=LocationId(location_id) not in catalogue.locations,
    )


def _only_location(catalogue: Catalogue) -> str:
    known = list(catalogue.locations)
    if len(known) == 1:
        return known[0]
    have = f"one of {', '.join(known[:5])}" if known else "an id of your choice: it is made"
    raise bad_field("location_id", f"say which location the sensor belongs to, {have}")


def _new_id(catalogue: Catalogue, found: Recognised) -> str:
    name = found.name.strip().replace(" ", "-")
    if is_id(name) and SensorId(name) not in catalogue.sensor_by_id:
        return name
    return found.serial.replace(":", "-")
