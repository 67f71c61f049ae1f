"""(f) How soon a push is heard in streams of events, and what a thousand listeners cost."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from countline import clock
from countline.model.access import Key
from countline.store import open_store
from tests.bench import servers
from tests.bench.displays import Display, Heard, SocketDisplay
from tests.bench.figures import Aim, Figure, figure, percentile
from tests.bench.filling import copy_of, recent_file
from tests.bench.setting import Setting
from tests.bench.world import ENROLMENT, MEASURES, Crowd, body, location_id, sensor_id

NAME = "listening"
PER_S = 1_000 / 60  # a thousand sensors, each once a minute
KEYS = 4  # a key has a most of streams
WAYS: Mapping[str, type[Display]] = {"": Display, " by WebSocket": SocketDisplay}


async def run(setting: Setting) -> AsyncIterator[Figure]:
    """A thousand displays, each of one location, and one that hears of everything; by each way."""
    crowd = Crowd(sensors=setting.size(1_000, 40), per_location=20)
    path = await recent_file(setting.folder, crowd, setting.size(1_000_000))
    data = copy_of(path, setting.folder / "listening")
    keys = [f"cl_displays_{n}" for n in range(KEYS)]
    await _add_keys(data, keys)
    back = iter(range(20, 200, 20))  # minutes that nothing was pushed for yet
    for way, display in WAYS.items():
        with servers.countline(data.parent) as server:
            await _push(server.port, crowd, 20, back=next(back))  # what is made once is made by now
            before = servers.memory_bytes(server.pid, "VmRSS")
            heard: Heard = {}
            listening = []
            for n in range(setting.size(1_000, 20)):
                query = f"?location_id={location_id(n % crowd.locations)}" if n else ""
                key, hears = keys[n % KEYS], {} if n else heard
                listening.append(await display.open(server.port, key, query, hears))
            told = await _push(server.port, crowd, setting.size(600, 40), back=next(back))
            for _ in range(100):
                if all(row in heard for row in told):
                    break
                await asyncio.sleep(0.1)
            more = servers.memory_bytes(server.pid, "VmRSS") - before
            for one in listening:
                one.close()
        for each in _figures(way, told, heard, more, len(listening)):
            yield each


def _figures(
    way: str, told: dict[tuple[str, str], float], heard: Heard, more: int, listeners: int
) -> Iterator[Figure]:
    waits = [1e3 * (heard[row][0] - sent_s) for row, sent_s in told.items() if row in heard]
    lost = len(told) - len(waits)
    note = f"{listeners:,} listeners, {len(told)} pushes, {lost} not heard"
    name = f"push sent to event heard{way}"
    yield figure(NAME, f"{name}, p50", "ms", percentile(waits, 0.5), note=note)
    yield figure(NAME, f"{name}, p99", "ms", percentile(waits, 0.99), Aim("<", 250))
    yield figure(NAME, f"memory for the listeners{way}", "MB", more / 1e6, Aim("<", 100))


async def _push(
    port: int, crowd: Crowd, count: int, *, back: int = 1
) -> dict[tuple[str, str], float]:
    """Push evenly, minutes that ended so many ago and before; when each row was sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    minute = clock.now_s() // 60 - back
    sent: dict[tuple[str, str], float] = {}
    for n in range(count):
        index, at = n % crowd.sensors, minute - n // crowd.sensors
        content = body(index, at, [n % 90 + 1] * MEASURES)
        start = datetime.fromtimestamp(at * 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        sent[sensor_id(index), start] = perf_counter()
        await _ask(reader, writer, "/push/xovis_v5", f"X-Push-Key: {ENROLMENT}", content)
        await asyncio.sleep(1 / PER_S)
    writer.close()
    return sent


async def _add_keys(path: Path, keys: Sequence[str]) -> None:
    store = open_store(path)
    try:
        await store.write(lambda tx: tx.save(*map(_key, keys)))
    finally:
        await store.close()


def _key(secret: str) -> Key:
    digest = hashlib.sha256(secret.encode()).digest()
    return Key(key_id=f"k_{secret}", digest=digest, name="displays", quota=10**9, window_s=60)


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, key: str, content: bytes
) -> bytes:
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: x\r\n{key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n".encode()
        + content
    )
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int((head.partition(b"content-length:")[2] or b"0").split(b"\r\n")[0])
    answer = await reader.readexactly(length)
    if b" 2" not in head[:12]:
        raise RuntimeError(f"{path}: {head.decode()[:60]} {answer.decode()[:200]}")
    return answer
