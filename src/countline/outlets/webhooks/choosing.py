"""What one webhook is told: which events, which rows of them, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import msgspec

from countline.engine.catalogue import Catalogue
from countline.engine.filters import Filter
from countline.engine.messages import place_of
from countline.engine.telling import Counts, Telling
from countline.model.event import TOLD_KINDS, Event
from countline.model.ids import ZoneId
from countline.model.webhook import Webhook

Decision = Literal["tell", "hold", "drop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A change of a zone's occupancy that may be told from `due_s` on, if no newer one comes."""

    seq: int
    due_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What thresholds and rates remember of zones: by their number.

    `told_s` is when something of the zone was told last, `above` are zones at or over the threshold.
    """

    above: frozenset[int] = frozenset()
    told_s: Mapping[int, int] = field(default_factory=dict)
    held: Mapping[int, Held] = field(default_factory=dict)

    def write(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "above": sorted(self.above),
            "told_s": {str(zone): at_s for zone, at_s in self.told_s.items()},
            "held": {str(zone): [one.seq, one.due_s] for zone, one in self.held.items()},
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Memory":
        """What was kept; nothing where nothing was."""
        held = msgspec.convert(kept.get("held", {}), dict[str, tuple[int, int]])
        return cls(
            above=frozenset(msgspec.convert(kept.get("above", []), list[int])),
            told_s={int(z): s for z, s in kept.get("told_s", {}).items()},
            held={int(z): Held(seq=seq, due_s=due_s) for z, (seq, due_s) in held.items()},
        )

    def released(self, zone: int, now_s: int, rate_s: int) -> "Memory":
        """What was held of a zone is told now."""
        held = {z: one for z, one in self.held.items() if z != zone}
        told_s = {z: s for z, s in self.told_s.items() if now_s - s < rate_s}
        return replace(self, held=held, told_s={**told_s, zone: now_s})


@dataclass(frozen=True, slots=True)
class Choice:
    """What one webhook asked for."""

    webhook: Webhook

    def wants(self, event: Event, catalogue: Catalogue) -> bool:
        """Whether anything of an event may be told.

        What belongs to no place is told to those who name no place.
        """
        wanted = self.webhook
        if event.kind not in (wanted.kinds or TOLD_KINDS):
            return False
        if event.kind == "sensor.discovered":
            return wanted.devices and not (wanted.locations or wanted.zones or wanted.sensors)
        sensor = None if event.sensor is None else catalogue.sensors.get(event.sensor)
        location_id = event.location_id or (sensor.location_id if sensor else None)
        if wanted.locations and location_id not in wanted.locations:
            return False
        if event.kind in ("counts.recorded", "counts.revised"):
            return True  # rows are chosen when they are read
        sensor_id = sensor.sensor_id if sensor else event.detail.get("sensor_id")
        return (not wanted.zones or zone_of(event) in wanted.zones) and (
            not wanted.sensors or sensor_id in wanted.sensors
        )

    def part_of(self, telling: Telling, catalogue: Catalogue) -> Telling | None:
        """Those rows of a telling that are told; None where none are."""
        wanted = self.webhook
        if not isinstance(telling, Counts) or not (wanted.zones or wanted.sensors):
            return telling
        rows = list(telling.rows)
        if wanted.sensors:
            rows = [row for row in rows if row.sensor_id in wanted.sensors]
        if wanted.zones:
            places = {
                place_of(row)
                for zone_id in wanted.zones
                for row in _rows_of_zone(zone_id, telling, catalogue)
            }
            rows = [row for row in rows if place_of(row) in places]
        return replace(telling, rows=rows) if rows else None

    def judge(self, event: Event, memory: Memory, now_s: int) -> tuple[Decision, Memory]:
        """Whether a change of occupancy is told now, later or not, and what is remembered then.

        With a threshold, unknown is told where it ends what was at or over it: it is not below.
        """
        zone = zone_of(event) or 0
        if self.webhook.threshold is not None:
            people = event.detail.get("people")
            over = people is not None and people >= self.webhook.threshold
            if not over and zone not in memory.above:
                return "drop", memory
            above = memory.above | {zone} if over else memory.above - {zone}
            memory = replace(memory, above=above)
        rate_s = self.webhook.rate_s
        if not rate_s:
            return "tell", memory
        known = memory.held.get(zone)
        due_s = known.due_s if known else memory.told_s.get(zone, now_s - rate_s) + rate_s
        if now_s < due_s:
            held = {**memory.held, zone: Held(seq=event.seq, due_s=due_s)}
            return "hold", replace(memory, held=held)
        return "tell", memory.released(zone, now_s, rate_s)


def zone_of(event: Event) -> int | None:
    """The zone that an event is about; None where it is about none."""
    found = event.detail.get("zone_id")
    return found if isinstance(found, int) else None


def _rows_of_zone(zone_id: ZoneId, telling: Counts, catalogue: Catalogue) -> list[Any]:
    part = Filter(zone_id=zone_id).part_of(telling, catalogue)
    return list(part.rows) if isinstance(part, Counts) else []
