"""Answers of API version 3: numbers."""

from datetime import date
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from countline.wire import Instant, Told

Granularity = Literal["1m", "15m", "1h", "1d", "1w", "1mo"]
Quality = Literal["good", "fair", "poor", "stale", "unknown"]

People = Annotated[int | None, Meta(description="People; null where not known, never 0 for that.")]


# -- counts ---------------------------------------------------------------------------------------
class CountRow(Told, frozen=True, kw_only=True, gc=False, rename={"ins": "in", "outs": "out"}):
    """One bucket of time. `occupancy = occupancy before + in - out + adjustments`."""

    timestamp: Annotated[Instant, Meta(description="Start of the bucket.")]
    ins: Annotated[int | None, Meta(description="People who came in; null where nothing counted.")]
    outs: Annotated[int | None, Meta(description="People who went out; null likewise.")]
    passby: Annotated[int | None, Meta(description="People who passed by without coming in.")]
    occupancy: Annotated[
        int | None,
        Meta(description="People inside at the end of the bucket, since the last anchor."),
    ]
    adjustment: Annotated[
        dict[str, int],
        Meta(
            description="What was added to `occupancy` beside `in - out`, by cause: `reset` (nightly),"
            " `operator`, `device`, `evidence`, `clamp` (never below 0), `spill` (a count longer than"
            " its bucket acts when it ends)."
        ),
    ]
    occupancy_max: Annotated[int | None, Meta(description="Most people at once in the bucket.")]
    occupancy_avg: Annotated[float | None, Meta(description="Average over time.")]
    occupancy_min: Annotated[int | None, Meta(description="Fewest people at once in the bucket.")]
    person_hours: Annotated[float | None, Meta(description="Hours spent inside, all people.")]
    coverage: Annotated[
        float,
        Meta(ge=0, le=1, description="Share of the expected time for which there is data."),
    ]
    reason: Annotated[
        str | None,
        Meta(
            description="Why data is missing: `sensor_offline`, `network`, `not_installed`,"
            " `disabled`, `clock`, `rejected`, `maintenance` or `unknown`; null where none is."
        ),
    ]
    final: Annotated[bool, Meta(description="Whether no change of this row is expected any more.")]
    provisional: Annotated[
        bool, Meta(description="Whether live events stand in for counts that are still to come.")
    ]
    revision: Annotated[int, Meta(description="Rises whenever a value of this row changes.")]
    in_staff: Annotated[int | None, Meta(description="Of `in`, those tagged as staff.")]
    out_staff: Annotated[int | None, Meta(description="Of `out`, those tagged as staff.")]
    passby_source: Annotated[
        Literal["measured", "derived"] | None,
        Meta(description="`measured` by a sensor, or `derived` from frontage lines."),
    ]
    capture_rate: Annotated[
        float | None, Meta(description="`in / (in + passby)`; null where not known or 0 / 0.")
    ]
    low_sample: Annotated[
        bool, Meta(description="`capture_rate` rests on fewer than 30 people.")
    ] = False
    local_date: Annotated[
        date | UnsetType, Meta(description="Local date on which the bucket starts; from a day on.")
    ] = UNSET
    duration_seconds: Annotated[
        int | UnsetType,
        Meta(description="Real length; a day may have 23 or 25 hours; from a day on."),
    ] = UNSET


Boundary = Annotated[
    Literal["complete", "partial"] | UnsetType,
    Meta(
        description="Beside a sensor: whether it alone encloses what it counts. With `partial`,"
        " `occupancy` is the balance of one door, not a number of people."
    ),
]
Asked = Annotated[Granularity, Meta(description="The granularity that was asked for.")]
Effective = Annotated[
    Granularity | UnsetType, Meta(description="The coarser one that was answered (`coarsen=true`).")
]
Series = Annotated[Literal["live", "raw"], Meta(description="Which occupancy the rows show.")]
ZoneOrUnset = Annotated[int | UnsetType | None, Meta(description="The zone, where one was asked.")]
SensorOrNull = Annotated[str | None, Meta(description="The sensor; null when none was asked.")]
TimeZone = Annotated[str, Meta(description="Where days and hours of these rows begin.")]


class CountAnswer(Told, frozen=True, kw_only=True):
    """Counts of one subject, ascending in time."""

    sensor_id: SensorOrNull
    location_id: str
    data: list[CountRow]
    boundary: Boundary = UNSET
    zone_id: ZoneOrUnset = UNSET
    granularity: Asked
    granularity_effective: Effective = UNSET
    series: Series
    time_zone: TimeZone


class CountGroup(Told, frozen=True, kw_only=True):
    """The rows of one zone or line of the subject."""

    zone_id: Annotated[int | UnsetType, Meta(description="With `group_by=zone`.")] = UNSET
    line_id: Annotated[int | UnsetType, Meta(description="With `group_by=line`.")] = UNSET
    data: list[CountRow]


class GroupedCountAnswer(Told, frozen=True, kw_only=True):
    """With `group_by`: a list of zones or lines, each with its own `data`."""

    sensor_id: SensorOrNull
    location_id: str
    data: list[CountGroup]
    boundary: Boundary = UNSET
    zone_id: ZoneOrUnset = UNSET
    granularity: Asked
    granularity_effective: Effective = UNSET
    series: Series
    time_zone: TimeZone


# -- now ------------------------------------------------------------------------------------------
class LiveRow(Told, frozen=True, kw_only=True):
    """How many people are there now."""

    location_id: str
    zone_id: Annotated[int | None, Meta(description="Null for the whole location, or a sensor.")]
    sensor_id: str | None
    as_of: Annotated[Instant | None, Meta(description="The moment up to which it is known.")]
    people: People
    low: Annotated[int | None, Meta(description="Lower end of the band around `people`.")]
    high: Annotated[int | None, Meta(description="Upper end of the band around `people`.")]
    quality: Annotated[Quality, Meta(description="How far `people` can be trusted.")]
    in_today: Annotated[int | None, Meta(description="Came in since the local day began.")]
    out_today: Annotated[int | None, Meta(description="Went out since the local day began.")]
    passby_today: Annotated[int | None, Meta(description="Passed by since the local day began.")]
    density: Annotated[float | None, Meta(description="People per square metre.")]
    capacity: int | None
    utilisation: Annotated[float | None, Meta(description="People over capacity; may pass 1.")]
    light: Annotated[
        Literal["green", "amber", "red"] | None,
        Meta(description="By the zone's limits; null without a capacity, or when not known."),
    ]
    last_known: Annotated[int | None, Meta(description="The last known number, kept when stale.")]
    basis: Annotated[
        Literal["lines", "measured", "fused"] | None,
        Meta(
            description="What `people` rests on: lines, a sensor that sees the people, or lines with"
            " what such a sensor proves; null where nothing counts here."
        ),
    ] = None


class LiveAnswer(Told, frozen=True, kw_only=True):
    """The subject that was asked, as it is now."""

    data: list[LiveRow]
