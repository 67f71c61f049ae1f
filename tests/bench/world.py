"""Sensors that do not exist: what each of them pushes, and how all of them are registered at once."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from countline.drivers import DRIVERS
from countline.drivers.reading import Push
from countline.engine.admission import learn
from countline.model.access import Key, PushSecret
from countline.model.claim import RANK_PUSH, Minute
from countline.model.ids import LocationId, SensorId, SensorNo, ZoneId
from countline.model.place import Location, Zone
from countline.model.sensor import Sensor
from countline.store import Transaction

ENROLMENT = "pt_" + "b" * 40
KEY = "cl_" + "b" * 40
LOGICS = 3
MEASURES = 2 * LOGICS  # forward and backward of each
DAY_MINUTES = 1_440

# How often a door sees 0, 1, 2 ... persons in one minute of an open hour, and of any other.
PEOPLE = range(10)
BUSY = (28, 25, 18, 11, 7, 5, 3, 1, 1, 1)
QUIET = (97, 2, 1, 0, 0, 0, 0, 0, 0, 0)
OPEN = range(7 * 60, 21 * 60)  # minutes of a day

_LOGIC = (
    b'{"id":%d,"name":"Entrance %d","info":"XLT_4X_LINE_IN_OUT_COUNT","geometries":[{"id":%d,'
    b'"type":"LINE","name":"Line %d"}],"records":[{"from":%%d,"to":%%d,"samples":1,'
    b'"samples_expected":1,"counts":[{"id":%d,"name":"fw","value":%%d},{"id":%d,"name":"bw",'
    b'"value":%%d}]}]}'
)
_BODY = (
    b'{"logics_data":{"package_info":{"version":"5.0","id":%d,"agent_id":1},"sensor_info":{'
    b'"serial_number":"%s","type":"SINGLE_SENSOR","name":"Ground floor","group":"Main building",'
    b'"device_type":"PC2SE","sw_version":"5.6.2-a7dd1b1a78","time":%d,"timezone":"Europe/Zurich"},'
    b'"logics":[' + b",".join(
        _LOGIC % (n, n, n, n, 1000 * n + 1, 1000 * n + 2) for n in range(1001, 1001 + LOGICS)
    ) + b"]}}"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """So many sensors, in locations of equal size. Sensors are known by their index, from 0."""

    sensors: int
    per_location: int

    @property
    def locations(self) -> int:
        """How many locations that takes."""
        return -(-self.sensors // self.per_location)


def sensor_id(index: int) -> str:
    """As callers ask."""
    return f"SNSR_{index:05d}"


def location_id(index: int) -> str:
    """As callers ask; `index` is the location's own."""
    return f"LOC_{index:04d}"


def serial(index: int) -> bytes:
    """As a body says it."""
    return b"00:6E:02:%02X:%02X:%02X" % (index >> 16, index >> 8 & 255, index & 255)


def body(index: int, minute: int, values: Sequence[int]) -> bytes:
    """What one sensor pushes about one minute: 1.2 kB, three lines, six values."""
    start, end = minute * 60_000, minute * 60_000 + 60_000
    told: list[int] = []
    for line in range(0, MEASURES, 2):
        told += (start, end, values[line], values[line + 1])
    return _BODY % (minute, serial(index), end + 1_500, *told)


def crowd_values(seed: int, minute: int, count: int) -> Iterator[tuple[int, ...]]:
    """Values of `count` sensors for one minute."""
    dice = random.Random(f"{seed}/{minute}")
    weights = BUSY if minute % DAY_MINUTES in OPEN else QUIET
    thrown = dice.choices(PEOPLE, weights, k=count * MEASURES)
    return zip(*[iter(thrown)] * MEASURES, strict=True)


def sensor_minutes(index: int, first: int, count: int, width: int = MEASURES) -> list[Minute]:
    """Consecutive minutes of one sensor, ready for the store."""
    columns = [_day_column(index, k, first, count) for k in range(width)]
    sensor = SensorNo(index + 1)
    return [
        Minute(sensor, first + i, RANK_PUSH, 60, first + i, values)
        for i, values in enumerate(zip(*columns, strict=True))
    ]


def _day_column(index: int, measure: int, first: int, count: int) -> list[int]:
    dice = random.Random(f"{index}/{measure}/{first}")
    busy = iter(dice.choices(PEOPLE, BUSY, k=count))
    quiet = iter(dice.choices(PEOPLE, QUIET, k=count))
    return [
        next(busy if minute % DAY_MINUTES in OPEN else quiet)
        for minute in range(first, first + count)
    ]


def register(tx: Transaction, crowd: Crowd, *, first_minute: int) -> None:
    """Locations, sensors, devices, channels, lines and secrets, as first pushes would make them."""
    driver = DRIVERS["xovis_v5"]
    for at in range(crowd.locations):
        zone = ZoneId(tx.next_number("zone"))
        place = LocationId(location_id(at))
        tx.save(
            Location(
                location_id=place, name=place, time_zone="Europe/Zurich", default_zone=zone
            ),
            Zone(zone_id=zone, location_id=place, name=place),
        )  # fmt: skip
    for index in range(crowd.sensors):
        sensor = Sensor(
            sensor=SensorNo(tx.next_number("sensor")),
            sensor_id=SensorId(sensor_id(index)),
            location_id=LocationId(location_id(index // crowd.per_location)),
        )
        assert sensor.sensor == index + 1, "the store was empty"
        tx.save(sensor)
        push = Push(driver=driver.name, body=body(index, first_minute, [0] * 6), received_ms=0)
        (told,) = driver.decode(push)
        learn(tx, sensor, told, driver=driver.name, first_s=first_minute * 60)
    digest = hashlib.sha256(ENROLMENT.encode()).digest()
    tx.save(
        PushSecret(digest=digest, sensor=None, driver=None),
        Key(
            key_id="k_bench",
            digest=hashlib.sha256(KEY.encode()).digest(),
            name="bench",
            quota=10**9,
            window_s=60,
        ),
    )
