"""What one listener is told of: kinds, places, and what its key may see."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from countline.counting.boundary import line_sign, zone_family
from countline.engine.catalogue import Catalogue
from countline.engine.telling import CountRow, Discovered, Fact, Telling
from countline.model.event import FACT_KINDS, TOLD_KINDS, Event, EventKind
from countline.model.ids import LocationId, SensorId, ZoneId

HOUSE_KINDS: frozenset[EventKind] = frozenset(("sensor.discovered", "webhook.disabled"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which events, and which rows of them; None is all. Equal ones share what is written.

    `discovered`: whether what is in no location is told: devices that nobody registered, webhooks.
    Who asks for one place hears of none.
    """

    kinds: frozenset[EventKind] = frozenset(TOLD_KINDS)
    locations: frozenset[LocationId] | None = None
    sensor_id: SensorId | None = None
    zone_id: ZoneId | None = None
    discovered: bool = False

    def wants(self, event: Event) -> bool:
        """Whether anything of an event may be told."""
        return self._tells(event.kind, event.location_id, event.detail)

    def part_of(self, telling: Telling, catalogue: Catalogue) -> Telling | None:
        """What of a telling is told; None where nothing is."""
        if isinstance(telling, Discovered):
            return telling if self._tells("sensor.discovered", None, {}) else None
        if isinstance(telling, Fact):
            wanted = self._tells(telling.kind, telling.location_id, telling.detail)
            return telling if wanted else None
        if not self._tells(telling.kind, telling.location_id, {}):
            return None
        if self.sensor_id is None and self.zone_id is None:
            return telling
        rows = self._rows(telling.rows, catalogue)
        return replace(telling, rows=rows) if rows else None

    def _tells(
        self, kind: EventKind, location_id: LocationId | None, detail: Mapping[str, Any]
    ) -> bool:
        if kind not in self.kinds:
            return False
        if kind in HOUSE_KINDS:
            return self.discovered
        if kind in FACT_KINDS and not self._is_about(detail):
            return False
        return self._sees(location_id)

    def _is_about(self, detail: Mapping[str, Any]) -> bool:
        """Whether a fact is of the zone, or the sensor, that is asked for."""
        return (self.zone_id is None or detail.get("zone_id") == self.zone_id) and (
            self.sensor_id is None or detail.get("sensor_id") == self.sensor_id
        )

    def _sees(self, location_id: LocationId | None) -> bool:
        return self.locations is None or location_id is None or location_id in self.locations

    def _rows(self, rows: Sequence[CountRow], catalogue: Catalogue) -> list[CountRow]:
        if self.sensor_id is not None:
            rows = [row for row in rows if row.sensor_id == self.sensor_id]
        if self.zone_id is None or not rows:
            return list(rows)
        lines = _lines_of(self.zone_id, catalogue)
        return [row for row in rows if row.zone_id == self.zone_id or row.line_id in lines]


def _lines_of(zone_id: ZoneId, catalogue: Catalogue) -> Collection[int]:
    """The lines that enclose a zone: those whose two sides are not both in it, nor both outside."""
    zone = catalogue.zones.get(zone_id)
    if zone is None:
        return ()
    family = zone_family(zone_id, catalogue.zones.values())
    lines = catalogue.lines_of(zone.location_id)
    return {line.line_id for line in lines if line_sign(line, family)}
