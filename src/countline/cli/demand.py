"""`countline demand`: how much outdoor air a zone asks for, and every step that led to it."""

from typing import Annotated

import msgspec
from cyclopts import Parameter

from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options
from countline.cli.query import Key, Url, read_instant, server
from countline.wire import v3_ventilation as wire


async def demand(
    zone: Annotated[int, Parameter(help="The zone.")],
    /,
    *,
    at: Annotated[str | None, Parameter(help="A past instant, with Z or an offset.")] = None,
    url: Url = None,
    key: Key = None,
    options: Options = NONE_GIVEN,
) -> int:
    """How much outdoor air a zone asks for, and why.

    With --json the document is the one that `GET /v3/zones/{zone_id}/demand` answers.
    """
    asked = None if at is None else read_instant("--at", at)
    if url is not None:
        async with server(url, key) as client:
            told: wire.Demand = await client.demand(zone, at=asked)
    else:
        from countline.api.instants import whole_s
        from countline.api.v3.ventilation import to_wire

        async with opened_engine(options, must_exist=True) as engine:
            at_s = None if asked is None else whole_s(asked)
            told = to_wire(await engine.ventilating.demand(zone, at_s))
    if options.json:
        show.document(msgspec.to_builtins(told))
        return DONE
    flow, unit = (told.outdoor_air_l_s, "L/s") if told.inputs.system == "si" else (
        told.outdoor_air_cfm, "cfm",
    )  # fmt: skip
    show.tell(f"{flow:g} {unit} for {told.population} people, {told.mode}, {told.reliability}")
    show.table(("why", "detail"), [(step.code, step.detail) for step in told.reason])
    return DONE
