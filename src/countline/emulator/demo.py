"""What the demo shows: a small building's past as files, its present as a fleet, and the examples."""

from collections.abc import Mapping

from countline.emulator.building import demo_building
from countline.emulator.history import HistoryFile, history
from countline.emulator.sensor import Sensor
from countline.emulator.v5.device import Device
from countline.emulator.v5.fixture import device_over
from countline.emulator.v5.personality import Release
from countline.emulator.world import World
from countline.model.ids import SensorId
from countline.model.interval import DayGrid

SEED = 5
HISTORY_DAYS = 14
FIRMWARE: Release = "5.6"

# The hours that the documentation asks for, as `tidy_csv`: by sensor.
DOCUMENTED: Mapping[SensorId, str] = {
    SensorId("SNSR_001"): (
        "location,sensor,start,end,in,out,passby\n"
        "LOC_NYC_05,SNSR_001,2023-10-01T08:00:00Z,2023-10-01T09:00:00Z,145,132,50\n"
        "LOC_NYC_05,SNSR_001,2023-10-01T09:00:00Z,2023-10-01T10:00:00Z,210,195,65\n"
    ),
    SensorId("S12345"): (
        "location,sensor,start,end,in,out\n"
        "LOC_NYC_05,S12345,2025-01-01T00:00:00Z,2025-01-01T01:00:00Z,12,8\n"
        "LOC_NYC_05,S12345,2025-01-01T01:00:00Z,2025-01-01T02:00:00Z,3,2\n"
    ),
}


def demo_history(
    until_s: int, *, days: int = HISTORY_DAYS, step_s: int = 60, seed: int = SEED
) -> list[HistoryFile]:
    """The days before a whole minute, one file for each boundary line.

    It begins at the local hour at which occupancy is reset, when nobody is inside.
    """
    building = demo_building()
    world = World(building, seed)
    grid = DayGrid(building.location.time_zone, building.location.resets_s[0])
    start_s = grid.day_start(grid.day_of(until_s - days * 86_400))
    sensors = [Sensor(plan, world, installed_s=start_s) for plan in building.sensors]
    return history(sensors, start_s, until_s - (until_s - start_s) % step_s, step_s=step_s)


def demo_devices(installed_s: int, *, seed: int = SEED) -> list[Device]:
    """The demo's sensors as devices, over the same people.

    They remember what came after `installed_s`: the files end there, so no minute is told twice.
    """
    building = demo_building()
    world = World(building, seed)
    return [
        device_over(world, plan, personality=FIRMWARE, installed_s=installed_s)
        for plan in building.sensors
    ]
