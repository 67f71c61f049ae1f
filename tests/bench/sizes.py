"""(d) Bytes on disk for each bin, memory under a thousand sensors, and a month that comes late."""

import asyncio
import http.client
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import apsw

from countline import clock
from countline.drivers import DRIVERS
from countline.drivers.reading import Decoded, Push, Reading
from countline.model.claim import Minute
from countline.store import Accepted, open_store
from tests.bench import servers
from tests.bench.figures import Aim, Figure, figure
from tests.bench.filling import copy_of, end_minute, history_file, recent_file, settle
from tests.bench.ingest import catch_up_s
from tests.bench.load import Load
from tests.bench.setting import Setting
from tests.bench.world import (
    DAY_MINUTES,
    ENROLMENT,
    MEASURES,
    Crowd,
    body,
    register,
    sensor_minutes,
)

NAME = "sizes"
HOT = ("bin", "rev", "hour")
COLD = ("cold", "coldq", "day")
MONTH_DAYS = 30


async def run(setting: Setting) -> AsyncIterator[Figure]:
    """Disk, then memory, then backfill."""
    crowd = Crowd(sensors=setting.size(2_000, 100), per_location=20)
    bins = setting.size(10_000_000)
    recent = await recent_file(setting.folder, crowd, bins)
    minutes = -(-bins // (crowd.sensors * MEASURES))
    made = crowd.sensors * MEASURES * minutes
    hot = table_bytes(recent, HOT) / made
    yield figure(NAME, "a hot bin, with its sums", "bytes", hot, Aim("<", 6), f"{made:,} bins")
    yield figure(NAME, "the same, whole file", "bytes", recent.stat().st_size / made)
    few = Crowd(sensors=40, per_location=4)
    days = -(-bins // (few.sensors * MEASURES * DAY_MINUTES))
    history = await history_file(setting.folder, few, bins)
    cold_bins = _cold_bins(few, days)
    if cold_bins:
        cold = table_bytes(history, COLD) / cold_bins
        aim = Aim("<", 1)
        yield figure(NAME, "a cold bin, with its sums", "bytes", cold, aim, f"{cold_bins:,} bins")
    yield await _memory(setting)
    async for one in _backfill(setting):
        yield one


def table_bytes(path: Path, names: Sequence[str]) -> int:
    """Bytes of whole pages that these tables take."""
    conn = apsw.Connection(str(path), apsw.SQLITE_OPEN_READONLY)
    rows = conn.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
    conn.close()
    return sum(int(str(size)) for name, size in rows if name in names)


def _cold_bins(crowd: Crowd, days: int) -> int:
    today = clock.now_s() // 86_400
    old_end = (clock.now_s() // 60 - 3 * DAY_MINUTES) // DAY_MINUTES
    return max(0, old_end - (today - days)) * crowd.sensors * MEASURES * DAY_MINUTES


async def _memory(setting: Setting) -> Figure:
    """The most that a server took while 1,000 sensors pushed an hour, a minute in a few seconds."""
    crowd = Crowd(sensors=setting.size(1_000, 50), per_location=20)
    rounds = setting.size(60, 5)
    path = await recent_file(setting.folder, crowd, setting.size(1_000_000))
    data = copy_of(path, setting.folder / "memory")
    with servers.countline(data.parent) as server:
        for at in range(rounds):
            load = Load(
                port=server.port,
                connections=crowd.sensors,
                sensors=crowd.sensors,
                first_minute=end_minute(path) + at,
                pushes=crowd.sensors,
            )
            await asyncio.to_thread(servers.push, load)
        await asyncio.to_thread(catch_up_s, data)
        most = servers.memory_bytes(server.pid) / 1e6
    note = f"{crowd.sensors:,} connections, {rounds} minutes"
    return figure(NAME, "memory, 1,000 sensors a minute", "MB", most, Aim("<", 150), note)


async def _backfill(setting: Setting) -> AsyncIterator[Figure]:
    """A sensor-month of minutes: into the store at once, and pushed a day at a time over HTTP."""
    crowd = Crowd(sensors=1 + setting.rounds, per_location=20)
    first = (clock.now_s() // 86_400 - MONTH_DAYS - 4) * DAY_MINUTES
    path = setting.folder / "backfill" / "countline.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.iterdir():
        old.unlink()
    store = open_store(path)
    await store.write(lambda tx: register(tx, crowd, first_minute=first))
    times: list[float] = []
    for index in range(setting.rounds):
        minutes = sensor_minutes(index, first, MONTH_DAYS * DAY_MINUTES)
        began_s = perf_counter()
        await store.apply([Accepted(received_ms=clock.now_ms(), minutes=minutes)])
        times.append(perf_counter() - began_s)
    await store.close()
    settle(path)
    yield figure(NAME, "a sensor-month, into the store", "s", times, Aim("<", 1))
    bodies = month_bodies(setting.rounds, first)
    with servers.countline(path.parent) as server:
        began_s = perf_counter()
        await asyncio.to_thread(_post_all, server.port, bodies)
        pushed_s = perf_counter() - began_s
        seen_s = pushed_s + await asyncio.to_thread(catch_up_s, path)
    size = sum(map(len, bodies)) / 1e6
    note = f"{len(bodies)} bodies, {size:.0f} MB"
    yield figure(NAME, "a sensor-month, pushed", "s", pushed_s, note=note)
    yield figure(NAME, "a sensor-month, pushed and followed", "s", seen_s)


def month_bodies(index: int, first: int) -> list[bytes]:
    """What a sensor sends that was cut off for a month: one body for each day."""
    driver = DRIVERS["xovis_v5"]
    push = Push(driver=driver.name, body=body(index, first, [0] * MEASURES), received_ms=0)
    (shape,) = driver.decode(push)
    minutes = sensor_minutes(index, first, MONTH_DAYS * DAY_MINUTES)
    return [
        driver.encode([replace(shape, sequence=at, readings=_readings(shape, minutes, at))])
        for at in range(0, len(minutes), DAY_MINUTES)
    ]


def _readings(shape: Decoded, minutes: Sequence[Minute], at: int) -> list[Reading]:
    told: list[Reading] = []
    for minute in minutes[at : at + DAY_MINUTES]:
        for line, channel in enumerate(shape.channels):
            values = minute.values[2 * line : 2 * line + 2]
            names = [m.measure for m in channel.measures]
            pairs = tuple((n, v) for n, v in zip(names, values, strict=True) if v is not None)
            told.append(Reading(channel.channel, minute.minute * 60, 60, 60, pairs))
    return told


def _post_all(port: int, bodies: Sequence[bytes]) -> None:
    conn = http.client.HTTPConnection("127.0.0.1", port)
    for content in bodies:
        conn.request("POST", "/push/xovis_v5", content, {"X-Push-Key": ENROLMENT})
        answer = conn.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{answer.status} {text.decode()[:300]}")
