"""A small house for tests of what is told: one location, two sensors, two lines and a room."""

from countline.model.claim import Bin
from countline.model.event import Event, EventKind
from countline.model.ids import LineId, LocationId, SensorId, SensorNo, SeriesNo, ZoneId
from countline.model.place import Line, Location, Source, Zone
from countline.model.sensor import Sensor, Series

LONDON = LocationId("LOC_LONDON")
ROME = LocationId("LOC_ROME")
DOOR, BACK, OLD = SensorNo(1), SensorNo(2), SensorNo(3)
HOUR_S = 3600
NOON_S = 1_700_049_600  # 2023-11-15T12:00:00Z


def series(number: int, sensor: SensorNo, channel: str, measure: str, **kind: str) -> Series:
    return Series(
        series=SeriesNo(number),
        sensor=sensor,
        channel=channel,
        measure=measure,
        kind=kind.get("kind", "accumulating"),  # type: ignore[arg-type]
        position=number,
    )


def records() -> list[object]:
    """Line 1: sensor DOOR, then sensor OLD. Line 2: sensor BACK, mounted the wrong way round."""
    return [
        Location(location_id=LONDON, name="London", time_zone="Europe/London"),
        Location(location_id=ROME, name="Rome", time_zone="Europe/Rome", day_start_s=4 * HOUR_S),
        Zone(zone_id=ZoneId(1), location_id=LONDON, name="Shop"),
        Line(line_id=LineId(1), location_id=LONDON, name="Door", side_b=ZoneId(1)),
        Line(line_id=LineId(2), location_id=LONDON, name="Back", side_b=ZoneId(1)),
        Sensor(sensor=DOOR, sensor_id=SensorId("S_DOOR"), location_id=LONDON),
        Sensor(sensor=BACK, sensor_id=SensorId("S_BACK"), location_id=LONDON),
        Sensor(sensor=OLD, sensor_id=SensorId("S_OLD"), location_id=LONDON),
        series(10, DOOR, "single/1", "forward"),
        series(11, DOOR, "single/1", "backward"),
        series(12, DOOR, "single/1", "mystery", kind="unknown"),
        series(13, DOOR, "single/2", "present", kind="state"),
        series(20, BACK, "single/7", "forward"),
        series(21, BACK, "single/7", "backward"),
        series(22, BACK, "single/7", "forward_staff"),
        series(30, OLD, "single/1", "forward"),
        Source(source_id=1, sensor=DOOR, channel="single/1", line_id=LineId(1)),
        Source(source_id=2, sensor=OLD, channel="single/1", line_id=LineId(1), order=2),
        Source(source_id=3, sensor=BACK, channel="single/7", line_id=LineId(2), invert=True),
        Source(source_id=4, sensor=DOOR, channel="single/2", zone_id=ZoneId(1)),
    ]


def one_bin(
    number: int, start_s: int, value: int, *, length_s: int = 60, covered_s: int | None = None
) -> Bin:
    """A winning bin, as it is before a commit gets a number."""
    covered_s = length_s if covered_s is None else covered_s
    return Bin(SeriesNo(number), start_s, length_s, value, covered_s, 0)


def counts(
    sensor: SensorNo | None,
    start_s: int,
    end_s: int,
    *,
    kind: EventKind = "counts.recorded",
    location_id: LocationId = LONDON,
) -> Event:
    """An event about numbers, as the store writes it."""
    return Event(
        kind=kind,
        location_id=location_id,
        sensor=sensor,
        start_s=start_s,
        end_s=end_s,
        at_ms=end_s * 1000,
    )


def discovered() -> Event:
    """An event about a device that nobody knows."""
    detail = {
        "vendor": "xovis",
        "serial": "00:6e:02:1a:2b:3c",
        "context": "single",
        "driver": "xovis_v5",
    }
    return Event(kind="sensor.discovered", detail=detail, at_ms=NOON_S * 1000)
