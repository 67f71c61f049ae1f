"""Which sensor-days are hot, and how a cold one becomes hot again."""

from countline.model.ids import SensorNo
from countline.store.sqlite.disk import Disk

DAY_S = 86_400


def warm_up(disk: Disk, sensor: SensorNo, start_s: int, end_s: int) -> None:
    """Make the days of a stretch hot, before something is written into them."""
    if start_s // DAY_S > disk.head.cold_to:
        return
