"""(c) A year of hours of one sensor, and a year of days of a location of 50, occupancy included."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from time import perf_counter

from countline.engine.engine import Engine, make_engine
from countline.model.ids import LocationId, SensorId
from countline.model.interval import Granularity
from countline.model.query import Asked, Query
from countline.store import open_store
from tests.bench import servers
from tests.bench.figures import Aim, Figure, figure
from tests.bench.filling import YEAR_END_DAY, copy_of, year_file
from tests.bench.load import Load
from tests.bench.setting import Setting
from tests.bench.world import Crowd, location_id, sensor_id

NAME = "years"
DAYS = 366
ASKED = 20


async def run(setting: Setting) -> AsyncIterator[Figure]:
    """In the engine alone, and over HTTP."""
    crowd = Crowd(sensors=setting.size(50, 4), per_location=setting.size(50, 4))
    days = setting.size(DAYS, 10)
    path = await year_file(setting.folder, crowd, days)
    data = copy_of(path, setting.folder / "years")
    end_s = YEAR_END_DAY * 86_400
    start_s = end_s - (days - 1) * 86_400
    asks = (
        (f"{days - 1} days of hours, a sensor", _sensor, Granularity.HOUR),
        (f"{days - 1} days of days, {crowd.sensors} sensors", _location, Granularity.DAY),
    )
    engine = make_engine(open_store(data))
    for name, asked, granularity in asks:
        times = [await _time_ms(engine, asked(), start_s, end_s, granularity) for _ in range(ASKED)]
        yield figure(NAME, f"{name}, engine", "ms", times[1:], Aim("<", 40))
    await engine.close()
    with servers.countline(data.parent) as server:
        for name, asked, granularity in asks:
            paths = [_path(asked(), start_s, end_s, granularity) for _ in range(ASKED)]
            load = Load(
                port=server.port,
                connections=1,
                sensors=1,
                first_minute=0,
                pushes=len(paths),
                warm_up=2,
                paths=tuple(paths),
            )
            seen = await asyncio.to_thread(servers.push, load)
            yield figure(NAME, f"{name}, HTTP, p50", "ms", seen.p50_ms, Aim("<", 40))


def _sensor() -> Asked:
    return Asked(sensor_id=SensorId(sensor_id(0)))


def _location() -> Asked:
    return Asked(location_id=LocationId(location_id(0)))


async def _time_ms(
    engine: Engine, asked: Asked, start_s: int, end_s: int, granularity: Granularity
) -> float:
    query = Query(asked=asked, start_s=start_s, end_s=end_s, granularity=granularity)
    began_s = perf_counter()
    await engine.questions.answer(query, None)
    return 1000 * (perf_counter() - began_s)


def _path(asked: Asked, start_s: int, end_s: int, granularity: Granularity) -> str:
    start, end = (
        datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for at_s in (start_s, end_s)
    )
    who = f"sensor_id={asked.sensor_id}" if asked.sensor_id else f"location_id={asked.location_id}"
    return f"/v3/data/count?{who}&start_ts={start}&end_ts={end}&granularity={granularity.value}"
