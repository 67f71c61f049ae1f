"""The parameters of version 3, one struct for each kind of question."""

from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta

from countline.api.parameters import Asking
from countline.wire import Instant

GRANULARITIES = Literal[
    "1m", "15m", "1h", "1d", "1w", "1mo", "PT1M", "PT15M", "PT1H", "P1D", "P1W", "P1M"
]

SensorId = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
        description="A sensor.",
        examples=["SNSR_001"],
    ),
]
ZoneId = Annotated[int, Meta(ge=1, le=2**53, description="A zone.", examples=[1])]
LocationId = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
        description="A location.",
        examples=["LOC_NYC_05"],
    ),
]
Cursor = Annotated[
    str, Meta(description="`next` of the page before; leave it out for the first page.")
]
Limit = Annotated[int, Meta(ge=1, le=1000, description="Rows on a page, at most.")]


class SubjectAsking(Asking, frozen=True, kw_only=True):
    """Whom a question is about."""

    SUBJECT: ClassVar[Literal["optional", "one", "one_or_alone"]] = "one"

    sensor_id: SensorId | None = None
    zone_id: (
        Annotated[ZoneId, Meta(description="A zone; with `sensor_id`, that zone at this sensor.")]
        | None
    ) = None
    location_id: Annotated[LocationId, Meta(description="A whole location.")] | None = None


class CountAsking(SubjectAsking, frozen=True, kw_only=True):
    """Counts over time. One of `sensor_id`, `zone_id` and `location_id` is needed."""

    start_ts: Annotated[
        Instant,
        Meta(
            description="From when: ISO 8601 with an offset. A bucket belongs when"
            " `start_ts <= its start < end_ts`; buckets are never cut.",
            examples=["2023-10-01T00:00:00Z"],
        ),
    ]
    end_ts: Annotated[
        Instant,
        Meta(
            description="Until when, itself not included: ISO 8601 with an offset.",
            examples=["2023-10-01T23:59:59Z"],
        ),
    ]
    granularity: Annotated[
        GRANULARITIES,
        Meta(
            description="How long a bucket is. Hours and longer are local to the location.",
            examples=["1h"],
        ),
    ] = "1h"
    series: Annotated[
        Literal["live", "raw"],
        Meta(
            description="Which occupancy: `live` never falls below 0; `raw` is the bare balance"
            " since the last anchor and may be negative."
        ),
    ] = "live"
    group_by: (
        Annotated[
            Literal["zone", "line"],
            Meta(description="One list of rows for each zone or line of the subject."),
        ]
        | None
    ) = None
    fill: Annotated[
        Literal["null", "none"],
        Meta(description="`none` leaves out buckets of which nothing is known."),
    ] = "null"
    missing: Annotated[
        Literal["sum", "null"],
        Meta(
            description="What a partly covered bucket shows: the `sum` of what is there, or `null`"
            " when its coverage is under `min_coverage`."
        ),
    ] = "sum"
    min_coverage: Annotated[
        float, Meta(ge=0, le=1, description="With `missing=null`: the least coverage that counts.")
    ] = 0.8
    coarsen: Annotated[
        bool,
        Meta(
            description="When some data came in longer pieces than `granularity`, answer at the"
            " finest one that works instead of 422."
        ),
    ] = False
    tz: (
        Annotated[
            ZoneInfo,
            Meta(
                description="An IANA time zone in which timestamps are written. It moves no bucket:"
                " days are those of the location."
            ),
        ]
        | None
    ) = None
    format: Annotated[
        Literal["json", "csv"],
        Meta(
            description="`csv`, or the header `Accept: text/csv`, gives a table that is streamed,"
            " without the bound of 50,000 rows."
        ),
    ] = "json"


class EventsAsking(Asking, frozen=True, kw_only=True):
    """Which events are told; all conditions hold at once."""

    kinds: (
        Annotated[
            str,
            Meta(
                description="Only these: `counts.recorded`, `counts.revised`, `sensor.discovered`,"
                " with commas between. Left out: all."
            ),
        ]
        | None
    ) = None
    location_id: Annotated[LocationId, Meta(description="Only of this location.")] | None = None
    sensor_id: Annotated[SensorId, Meta(description="Only rows of this sensor.")] | None = None
    zone_id: (
        Annotated[
            ZoneId, Meta(description="Only rows of lines around this zone, and measured in it.")
        ]
        | None
    ) = None
    last_event_id: (
        Annotated[
            str,
            Meta(description="As the header `Last-Event-ID`, for callers that cannot send it."),
        ]
        | None
    ) = None


class PageAsking(Asking, frozen=True, kw_only=True):
    """A page of a list."""

    limit: Limit = 100
    cursor: Cursor | None = None


class PlacePageAsking(Asking, frozen=True, kw_only=True):
    """A page of a list, of every location in sight or of one."""

    location_id: Annotated[LocationId, Meta(description="Only those of this location.")] | None = (
        None
    )
    limit: Limit = 100
    cursor: Cursor | None = None


class DiagnosticsAsking(PlacePageAsking, frozen=True, kw_only=True):
    """A page of what is wrong."""

    severity: (
        Annotated[
            Literal["error", "warning", "info"],
            Meta(description="The least grave that is told; left out: all."),
        ]
        | None
    ) = None


class ConfigAsking(Asking, frozen=True, kw_only=True):
    """How a change of a device is meant."""

    dry_run: Annotated[
        bool, Meta(description="Change nothing, and tell in `steps` what would be changed.")
    ] = False
