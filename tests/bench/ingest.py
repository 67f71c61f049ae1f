"""(a) Pushes over HTTP, each on disk before it is answered, beside a peer that only counts them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from tests.bench import servers
from tests.bench.figures import Aim, Figure, figure
from tests.bench.filling import copy_of, end_minute, recent_file
from tests.bench.flushing import commit_ms, flush_ms
from tests.bench.load import Load, Seen
from tests.bench.setting import Setting
from tests.bench.world import Crowd

NAME = "ingest"
CONNECTIONS = (64, 512)
PUSHES = 20_000
WARM_UP = 1_000
SETTLE_S_MAX = 120


@dataclass(slots=True)
class Turn:
    """What one server did in its turns."""

    seen: list[Seen] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)  # of the server, for one push
    caught_up_s: list[float] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        """Pushes per second."""
        return [one.per_s for one in self.seen]


async def run(setting: Setting) -> AsyncIterator[Figure]:
    """`ingest_http_ratio` at each number of connections, in turns."""
    crowd = Crowd(sensors=setting.size(2_000, 100), per_location=20)
    bins = setting.size(10_000_000)
    path = await recent_file(setting.folder, crowd, bins)
    data = copy_of(path, setting.folder / "ingest")
    flush = f"flush {flush_ms(setting.folder):.2f} ms, commit {commit_ms(setting.folder):.2f} ms"
    minutes = _minutes(end_minute(path), crowd, setting.size(PUSHES, 1_000))
    with ExitStack() as stack:
        ours = stack.enter_context(servers.countline(data.parent, core=setting.server_core))
        peer = None
        if setting.peer is not None:
            beside = servers.peer(setting.peer, setting.folder, core=setting.server_core)
            peer = stack.enter_context(beside)
        for connections in CONNECTIONS:
            mine, theirs = Turn(), Turn()
            for _ in range(setting.rounds):
                first = next(minutes)
                await _turn(mine, ours, setting, crowd, first, connections, data)
                if peer is not None:
                    await _turn(theirs, peer, setting, crowd, first, connections, None)
            for one in _figures(mine, theirs, connections, f"{bins:,} bins on file; {flush}"):
                yield one


def _minutes(first: int, crowd: Crowd, pushes: int) -> Iterator[int]:
    """Where each turn begins, so that every push is about a minute that nobody told before."""
    while True:
        yield first
        first += -(-pushes // crowd.sensors)


async def _turn(
    turn: Turn,
    server: servers.Running,
    setting: Setting,
    crowd: Crowd,
    first: int,
    connections: int,
    data: Path | None,
) -> None:
    pushes = setting.size(PUSHES, 1_000)
    load = Load(
        port=server.port,
        connections=connections,
        sensors=crowd.sensors,
        first_minute=first,
        pushes=pushes,
        warm_up=setting.size(WARM_UP, 50),
        core=setting.load_core,
    )
    began_s = servers.cpu_s(server.pid)
    seen = await asyncio.to_thread(servers.push, load)
    turn.cpu_us.append(1e6 * (servers.cpu_s(server.pid) - began_s) / pushes)
    turn.seen.append(seen)
    if data is not None:
        turn.caught_up_s.append(await asyncio.to_thread(catch_up_s, data))


def catch_up_s(data: Path) -> float:
    """How long until followers have passed everything that is committed now."""
    conn = apsw.Connection(str(data), apsw.SQLITE_OPEN_READONLY)
    began_s = time.perf_counter()
    while time.perf_counter() - began_s < SETTLE_S_MAX:
        ((behind,),) = conn.execute(
            "SELECT seq - (SELECT max(seq) FROM cursor WHERE reader = 'occupancy') FROM head"
        ).fetchall()
        if not behind:
            break
        time.sleep(0.01)
    conn.close()
    return time.perf_counter() - began_s


def _figures(mine: Turn, theirs: Turn, connections: int, note: str) -> Iterator[Figure]:
    at = f"{connections} connections"
    if theirs.seen:
        ratios = [a / b for a, b in zip(mine.rates, theirs.rates, strict=True)]
        aim = Aim(">=", 1.5)
        yield figure(NAME, f"ingest_http_ratio, {at}", "x", ratios, aim, note)
        cpu = [b / a for a, b in zip(mine.cpu_us, theirs.cpu_us, strict=True)]
        yield figure(NAME, f"the same by processor time, {at}", "x", cpu)
        yield figure(NAME, f"xovis-sdk, keeps nothing, {at}", "pushes/s", theirs.rates)
        yield figure(NAME, f"xovis-sdk, processor, {at}", "us/push", theirs.cpu_us)
    yield figure(NAME, f"countline, on disk, {at}", "pushes/s", mine.rates, note=_statuses(mine))
    yield figure(NAME, f"countline, processor, {at}", "us/push", mine.cpu_us)
    yield figure(NAME, f"countline, answered, p50, {at}", "ms", [s.p50_ms for s in mine.seen])
    yield figure(NAME, f"countline, answered, p99, {at}", "ms", [s.p99_ms for s in mine.seen])
    yield figure(NAME, f"followers caught up after, {at}", "s", mine.caught_up_s)


def _statuses(turn: Turn) -> str:
    shares = [one.cpu_s / one.seconds for one in turn.seen]
    told = json.dumps(turn.seen[-1].statuses)
    return f"answers {told}; the generator used {100 * max(shares):.0f} % of a core"
