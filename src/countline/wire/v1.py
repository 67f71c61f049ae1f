"""Answers of API version 1, the short gateway form."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from countline.wire import Instant, Told
from countline.wire.v3 import Quality
from countline.wire.v3_health import Health, SensorsByHealth


class CountRow(Told, frozen=True, kw_only=True, gc=False, rename={"ins": "in", "outs": "out"}):
    """One bucket of time."""

    timestamp: Annotated[Instant, Meta(description="Start of the bucket.")]
    ins: Annotated[int | None, Meta(description="People who came in; null where nothing counted.")]
    outs: Annotated[int | None, Meta(description="People who went out; null likewise.")]
    coverage: Annotated[
        float, Meta(ge=0, le=1, description="Share of the expected time for which there is data.")
    ]
    local_date: Annotated[
        date | UnsetType, Meta(description="Local date on which the bucket starts; from a day on.")
    ] = UNSET


class CountAnswer(Told, frozen=True, kw_only=True):
    """Counts, ascending in time."""

    data: list[CountRow]


class CurrentRow(Told, frozen=True, kw_only=True):
    """How many people are in a location or zone now."""

    current_people: Annotated[
        int | None, Meta(description="Null where not known, never 0 for that.")
    ]
    location_id: str
    zone_id: Annotated[int | None, Meta(description="Null for the whole location.")]
    as_of: Annotated[Instant | None, Meta(description="The moment up to which it is known.")]
    low: Annotated[int | None, Meta(description="Lower end of the band.")]
    high: Annotated[int | None, Meta(description="Upper end of the band.")]
    quality: Annotated[Quality, Meta(description="How far the number can be trusted.")]


class CurrentAnswer(Told, frozen=True, kw_only=True):
    """Each location as a whole, followed by its zones."""

    data: list[CurrentRow]


class SensorCountRow(
    Told, frozen=True, kw_only=True, rename={"ins": "in", "outs": "out", "sensor_id": "sensorId"}
):
    """What one sensor has counted since the local day began."""

    timestamp: Annotated[Instant | None, Meta(description="The moment up to which it counts.")]
    sensor_id: str
    ins: Annotated[int | None, Meta(description="Came in today; null where nothing counted.")]
    outs: Annotated[int | None, Meta(description="Went out today; null likewise.")]


class SensorCountAnswer(Told, frozen=True, kw_only=True):
    """Today's counts of each sensor, by id."""

    data: list[SensorCountRow]
    next: Annotated[
        str | None, Meta(description="`cursor` of the next page; null on the last.")
    ] = None


class SystemHealth(Told, frozen=True, kw_only=True):
    """The health of the whole installation."""

    health: Health
    version: str
    sensors: SensorsByHealth
