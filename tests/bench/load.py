"""The load generator: keep-alive connections that push as fast as they are answered.

Run as a process of its own, so that it takes no time from the server: `python -m tests.bench.load`
reads what to do as JSON from standard input and prints what it saw as JSON.
"""

import asyncio
import json
import random
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import cast

import uvloop

from tests.bench.figures import percentile
from tests.bench.world import ENROLMENT, KEY, body, crowd_values

LAST = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Which pushes to send: of each sensor one for each of these minutes, sensors shuffled."""

    port: int
    connections: int
    sensors: int
    first_minute: int
    pushes: int
    warm_up: int = 0  # the first so many are not measured
    per_s: float = 0.0  # 0: as fast as the server answers
    core: int | None = None
    paths: tuple[str, ...] = ()  # questions to ask instead of pushes, with a key


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the generator saw. `cpu_s` of `seconds` near 1 would make it the bottleneck."""

    pushes: int
    seconds: float
    cpu_s: float
    p50_ms: float
    p99_ms: float
    statuses: dict[str, int] = field(default_factory=dict)

    @property
    def per_s(self) -> float:
        """Acknowledged pushes per second."""
        good = sum(n for status, n in self.statuses.items() if status.startswith("2"))
        return good / self.seconds


def requests(load: Load) -> Iterator[bytes]:
    """Whole requests, in the order in which they go out."""
    if load.paths:
        for path in load.paths:
            yield question(path)
        return
    dice = random.Random(load.first_minute)
    order = list(range(load.sensors))
    left = load.pushes
    minute = load.first_minute
    while left > 0:
        dice.shuffle(order)
        values = list(crowd_values(1, minute, load.sensors))
        for index in order[:left]:
            yield request(body(index, minute, values[index]))
        left -= load.sensors
        minute += 1


def request(content: bytes) -> bytes:
    """A push as a sensor's own HTTP client sends it."""
    return (
        b"POST /push/xovis_v5 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"X-Push-Key: %s\r\nContent-Length: %d\r\n\r\n%s"
        % (ENROLMENT.encode(), len(content), content)
    )


def question(path: str) -> bytes:
    """A question as a caller's HTTP client asks it."""
    return b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: %s\r\n\r\n" % (
        path.encode(),
        KEY.encode(),
    )


class Pushing:
    """All connections together, and what they saw."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.ready = iter(list(requests(load)))
        self.sent = 0
        self.answered = 0
        self.statuses: Counter[bytes] = Counter()
        self.waited_s: list[float] = []
        self.began_s = 0.0
        self.cpu_began_s = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def next(self) -> bytes | None:
        """The next request, or None when all are out."""
        self.sent += 1
        return next(self.ready, None)

    def saw(self, status: bytes, waited_s: float) -> None:
        """One answer."""
        self.answered += 1
        if self.answered > self.load.warm_up:
            self.statuses[status] += 1
            self.waited_s.append(waited_s)
        elif self.answered == self.load.warm_up:
            self.start_clock()
        if self.answered == self.load.pushes and not self.done.done():
            self.done.set_result(None)

    def start_clock(self) -> None:
        """From here on it is measured."""
        self.began_s = perf_counter()
        self.cpu_began_s = _cpu_s()

    def seen(self) -> Seen:
        """The sum of it."""
        return Seen(
            pushes=len(self.waited_s),
            seconds=perf_counter() - self.began_s,
            cpu_s=_cpu_s() - self.cpu_began_s,
            p50_ms=1000 * percentile(self.waited_s, 0.5),
            p99_ms=1000 * percentile(self.waited_s, 0.99),
            statuses={status.decode(): n for status, n in self.statuses.items()},
        )


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Connection(asyncio.Protocol):
    """One sensor's connection: a request, its answer, the next request."""

    def __init__(self, pushing: Pushing) -> None:
        self._pushing = pushing
        self._got = b""
        self._sent_s = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the start."""
        self._transport = cast(asyncio.Transport, transport)

    def push(self) -> None:
        """Send the next request, if there is one."""
        content = self._pushing.next()
        if content is not None:
            assert self._transport is not None
            self._sent_s = perf_counter()
            self._transport.write(content)

    def data_received(self, data: bytes) -> None:
        """A part of an answer; mostly all of it."""
        got = self._got = self._got + data if self._got else data
        head = got.find(LAST)
        if head < 0 or len(got) - head - len(LAST) < length_of(got[:head]):
            return
        self._got = b""
        self._pushing.saw(got[9:12], perf_counter() - self._sent_s)
        if not self._pushing.load.per_s:
            self.push()

    def connection_lost(self, error: Exception | None) -> None:
        """The server should not close; what it owed counts as lost."""
        if not self._pushing.done.done():
            self._pushing.done.set_exception(error or ConnectionError("the server closed"))


def length_of(head: bytes) -> int:
    """The length that an answer's head announces; none for 204."""
    at = head.lower().find(b"content-length:")
    return 0 if at < 0 else int(head[at + 15 :].split(b"\r\n", 1)[0])


async def push_all(load: Load) -> Seen:
    """Send everything, and wait for every answer."""
    pushing = Pushing(load)
    loop = asyncio.get_running_loop()
    connections = []
    for _ in range(load.connections):
        _, connection = await loop.create_connection(
            lambda: Connection(pushing), "127.0.0.1", load.port
        )
        connections.append(connection)
    if not load.warm_up:
        pushing.start_clock()
    if load.per_s:
        await _push_evenly(load, connections)
    else:
        for connection in connections:
            connection.push()
    await pushing.done
    return pushing.seen()


async def _push_evenly(load: Load, connections: list[Connection]) -> None:
    """So many each second, whether answers come or not; a connection never has two on the way."""
    began_s = perf_counter()
    for at in range(load.pushes):
        await asyncio.sleep(max(0.0, began_s + at / load.per_s - perf_counter()))
        connections[at % len(connections)].push()


def main() -> None:
    """Do what standard input says."""
    load = Load(**json.load(sys.stdin))
    seen = uvloop.run(push_all(load))
    json.dump(asdict(seen), sys.stdout)


if __name__ == "__main__":
    main()
