"""Facts that leave the house, in the order in which they became true."""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from countline.model.ids import LocationId, SensorNo

FactKind = Literal[
    "occupancy.changed",
    "zone.occupied",
    "zone.empty",
    "capacity.reached",
    "capacity.cleared",
    "ventilation.request",
    "ventilation.fallback",
    "sensor.silent",
    "sensor.back",
    "sensor.degraded",
    "sensor.config_changed",
    "gap.opened",
    "gap.healed",
    "gap.permanent",
    "webhook.disabled",
]
"""Events whose `detail` is what is told of them, as it was when they were written."""

ToldKind = Literal["counts.recorded", "counts.revised", FactKind, "sensor.discovered"]
"""Events that leave the house."""

EventKind = Literal[ToldKind, "counts.provisional", "catalogue.changed", "waiting.dropped"]

FACT_KINDS: frozenset[FactKind] = frozenset(get_args(FactKind))
TOLD_KINDS: tuple[ToldKind, ...] = get_args(ToldKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the event log.

    For counts, `[start_s, end_s)` holds every bin that changed; the values are read when the event
    is told, so a reader never gets an older value after a newer one. Other events say all in
    `detail`. Kept in the house and told to nobody: `catalogue.changed` makes followers compute `location_id` anew from `start_s`, and
    `counts.provisional` tells them of counts that a proper record will replace.
    """

    kind: EventKind
    location_id: LocationId | None = None
    sensor: SensorNo | None = None
    start_s: int | None = None
    end_s: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    seq: int = 0  # given by the store
    commit: int = 0  # given by the store
    at_ms: int = 0
