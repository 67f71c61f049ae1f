"""The parameters of version 1. Each field's own name, which is version 3's, is understood too."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from countline.api.parameters import Asking
from countline.api.v3 import asking as v3
from countline.api.v3.asking import GRANULARITIES, Cursor, Limit, LocationId, SensorId, ZoneId
from countline.wire import Instant

SPELLINGS = {
    "sensor_id": "sensorId",
    "zone_id": "zoneId",
    "location_id": "locationId",
    "start_ts": "from",
    "end_ts": "to",
}


class SubjectAsking(Asking, frozen=True, kw_only=True, rename=SPELLINGS):
    """Whom a question is about; needed unless the key sees exactly one location."""

    SUBJECT: ClassVar[Literal["optional", "one", "one_or_alone"]] = "one_or_alone"

    sensor_id: Annotated[SensorId, Meta(examples=["S12345"])] | None = None
    zone_id: (
        Annotated[ZoneId, Meta(description="A zone; with `sensorId`, that zone at this sensor.")]
        | None
    ) = None
    location_id: Annotated[LocationId, Meta(description="A whole location.")] | None = None


class CountAsking(SubjectAsking, frozen=True, kw_only=True, rename=SPELLINGS):
    """Counts over time."""

    start_ts: Annotated[
        Instant,
        Meta(
            description="From when: ISO 8601 with an offset. A bucket belongs when"
            " `from <= its start < to`; buckets are never cut.",
            examples=["2025-01-01T00:00:00Z"],
        ),
    ]
    end_ts: Annotated[
        Instant,
        Meta(
            description="Until when, itself not included: ISO 8601 with an offset.",
            examples=["2025-01-02T00:00:00Z"],
        ),
    ]


class IntervalAsking(CountAsking, frozen=True, kw_only=True, rename=SPELLINGS):
    """Counts over time, in buckets of a chosen length."""

    granularity: Annotated[
        GRANULARITIES,
        Meta(
            description="How long a bucket is. Hours and longer are local to the location.",
            examples=["1h"],
        ),
    ]


class CurrentAsking(Asking, frozen=True, kw_only=True, rename=SPELLINGS):
    """Of every location in sight, or of one."""

    location_id: Annotated[LocationId, Meta(description="Only this location.")] | None = None


class SensorCountAsking(Asking, frozen=True, kw_only=True, rename=SPELLINGS):
    """Of every sensor in sight, of those of one location, or of one."""

    sensor_id: (
        Annotated[SensorId, Meta(description="Only this sensor.", examples=["S12345"])] | None
    ) = None
    location_id: Annotated[LocationId, Meta(description="Only those of this location.")] | None = (
        None
    )
    limit: Limit = 100
    cursor: Cursor | None = None


class PlacePageAsking(v3.PlacePageAsking, frozen=True, kw_only=True, rename=SPELLINGS):
    """A page of a list, of every location in sight or of one."""

    location_id: Annotated[LocationId, Meta(description="Only those of this location.")] | None = (
        None
    )
