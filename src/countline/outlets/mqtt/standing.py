"""What the board says, as messages for the broker: what to publish, and what to take away."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from countline.broker import Message
from countline.engine.board import Board
from countline.model.board import SensorNow, ZoneNow
from countline.model.ids import SensorId, ZoneId
from countline.outlets.mqtt.discovery import (
    sensor_entities,
    write_sensor_device,
    write_zone_device,
    zone_entities,
)
from countline.outlets.mqtt.documents import write_sensor, write_zone
from countline.outlets.mqtt.memory import Memory
from countline.outlets.mqtt.topics import (
    AVAILABILITY,
    GONE,
    OFFLINE,
    ONLINE,
    Place,
    Topics,
)


class _Standing(NamedTuple):
    """One zone or sensor: where it stands, and what is to be read there."""

    place: Place
    entities: tuple[str, ...]
    config: bytes | None  # None: nothing is announced
    state: bytes
    available: bool


class Standings:
    """Knows what was told over this connection, and what an earlier run may have left behind.

    What is not on the board is taken away for good, and so are entities that a zone no longer has:
    Home Assistant forgets with them what people made of them. A board that is not yet filled must
    not do that. So what only an earlier run knows of goes when the board has stood for `settle_s`;
    until then it is merely not available. What was on the board in this run goes at once.
    """

    def __init__(
        self,
        board: Board,
        topics: Topics,
        memory: Memory,
        *,
        discovery: bool,
        settle_s: float,
        elapsed_s: Callable[[], float],
    ) -> None:
        self._board = board
        self._topics = topics
        self._memory = memory
        self._discovery = discovery
        self._settle_s = settle_s
        self._elapsed_s = elapsed_s
        self._filled_s: float | None = None
        self._seen: set[str] = set()
        self._told: dict[str, bytes] = {}

    def begin(self) -> None:
        """Over a new connection everything is told anew: a broker may have forgotten it."""
        self._told.clear()

    @property
    def settles_in_s(self) -> float | None:
        """How long until the board is believed in what it does not show; None while it is empty."""
        if self._filled_s is None and (self._board.zones or self._board.sensors):
            self._filled_s = self._elapsed_s()
        if self._filled_s is None:
            return None
        return max(0.0, self._filled_s + self._settle_s - self._elapsed_s())

    @property
    def settled(self) -> bool:
        """Whether what the board does not show is not there."""
        return self.settles_in_s == 0

    # -- what is there ----------------------------------------------------------------------------
    def to_tell(self, zones: Iterable[ZoneId], sensors: Iterable[SensorId]) -> list[Message]:
        """What is new of these, written down before it is published. Raises `OSError`."""
        standings = [
            *(self._of_zone(self._board.zones[one]) for one in zones if one in self._board.zones),
            *(
                self._of_sensor(self._board.sensors[one])
                for one in sensors
                if one in self._board.sensors
            ),
        ]
        kept: dict[str, tuple[str, ...]] = {}
        found: list[Message] = []
        for one in standings:
            self._seen.update(one.place.retained)
            for message in self._messages(one):
                kept[message.topic] = one.entities if message.topic == one.place.config else ()
                found.append(message)
        self._memory.add(kept)
        return found

    def _of_zone(self, zone: ZoneNow) -> _Standing:
        place = self._topics.zone(zone)
        return _Standing(
            place=place,
            entities=tuple(zone_entities(zone, place, self._topics)),
            config=write_zone_device(zone, place, self._topics) if self._discovery else None,
            state=write_zone(zone),
            available=zone.people is not None,
        )

    def _of_sensor(self, sensor: SensorNow) -> _Standing:
        place = self._topics.sensor(sensor)
        return _Standing(
            place=place,
            entities=tuple(sensor_entities(sensor, place, self._topics)),
            config=write_sensor_device(sensor, place, self._topics) if self._discovery else None,
            state=write_sensor(sensor),
            available=sensor.health != "unknown",
        )

    def _messages(self, one: _Standing) -> Iterator[Message]:
        lost = set(self._memory.topics.get(one.place.config, ())) - set(one.entities)
        if one.config is not None and (self.settled or not lost):
            yield from self._new(one.place.config, one.config)
        yield from self._new(one.place.availability, ONLINE if one.available else OFFLINE)
        yield from self._new(one.place.state, one.state)

    def _new(self, topic: str, body: bytes) -> Iterator[Message]:
        if self._told.get(topic) != body:
            self._told[topic] = body
            yield Message(topic, body, keeps=True)

    # -- what is not there ------------------------------------------------------------------------
    def to_take_away(self) -> tuple[list[Message], list[Message]]:
        """What is taken away for good, and what is only said not to be available for now."""
        wanted = set(self._wanted())
        stale = [topic for topic in self._memory.topics if topic not in wanted]
        gone = [topic for topic in stale if self.settled or topic in self._seen]
        doubtful = [
            message
            for topic in set(stale).difference(gone)
            if topic.endswith(AVAILABILITY)
            for message in self._new(topic, OFFLINE)
        ]
        return [Message(topic, GONE, keeps=True) for topic in gone], doubtful

    def taken_away(self, messages: Iterable[Message]) -> None:
        """The broker has these no longer. Raises `OSError`."""
        gone = [message.topic for message in messages]
        for topic in gone:
            self._told.pop(topic, None)
        self._seen.difference_update(gone)
        self._memory.remove(gone)

    def _wanted(self) -> Iterator[str]:
        places = [
            *(self._topics.zone(zone) for zone in self._board.zones.values()),
            *(self._topics.sensor(sensor) for sensor in self._board.sensors.values()),
        ]
        for place in places:
            yield from place.retained if self._discovery else place.retained[1:]
