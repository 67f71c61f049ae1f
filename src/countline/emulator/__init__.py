"""Sensors that do not exist, above a building that does not either, pushing as real ones do."""

from countline.emulator.building import demo_building, doors_building
from countline.emulator.deliveries import Delivery, deliveries
from countline.emulator.demo import DOCUMENTED, demo_devices, demo_history
from countline.emulator.faults import NO_FAULTS, USUAL, Faults, faults_named
from countline.emulator.fleet import Fleet, FleetOptions, make_fleet, run_fleet
from countline.emulator.history import HistoryFile, history
from countline.emulator.ledger import Cell, flows, said
from countline.emulator.plan import Building, LogicPlan, SensorPlan
from countline.emulator.pusher import Retry, Tally
from countline.emulator.sensor import Sensor
from countline.emulator.world import World

__all__ = [
    "DOCUMENTED",
    "NO_FAULTS",
    "USUAL",
    "Building",
    "Cell",
    "Delivery",
    "Faults",
    "Fleet",
    "FleetOptions",
    "HistoryFile",
    "LogicPlan",
    "Retry",
    "Sensor",
    "SensorPlan",
    "Tally",
    "World",
    "deliveries",
    "demo_building",
    "demo_devices",
    "demo_history",
    "doors_building",
    "faults_named",
    "flows",
    "history",
    "make_fleet",
    "run_fleet",
    "said",
]
