"""Puts emulated buildings into a store: places, lines, sensors, and the demo's past."""

from typing import TYPE_CHECKING

from countline.cli import show
from countline.errors import Conflict
from countline.model.ids import SensorId, ZoneId

if TYPE_CHECKING:
    from countline.emulator.plan import Building, SensorPlan
    from countline.engine.catalogue import Catalogue
    from countline.engine.engine import Engine

DRIVER = "xovis_v5"
PUSHED_FROM_S = 300  # the last minutes before the first start are pushed, so that sensors are heard


async def furnish(engine: "Engine") -> None:
    """The demo's building, the hours that the documentation shows, and two weeks of history.

    Done again after it was broken off, it adds what is missing.
    """
    from countline.drivers.reading import FileOptions
    from countline.emulator import DOCUMENTED, demo_building, demo_history
    from countline.engine.importing import import_file

    building = demo_building()
    await register_sensors(engine, building)
    await draw_lines(engine, building)
    catalogue = await engine.desk.fresh()
    until_s = installed_s(catalogue, building)
    door = _channel(building.sensors[0], 0)
    files: list[tuple[str, str, str | None]] = [
        (f.name, f.text, f"single/{f.channel}") for f in demo_history(until_s)
    ]
    # Last: beside bins of an hour every minute must be looked at twice.
    files += [
        (f"{sensor_id}.csv", text, door if sensor_id in catalogue.sensor_by_id else None)
        for sensor_id, text in DOCUMENTED.items()
    ]
    with show.progress("loading two weeks of history") as progress, engine.holding_back():
        for at, (name, text, channel) in enumerate(files):
            await import_file(
                engine,
                driver="tidy_csv",
                name=name,
                body=text.encode(),
                options=FileOptions(time_zone=building.location.time_zone),
                channel=channel,
                settle=False,
            )
            progress(at + 1, len(files))
    await engine.settled()


def installed_s(catalogue: "Catalogue", building: "Building") -> int:
    """Where the history ends and pushes begin; the same at every start."""
    first = catalogue.sensor_by_id[building.sensors[0].sensor_id]
    return first.created_s // 60 * 60 - PUSHED_FROM_S


async def register_sensors(engine: "Engine", building: "Building") -> None:
    """Make the building's location and sensors known; what is there already stays as it is."""
    catalogue = await engine.desk.fresh()
    place = building.location
    if place.location_id not in catalogue.locations:
        await engine.desk.add_location(
            location_id=place.location_id,
            name=place.name,
            time_zone=place.time_zone,
            resets_s=place.resets_s,
        )
    for plan in building.sensors:
        if plan.sensor_id not in catalogue.sensor_by_id:
            await engine.desk.register_sensor(
                sensor_id=plan.sensor_id,
                location_id=place.location_id,
                serial=plan.serial,
                name=plan.name,
            )
        elif _serial(catalogue, plan) != plan.serial:
            raise Conflict(
                f"{plan.sensor_id} is another device's; emulate into a folder of its own (--data)."
            )


def _serial(catalogue: "Catalogue", plan: "SensorPlan") -> str | None:
    device = catalogue.open_device_of.get(catalogue.sensor_by_id[plan.sensor_id].sensor)
    return device.serial if device else None


async def draw_lines(engine: "Engine", building: "Building") -> None:
    """The building's zones and lines, each line counted by the logic that the plan has above it."""
    from countline.engine.desk import NewSource
    from countline.model.sensor import Channel

    catalogue = await engine.desk.fresh()
    location_id = building.location.location_id
    if catalogue.lines_of(location_id):
        return
    zones = await _make_zones(engine, building)
    sources: dict[int, list[NewSource]] = {}
    channels = []
    for plan in building.sensors:
        sensor = catalogue.sensor_by_id[plan.sensor_id].sensor
        for at, logic in enumerate(plan.logics):
            key = _channel(plan, at)
            channels.append(Channel(sensor=sensor, channel=key, name=logic.name, shape="line"))
            if logic.line is not None:
                source = NewSource(sensor_id=plan.sensor_id, channel=key, invert=logic.invert)
                sources.setdefault(logic.line, []).append(source)
    await engine.desk.save(*channels)
    for line in building.lines:
        await engine.desk.add_line(
            location_id=location_id,
            name=line.name,
            side_a=None if line.side_a is None else zones[line.side_a],
            side_b=None if line.side_b is None else zones[line.side_b],
            role=line.role,
            frontage_of=None if line.frontage_of is None else zones[line.frontage_of],
            visitors_cross=line.visitors_cross,
            sources=sources.get(line.line_id, ()),
        )


async def _make_zones(engine: "Engine", building: "Building") -> dict[ZoneId, ZoneId]:
    """The building's zones; its own numbers and the store's. One with a category asks for air."""
    from countline.engine.ventilation_settings import Wanted

    catalogue = await engine.desk.fresh()
    place = building.location
    known = {zone.name: zone.zone_id for zone in catalogue.zones_of(place.location_id)}
    made: dict[ZoneId, ZoneId] = {}
    for zone in building.zones:
        says = {"area_m2": zone.area_m2, "capacity": zone.capacity}
        parent = None if zone.parent_id is None else made[zone.parent_id]
        default = catalogue.locations[place.location_id].default_zone
        if zone.zone_id == place.default_zone and default is not None:
            await engine.desk.change_zone(default, name=zone.name, **says)
            made[zone.zone_id] = default
        elif zone.name in known:
            made[zone.zone_id] = known[zone.name]
        else:
            new = await engine.desk.add_zone(
                location_id=place.location_id,
                name=zone.name,
                parent_id=parent,
                area_m2=zone.area_m2,
                capacity=zone.capacity,
                category=zone.category,
            )
            made[zone.zone_id] = new.zone_id
        if zone.category:
            wanted = Wanted(category=zone.category, design_population=zone.capacity)
            await engine.ventilating.put(made[zone.zone_id], wanted)
    return made


async def make_secrets(engine: "Engine", building: "Building") -> dict[SensorId, str]:
    """A push secret of its own for each sensor of the building; earlier ones stop working."""
    return {
        plan.sensor_id: await engine.access.create_push_secret(
            sensor_id=plan.sensor_id, driver=DRIVER
        )
        for plan in building.sensors
    }


def _channel(plan: "SensorPlan", at: int) -> str:
    return f"single/{plan.logics[at].logic_id}"
