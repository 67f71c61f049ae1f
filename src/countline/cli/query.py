"""`countline query`: the numbers, from the store directly, or from a server with `--url`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from cyclopts import App, Group, Parameter

from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options
from countline.errors import BadQuery, FieldError
from countline.wire import v3

if TYPE_CHECKING:
    from countline.client import AsyncClient
    from countline.model.query import Asked

T = TypeVar("T")

SERVER = Group("Through a server", sort_key=90)
Sensor = Annotated[str | None, Parameter(help="A sensor.")]
Zone = Annotated[int | None, Parameter(help="A zone; with --sensor, that zone at this sensor.")]
Location = Annotated[str | None, Parameter(help="A whole location.")]
Url = Annotated[
    str | None,
    Parameter(group=SERVER, env_var="COUNTLINE_URL", help="Ask this server, not the store."),
]
Key = Annotated[
    str | None, Parameter(group=SERVER, env_var="COUNTLINE_KEY", help="The key to show there.")
]


async def count(
    *,
    start: Annotated[str, Parameter(help="From when, with Z or an offset: 2023-10-01T00:00:00Z.")],
    end: Annotated[str, Parameter(help="Until when, itself not included.")],
    sensor: Sensor = None,
    zone: Zone = None,
    location: Location = None,
    granularity: Annotated[v3.Granularity, Parameter(help="How long a row is.")] = "1h",
    series: Annotated[
        Literal["live", "raw"], Parameter(help="Which occupancy; `raw` may fall below 0.")
    ] = "live",
    coarsen: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Answer at a longer granularity where data needs it.",
        ),
    ] = False,
    url: Url = None,
    key: Key = None,
    options: Options = NONE_GIVEN,
) -> int:
    """People in, out and passing by, and occupancy, of a sensor, zone or location.

    With --json the document is the one that `GET /v3/data/count` answers.
    """
    start_ts, end_ts = read_instant("--start", start), read_instant("--end", end)
    if url is not None:
        async with server(url, key) as client:
            answer: v3.CountAnswer = await client.count(
                sensor_id=sensor,
                zone_id=zone,
                location_id=location,
                start_ts=start_ts,
                end_ts=end_ts,
                granularity=granularity,
                series=series,
                coarsen=coarsen,
            )
    else:
        from countline.api.instants import whole_s
        from countline.api.v3.counts import to_wire
        from countline.model.interval import Granularity
        from countline.model.query import Query

        query = Query(
            asked=whom(sensor, zone, location),
            start_s=whole_s(start_ts),
            end_s=whole_s(end_ts),
            granularity=Granularity(granularity),
            series=series,
            coarsen=coarsen,
        )
        async with opened_engine(options, must_exist=True) as engine:
            found = to_wire(await engine.questions.answer(query, None), query, UTC)
        assert isinstance(found, v3.CountAnswer)
        answer = found
    _show_counts(answer, options)
    return DONE


async def live(
    *,
    sensor: Sensor = None,
    zone: Zone = None,
    location: Location = None,
    url: Url = None,
    key: Key = None,
    options: Options = NONE_GIVEN,
) -> int:
    """How many people are there now, and came and went today.

    With --json the document is the one that `GET /v3/data/live` answers.
    """
    if url is not None:
        async with server(url, key) as client:
            answer: v3.LiveAnswer = await client.live(
                sensor_id=sensor, zone_id=zone, location_id=location
            )
    else:
        from countline.api.v3 import render

        asked = whom(sensor, zone, location)
        async with opened_engine(options, must_exist=True) as engine:
            present = await engine.questions.present(asked, None)
        answer = v3.LiveAnswer(data=[render.live(one) for one in present])
    if options.json:
        show.document(msgspec.to_builtins(answer))
        return DONE
    columns = ("location_id", "zone_id", "sensor_id", "people", "quality", "in_today", "out_today")
    rows = [[getattr(row, name) for name in columns] for row in answer.data]
    show.table(columns, rows)
    return DONE


def server(url: str, key: str | None) -> "AsyncClient":
    """A client of the server; httpx2 is imported only where it is needed."""
    from countline.client import AsyncClient

    return AsyncClient(url, key)


def whom(sensor: str | None, zone: int | None, location: str | None) -> "Asked":
    """Whom a question is about. Raises `BadQuery` unless it is one of the three."""
    from countline.model.ids import LocationId, SensorId, ZoneId
    from countline.model.query import Asked

    if location is not None and (sensor is not None or zone is not None):
        raise _wrong("--location", "asks for the whole location; leave out --sensor and --zone")
    if location is None and sensor is None and zone is None:
        raise _wrong("--sensor", "say whose numbers: --sensor, --zone or --location")
    return Asked(
        sensor_id=None if sensor is None else SensorId(sensor),
        zone_id=None if zone is None else ZoneId(zone),
        location_id=None if location is None else LocationId(location),
    )


def read_instant(name: str, text: str) -> datetime:
    """An instant that people type, in UTC. Raises `BadQuery`, for one without offset too."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise _wrong(name, f"found {text!r}, expected 2023-10-01T00:00:00Z") from error
    if at.utcoffset() is None:
        example = at.isoformat() + "Z"
        raise _wrong(name, f"{text!r} has no time zone; add Z or an offset: {example}")
    return at.astimezone(UTC)


def _wrong(name: str, detail: str) -> BadQuery:
    return BadQuery(f"{name}: {detail}", errors=(FieldError(field=name, detail=detail),))


def _show_counts(answer: v3.CountAnswer, options: Options) -> None:
    if options.json:
        show.document(msgspec.to_builtins(answer))
        return
    if answer.granularity_effective is not msgspec.UNSET:
        show.say(f"[dim]answered by {answer.granularity_effective}: data is that coarse[/dim]")
    if answer.boundary == "partial":
        show.say("[dim]one sensor of several doors: occupancy is its balance, not people[/dim]")
    zone = ZoneInfo(answer.time_zone)
    columns = (answer.time_zone, "in", "out", "passby", "occupancy", "coverage", "reason")
    rows = [
        (
            local(row.timestamp, zone),
            row.ins,
            row.outs,
            row.passby,
            row.occupancy,
            f"{row.coverage:.0%}",
            row.reason,
        )
        for row in answer.data
    ]
    show.table(columns, rows, empty="nothing was expected in this time")


def local(at: datetime, zone: ZoneInfo) -> str:
    """An instant as people at the place read it, with its offset: two hours may look alike."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %z}"


QUERY = App(name="query", help="Ask for numbers: from the store, or from a server with --url.")
commands: tuple[Any, ...] = (count, live)
for command in commands:
    QUERY.command(command)
