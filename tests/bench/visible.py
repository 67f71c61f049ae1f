"""(a) How long until a push is seen: in an answer, and in the number of people present."""

import asyncio
import http.client
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from countline import clock
from tests.bench import servers
from tests.bench.figures import Figure, figure
from tests.bench.filling import copy_of, end_minute, recent_file
from tests.bench.load import Load
from tests.bench.setting import Setting
from tests.bench.world import ENROLMENT, KEY, MEASURES, Crowd, body, location_id, sensor_id

NAME = "visible"
PROBES = 20
WAIT_S_MAX = 30
LOADS = (("at rest", None), ("2,000 pushes a minute", 33.3), ("full load", 0.0))
PEOPLE = 5  # come in with each probe


@dataclass(frozen=True, slots=True)
class Probe:
    """Seconds from the answered push to each of the two sights of it."""

    pushed_s: float
    answer_s: float
    people_s: float


class Prober:
    """One sensor of a location of its own: it pushes a minute, then asks until it is seen.

    Its minutes are recent, since a nightly reset between them and now would hide who came in.
    """

    def __init__(self, port: int, crowd: Crowd, first_minute: int) -> None:
        self._index = crowd.sensors - 1
        self._place = location_id(crowd.locations - 1)
        self._minute = first_minute
        self._conn = http.client.HTTPConnection("127.0.0.1", port)

    def probe(self) -> Probe:
        """One push, and what came of it."""
        before = self._people()
        values = [PEOPLE, *[0] * (MEASURES - 1)]
        sent_s = perf_counter()
        self._call("POST", "/push/xovis_v5", body(self._index, self._minute, values))
        answered_s = perf_counter()
        answer_s = self._until(lambda: self._counted() == PEOPLE)
        people_s = self._until(lambda: self._people() != before)
        self._minute += 1
        return Probe(answered_s - sent_s, answer_s - answered_s, people_s - answered_s)

    def _until(self, seen: Any) -> float:
        began_s = perf_counter()
        while not seen():
            if perf_counter() - began_s > WAIT_S_MAX:
                break
        return perf_counter()

    def _counted(self) -> int | None:
        start, end = (
            datetime.fromtimestamp(at * 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            for at in (self._minute, self._minute + 1)
        )
        path = f"/v3/data/count?sensor_id={sensor_id(self._index)}&granularity=1m"
        rows = self._call("GET", f"{path}&start_ts={start}&end_ts={end}")["data"]
        return rows[0]["in"] if rows else None

    def _people(self) -> int | None:
        told = self._call("GET", f"/v3/data/live?location_id={self._place}")
        people: int | None = told["data"][0]["last_known"]
        return people

    def _call(self, method: str, path: str, content: bytes | None = None) -> Any:
        headers = {"X-API-Key": KEY} if content is None else {"X-Push-Key": ENROLMENT}
        self._conn.request(method, path, content, headers)
        answer = self._conn.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status} {text.decode()[:300]}")
        return json.loads(text) if text else None


async def run(setting: Setting) -> AsyncIterator[Figure]:
    """When nothing else comes, at 2,000 pushes a minute, and when it comes as fast as it can."""
    crowd = Crowd(sensors=setting.size(2_000, 100), per_location=20)
    path = await recent_file(setting.folder, crowd, setting.size(10_000_000))
    data = copy_of(path, setting.folder / "visible")
    minute = end_minute(path)
    with servers.countline(data.parent) as server:
        for i, (when, per_s) in enumerate(LOADS):
            recent = clock.now_s() // 60 - (len(LOADS) - i) * PROBES
            prober = Prober(server.port, crowd, recent)
            probes = await _probes(setting, server, crowd, minute, per_s, prober)
            minute += 60
            yield figure(NAME, f"in an answer, {when}", "ms", [1e3 * p.answer_s for p in probes])
            people = [1e3 * p.people_s for p in probes]
            yield figure(NAME, f"in current_people, {when}", "ms", people)


async def _probes(
    setting: Setting,
    server: servers.Running,
    crowd: Crowd,
    minute: int,
    per_s: float | None,
    prober: Prober,
) -> list[Probe]:
    """Probes while the others push; they are all sensors but those of the prober's location."""
    others = crowd.sensors - crowd.per_location
    pushing: asyncio.Task[Any] | None = None
    if per_s is not None:
        pushes = setting.size(40_000, 1_000) if not per_s else setting.size(600, 60)
        load = Load(
            port=server.port,
            connections=64,
            sensors=others,
            first_minute=minute,
            pushes=pushes,
            per_s=per_s,
        )
        pushing = asyncio.create_task(asyncio.to_thread(servers.push, load))
        await asyncio.sleep(2)  # until it is under way
    probes: list[Probe] = []
    while len(probes) < PROBES and not (probes and pushing and pushing.done()):
        probes.append(await asyncio.to_thread(prober.probe))
    if pushing is not None:
        await pushing
    return probes
