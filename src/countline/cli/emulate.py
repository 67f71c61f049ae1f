"""`countline emulate`: sensors that do not exist, pushing at a server as real ones do."""

import asyncio
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options
from countline.errors import Conflict

if TYPE_CHECKING:
    from countline.emulator.fleet import FleetOptions
    from countline.emulator.plan import Building
    from countline.emulator.pusher import Tally
    from countline.engine.engine import Engine

DRIVER = "xovis_v5"


async def emulate(
    *,
    target: Annotated[
        str, Parameter(help="Where to push: an address, with or without a path.")
    ] = "http://127.0.0.1:8080",
    sensors: Annotated[int, Parameter(help="How many sensors, one door each.")] = 5,
    seed: Annotated[int, Parameter(help="The same seed: the same people.")] = 1,
    speed: Annotated[
        float, Parameter(help="Begin so many hours ago, and run so many times faster until now.")
    ] = 1.0,
    secret: Annotated[str | None, Parameter(help="The push secret that all of them carry.")] = None,
    register: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Register the sensors first; without --secret each gets a secret of its own.",
        ),
    ] = False,
    fault: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="What goes wrong; repeat for more: miss, double-count, lost, doubled, shuffled,"
            " late, days-late, skew, reboot, outage.",
        ),
    ] = (),
    exit_after: Annotated[float | None, Parameter(help="Stop after so many seconds.")] = None,
    options: Options = NONE_GIVEN,
) -> int:
    """Let sensors that do not exist push at a server: counts, live frames and status.

    They see the same seeded people each time, retry as real sensors do, and date nothing in the
    future. Runs until Ctrl-C.
    """
    from countline.emulator import FleetOptions, make_fleet

    asked = FleetOptions(
        target=target, secret=secret or "", sensors=sensors, seed=seed, speed=speed, faults=fault
    )
    building = make_fleet(asked).building
    secrets: Mapping[Any, str] = {}
    if register:
        async with opened_engine(options) as engine:
            await register_building(engine, building)
            if secret is None:
                secrets = await make_secrets(engine, building)
    stop = asyncio.Event()
    _stop_on_signals(stop)
    if exit_after is not None:
        asyncio.get_running_loop().call_later(exit_after, stop.set)
    tally = await _run(replace(asked, secrets=secrets), stop, quiet=options.json)
    _tell(tally, options)
    return DONE


async def register_building(engine: "Engine", building: "Building") -> None:
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
        known = catalogue.sensor_by_id.get(plan.sensor_id)
        if known is None:
            await engine.desk.register_sensor(
                sensor_id=plan.sensor_id,
                location_id=place.location_id,
                serial=plan.serial,
                name=plan.name,
            )
            continue
        device = catalogue.open_device_of.get(known.sensor)
        if device is None or device.serial != plan.serial:
            raise Conflict(
                f"{plan.sensor_id} is another device's; emulate into a folder of its own (--data)."
            )


async def make_secrets(engine: "Engine", building: "Building") -> dict[Any, str]:
    """A push secret of its own for each sensor of the building."""
    made: dict[Any, str] = {}
    for plan in building.sensors:
        made[plan.sensor_id] = await engine.access.create_push_secret(
            sensor_id=plan.sensor_id, driver=DRIVER
        )
    return made


def _stop_on_signals(stop: asyncio.Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # where loops know no signals
            asyncio.get_running_loop().add_signal_handler(number, stop.set)


async def _run(asked: "FleetOptions", stop: asyncio.Event, *, quiet: bool) -> "Tally":
    from countline.emulator import run_fleet

    err = show.console(stderr=True)
    if quiet or not err.is_terminal:
        return await run_fleet(asked, stop=stop, log=show.warn)
    with err.status("starting") as status:

        def report(tally: "Tally") -> None:
            status.update(in_words(tally))

        return await run_fleet(asked, stop=stop, report=report, log=show.warn)


def in_words(tally: "Tally") -> str:
    """How a fleet is doing, on one line."""
    reached = show.instant(tally.reached_ms // 1000)
    return (
        f"{tally.sensors} sensors at {reached}: {tally.taken} pushes taken,"
        f" {tally.failed} refused, {tally.waiting} waiting"
    )


def _tell(tally: "Tally", options: Options) -> None:
    if options.json:
        names = ("sensors", "sent", "taken", "failed", "dropped", "waiting", "bytes_taken")
        counted = {name: getattr(tally, name) for name in names}
        reached = show.instant(tally.reached_ms // 1000)
        show.document({"reached": reached, **counted, "answers": tally.answers})
    else:
        show.say(in_words(tally))
