"""Where the lines and zones of the world lie under a sensor, in metres of its scene.

The first line of a plan lies across the origin from west to east, the next ones north of it; zones
lie south. People who walk a line's forward way walk north. Which sense of a drawn line a sensor
calls forward is documented nowhere, so it can be chosen: by default, from its right to its left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from countline.emulator.plan import SensorPlan

Point = tuple[float, float]
HALF_WIDTH_M = 1.25
APART_M = 1.5
NEAR_M = 0.7  # a line whose middle is so near to a door's counts that door
SIDE_M = 2.0


@dataclass(frozen=True, slots=True)
class Ground:
    """The floor under one sensor."""

    plan: SensorPlan
    forward_leftwards: bool = True

    def drawn(self, place: int) -> list[list[float]]:
        """The geometry of one logic of the plan, drawn so that its forward is the sensor's."""
        logic = self.plan.logics[place]
        if logic.zone is not None:
            x, y = self._corner(place)
            return [[x, y], [x + SIDE_M, y], [x + SIDE_M, y + SIDE_M], [x, y + SIDE_M]]
        y = APART_M * self._nth(place)
        ends = [[-HALF_WIDTH_M, y], [HALF_WIDTH_M, y]]
        return ends[::-1] if logic.invert == self.forward_leftwards else ends

    def line_under(self, geometry: Sequence[Sequence[float]]) -> tuple[int, bool] | None:
        """The logic of the plan whose line a drawn line counts, and whether the other way round.

        The other way round: the drawn line's forward is that logic's backward.
        """
        (x1, y1), (x2, y2) = geometry
        for place, logic in enumerate(self.plan.logics):
            if logic.line is None:
                continue
            (a, y), (b, _) = self.drawn(place)
            if hypot((x1 + x2) / 2, (y1 + y2) / 2 - y) < NEAR_M:
                return place, (x2 - x1) * (b - a) < 0
        return None

    def zone_under(self, geometry: Sequence[Sequence[float]]) -> int | None:
        """The logic of the plan whose zone lies under the middle of a drawn polygon."""
        x = sum(p[0] for p in geometry) / len(geometry)
        y = sum(p[1] for p in geometry) / len(geometry)
        for place, logic in enumerate(self.plan.logics):
            if logic.zone is not None:
                left, low = self._corner(place)
                if left <= x <= left + SIDE_M and low <= y <= low + SIDE_M:
                    return place
        return None

    def _nth(self, place: int) -> int:
        """How many logics of the same sort come before this one."""
        zone = self.plan.logics[place].zone is not None
        return sum((logic.zone is not None) == zone for logic in self.plan.logics[:place])

    def _corner(self, place: int) -> Point:
        return -SIDE_M / 2, -1.0 - SIDE_M - (SIDE_M + 0.5) * self._nth(place)
