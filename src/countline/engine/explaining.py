"""Why minutes of a sensor are missing, once its device was asked: gaps get the reason that is true.

Silence is all that is seen at first, so a gap begins as `sensor_offline`. Asking tells more: a
device that could not be reached, or one that answers and has no record.
"""

from collections.abc import Sequence
from dataclasses import replace

from countline.counting.coverage import FOREVER_S, Stretch
from countline.model.ids import SensorNo
from countline.model.sensor import Gap
from countline.store.seam import Transaction

FOUND_OUT = frozenset({"sensor_offline", "network", "unknown"})  # other reasons people told


def explain(
    tx: Transaction, sensor: SensorNo, asked: Stretch, left: Sequence[Stretch], reason: str
) -> bool:
    """Within a stretch that was asked for, gaps are what is `left` of it, for a reason.

    What is missing up to the end of the stretch goes on where the sensor is silent still. False
    where all was known so.
    """
    gaps = [
        gap
        for gap in tx.records(Gap, sensor=sensor)
        if gap.reason in FOUND_OUT and gap.from_s < asked[1] and _to_s(gap) > asked[0]
    ]
    begin_s, end_s = asked
    wanted = {(from_s, to_s, reason) for from_s, to_s in left}
    if left and left[-1][1] == end_s and any(gap.to_s is None for gap in gaps):
        wanted.remove((*left[-1], reason))
        wanted.add((left[-1][0], FOREVER_S, reason))
        end_s = FOREVER_S
    known = {(max(g.from_s, begin_s), min(_to_s(g), end_s), g.reason) for g in gaps}
    if known == wanted:
        return False
    for gap in gaps:
        wanted |= {
            (from_s, to_s, gap.reason)
            for from_s, to_s in ((gap.from_s, begin_s), (end_s, _to_s(gap)))
            if from_s < to_s
        }
    tx.delete(*gaps)
    for from_s, to_s, why in sorted(wanted):
        gap = Gap(gap_id=0, sensor=sensor, from_s=from_s, to_s=to_s, reason=why)
        gap = gap if to_s < FOREVER_S else replace(gap, to_s=None)
        tx.save(replace(gap, gap_id=tx.next_number("gap")))
    return True


def _to_s(gap: Gap) -> int:
    return FOREVER_S if gap.to_s is None else gap.to_s
