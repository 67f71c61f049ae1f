"""`countline emulate`: sensors that do not exist, pushing at a server as real ones do."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.listening import NO_DEVICES, AsDevices, listen
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options
from countline.cli.serve import stop_on_signals

if TYPE_CHECKING:
    from countline.emulator.fleet import FleetOptions
    from countline.emulator.pusher import Tally


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
    devices: AsDevices = NO_DEVICES,
    options: Options = NONE_GIVEN,
) -> int:
    """Let sensors that do not exist push at a server: counts, live frames and status.

    They see the same seeded people each time, retry as real sensors do, and date nothing in the
    future. Runs until Ctrl-C.
    """
    from countline.cli.furnishing import make_secrets, register_sensors
    from countline.emulator import FleetOptions, make_fleet

    stop, as_json = _stop(exit_after), options.json
    if devices.listen is not None:
        return await listen(
            devices, sensors=sensors, seed=seed, faults=fault, stop=stop, as_json=as_json
        )
    asked = FleetOptions(
        target=target, secret=secret or "", sensors=sensors, seed=seed, speed=speed, faults=fault
    )
    building = make_fleet(asked).building
    secrets: Mapping[Any, str] = {}
    if register:
        async with opened_engine(options) as engine:
            await register_sensors(engine, building)
            if secret is None:
                secrets = await make_secrets(engine, building)
    tally = await _run(replace(asked, secrets=secrets), stop, quiet=as_json)
    _tell(tally, options)
    return DONE


def _stop(after_s: float | None) -> asyncio.Event:
    """Set by Ctrl-C, and after so many seconds."""
    stop = stop_on_signals()
    if after_s is not None:
        asyncio.get_running_loop().call_later(after_s, stop.set)
    return stop


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
