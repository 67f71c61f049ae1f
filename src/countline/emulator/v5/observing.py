"""What a device has counted: its history database, live totals and resets, one set for each root.

Everything comes from the world's people through `happenings` and `rules`: a minute that the device
saw whole is stored; live totals are what is stored plus the running minute, less what was there at
the last reset. So the sum of records, the growth of history and that of live totals are one number.
A minute during which it was down, came up or had its clock set is not stored and not counted.
"""

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from countline.emulator.sensor import MINUTE_MS
from countline.emulator.v5.book import Book
from countline.emulator.v5.happenings import Happening, Person, What, happenings
from countline.emulator.v5.rules import Rule, Rules, rules_of

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device, Event

MOVES_KEPT_MS = 600_000
PEOPLE_KEPT = 5_000
NOTHING: dict[int, int] = {}
Cause = Literal["COUNT_INCREMENT", "COUNT_DECREMENT", "TIME_CHANGE", "COUNT_RESET"]


class Move(NamedTuple):
    """A counter moved: when, why, by how much, and its live total afterwards."""

    at_ms: int  # true time
    counter: int
    logic: int
    cause: Cause
    by: int
    total: int
    happening: Happening | None


class Stretch(NamedTuple):
    """True time in which a device was up and its clock ran evenly."""

    start_ms: int
    end_ms: int
    offset_ms: int
    begins: bool  # it came up, or its clock was set, just then


class Observer:
    """What a device has counted in every shared sub-tree. `device.part(Observer)`."""

    def __init__(self, device: "Device") -> None:
        self._on_deletion = False
        self.days_kept: float | None = None  # of history; None: as memory lasts
        self._device = device
        self._contexts: dict[str, Context] = {}
        device.config.watchers.append(self._configured)
        device.events.append(self._happened)
        for root in device.roots():
            self._make(root, device.sensor.installed_s * 1000)

    def count_on_deletion(self, on: bool = True) -> None:
        """Count when a track ends, of IN_OUT logics too; LATE ones always do."""
        self._on_deletion = on
        for root in self._contexts:
            self._configured(f"{root}/analysis")

    def _make(self, root: str, since_ms: int) -> "Context":
        made = self._contexts[root] = Context(self._device, self, since_ms)
        made.rules = rules_of(self._device, root, on_deletion=self._on_deletion)
        return made

    def context(self, root: str) -> "Context":
        """What was counted below a root, up to now."""
        found = self._contexts.get(root) or self._make(root, self._device.running.true_ms())
        found.catch_up()
        return found

    def _configured(self, path: str) -> None:
        """Count to now by the old rules, then go on by the new ones."""
        for root in [gone for gone in self._contexts if gone not in self._device.roots()]:
            del self._contexts[root]
        for root, context in self._contexts.items():
            if path.startswith(
                (f"{root}/scene/geometries", f"{root}/analysis", f"{root}/settings")
            ):
                context.catch_up()
                context.rules = rules_of(self._device, root, on_deletion=self._on_deletion)
                context.learn_states()

    def _happened(self, event: "Event") -> None:
        if event in ("data_reset", "factory"):
            for root, context in self._contexts.items():
                context.wipe()
                context.rules = rules_of(self._device, root, on_deletion=self._on_deletion)


