"""What deliveries say when taken together: the truth that a gateway's answers are held against."""

from collections.abc import Iterable
from typing import NamedTuple

from countline.emulator.deliveries import Delivery
from countline.emulator.plan import Building
from countline.model.ids import SensorId, ZoneId


class Cell(NamedTuple):
    """One measure of one channel in one bin."""

    sensor_id: SensorId
    channel: str
    measure: str
    start_s: int


def said(delivered: Iterable[Delivery]) -> dict[Cell, int]:
    """Every value that was delivered, once, however often and in whatever order it came."""
    return {
        Cell(delivery.sensor_id, reading.channel, measure, reading.start_s): value
        for delivery in delivered
        for reading in delivery.readings
        for measure, value in reading.values
    }


def flows(building: Building, zone: ZoneId | None, cells: dict[Cell, int]) -> dict[int, int]:
    """People who came into a zone less those who left it, by start of the minute, as said of its
    boundary lines; None: the whole building."""
    inside = building.inside(zone)
    signs: dict[tuple[SensorId, str], int] = {}
    for sensor in building.sensors:
        for logic in sensor.logics:
            line = building.line(logic.line) if logic.line else None
            if line is not None and line.role == "boundary":
                enters = (line.side_b in inside) - (line.side_a in inside)
                key = sensor.sensor_id, str(logic.logic_id)
                signs[key] = -enters if logic.invert else enters
    found: dict[int, int] = {}
    for cell, value in cells.items():
        sign = signs.get((cell.sensor_id, cell.channel), 0)
        if sign and cell.measure in ("forward", "backward"):
            change = sign * value if cell.measure == "forward" else -sign * value
            found[cell.start_s] = found.get(cell.start_s, 0) + change
    return found
