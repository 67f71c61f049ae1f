"""`countline sensors`: which there are, registering and adopting, retiring."""

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from cyclopts import App, Parameter

from countline.cli import show
from countline.cli.device_config import accept, changes, config
from countline.cli.devices import adopt, discover, login, opened_desk, trust
from countline.cli.exits import DONE
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options
from countline.model.sensor import CountsFrom, Quiet

if TYPE_CHECKING:
    from countline.engine.catalogue import Catalogue
    from countline.model.sensor import Device, Sensor
    from countline.wire import v3_catalogue as wire


async def list_(
    *,
    location: Annotated[str | None, Parameter(help="Only the sensors of this location.")] = None,
    options: Options = NONE_GIVEN,
) -> int:
    """List the sensors by id, then the devices that were discovered and wait for adoption."""
    from countline.api.v3 import render

    async with opened_engine(options, must_exist=True) as engine:
        catalogue = await engine.desk.fresh()
        health = {one.sensor_id: one for one in await engine.watch.sensors(None)}
    told = [
        render.sensor(sensor, catalogue, health.get(sensor.sensor_id))
        for sensor in catalogue.sensor_by_id.values()
        if location in (None, sensor.location_id)
    ]
    if location is None:
        told += [render.discovered(d) for d in catalogue.devices.values() if _waits(d)]
    if options.json:
        show.document({"data": msgspec.to_builtins(told)})
        return DONE
    columns = ("sensor_id", "location_id", "name", "state", "serial", "lines", "unmapped")
    rows = [[_cell(one, name) for name in columns] for one in told]
    show.table(columns, rows, empty="no sensors yet")
    return DONE


def _cell(one: "wire.Sensor", name: str) -> Any:
    """One field in few signs: of a sensor that is in use, its health says more than its state."""
    if name == "state" and one.state == "adopted":
        return one.health
    if name == "unmapped":
        return len(one.unmapped) or None
    return getattr(one, name)


async def register(
    sensor_id: str,
    /,
    *,
    location: Annotated[str, Parameter(help="The location that it belongs to, for good.")],
    serial: Annotated[
        str | None, Parameter(help="The device's serial number; none: a sensor fed by files.")
    ] = None,
    vendor: Annotated[str, Parameter(help="Who made the device.")] = "xovis",
    context: Annotated[
        str, Parameter(help="`single`, or its place in a multisensor: `multi:1`.")
    ] = "single",
    name: Annotated[
        str, Parameter(show_default=False, help="What people call it; left out: its id.")
    ] = "",
    tz: Annotated[
        str | None, Parameter(help="Make the location where it is missing, in this time zone.")
    ] = None,
    options: Options = NONE_GIVEN,
) -> int:
    """Register a sensor; a discovered device of that serial is adopted without contacting it.

    Pushes of the device that waited are counted at once.

    Parameters
    ----------
    sensor_id
        What callers will ask it by: letters, digits and `_ . -`.
    """
    async with opened_engine(options) as engine:
        if tz is not None and location not in (await engine.desk.fresh()).locations:
            await engine.desk.add_location(location_id=location, time_zone=tz)
        sensor = await engine.desk.register_sensor(
            sensor_id=sensor_id,
            location_id=location,
            serial=serial,
            vendor=vendor,
            context=context,
            name=name,
        )
        await engine.settled()
        catalogue = await engine.desk.fresh()
    return _told(catalogue, sensor, "is registered", options)


async def set_(
    sensor_id: str,
    /,
    *,
    name: Annotated[str | None, Parameter(help="What people call it.")] = None,
    quiet: Annotated[
        Quiet | None,
        Parameter(help="What a minute without a record means, when no package is missing."),
    ] = None,
    counts_from: Annotated[
        CountsFrom | None,
        Parameter(
            help="What live events count for: `logics` nothing, `live` all that no record says,"
            " `auto` the running minutes, and all where no record came for a day."
        ),
    ] = None,
    options: Options = NONE_GIVEN,
) -> int:
    """Change what a sensor is called and how its pushes are counted; what is left out stays.

    Parameters
    ----------
    sensor_id
        The sensor to change.
    """
    asked = {"name": name, "quiet": quiet, "counts_from": counts_from}
    async with opened_engine(options, must_exist=True) as engine:
        given = {field: value for field, value in asked.items() if value is not None}
        sensor = await engine.desk.change_sensor(sensor_id, **given)
        catalogue = await engine.desk.fresh()
    return _told(catalogue, sensor, "is changed" if given else "stays as it is", options)


async def retire(sensor_id: str, /, *, options: Options = NONE_GIVEN) -> int:
    """Retire a sensor for good: nothing is expected of it any more; its numbers and its id stay.

    An adopted device is left as it was found.

    Parameters
    ----------
    sensor_id
        The sensor to retire.
    """
    async with opened_desk(options) as desk:
        engine = desk.adoptions.engine
        sensor = await engine.desk.retire_sensor(sensor_id)
        released = await desk.release(sensor_id)
        catalogue = await engine.desk.fresh()
    if released.pending:
        show.warn(
            f"its device is not yet as it was found: {released.pending}. The server takes it back as"
            " soon as the device answers."
        )
    return _told(catalogue, sensor, "is retired", options)


def _told(catalogue: "Catalogue", sensor: "Sensor", what: str, options: Options) -> int:
    from countline.api.v3 import render

    if options.json:
        show.document(msgspec.to_builtins(render.sensor(sensor, catalogue, None)))
    else:
        show.say(f"{sensor.sensor_id} {what} ({sensor.location_id}).")
    return DONE


def _waits(device: "Device") -> bool:
    return device.sensor is None and device.valid_to_s is None


SENSORS = App(name="sensors", help="Find, adopt, configure, list and retire sensors.")
for command, name in (
    (list_, "list"),
    (discover, "discover"),
    (adopt, "adopt"),
    (register, "register"),
    (set_, "set"),
    (trust, "trust"),
    (login, "login"),
    (config, "config"),
    (changes, "changes"),
    (accept, "accept"),
    (retire, "retire"),
):
    SENSORS.command(command, name=name)