class Context:
    """What was counted below one root."""

    def __init__(self, device: "Device", observer: Observer, since_ms: int) -> None:
        self.book = Book()
        self.rules = Rules()
        self.reached_ms = since_ms  # true time
        self.stored: dict[int, int] = {}  # totals of everything stored
        self.offsets: dict[int, int] = {}  # what was there at the last reset
        self.reset_ms: dict[int, int] = {}  # by the device's clock
        self.moves: deque[Move] = deque()
        self._observer = observer
        self._device = device
        self._fresh: dict[int, int] = {}  # of the running minute
        self._states: dict[int, int] = {}
        self._minute = 0  # the first that is not stored yet
        self._begun = False
        self._came_ms: dict[tuple[int, Person], int] = {}

    # counting

    def catch_up(self) -> None:
        """Count until now."""
        until_ms = self._device.running.true_ms()
        if until_ms <= self.reached_ms:
            return
        self.book.days_kept = self._observer.days_kept
        start_ms, self.reached_ms = self.reached_ms, until_ms
        for stretch in stretches(self._device, start_ms, until_ms):
            self._observe(stretch)

    def _observe(self, stretch: Stretch) -> None:
        start_ms, end_ms, offset_ms, begins = stretch
        if begins or not self._begun:
            self._begun = True
            self._fresh.clear()
            self._minute = -(-(start_ms + offset_ms) // MINUTE_MS)
            self.learn_states(self._minute * MINUTE_MS - offset_ms)
        for day_ms in range(start_ms, end_ms, 86_400_000):
            for at_ms, rule, happening in self._due(day_ms, min(day_ms + 86_400_000, end_ms)):
                self._close_until((at_ms + offset_ms) // MINUTE_MS)
                if (at_ms + offset_ms) // MINUTE_MS == self._minute:
                    self._count(at_ms, rule, happening)
        self._close_until((end_ms + offset_ms) // MINUTE_MS)

    def _due(self, start_ms: int, end_ms: int) -> list[tuple[int, Rule, Happening]]:
        """What counts in a stretch, in order."""
        sensor, due = self._device.sensor, []
        by_delay: dict[int, dict[tuple[int, What], list[Rule]]] = {}
        for rule in self.rules.rules:
            moved = by_delay.setdefault(rule.delay_ms, {})
            moved.setdefault((rule.place, rule.what), []).append(rule)
        for delay_ms, moved in sorted(by_delay.items()):
            for happening in happenings(sensor, start_ms - delay_ms, end_ms - delay_ms):
                for rule in moved.get((happening.place, happening.what), ()):
                    if rule.counts(sensor, happening):
                        due.append((happening.at_ms + delay_ms, rule, happening))
        return sorted(due)

    def _count(self, at_ms: int, rule: Rule, happening: Happening) -> None:
        by = rule.by or self._stayed_ms(rule, happening)
        if happening.what == "entry":
            self._came(happening)
        changed = self._states if rule.counter in self.rules.states else self._fresh
        changed[rule.counter] = changed.get(rule.counter, 0) + by
        cause: Cause = "COUNT_INCREMENT" if by > 0 else "COUNT_DECREMENT"
        if not rule.by:
            cause = "TIME_CHANGE"
        if rule.counter >= 0 and at_ms >= self.reached_ms - MOVES_KEPT_MS:
            # what is older nobody asks for, and a bin moves with its counter
            self._moved(at_ms, rule.counter, rule.logic, cause, by, happening)

    def _came(self, happening: Happening) -> None:
        while len(self._came_ms) >= PEOPLE_KEPT:
            del self._came_ms[next(iter(self._came_ms))]
        self._came_ms[happening.place, happening.person] = happening.at_ms

    def _stayed_ms(self, rule: Rule, happening: Happening) -> int:
        """How long somebody who leaves was there; 0 where the device did not see them come."""
        came_ms = self._came_ms.get((rule.place, happening.person))
        return 0 if came_ms is None else happening.at_ms - came_ms

    def _close_until(self, minute: int) -> None:
        """Store every minute before one."""
        counters = tuple(self.rules.counters)
        while self._minute < minute:
            for counter, by in self._fresh.items():
                self.stored[counter] = self.stored.get(counter, 0) + by
            last = self.book.records[-1].states if self.book.records else NOTHING
            states = last if last == self._states else dict(self._states)
            grown = dict(self._fresh) if self._fresh else NOTHING
            self.book.store(self._minute, grown, states, counters)
            self._fresh.clear()
            self._minute += 1

    def learn_states(self, at_ms: int | None = None) -> None:
        """Look who is there: what a device knows of its zones when it begins."""
        world, plan = self._device.sensor.world, self._device.sensor.plan
        when_ms = self.reached_ms if at_ms is None else at_ms
        self._states = {
            counter: max(0, world.present(plan.logics[place].zone, when_ms))
            for counter, place in self.rules.states.items()
        }

    def _moved(
        self, at_ms: int, counter: int, logic: int, cause: Cause, by: int,
        happening: Happening | None = None,
    ) -> None:  # fmt: skip
        while self.moves and self.moves[0].at_ms < at_ms - MOVES_KEPT_MS:
            self.moves.popleft()
        self.moves.append(Move(at_ms, counter, logic, cause, by, self.live(counter), happening))

    # live totals

    def total(self, counter: int) -> int:
        """Since the database began; of a state counter, the state."""
        if counter in self.rules.states:
            return self._states.get(counter, 0)
        return self.stored.get(counter, 0) + self._fresh.get(counter, 0)

    def stored_total(self, counter: int) -> int:
        """Of the minutes stored, without the running one."""
        last = self.book.records[-1].states if self.book.records else NOTHING
        return last.get(counter, self.stored.get(counter, 0))

    def live(self, counter: int) -> int:
        """Since the last reset."""
        return max(0, self.total(counter) - self.offsets.get(counter, 0))

    def reset(self, counters: list[int]) -> None:
        """Live totals begin anew at 0; history goes on."""
        for counter in counters:
            for key in (counter, *self.rules.bins.get(counter, ())):
                self.offsets[key] = self.total(key)
            self.reset_ms[counter] = self._device.running.now_ms()
            logic = int(self.rules.counters[counter]["logic_id"])
            self._moved(self.reached_ms, counter, logic, "COUNT_RESET", 0)

    def wipe(self) -> None:
        """The database is deleted: totals begin at 0, and so does history."""
        self.catch_up()
        self.book.clear()
        self.stored.clear()
        self.offsets.clear()
        self.reset_ms.clear()
        self._fresh.clear()


def stretches(device: "Device", start_ms: int, end_ms: int) -> Iterator[Stretch]:
    """The even, up parts of true time from one instant to another."""
    running, faults = device.running, device.sensor.faults
    downs = [
        *running.downs,
        *((s * 1000, (s + faults.reboot_s) * 1000) for s in faults.reboots),
    ]
    cuts = {start_ms, end_ms, *(ms for ms, _ in running.steps)}
    cuts.update(edge for down in downs for edge in down)
    edges = sorted(ms for ms in cuts if start_ms <= ms <= end_ms)
    begins = {ms for ms, _ in running.steps} | {end for _, end in downs}
    for a, b in pairwise(edges):
        if not any(down <= a < up for down, up in downs):
            yield Stretch(a, b, running.offset_ms(a), a in begins)
