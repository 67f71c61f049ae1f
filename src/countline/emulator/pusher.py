"""Pushing as a sensor does: 2xx is taken, anything else is tried again, in order, with a backlog."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import httpx2

from countline import clock
from countline.emulator.chance import chance
from countline.emulator.deliveries import Delivery
from countline.model.ids import SensorId

BACKLOG_MAX = 43_200  # thirty days of minutes
RETRY_AFTER_S_MAX = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """A sensor's retry rule, in real seconds. Live frames and status are never tried again."""

    mode: Literal["drop", "interval", "increasing_delay", "increasing_delay_exponential"] = (
        "increasing_delay_exponential"
    )
    delay_s_min: float = 1.0  # of the first retry; of every one with `interval`
    delay_s_max: float = 2.0
    increase_s: float = 30.0  # added each time
    increase_factor: float = 2.0  # or by which it grows
    longest_s: float = 60.0
    attempts_max: int | None = None  # then the package is given up; None: never

    def delay_s(self, attempt: int, luck: float) -> float:
        """How long to wait after an attempt (1, 2 ...) that failed; `luck` is 0 to 1."""
        first = self.delay_s_min + luck * (self.delay_s_max - self.delay_s_min)
        match self.mode:
            case "increasing_delay":
                first += self.increase_s * (attempt - 1)
            case "increasing_delay_exponential":
                first *= self.increase_factor ** min(attempt - 1, 30)
        return min(first, self.longest_s)


@dataclass(slots=True, kw_only=True)
class Tally:
    """How a fleet is doing. `acknowledged` is kept only where asked."""

    sensors: int
    reached_ms: int  # of emulated time
    sent: int = 0  # attempts
    taken: int = 0  # answered with 2xx
    failed: int = 0  # attempts answered otherwise, or not at all
    dropped: int = 0  # packages given up
    waiting: int = 0  # in backlogs now
    bytes_taken: int = 0
    answers: dict[str, int] = field(default_factory=dict)  # "200", "503", "ConnectError" ...
    acknowledged: list[Delivery] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an attempt: the status, or the name of what went wrong."""

    taken: bool
    word: str
    retry_after_s: float = 0.0


@dataclass(slots=True)
class Pusher:
    """What the sensors of a fleet share: connections, tally and rule."""

    client: httpx2.AsyncClient
    url: str
    tally: Tally
    retry: Retry
    at_once: asyncio.Semaphore
    stop: asyncio.Event
    log: Callable[[str], None]

    def line(self, sensor_id: SensorId, secret: str) -> "Line":
        return Line(self, sensor_id, secret)

    async def attempt(self, delivery: Delivery, secret: str) -> Answer:
        headers = {"Content-Type": "application/json", "X-Push-Key": secret}
        async with self.at_once:
            self.tally.sent += 1
            try:
                response = await self.client.post(self.url, content=delivery.body, headers=headers)
            except httpx2.TransportError as error:
                answer = Answer(False, type(error).__name__)
            else:
                word = str(response.status_code)
                answer = Answer(response.is_success, word, _retry_after_s(response))
        self._count(delivery, answer)
        return answer

    def _count(self, delivery: Delivery, answer: Answer) -> None:
        tally = self.tally
        tally.answers[answer.word] = tally.answers.get(answer.word, 0) + 1
        if not answer.taken:
            tally.failed += 1
            return
        tally.taken += 1
        tally.bytes_taken += len(delivery.body)
        if tally.acknowledged is not None:
            tally.acknowledged.append(delivery)


def _retry_after_s(response: httpx2.Response) -> float:
    """Seconds of a `Retry-After`; dates are left to the sensor's own rule."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), RETRY_AFTER_S_MAX) if text.isdecimal() else 0.0


class Line:
    """One sensor's way to the gateway: count packages wait in order until they are taken."""

    def __init__(self, pusher: Pusher, sensor_id: SensorId, secret: str) -> None:
        self.pusher, self.sensor_id, self.secret = pusher, sensor_id, secret
        self.backlog: deque[Delivery] = deque()
        self._attempts = 0
        self._next_s = 0.0  # by `clock.elapsed_s`
        self._trouble = ""

    async def push(self, delivery: Delivery) -> None:
        """Send a package that is due; what fails of counts joins the backlog."""
        if delivery.kind != "counts" or self.pusher.retry.mode == "drop":
            if not (await self._try(delivery)).taken:
                self.pusher.tally.dropped += 1
            return
        if len(self.backlog) >= BACKLOG_MAX:
            self._give_up()
        self.backlog.append(delivery)
        self.pusher.tally.waiting += 1
        await self._flush()

    async def work(self, wait_s: float) -> None:
        """Wait, but no longer than until the next retry is due or the fleet stops; then retry."""
        if self.backlog:
            wait_s = min(wait_s, self._next_s - clock.elapsed_s())
        await self._sleep(wait_s)
        await self._flush()

    async def drain(self) -> None:
        """Retry until nothing waits, or the fleet stops."""
        while self.backlog and not self.pusher.stop.is_set():
            await self.work(self.pusher.retry.longest_s)

    async def _flush(self) -> None:
        """Send what waits, oldest first, until one fails."""
        while self.backlog and clock.elapsed_s() >= self._next_s and not self.pusher.stop.is_set():
            answer = await self._try(self.backlog[0])
            if answer.taken:
                self.backlog.popleft()
                self.pusher.tally.waiting -= 1
                self._attempts = 0
                continue
            self._attempts += 1
            if self.pusher.retry.attempts_max == self._attempts:
                self._give_up()
            luck = chance(self.sensor_id, self.backlog and self.backlog[0].package, self._attempts)
            delay_s = self.pusher.retry.delay_s(max(self._attempts, 1), luck.random())
            self._next_s = clock.elapsed_s() + max(delay_s, answer.retry_after_s)

    def _give_up(self) -> None:
        self.backlog.popleft()
        self.pusher.tally.waiting -= 1
        self.pusher.tally.dropped += 1
        self._attempts = 0

    async def _try(self, delivery: Delivery) -> Answer:
        answer = await self.pusher.attempt(delivery, self.secret)
        trouble = "" if answer.taken else answer.word
        if trouble != self._trouble:
            said = f"not taken: {trouble}" if trouble else f"taken again after {self._trouble}"
            self.pusher.log(f"{self.sensor_id}: {delivery.kind} {said}")
            self._trouble = trouble
        return answer

    async def _sleep(self, wait_s: float) -> None:
        await clock.set_within(self.pusher.stop, max(0.0, wait_s))
