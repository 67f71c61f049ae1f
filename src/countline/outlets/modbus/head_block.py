"""The registers and bits of countline itself: what the zones together are, and whether it lives."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple

from countline.model.board import SensorNow, ZoneNow
from countline.model.query import Health
from countline.outlets.modbus.values import Kind, Place
from countline.outlets.modbus.zone_block import QUALITIES

MARK = 0x434C  # "CL"
MAP_VERSION = 1
BEATS = 0xFFFF  # the heartbeat counts below this: it never looks like unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the head block is made of. `beyond` is how many zones the map has no room for."""

    zones: Collection[ZoneNow]
    sensors: Collection[SensorNow]
    beyond: int
    now_s: int
    up_s: int

    @property
    def newest_s(self) -> int | None:
        """When anything was last known."""
        return max((z.as_of_s for z in self.zones if z.as_of_s is not None), default=None)

    @property
    def worst(self) -> int | None:
        """The worst quality of all zones, by its number; None without zones."""
        return min((QUALITIES.index(z.quality) for z in self.zones), default=None)

    def sensors_that_are(self, health: Health) -> int:
        """How many sensors are in this state."""
        return sum(s.health == health for s in self.sensors)


class HeadRegister(NamedTuple):
    """A register of countline itself, and where its value comes from."""

    place: Place
    value: Callable[[House], float | None]


class HeadBit(NamedTuple):
    """A discrete input of countline itself."""

    at: int
    name: str
    says: str
    value: Callable[[House], bool]


def _row(
    at: int,
    name: str,
    kind: Kind,
    says: str,
    value: Callable[[House], float | None],
    unit: str = "",
) -> HeadRegister:
    return HeadRegister(Place(name=name, at=at, kind=kind, says=says, unit=unit), value)


def _newest_age_s(house: House) -> int | None:
    return None if house.newest_s is None else max(0, house.now_s - house.newest_s)


# fmt: off
HEAD_REGISTERS: tuple[HeadRegister, ...] = (
    _row(0, "mark", "uint16", f"Always {MARK}: this is countline.", lambda h: MARK),
    _row(1, "map_version", "uint16", "The version of this map; it moves when a register changes its place or meaning.", lambda h: MAP_VERSION),
    _row(2, "heartbeat", "uint16", "Rises by one each second, from 0 to 65534 and anew.", lambda h: h.up_s % BEATS),
    _row(3, "zones", "uint16", "Zones that this map holds.", lambda h: len(h.zones) - h.beyond),
    _row(4, "zones_beyond", "uint16", "Zones that it has no room for; see below.", lambda h: h.beyond),
    _row(5, "worst_quality", "uint16", "The worst quality of all zones: " + ", ".join(f"{n} {q}" for n, q in enumerate(QUALITIES)) + ".", lambda h: h.worst),
    _row(6, "newest_age", "uint16", "How long ago anything was last known.", _newest_age_s, unit="s"),
    _row(8, "time", "uint32", "The clock of this server, in seconds since 1970, UTC.", lambda h: h.now_s, unit="s"),
    _row(10, "up", "uint32", "How long Modbus has been served.", lambda h: h.up_s, unit="s"),
    _row(12, "sensors_healthy", "uint16", "Sensors that are healthy.", lambda h: h.sensors_that_are("healthy")),
    _row(13, "sensors_degraded", "uint16", "Sensors of which something is wrong.", lambda h: h.sensors_that_are("degraded")),
    _row(14, "sensors_offline", "uint16", "Sensors from which no counts come.", lambda h: h.sensors_that_are("offline")),
    _row(15, "sensors_unknown", "uint16", "Sensors of which nothing is known or expected.", lambda h: h.sensors_that_are("unknown")),
)

HEAD_BITS: tuple[HeadBit, ...] = (
    HeadBit(0, "any_zone", "There is a zone.", lambda h: bool(h.zones)),
    HeadBit(1, "all_known", "There is a zone, and none whose people are unknown.", lambda h: bool(h.zones) and all(z.people is not None for z in h.zones)),
    HeadBit(2, "all_good", "There is a zone, and all are of good quality.", lambda h: h.worst == QUALITIES.index("good")),
    HeadBit(3, "sensors_well", "There is a sensor, and none that is degraded or offline.", lambda h: bool(h.sensors) and not (h.sensors_that_are("degraded") or h.sensors_that_are("offline"))),
)
# fmt: on
