"""What speaks of a zone's people beside its lines: a sensor that sees them, and closed hours."""

from collections.abc import Sequence
from dataclasses import dataclass

from countline.counting.evidence import back_s
from countline.engine.catalogue import Catalogue
from countline.engine.flows import Gauge
from countline.model.interval import MINUTE_S
from countline.model.opening import Opening
from countline.model.place import Covers, Location, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What may prove how many are there; see `counting.evidence`."""

    gauges: tuple[Gauge, ...] = ()
    covers: Covers = "whole"
    after_s: int = 0
    closed_after_s: int = 0  # 0: closed hours prove nothing
    opening: Opening | None = None

    @property
    def reach_s(self) -> int:
        """How long after an instant its data may decide what is proved."""
        seen_s = back_s(self.after_s) if self.gauges else 0
        closed_s = self.closed_after_s + 2 * MINUTE_S if self.closed_after_s else 0
        return max(seen_s, closed_s)


def witness_of(
    catalogue: Catalogue, location: Location, zone: Zone | None, gauges: Sequence[Gauge]
) -> Witness | None:
    """What speaks of a zone, or (None) of a whole location or sensor; None where nothing does."""
    closed_after_s = location.absence_when_closed_s
    if zone is not None and zone.absence_when_closed_s is not None:
        closed_after_s = zone.absence_when_closed_s
    opening = catalogue.opening_of(location.location_id, zone.zone_id if zone else None)
    if opening is None:
        closed_after_s = 0  # a place without hours never closes
    if not gauges and not closed_after_s:
        return None
    return Witness(
        gauges=tuple(gauges),
        covers=zone.covers if zone else "whole",
        after_s=zone.absence_after_s if zone else 0,
        closed_after_s=closed_after_s,
        opening=opening if closed_after_s else None,
    )
