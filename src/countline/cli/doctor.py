"""`countline doctor`: what is wrong, since when, and what to do about it."""

from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import Parameter

from countline.cli import show
from countline.cli.exits import DONE, FAILED
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options
from countline.errors import NotFound

if TYPE_CHECKING:
    from countline.engine.engine import Engine
    from countline.model.health import Finding
    from countline.model.ids import LocationId
    from countline.model.query import SensorHealth

COLOURS = {"error": "bold red", "warning": "yellow", "info": "dim"}


async def doctor(
    *,
    location: Annotated[str | None, Parameter(help="Only the sensors of this location.")] = None,
    all_: Annotated[
        bool,
        Parameter(
            name="--all",
            negative="",
            show_default=False,
            help="Also what needs nobody and is only worth knowing.",
        ),
    ] = False,
    options: Options = NONE_GIVEN,
) -> int:
    """Say what is wrong, since when, and what to do about it, the gravest first.

    Works beside a running server and without one. Ends with 0 where nothing needs anybody, and with
    1 where something does.
    """
    from countline.engine.diagnosing import is_clean

    async with opened_engine(options, must_exist=True) as engine:
        known = await _known_location(engine, location)
        found = await engine.diagnosing.findings(
            None, now_s=engine.now_ms() // 1000, location_id=known
        )
        well = await _how_many(engine, known)
    clean = is_clean(found)
    if options.json:
        _tell_programs(found, clean=clean)
    else:
        shown = [one for one in found if all_ or not is_clean([one])]
        _tell_people(shown, well, served=_served(options))
    return DONE if clean else FAILED


async def _known_location(engine: "Engine", location: str | None) -> "LocationId | None":
    from countline.model.ids import LocationId

    if location is None:
        return None
    if LocationId(location) not in (await engine.desk.fresh()).locations:
        raise NotFound(f"There is no location {location!r}.", code="location_not_found")
    return LocationId(location)


async def _how_many(engine: "Engine", location_id: "LocationId | None") -> str:
    """`sensors: 3 healthy, 1 offline`."""
    sight = None if location_id is None else frozenset({location_id})
    seen = [_state(one) for one in await engine.watch.sensors(sight)]
    states = ("healthy", "degraded", "offline", "unknown", "retired")
    told = [f"{seen.count(state)} {state}" for state in states]
    named = ", ".join(one for one in told if not one.startswith("0 "))
    return f"sensors: {named}" if named else "no sensors yet"


def _state(sensor: "SensorHealth") -> str:
    retired = any(one.code == "retired" for one in sensor.findings)
    return "retired" if retired else sensor.health


def _served(options: Options) -> bool:
    from countline.server import is_held

    return is_held(options.loaded().settings)


def _tell_programs(found: list["Finding"], *, clean: bool) -> None:
    from countline.api.v3 import render_health

    told = [msgspec.to_builtins(render_health.diagnosis(one)) for one in found]
    show.document({"clean": clean, "data": told})


def _tell_people(found: list["Finding"], well: str, *, served: bool) -> None:
    from rich.text import Text

    from countline.model.diagnosis import diagnosis_of, remedy_of, sentence_of

    server = "" if served else " No server is running on this folder."
    console = show.console()
    for one in found:
        severity = diagnosis_of(one.code).severity
        since = f", since {show.instant(one.since_s)}" if one.since_s is not None else ""
        head = Text.assemble(
            (f"{severity}: ", COLOURS[severity]), (whom(one), "bold"), f" ({one.code}{since})"
        )
        console.print(head, soft_wrap=True)
        console.print(Text(f"  {sentence_of(one)}"), soft_wrap=True)
        console.print(Text(f"  {remedy_of(one)}"), soft_wrap=True)
    faults = sum(diagnosis_of(one.code).severity != "info" for one in found)
    ends = f"{faults} to be seen to" if faults else "Nothing is wrong"
    show.plain(f"{ends}; {well}.{server}")


def whom(finding: "Finding") -> str:
    """Who a finding is about: a sensor and its place, a device, or a part of the system."""
    if finding.sensor_id is not None:
        return f"{finding.sensor_id} in {finding.location_id}"
    return f"{finding.subject} {finding.part}" if finding.part else finding.subject
