"""An imperfect sensor: what it sees of the world, and the minutes that it therefore reports."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from countline.drivers import ChannelInfo, Measured, Reading
from countline.emulator.chance import chance
from countline.emulator.faults import NO_FAULTS, Faults
from countline.emulator.plan import LogicPlan, SensorPlan
from countline.emulator.world import World

MINUTE_MS = 60_000
FRAME_MS = 80
DAYS_KEPT = 8
WARM_S = 180  # between its first start and its installation


class Sighting(NamedTuple):
    """One crossing as the sensor counted it; `forward` is the sensor's own, mounting included."""

    at_ms: int  # true time
    logic: int  # its place in `SensorPlan.logics`
    forward: bool
    person: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What a sensor saw of the people of one civil date, in order, and by minutes of its clock."""

    sightings: list[Sighting]
    minutes: dict[int, list[int]]  # forward and backward of each logic in turn


class Sensor:
    """A sensor over a world. What it sees and says is a function of its seed and faults alone."""

    def __init__(
        self,
        plan: SensorPlan,
        world: World,
        *,
        installed_s: int,
        seed: int | None = None,
        faults: Faults = NO_FAULTS,
    ) -> None:
        """`installed_s`: when its totals and package ids began, at 0 and 1."""
        self.plan, self.world, self.faults = plan, world, faults
        self.installed_s = installed_s
        self.seed = world.seed if seed is None else seed
        self.skew_ms = faults.skew_s * 1000
        self.channels = channels_of(plan)
        self._seen: dict[date, Seen] = {}

    def own_ms(self, at_ms: int) -> int:
        """What the sensor's clock shows at an instant."""
        return at_ms + self.skew_ms

    def booted_ms(self, at_ms: int) -> int:
        """When it last came up before an instant."""
        up_s = [down + self.faults.reboot_s for down in self.faults.reboots]
        return 1000 * max((s for s in up_s if s * 1000 <= at_ms), default=self.installed_s - WARM_S)

    def seen_on(self, day: date) -> Seen:
        """What it saw of the people who appeared on a civil date."""
        seen = self._seen.get(day)
        if seen is None:
            sightings = sorted(self._look(day))
            seen = self._seen[day] = Seen(sightings, self._by_minutes(sightings))
            if len(self._seen) > DAYS_KEPT:
                del self._seen[next(iter(self._seen))]
        return seen

    def _look(self, day: date) -> Iterator[Sighting]:
        faults, crossed = self.faults, self.world.day(day).by_line
        for place, logic in enumerate(self.plan.logics):
            if logic.line is None:
                continue
            dice = chance(self.seed, self.plan.serial, logic.logic_id, day.isoformat())
            for at_ms, _, forward, person in crossed[logic.line]:
                luck = dice.random()
                if luck < faults.miss or faults.is_down(at_ms / 1000):
                    continue
                sighting = Sighting(at_ms, place, forward != logic.invert, person)
                yield sighting
                if luck < faults.miss + faults.double_count:
                    yield sighting._replace(at_ms=at_ms + FRAME_MS)

    def _by_minutes(self, sightings: list[Sighting]) -> dict[int, list[int]]:
        minutes: dict[int, list[int]] = {}
        places = 2 * len(self.plan.logics)
        for at_ms, logic, forward, _ in sightings:
            counts = minutes.setdefault(self.own_ms(at_ms) // MINUTE_MS, [0] * places)
            counts[2 * logic + (not forward)] += 1
        return minutes

    def sightings(self, start_ms: int, end_ms: int) -> list[Sighting]:
        """What it counted from one instant to another (true time), in order."""
        days = [self.seen_on(d).sightings for d in self.world.dates_touching(start_ms, end_ms)]
        return sorted(
            sighting
            for seen in days
            for sighting in seen[bisect_left(seen, (start_ms,)) : bisect_left(seen, (end_ms,))]
        )

    def is_lost(self, minute: int) -> bool:
        """Whether a minute of its clock has no record: it was down, or not yet installed."""
        start_s = minute * 60 - self.faults.skew_s
        return start_s < self.installed_s or any(
            start_s < down + self.faults.reboot_s and down < start_s + 60
            for down in self.faults.reboots
        )

    def counted(self, minute: int) -> list[int]:
        """Forward and backward of each logic in turn, in one minute of its clock."""
        start_ms = minute * MINUTE_MS - self.skew_ms
        counts = [0] * (2 * len(self.plan.logics))
        for day in self.world.dates_touching(start_ms, start_ms + MINUTE_MS):
            for place, more in enumerate(self.seen_on(day).minutes.get(minute, ())):
                counts[place] += more
        return counts

    def record(self, minute: int) -> list[Reading]:
        """What it says of one minute of its clock: a reading for each logic, zeros included."""
        counts = self.counted(minute)
        return [
            Reading(str(logic.logic_id), minute * 60, 60, 60, self._values(place, minute, counts))
            for place, logic in enumerate(self.plan.logics)
        ]

    def _values(self, place: int, minute: int, counts: list[int]) -> tuple[tuple[str, int], ...]:
        zone = self.plan.logics[place].zone
        if zone is not None:
            end_ms = (minute + 1) * MINUTE_MS - self.skew_ms
            return (("present", self.world.present(zone, end_ms)),)
        return (("forward", counts[2 * place]), ("backward", counts[2 * place + 1]))

    def reported(self, start_s: int, end_s: int) -> Iterator[Reading]:
        """Everything it says of the minutes of its clock that start in [start_s, end_s)."""
        for minute in range(-(-start_s // 60), -(-end_s // 60)):
            if not self.is_lost(minute):
                yield from self.record(minute)


def channels_of(plan: SensorPlan) -> tuple[ChannelInfo, ...]:
    """The sensor's counting objects, with the counter ids of its firmware's scheme."""
    return tuple(_channel(plan, place, logic) for place, logic in enumerate(plan.logics))


def _channel(plan: SensorPlan, place: int, logic: LogicPlan) -> ChannelInfo:
    def counter(nth: int) -> str:
        small = 2 * place + nth
        return str(logic.logic_id * 1000 + nth if plan.ids == "thousands" else small)

    if logic.zone is not None:
        balance = Measured("present", "state", counter=counter(1), name="balance")
        template = "XLT_ZONE_OCCUPANCY_COUNT"
        return ChannelInfo(str(logic.logic_id), logic.name, template, "zone", (balance,))
    return ChannelInfo(
        str(logic.logic_id),
        logic.name,
        "XLT_LINE_IN_OUT_COUNT",
        "line",
        (
            Measured("forward", "accumulating", counter=counter(1), name="fw"),
            Measured("backward", "accumulating", counter=counter(2), name="bw"),
        ),
        is_door=True,
    )
