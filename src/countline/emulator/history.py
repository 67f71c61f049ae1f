"""What the sensors of a building would have said in the past, as files to import."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO

from countline.emulator.plan import LogicPlan
from countline.emulator.sensor import Sensor
from countline.errors import BadQuery
from countline.model.ids import LineId, LocationId, SensorId, ZoneId
from countline.model.place import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFile:
    """A `tidy_csv` file about one boundary line of one sensor, and where it belongs.

    `in` is the sensor's forward. `frontage` names the line whose crossings are the `passby` column;
    without one there is no such column.
    """

    name: str
    location_id: LocationId
    sensor_id: SensorId
    line: LineId
    zone: ZoneId | None  # where `in` leads; None: outside
    channel: str  # the maker's key of the logic that counts this line in pushes
    frontage: LineId | None
    text: str


def history(
    sensors: Iterable[Sensor], start_s: int, end_s: int, *, step_s: int = 60
) -> list[HistoryFile]:
    """What each sensor reported of each boundary line, in bins of `step_s` from start to end.

    All three are whole minutes. A bin in which a sensor lost a minute is left out.
    """
    if start_s % 60 or end_s % 60 or step_s % 60 or step_s <= 0:
        raise BadQuery("start_s, end_s and step_s of a history are whole minutes")
    times = {at_s: _iso(at_s) for at_s in range(start_s, end_s + step_s, step_s)}
    return [
        _file(sensor, place, range(start_s, end_s, step_s), times)
        for sensor in sensors
        for place, logic in enumerate(sensor.plan.logics)
        if logic.line and _line(sensor, logic).role == "boundary"
    ]


def _line(sensor: Sensor, logic: LogicPlan) -> Line:
    assert logic.line is not None
    return sensor.world.building.line(logic.line)


def _file(sensor: Sensor, place: int, bins: range, times: dict[int, str]) -> HistoryFile:
    logic = sensor.plan.logics[place]
    line = _line(sensor, logic)
    street = _street(sensor, line)
    location_id = sensor.world.building.location_id
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    heads = ["location", "sensor", "start", "end", "in", "out"]
    rows.writerow(heads if street is None else [*heads, "passby"])
    for start_s, counts in _sums(sensor, bins):
        row = [location_id, sensor.plan.sensor_id, times[start_s], times[start_s + bins.step]]
        row += map(str, counts[2 * place : 2 * place + 2])
        if street is not None:
            row.append(str(sum(counts[2 * street : 2 * street + 2])))
        rows.writerow(row)
    return HistoryFile(
        name=f"{sensor.plan.sensor_id}-line-{line.line_id}.csv",
        location_id=location_id,
        sensor_id=sensor.plan.sensor_id,
        line=line.line_id,
        zone=line.side_a if logic.invert else line.side_b,
        channel=str(logic.logic_id),
        frontage=None if street is None else sensor.plan.logics[street].line,
        text=text.getvalue(),
    )


def _street(sensor: Sensor, door: Line) -> int | None:
    """The place of the logic that counts who passes by the zone behind this door."""
    for place, logic in enumerate(sensor.plan.logics):
        if logic.line and None in (door.side_a, door.side_b):
            line = _line(sensor, logic)
            if line.role == "frontage" and line.frontage_of in (door.side_a, door.side_b):
                return place
    return None


def _sums(sensor: Sensor, bins: range) -> Iterator[tuple[int, list[int]]]:
    """(start_s, forward and backward of each logic) of every bin that the sensor saw whole."""
    for start_s in bins:
        minutes = range(start_s // 60, (start_s + bins.step) // 60)
        if not any(map(sensor.is_lost, minutes)):
            counts = map(sensor.counted, minutes)
            yield start_s, [sum(column) for column in zip(*counts, strict=True)]


def _iso(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
