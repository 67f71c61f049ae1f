"""`countline zones`: which there are, and an operator's word on how many people are in one."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options
from countline.cli.query import Key, Url, read_instant, server
from countline.wire import v3_adjustments as wire
from countline.wire import v3_catalogue

WHO = "command line"


async def list_(
    *,
    location: Annotated[str | None, Parameter(help="Only the zones of this location.")] = None,
    options: Options = NONE_GIVEN,
) -> int:
    """List the zones by id."""
    from countline.api.v3 import render

    async with opened_engine(options, must_exist=True) as engine:
        catalogue = await engine.desk.fresh()
    told: list[v3_catalogue.Zone] = [
        render.zone(zone, catalogue)
        for zone in sorted(catalogue.zones.values(), key=lambda one: one.zone_id)
        if location in (None, zone.location_id)
    ]
    columns = ("zone_id", "location_id", "parent_id", "name", "capacity", "fusion", "sensors")
    return _tell(told, columns, "no zones yet", options)


async def set_occupancy(
    zone: Annotated[int, Parameter(help="The zone.")],
    people: Annotated[int | None, Parameter(help="How many are in.")] = None,
    /,
    *,
    delta: Annotated[
        int | None, Parameter(help="How many more are in than was counted, or (below 0) fewer.")
    ] = None,
    reason: Annotated[str, Parameter(help="Why, for those who read it later.")],
    at: Annotated[
        str | None, Parameter(help="Since when, with Z or an offset; left out: now.")
    ] = None,
    url: Url = None,
    key: Key = None,
    options: Options = NONE_GIVEN,
) -> int:
    """Say how many people are in a zone, or by how many the count is off.

    With --json the document is the one that `POST /v3/zones/{zone_id}/occupancy/adjustments` answers.
    """
    since = None if at is None else read_instant("--at", at)
    told: wire.Adjustment
    if url is not None:
        async with server(url, key) as client:
            told = await client.adjust_zone(
                zone, reason=reason, value=people, delta=delta, at=since
            )
    else:
        from countline.api.instants import whole_s
        from countline.api.v3.adjustments import adjustment
        from countline.engine.adjusting import Said
        from countline.model.ids import ZoneId
        from countline.model.query import Asked

        at_s = None if since is None else whole_s(since)
        said = Said(value=people, delta=delta, at_s=at_s, reason=reason, who=WHO)
        async with opened_engine(options, must_exist=True) as engine:
            told = adjustment(await engine.desk.adjust(Asked(zone_id=ZoneId(zone)), said))
    if options.json:
        show.document(msgspec.to_builtins(told))
    else:
        what = f"{told.delta:+} people" if told.value is None else f"{told.value} people"
        show.say(f"zone {zone}: {what} from {told.at:%Y-%m-%d %H:%M} UTC on ({told.reason}).")
    return DONE


async def adjustments(
    zone: Annotated[int, Parameter(help="The zone.")], /, *, options: Options = NONE_GIVEN
) -> int:
    """List what was said of how many people are in a zone."""
    from countline.api.v3.adjustments import adjustment
    from countline.engine.adjusting import adjustments_of
    from countline.model.ids import ZoneId
    from countline.model.query import Asked

    async with opened_engine(options, must_exist=True) as engine:
        known = adjustments_of(await engine.desk.fresh(), Asked(zone_id=ZoneId(zone)))
    columns = ("adjustment_id", "at", "value", "delta", "reason", "who")
    return _tell([adjustment(one) for one in known], columns, "nobody said anything", options)


async def withdraw(
    zone: Annotated[int, Parameter(help="The zone.")],
    adjustment_id: Annotated[int, Parameter(help="Which, as `countline zones adjustments` lists.")],
    /,
    *,
    options: Options = NONE_GIVEN,
) -> int:
    """Take a word back: people are counted as if nobody had said it."""
    from countline.model.ids import ZoneId
    from countline.model.query import Asked

    async with opened_engine(options, must_exist=True) as engine:
        await engine.desk.withdraw(Asked(zone_id=ZoneId(zone)), adjustment_id)
    show.say(f"zone {zone}: adjustment {adjustment_id} is withdrawn.")
    return DONE


def _tell(told: Sequence[Any], columns: Sequence[str], empty: str, options: Options) -> int:
    if options.json:
        show.document({"data": msgspec.to_builtins(told)})
        return DONE
    rows = [[getattr(one, name) for name in columns] for one in told]
    show.table(columns, rows, empty=empty)
    return DONE


ZONES = App(name="zones", help="List zones, and say how many people are in one.")
for command, name in (
    (list_, "list"),
    (set_occupancy, "set-occupancy"),
    (adjustments, "adjustments"),
    (withdraw, "withdraw"),
):
    ZONES.command(command, name=name)
