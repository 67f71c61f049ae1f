"""How people come and go: the walks of one civil day, as crossings of lines."""

import random
from collections import deque
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from math import exp
from typing import NamedTuple
from zoneinfo import ZoneInfo

from countline.emulator.chance import around
from countline.emulator.plan import NEVER, OUTSIDE, Building, Crowd
from countline.model.ids import LineId, ZoneId

SLOT_S = 300  # people appear evenly within five minutes
WALK_MS = (8_000, 25_000)  # from where one stands to the next line
LAST_CALL_MS = (-600_000, 900_000)  # when the last ones go, around closing
VISIT_MS_MAX = 20 * 3_600_000  # nobody stays until the day after tomorrow
SAME_DOOR = 0.85  # share of people who leave where they came in


class Crossing(NamedTuple):
    """One person crosses one line; `forward` is from its side A to its side B."""

    at_ms: int
    line: LineId
    forward: bool
    person: int  # within the day


Side = ZoneId | None  # None: outside


class Step(NamedTuple):
    """A line, in one of its two directions."""

    line: LineId
    forward: bool


class Routes(NamedTuple):
    """Which lines lead from a side to its neighbour, where each leads, and the way to a zone."""

    steps: dict[tuple[Side, Side], list[Step]]
    beyond: dict[Step, Side]
    next_zone: dict[tuple[Side, Side], ZoneId]  # on the shortest way that stays inside


def routes_of(building: Building) -> Routes:
    steps: dict[tuple[Side, Side], list[Step]] = {}
    beyond: dict[Step, Side] = {}
    for line in building.lines:
        if line.role == "boundary":
            ends = (line.side_a, line.side_b)
            for step, (a, b) in (
                (Step(line.line_id, True), ends),
                (Step(line.line_id, False), ends[::-1]),
            ):
                steps.setdefault((a, b), []).append(step)
                beyond[step] = b
    next_zone: dict[tuple[Side, Side], ZoneId] = {}
    for goal in (zone.zone_id for zone in building.zones):
        reached, edge = {goal}, deque([goal])
        while edge:
            here = edge.popleft()
            for before, after in steps:
                if after == here and before is not OUTSIDE and before not in reached:
                    next_zone[before, goal] = here
                    reached.add(before)
                    edge.append(before)
    return Routes(steps, beyond, next_zone)


class Doors(NamedTuple):
    """The ways in of a crowd, to be drawn from."""

    steps: list[Step]
    weights: list[float]  # cumulative

    def draw(self, dice: random.Random) -> Step:
        return dice.choices(self.steps, cum_weights=self.weights)[0]


def doors_of(crowd: Crowd, routes: Routes) -> Doors:
    both_ways = ((Step(line, True), Step(line, False)) for line, _ in crowd.doors)
    steps = [ahead if routes.beyond[back] is OUTSIDE else back for ahead, back in both_ways]
    return Doors(steps, list(accumulate(weight for _, weight in crowd.doors)))


def appear(
    building: Building,
    routes: Routes,
    time_zone: ZoneInfo,
    day: date,
    span_ms: tuple[int, int],
    dice: random.Random,
) -> Iterator[Crossing]:
    """Every crossing of everyone who appears on a civil date; in no order."""
    person = 0
    for crowd in building.crowds:
        doors = doors_of(crowd, routes)
        crosses = building.line(crowd.frontage).visitors_cross if crowd.frontage else "none"
        out_by_ms = _out_by_ms(crowd, time_zone, day)
        for at_ms, is_open in _arrivals(crowd, time_zone, day, span_ms, dice):
            person += 1
            if not is_open or (crowd.enters < 1 and dice.random() >= crowd.enters):
                yield _pass_by(crowd, at_ms, person, dice)
                continue
            walk = Walk(routes, doors, dice, at_ms, person)
            walk.visit(crowd, min(out_by_ms, at_ms + VISIT_MS_MAX))
            yield from walk.crossings
            if crosses != "none":
                yield _pass_by(crowd, at_ms, person, dice)
            if crosses == "in_and_out":
                yield _pass_by(crowd, walk.at_ms + dice.randint(*WALK_MS), person, dice)


def _pass_by(crowd: Crowd, at_ms: int, person: int, dice: random.Random) -> Crossing:
    assert crowd.frontage is not None, f"crowd '{crowd.name}' passes by, but names no frontage"
    return Crossing(at_ms, crowd.frontage, dice.random() < 0.5, person)


