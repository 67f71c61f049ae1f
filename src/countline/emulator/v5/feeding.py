"""An agent at work, without clock or network: what it would send next, and what an answer changes.

`take` gives the next package that is due, if any; `settle` tells what became of it; between the
two nothing else is taken, so packages leave in order. Logics come from the history database, so
what could not be sent follows later; live frames are kept in memory only and are lost there.
"""

from collections import deque
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from countline.drivers.xovis_v5.bodies import LiveFrame
from countline.emulator.chance import chance
from countline.emulator.sensor import FRAME_MS, MINUTE_MS
from countline.emulator.v5.agent_config import RESOLUTION_S
from countline.emulator.v5.agent_status import Attempt, Transmissions
from countline.emulator.v5.book import Record
from countline.emulator.v5.connections import CONNECTIONS
from countline.emulator.v5.delivering import Outcome
from countline.emulator.v5.frames import Camera, Wanted, latency_ms
from countline.emulator.v5.happenings import happenings
from countline.emulator.v5.legacy import COUNTED, legacy_package
from countline.emulator.v5.observing import Context, Observer
from countline.emulator.v5.packages import (
    Bin,
    Letter,
    dummy_package,
    live_package,
    logics_package,
    status_package,
)
from countline.emulator.v5.retries import RetryRule
from countline.emulator.v5.rules import DELETED_MS
from countline.emulator.v5.schedules import next_push_s
from countline.emulator.v5.sending import Package, Sending, Trigger
from countline.emulator.v5.states import states_of

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device

NEVER_MS = 1 << 62
STORED_MS = 1_000  # a record is there so long after its minute
LAG_S = 12  # agents that send at once do so within as much after the minute
LOOK_AHEAD_MS = 600_000
FRAMES_KEPT = 20_000
FROM_HISTORY = ("LOGICS", *COUNTED)  # what could not be sent of these follows later
STATUS_S = 60.0  # of a status agent that names no resolution


