"""Where everything stands at the broker: topics, and the names under which Home Assistant knows us."""

import hashlib
from dataclasses import dataclass

from countline.model.board import SensorNow, ZoneNow
from countline.model.ids import SensorId

ONLINE, OFFLINE, GONE = b"online", b"offline", b""
AVAILABILITY = "/availability"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The topics of one zone or sensor, and the id of its device in Home Assistant."""

    device: str
    config: str
    state: str
    availability: str

    @property
    def retained(self) -> tuple[str, ...]:
        """What the broker keeps, in the order in which it is taken away."""
        return self.config, self.state, self.availability


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """All topics of an installation."""

    base: str
    prefix: str
    installation: str

    @property
    def status(self) -> str:
        """Whether countline itself is there: `online` or `offline`."""
        return f"{self.base}/status"

    def event(self, kind: str) -> str:
        """Where events of a kind are told."""
        return f"{self.base}/events/{kind}"

    def zone(self, zone: ZoneNow) -> Place:
        """The place of a zone."""
        return self._place(
            f"zone_{zone.zone_id}", f"{self.base}/{zone.location_id}/zones/{zone.zone_id}"
        )

    def sensor(self, sensor: SensorNow) -> Place:
        """The place of a sensor."""
        return self._place(
            f"sensor_{_plain(sensor.sensor_id)}",
            f"{self.base}/{sensor.location_id}/sensors/{sensor.sensor_id}",
        )

    def _place(self, name: str, above: str) -> Place:
        device = f"countline_{self.installation}_{name}"
        return Place(
            device=device,
            config=f"{self.prefix}/device/{device}/config",
            state=f"{above}/state",
            availability=above + AVAILABILITY,
        )


def _plain(sensor_id: SensorId) -> str:
    """A sensor's id in letters that Home Assistant allows there; different ids stay different."""
    if "." not in sensor_id:
        return sensor_id
    return f"{sensor_id.replace('.', '-')}-{hashlib.sha256(sensor_id.encode()).hexdigest()[:8]}"
