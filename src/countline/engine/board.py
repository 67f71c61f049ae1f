"""The board: every zone and sensor as it is now, in memory, for whoever shows or serves it.

Only its writer knows how the figures come about. Readers take what hangs there at any time, and are
woken when something of it has changed; a reader that was slow sees the newest, never a queue.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

from countline.model.board import SensorNow, ZoneNow
from countline.model.ids import SensorId, ZoneId


@dataclass(slots=True, eq=False)
class Changes:
    """What has changed since a reader last took it."""

    woken: asyncio.Event = field(default_factory=asyncio.Event)
    zones: set[ZoneId] = field(default_factory=set)
    sensors: set[SensorId] = field(default_factory=set)

    def take(self) -> tuple[set[ZoneId], set[SensorId]]:
        """Which zones and sensors changed, came or went."""
        taken = self.zones, self.sensors
        self.zones, self.sensors = set(), set()
        self.woken.clear()
        return taken

    def take_zones(self) -> set[ZoneId]:
        """Which zones changed; sensors stay to be taken."""
        taken, self.zones = self.zones, set()
        return taken


class Board:
    """Written by one, read by many, all on the event loop's own thread."""

    def __init__(self) -> None:
        self._zones: dict[ZoneId, ZoneNow] = {}
        self._sensors: dict[SensorId, SensorNow] = {}
        self._readers: set[Changes] = set()

    @property
    def zones(self) -> Mapping[ZoneId, ZoneNow]:
        """Zones as they are now. One that is gone from the catalogue is gone here."""
        return MappingProxyType(self._zones)

    @property
    def sensors(self) -> Mapping[SensorId, SensorNow]:
        """Sensors that are in use, as they are now."""
        return MappingProxyType(self._sensors)

    @contextmanager
    def watching(self) -> Iterator[Changes]:
        """Be told of changes from now on. All that hangs there is a change at first."""
        changes = Changes(zones=set(self._zones), sensors=set(self._sensors))
        if changes.zones or changes.sensors:
            changes.woken.set()
        self._readers.add(changes)
        try:
            yield changes
        finally:
            self._readers.discard(changes)

    def put(self, *, zones: Iterable[ZoneNow] = (), sensors: Iterable[SensorNow] = ()) -> None:
        """Hang up what is so now; what is as before wakes nobody."""
        new_zones = {z.zone_id: z for z in zones if self._zones.get(z.zone_id) != z}
        new_sensors = {s.sensor_id: s for s in sensors if self._sensors.get(s.sensor_id) != s}
        self._zones.update(new_zones)
        self._sensors.update(new_sensors)
        self._tell(new_zones, new_sensors)

    def keep_only(self, *, zones: Iterable[ZoneId], sensors: Iterable[SensorId]) -> None:
        """Take down whatever is none of these."""
        gone_zones = self._zones.keys() - set(zones)
        gone_sensors = self._sensors.keys() - set(sensors)
        for zone_id in gone_zones:
            del self._zones[zone_id]
        for sensor_id in gone_sensors:
            del self._sensors[sensor_id]
        self._tell(gone_zones, gone_sensors)

    def _tell(self, zones: Iterable[ZoneId], sensors: Iterable[SensorId]) -> None:
        zones, sensors = set(zones), set(sensors)
        if not (zones or sensors):
            return
        for reader in self._readers:
            reader.zones |= zones
            reader.sensors |= sensors
            reader.woken.set()
