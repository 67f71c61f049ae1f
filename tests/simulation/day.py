"""A whole day of the demo's building, its sensors with faults or perfect, and the truth beside it."""

from collections.abc import Iterator
from datetime import date
from heapq import merge

from countline.emulator import (
    NO_FAULTS,
    USUAL,
    Cell,
    Delivery,
    Faults,
    Sensor,
    World,
    deliveries,
    demo_building,
    faults_named,
    flows,
)
from countline.emulator.chance import chance
from countline.model.ids import ZoneId
from countline.model.interval import DayGrid
from tests.engine_house import DAY_S, HOUR_S, MINUTE_S

LATEST_S = (
    2 * HOUR_S
)  # how far before its arrival a record may begin here; days are other tests' part


class Day:
    """One seed's day, from two hours before the nightly reset on, and what was acknowledged so far."""

    def __init__(self, seed: int, *, perfect: bool) -> None:
        self.building = demo_building()
        self.world = World(self.building, seed)
        self.grid = DayGrid(self.building.location.time_zone)
        self.start_s = self.grid.day_start(date(2026, 6, 2)) + 2 * HOUR_S
        self.end_s = self.start_s + DAY_S
        self.resets = set(
            self.grid.resets(self.building.location.resets_s, self.start_s, self.end_s + HOUR_S)
        )
        dice = chance("day", seed)
        words = [] if perfect else [w for w in USUAL if w != "days-late" and dice.random() < 0.7]
        self.sensors = [
            Sensor(
                plan, self.world, installed_s=self.start_s, faults=self._faults(plan.serial, words)
            )
            for plan in self.building.sensors
        ]
        self.cells: dict[Cell, int] = {}
        self.flows: dict[ZoneId | None, dict[int, int]] = {zone: {} for zone in self.zones()}

    def _faults(self, serial: str, words: list[str]) -> Faults:
        if not words:
            return NO_FAULTS
        return faults_named(
            words, seed=self.world.seed, sensor=serial, start_s=self.start_s, end_s=self.end_s
        )

    def arrivals(self) -> Iterator[Delivery]:
        """Count packages of all sensors, in order of arrival."""
        span_ms = self.start_s * 1000, self.end_s * 1000
        return merge(
            *(deliveries(sensor, *span_ms, kinds=("counts",)) for sensor in self.sensors),
            key=lambda delivery: delivery.at_ms,
        )

    def moments(self, number: int) -> list[int]:
        """Instants spread evenly over the day, none of them at a whole minute."""
        return [self.start_s + DAY_S * n // number + 17 for n in range(1, number + 1)]

    def acknowledged(self, delivery: Delivery) -> None:
        """What a delivery says is known from now on; what is told again says the same."""
        told = {
            Cell(delivery.sensor_id, reading.channel, measure, reading.start_s): value
            for reading in delivery.readings
            for measure, value in reading.values
        }
        new = {cell: value for cell, value in told.items() if cell not in self.cells}
        assert all(self.cells[cell] == told[cell] for cell in told.keys() - new.keys())
        self.cells |= new
        for zone, known in self.flows.items():
            for minute_s, flow in flows(self.building, zone, new).items():
                known[minute_s] = known.get(minute_s, 0) + flow

    def zones(self) -> list[ZoneId | None]:
        return [None, *(zone.zone_id for zone in self.building.zones)]

    def people(self, zone: ZoneId | None, now_s: int) -> int | None:
        """The plain minute fold of what was acknowledged: never below 0, and 0 at the reset."""
        found = self.flows[zone]
        people = 0
        for minute_s in range(self.start_s, max(*found, now_s) + 1, MINUTE_S) if found else ():
            if minute_s in self.resets and minute_s <= now_s:
                people = 0
            people = max(0, people + found.get(minute_s, 0))
        return people if found else None