def _out_by_ms(crowd: Crowd, time_zone: ZoneInfo, day: date) -> int:
    """When everyone must go."""
    hours = crowd.hours[day.weekday()]
    hour = crowd.out_by if crowd.out_by is not None else hours[1] if hours else NEVER
    out_by = datetime.combine(day, time(), time_zone) + timedelta(hours=hour)  # wall time
    return round(out_by.timestamp() * 1000)


def _arrivals(
    crowd: Crowd, time_zone: ZoneInfo, day: date, span_ms: tuple[int, int], dice: random.Random
) -> Iterator[tuple[int, bool]]:
    """(instant, whether it is open) of everyone of a crowd who appears that day.

    The day is cut into slots of real time, each weighed by its local time of day, so that the hour
    that happens twice brings people twice, and the one that is skipped brings none.
    """
    hours = crowd.hours[day.weekday()]
    may_come = crowd.street_hours if crowd.frontage else hours
    if may_come is None:
        return
    usual = _weights(crowd)
    slots: list[tuple[int, bool]] = []
    weights: list[float] = []
    for start_ms in range(*span_ms, SLOT_S * 1000):
        local = datetime.fromtimestamp(start_ms / 1000, time_zone)
        hour = local.hour + local.minute / 60
        if may_come[0] <= hour < may_come[1]:
            slots.append((start_ms, hours is not None and hours[0] <= hour < hours[1]))
            weights.append(usual[int(hour * 3600 + 0.5) // SLOT_S])
    if not slots:
        return
    first, last = (round(hour * 3600 / SLOT_S) for hour in may_come)
    factor = crowd.weekdays[day.weekday()] * max(0.0, dice.gauss(1, crowd.spread))
    people = round(crowd.people * factor * sum(weights) / sum(usual[first:last]))
    for start_ms, is_open in dice.choices(slots, cum_weights=list(accumulate(weights)), k=people):
        yield start_ms + dice.randrange(SLOT_S * 1000), is_open


@lru_cache(maxsize=64)
def _weights(crowd: Crowd) -> tuple[float, ...]:
    """How the slots of a day of 24 hours weigh against each other."""
    hours = [slot * SLOT_S / 3600 for slot in range(86_400 // SLOT_S)]
    return tuple(
        0.02 + sum(r.weight * exp(-(((hour - r.hour) / r.width_h) ** 2) / 2) for r in crowd.rushes)
        for hour in hours
    )


class Walk:
    """One person, from the street and back to it."""

    def __init__(
        self, routes: Routes, doors: Doors, dice: random.Random, at_ms: int, person: int
    ) -> None:
        self.routes, self.doors, self.dice = routes, doors, dice
        self.at_ms, self.person = at_ms, person
        self.door = doors.draw(dice)
        self.where: Side = OUTSIDE
        self.crossings: list[Crossing] = []

    def visit(self, crowd: Crowd, leave_by_ms: int) -> None:
        """Every stay in turn, then home; short of time, only the first ones."""
        leave_by_ms += self.dice.randint(*LAST_CALL_MS)
        for stay in crowd.stays:
            if self.crossings and self.at_ms >= leave_by_ms:
                break
            if stay.share >= 1 or self.dice.random() < stay.share:
                self.go(stay.zone)
                stay_ms = round(around(self.dice, stay.minutes, stay.spread) * 60_000)
                self.at_ms += max(1_000, min(stay_ms, leave_by_ms - self.at_ms))
        if self.dice.random() >= SAME_DOOR:
            self.door = self.doors.draw(self.dice)
        self.go(OUTSIDE)

    def go(self, goal: Side) -> None:
        """Walk to a zone, through others where need be, or out."""
        if self.where is OUTSIDE and goal is not OUTSIDE:
            self.cross(self.door)
        out = Step(self.door.line, not self.door.forward)
        indoors = self.routes.beyond[self.door] if goal is OUTSIDE else goal
        while self.where not in (OUTSIDE, indoors):
            following = self.routes.next_zone[self.where, indoors]
            self.cross(self.dice.choice(self.routes.steps[self.where, following]))
        if goal is OUTSIDE and self.where is not OUTSIDE:
            self.cross(out)

    def cross(self, step: Step) -> None:
        self.at_ms += self.dice.randint(*WALK_MS)
        self.crossings.append(Crossing(self.at_ms, step.line, step.forward, self.person))
        self.where = self.routes.beyond[step]
