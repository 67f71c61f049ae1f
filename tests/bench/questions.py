"""(b) A sensor's day by hours over HTTP with a key, on files of 1, 10 and 100 million bins."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import pairwise

from countline import clock
from tests.bench import servers
from tests.bench.figures import Aim, Figure, figure
from tests.bench.filling import copy_of, history_file
from tests.bench.load import Load, Seen
from tests.bench.setting import Setting
from tests.bench.world import DAY_MINUTES, MEASURES, Crowd, sensor_id

NAME = "questions"
SIZES = (1_000_000, 10_000_000)
SIZES_FULL = (*SIZES, 100_000_000)
CROWD = Crowd(sensors=40, per_location=4)
ASKED = 1_000
WARM_UP = 100
TOGETHER = 8  # connections that ask at once


async def run(setting: Setting) -> AsyncIterator[Figure]:
    """Each size in turns, so that a slow moment of the machine meets all of them."""
    sizes = [setting.size(one) for one in (SIZES_FULL if setting.full else SIZES)]
    alone: dict[int, list[Seen]] = {one: [] for one in sizes}
    together: dict[int, list[Seen]] = {one: [] for one in sizes}
    with ExitStack() as stack:
        running: dict[int, servers.Running] = {}
        for bins in sizes:
            path = await history_file(setting.folder, CROWD, bins)
            data = copy_of(path, setting.folder / f"questions-{bins}")
            running[bins] = stack.enter_context(servers.countline(data.parent))
        for turn in range(setting.rounds):
            for bins, server in running.items():
                for connections, seen in ((1, alone), (TOGETHER, together)):
                    load = _load(server.port, bins, connections, turn, setting)
                    seen[bins].append(await asyncio.to_thread(servers.push, load))
    for bins in sizes:
        for one in _figures(bins, alone[bins], together[bins]):
            yield one
    for small, large in pairwise(sizes):
        growth = [b.p50_ms / a.p50_ms for a, b in zip(alone[small], alone[large], strict=True)]
        name = f"growth of p50, {small:,} to {large:,} bins"
        yield figure(NAME, name, "x", growth, Aim("<", 1.2))


def _load(port: int, bins: int, connections: int, turn: int, setting: Setting) -> Load:
    days = -(-bins // (CROWD.sensors * MEASURES * DAY_MINUTES))
    today = clock.now_s() // 86_400
    dice = random.Random(f"{turn}/{connections}")
    paths = [
        sensor_day(dice.randrange(CROWD.sensors), today - 1 - int(dice.random() * days))
        for _ in range(setting.size(ASKED, 50) + setting.size(WARM_UP, 10))
    ]
    return Load(
        port=port,
        connections=connections,
        sensors=CROWD.sensors,
        first_minute=0,
        pushes=len(paths),
        warm_up=setting.size(WARM_UP, 10),
        paths=tuple(paths),
    )


def sensor_day(index: int, day: int) -> str:
    """A sensor's UTC day by hours."""
    start, end = (
        datetime.fromtimestamp(at * 86_400, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for at in (day, day + 1)
    )
    return (
        f"/v3/data/count?sensor_id={sensor_id(index)}&start_ts={start}&end_ts={end}&granularity=1h"
    )


def _figures(bins: int, alone: list[Seen], together: list[Seen]) -> list[Figure]:
    at = f"{bins:,} bins"
    bad = sum(n for one in alone + together for s, n in one.statuses.items() if s[0] != "2")
    note = f"{bad} refused" if bad else ""
    return [
        figure(
            NAME, f"a sensor's day, p50, {at}", "ms", [s.p50_ms for s in alone], Aim("<", 1.5), note
        ),
        figure(NAME, f"a sensor's day, p99, {at}", "ms", [s.p99_ms for s in alone]),
        figure(NAME, f"{TOGETHER} at once, {at}", "requests/s", [s.per_s for s in together]),
    ]