class Run:
    """One agent of a device. Instants are true time unless their name says `own`."""

    def __init__(self, device: "Device", root: str, id_: int, agent: dict[str, Any]) -> None:
        self.device, self.root, self.id_ = device, root, id_
        self.tally = Transmissions()
        self.trigger: Trigger | None = None
        self.number = 0  # of the last package
        self.pending: Package | None = None
        self.last_body: bytes | None = None
        context = self._context()
        self.position = context.book.next_number - 1  # the last record that is done with
        self._seen_ms = (
            context.reached_ms - self._latency_ms
        )  # live frames before this were looked at
        self._frames: deque[LiveFrame] = deque()
        self._failures = 0
        self._retry_ms = 0
        self._firing = False
        self._status_ms = 0
        self.configure(agent)

    def configure(self, agent: dict[str, Any]) -> None:
        """The agent is as it was just configured; what it has cached and sent stays."""
        self.agent = agent
        config = agent["config"]
        self.data, self.scheduler = config["data"], config["scheduler"]
        self.rule = RetryRule.of(self.scheduler.get("retry"))
        self.wanted = Wanted.of(self.data, config["filters"])
        self.pending, self._failures, self._firing = None, 0, False
        self.tally.begin_anew()
        self.plan_next()

    def plan_next(self) -> None:
        """When the schedule fires next; to be asked again when the clock was set."""
        own_s = self.device.running.now_ms() // 1000
        self.next_own_s = next_push_s(self.scheduler, own_s, self.device.zone(), lag_s=self._lag_s)

    def rebooted(self) -> None:
        """What was in memory is gone."""
        self._frames.clear()
        self.pending, self.trigger = None, None
        self._failures, self._firing = 0, False
        self._seen_ms = self.device.running.booted_ms(NEVER_MS)
        self.tally.begin_anew()
        self.plan_next()

    @property
    def _lag_s(self) -> int:
        return chance(self.device.serial, "lag").randrange(2, LAG_S)

    @property
    def _latency_ms(self) -> int:
        return latency_ms(self.device, self.root)

    def _context(self) -> Context:
        return self.device.part(Observer).context(self.root)

    def connection(self) -> dict[str, Any] | None:
        """Where it sends to, as configured now."""
        path, id_ = CONNECTIONS.at(self.root), self.agent["connection"]
        config = self.device.config
        return config.items(path).get(id_) or config.items(path, volatile=True).get(id_)

    # when

    def attention_ms(self) -> int:
        """When it is to be asked for a package again, at the latest."""
        now_ms = self.device.running.true_ms()
        if not self.agent["enabled"]:
            return NEVER_MS
        if self.device.running.is_down():
            return self.device.running.booted_ms(NEVER_MS)
        if self.connection() is None:
            return now_ms - now_ms % MINUTE_MS + MINUTE_MS
        if self.pending is not None:
            return max(now_ms, self._retry_ms)
        if self._firing or (self.trigger is not None and self.trigger.busy):
            return now_ms
        return max(now_ms + 1, self._natural_ms(now_ms))

    def _natural_ms(self, now_ms: int) -> int:
        if self.scheduler["type"] != "IMMEDIATE":
            if self.next_own_s is None:
                return NEVER_MS
            return self.next_own_s * 1000 - self.device.running.offset_ms()
        if self.agent["type"] in FROM_HISTORY:
            own_ms = self.device.running.now_ms() - STORED_MS - self._lag_s * 1000
            step_ms = round((RESOLUTION_S[self.data["resolution"]] or 60) * 1000)
            return now_ms + step_ms - own_ms % step_ms
        if self.agent["type"] == "LIVE_DATA":
            return self._next_frame_ms(now_ms)
        if self.agent["type"] == "STATUS":
            return self._status_ms
        return NEVER_MS

    def _next_frame_ms(self, now_ms: int) -> int:
        """When there is something new to see, looked up in a future that is known already."""
        step_ms = max(FRAME_MS, round(RESOLUTION_S[self.data["resolution"]] * 1000))
        step_ms *= int(self.data["package_size"])
        looked_ms = self._seen_ms + self._latency_ms  # instants below do not slide as time passes
        if self.wanted.empty_frames or (self.wanted.objects != "NONE" and self._somebody(now_ms)):
            return looked_ms + step_ms
        delays = {rule.delay_ms for rule in self._context().rules.rules} | {0}
        if self.wanted.scene_events != "NONE" or self.wanted.objects != "NONE":
            delays |= {-1_600, DELETED_MS, 1_920 - 1_600, 1_920, 1_920 + DELETED_MS}
        seen_ms = self._seen_ms - FRAME_MS
        for ahead_ms in (10_000, LOOK_AHEAD_MS):
            coming = happenings(self.device.sensor, seen_ms - max(delays), seen_ms + ahead_ms)
            edges = (h.at_ms + delay for h in coming for delay in delays)
            if (first := min((ms for ms in edges if ms > seen_ms), default=None)) is not None:
                return first + self._latency_ms + FRAME_MS
        return looked_ms + LOOK_AHEAD_MS // 2

    def _somebody(self, now_ms: int) -> bool:
        """Whether somebody is under the sensor."""
        at_ms = now_ms - self._latency_ms
        return bool(happenings(self.device.sensor, at_ms - 3_200, at_ms + 1_600))

    # what

    def take(self) -> Sending | None:
        """The next package that is due."""
        if not self.agent["enabled"] or self.device.running.is_down():
            return None
        connection = self.connection()
        self._look()
        if connection is None:
            return None
        now_ms = self.device.running.true_ms()
        if self._fires() and self.pending and self.rule.reset_on_next_push_schedule:
            self._give_up()
        if self.pending is None:
            self._retry_ms = 0
            self.pending = self._triggered() or self._due()
        package = self.pending
        if package is None or now_ms < self._retry_ms:
            return None
        package.attempts += 1
        return Sending(
            self.device, self.root, self.id_, self.agent["type"], package.number, package.body,
            connection, package.attempts,
        )  # fmt: skip

    def _fires(self) -> bool:
        """Whether the schedule has fired since it was last asked."""
        if self.scheduler["type"] == "IMMEDIATE":
            self._firing = self.pending is None
            return False
        own_s = self.device.running.now_ms() // 1000
        if self.next_own_s is None or own_s < self.next_own_s:
            return False
        self._firing = True
        self.plan_next()
        return True

    def _due(self) -> Package | None:
        """A package of what is new, while the schedule lets it."""
        if not self._firing:
            return None
        make = {"LIVE_DATA": self._live, "STATUS": self._status}
        make |= dict.fromkeys(FROM_HISTORY, self._logics)
        found = make[self.agent["type"]]() if self.agent["type"] in make else None
        self._firing = found is not None
        return found

    def _letter(self, number: int) -> Letter:
        return Letter(self.device, self.root, self.id_, self.agent, number)

    def _logics(self) -> Package | None:
        context = self._context()
        letter = self._letter(self.number + 1)
        bins = self._bins(context.book.after(self.position))
        while chosen := [b for _, b in zip(range(self.data["package_size"]), bins, strict=False)]:
            upto = chosen[-1].records[-1].number
            body = self._written(letter, context, chosen)
            if body is not None:
                return self._package(body, upto)
            self.position = upto
        return None

    def _written(self, letter: Letter, context: Context, bins: list[Bin]) -> bytes | None:
        """Bins as this type of agent writes them."""
        write = legacy_package if self.agent["type"] in COUNTED else logics_package
        return write(letter, context, bins)

    def _bins(self, records: list[Record]) -> Iterator[Bin]:
        """Steps of the resolution that are over, with what is recorded of them."""
        step_ms = round((RESOLUTION_S[self.data["resolution"]] or 60) * 1000)
        own_ms = self.device.running.now_ms() - STORED_MS

        def start_ms(record: Record) -> int:
            at_ms = record.minute * MINUTE_MS
            offset = self.device.local(at_ms).utcoffset() if step_ms > 900_000 else None
            shift_ms = round(offset.total_seconds() * 1000) if offset else 0
            return (at_ms + shift_ms) // step_ms * step_ms - shift_ms

        for begin_ms, found in groupby(records, key=start_ms):
            bin_ = Bin(begin_ms, begin_ms + step_ms, tuple(found))
            if bin_.end_ms <= own_ms or bin_.records[-1] is not records[-1]:
                yield bin_

    def _look(self) -> None:
        """Gather live frames up to now; the oldest go where there are too many."""
        if self.agent["type"] != "LIVE_DATA":
            return
        until_ms = self.device.running.true_ms() - self._latency_ms
        if until_ms <= self._seen_ms:
            return
        self._context()
        start_ms, self._seen_ms = max(self._seen_ms, until_ms - LOOK_AHEAD_MS), until_ms
        self._frames.extend(Camera(self.device, self.root).frames(start_ms, until_ms, self.wanted))
        while len(self._frames) > FRAMES_KEPT:
            self._frames.popleft()

    def _live(self) -> Package | None:
        if not self._frames:
            return None
        most = min(self.data["package_size"], len(self._frames))
        frames = [self._frames.popleft() for _ in range(most)]
        return self._package(
            live_package(self._letter(self.number + 1), self._context(), frames), -1
        )

    def _status(self) -> Package | None:
        now_ms = self.device.running.true_ms()
        immediate = self.scheduler["type"] == "IMMEDIATE"
        if now_ms < self._status_ms:
            return None
        step_s = RESOLUTION_S[self.data["resolution"]] or STATUS_S
        self._status_ms = now_ms + (round(max(1.0, step_s) * 1000) if immediate else 1)
        letter = self._letter(self.number + 1)
        return self._package(status_package(letter, self._context(), states_of(self.device)), -1)

    def _package(self, body: bytes, upto: int) -> Package:
        self.number += 1
        return Package(self.number, body, upto)

    # resends

    def start_trigger(self, config: dict[str, Any], from_ms: int, to_ms: int) -> Trigger:
        """Send again what the database has of [from, to) by the device's clock, or the like."""
        trigger = Trigger(
            config, self.device.running.now_ms(), number=config.get("package_id_start")
        )
        context = self._context()
        if config["type"] == "DUMMY_DATA":
            trigger.bodies.append(b"")
        elif config["type"] == "LAST_PACKAGE":
            if self.last_body is not None:
                trigger.bodies.append(self.last_body)
        elif self.agent["type"] in FROM_HISTORY:
            records = context.book.between(from_ms // MINUTE_MS, -(-to_ms // MINUTE_MS))
            trigger.bins.extend(self._bins(records))
        self.trigger = trigger
        return trigger

    def _triggered(self) -> Package | None:
        trigger = self.trigger
        while trigger is not None and trigger.busy:
            number = self.number + 1 if trigger.number is None else trigger.number
            letter, context = self._letter(number), self._context()
            if trigger.bodies:
                raw = trigger.bodies.popleft()
                body: bytes | None = raw or dummy_package(letter, context)
            else:
                most = min(self.data["package_size"], len(trigger.bins))
                chosen = [trigger.bins.popleft() for _ in range(most)]
                body = self._written(letter, context, chosen)
            if body is not None:
                self.number = max(self.number, number)
                if trigger.number is not None:
                    trigger.number += 1
                return Package(number, body, -1, triggered=True)
        return None

    # answers

    def settle(self, sending: Sending, outcome: Outcome) -> None:
        """A package was answered, or was not."""
        own_ms = self.device.running.now_ms()
        attempt = Attempt(own_ms, outcome, len(sending.body), sending.connection)
        package = self.pending
        if package is None or package.number != sending.package:
            self.tally.count(attempt, sending.package, -1)
            return
        self.tally.count(attempt, package.number, package.upto)
        if outcome.acknowledged:
            self._done(package)
            return
        self._failures += 1
        luck = chance(self.device.serial, self.id_, package.number, self._failures).random()
        delay_s = self.rule.delay_s(self._failures, luck)
        if delay_s is None:
            self._give_up()
        else:
            self._retry_ms = self.device.running.true_ms() + round(delay_s * 1000)

    def _done(self, package: Package) -> None:
        self.position = max(self.position, package.upto)
        self.last_body = package.body
        self.pending, self._failures = None, 0

    def _give_up(self) -> None:
        """Forget a package. Of logics, only `DROP` forgets the records as well."""
        assert self.pending is not None
        if self.rule.mode == "DROP":
            self.position = max(self.position, self.pending.upto)
        self.tally.packages_dropped += 1
        self.pending, self._failures, self._firing = None, 0, False
