"""A question both API versions parse into, and the answer both render from."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from countline.model.health import Finding, KnownFacts
from countline.model.ids import LineId, LocationId, SensorId, ZoneId
from countline.model.interval import Granularity
from countline.model.place import Light

OccupancySeries = Literal["live", "raw"]
GroupBy = Literal["zone", "line"]
Boundary = Literal["complete", "partial"]
Basis = Literal["lines", "measured", "fused"]  # what a number of people rests on
Quality = Literal["good", "fair", "poor", "stale", "unknown"]
Health = Literal["healthy", "degraded", "offline", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom a question is about: a sensor, a zone, a zone at a sensor, or a location."""

    sensor_id: SensorId | None = None
    zone_id: ZoneId | None = None
    location_id: LocationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Counts of one subject; a bucket belongs when `start_s <= its start < end_s`."""

    asked: Asked
    start_s: int
    end_s: int
    granularity: Granularity
    series: OccupancySeries = "live"
    group_by: GroupBy | None = None
    fill: Literal["null", "none"] = "null"  # none: leave out rows of which nothing is known
    missing: Literal["sum", "null"] = "sum"  # null: no value under `min_coverage`
    min_coverage: float = 0.8
    coarsen: bool = False
    occupancy: bool = True  # False where the caller shows none: cheaper
    rows_max: int = 50_000


class Adjustment(NamedTuple):
    """What one cause added to occupancy: reset, operator, device, evidence, clamp, spill.

    `spill` is the part of `in - out` of a bin that ends after its row does: taken off here, and put
    on in the row in which the bin ends.
    """

    cause: str
    people: int


class Row(NamedTuple):
    """One bucket. None is not known, never zero.

    `person_s` is the integral of the people present over the part of the bucket that has passed,
    `elapsed_s` long.
    """

    start_s: int
    end_s: int
    local_date: date | None
    ins: int | None
    outs: int | None
    passby: int | None
    passby_source: Literal["measured", "derived"] | None
    in_staff: int | None
    out_staff: int | None
    occupancy: int | None
    occupancy_max: int | None
    occupancy_min: int | None
    person_s: int | None
    elapsed_s: int
    adjustment: tuple[Adjustment, ...]
    covered_s: int
    expected_s: int
    reason: str | None
    final: bool
    revision: int
    provisional: bool = False

    @property
    def coverage(self) -> float:
        """Covered over expected seconds, 0..1."""
        return min(1.0, self.covered_s / self.expected_s) if self.expected_s else 0.0

    @property
    def occupancy_avg(self) -> float | None:
        """People present on average over time, to a thousandth."""
        if self.person_s is None:
            return None
        return round(self.person_s / max(1, self.elapsed_s), 3)

    @property
    def person_hours(self) -> float | None:
        """Hours that all people together were present, to a thousandth."""
        return None if self.person_s is None else round(self.person_s / 3600, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows of one list: of the subject itself, or of one zone or line of it."""

    rows: list[Row]
    zone_id: ZoneId | None = None
    line_id: LineId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a query gives. `location_id` is always the subject's location."""

    asked: Asked
    location_id: LocationId
    time_zone: str
    granularity: Granularity  # the effective one
    series: OccupancySeries
    boundary: Boundary | None  # set where a sensor was asked
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """How many are there now, as far as followers have come."""

    location_id: LocationId
    zone_id: ZoneId | None
    sensor_id: SensorId | None
    as_of_s: int | None
    people: int | None
    last_known: int | None
    quality: Quality
    low: int | None = None  # until the band is built
    high: int | None = None
    in_today: int | None = None
    out_today: int | None = None
    passby_today: int | None = None
    area_m2: float | None = None
    capacity: int | None = None
    light: Light | None = None
    basis: Basis | None = None


class Reason(NamedTuple):
    """Why something is not healthy: a stable code, a sentence, and since when."""

    code: str
    detail: str
    since_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorHealth:
    """The health of one sensor, judged by its own rhythm."""

    sensor_id: SensorId
    location_id: LocationId
    health: Health
    reasons: tuple[Reason, ...]
    last_push_s: int | None
    push_delay_s: float | None
    clock_offset_s: float | None
    uptime_s: int | None
    temperature_c: int | None
    firmware: str
    facts: KnownFacts
    findings: tuple[Finding, ...] = ()  # all of them, also those that do not make it ill
    illumination: str = ""
    unmapped: tuple[str, ...] = ()  # channels that count no line and measure no zone
    stale_after_s: int = 0  # how long it may be silent, by its own rhythm
