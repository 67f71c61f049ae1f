"""A store that refuses at one moment, whichever: what is sent again ends as if it never had."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from countline.drivers.xovis_v5 import DRIVER
from countline.errors import CountlineError
from countline.model.sensor import Channel, Device, Expected, Sensor, Series
from countline.store.opening import open_store
from countline.store.seam import View
from tests.chaos.faulty_store import FaultyStore, Verb
from tests.engine_house import HOUR_S, LOCATION, MINUTE_S, House, at, open_house, package, passing

START_S = at("2026-06-02 08:00")
CALLS_MAX = 60


def said() -> list[tuple[str, int, bytes]]:
    """(sensor, when, body) of every push of a morning: fresh, late, repeated, corrected, coarse."""
    found: list[tuple[str, int, bytes]] = []
    for n in range(5):
        start_s = START_S + n * MINUTE_S
        for number, sensor_id in enumerate(("S1", "S2")):
            one = package(passing(start_s, n + 1, number), sequence=n, serial=None)
            found.append((sensor_id, start_s + 65, DRIVER.encode([one])))
    found.append(found[3])
    better = package(passing(START_S, 9, 2), sequence=9, serial=None)
    found.append(("S1", START_S + 500, DRIVER.encode([better])))
    hour = package(passing(START_S - HOUR_S, 30, 7, length_s=HOUR_S), sequence=10, serial=None)
    found.append(("S2", START_S + 560, DRIVER.encode([hour])))
    found.append(("S2", START_S + 570, b"{nothing"))
    return found


async def end_of(house: House, store: FaultyStore) -> dict[str, Any]:
    """All numbers of the house, without what tells when they were written."""
    store.verb = None
    await house.follow()

    def work(view: View) -> dict[str, Any]:
        series = [one.series for one in view.records(Series)]
        return {
            "bins": [one._replace(commit=0) for one in view.bins(series, 0, 2**40)],
            "claims": {
                (one.series, one.start_s): view.claims(one.series, one.start_s, one.length_s)
                for one in view.bins(series, 0, 2**40)
            },
            "records": [view.records(kind) for kind in (Sensor, Device, Channel, Series, Expected)],
            "failed": sorted({push.body for push in view.pushes("failed")}),
        }

    found = await house.engine.store.read(work)
    rows = await house.rows(START_S - HOUR_S, START_S + HOUR_S, "1h", location=LOCATION)
    found["rows"] = [(r.start_s, r.ins, r.outs, r.occupancy) for r in rows]
    return found


async def morning(house: House, store: FaultyStore) -> dict[str, Any]:
    """Every push until it is taken, and the follower between them; what fails is done again."""
    for sensor_id, at_s, body in said():
        for _ in range(3):
            try:
                await house.push_body(sensor_id, body, at_s=at_s)
                break
            except CountlineError:
                continue
        try:
            await house.engine.follower.step()
        except CountlineError:
            continue
    return await end_of(house, store)


async def lived(folder: Path, verb: Verb, n: int, *, afterwards: bool) -> tuple[Any, int]:
    """How a morning ends with a failure at the n-th call, and how often it failed."""
    await asyncio.to_thread(folder.mkdir)
    store = FaultyStore(open_store(folder / "countline.db", threads=False))
    async with open_house(store, START_S) as house:
        await house.location()
        for sensor_id in ("S1", "S2"):
            await house.sensor(sensor_id)
        store.fail(verb, n, afterwards=afterwards)
        return await morning(house, store), store.failed


@pytest.mark.parametrize("afterwards", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("verb", ["apply", "write", pytest.param("read", marks=pytest.mark.chaos)])
def test_a_failure_at_any_call_changes_nothing(
    verb: Verb, afterwards: bool, tmp_path: Path
) -> None:
    async def main() -> None:
        wanted, _ = await lived(tmp_path / "none", verb, 0, afterwards=False)
        failures = 0
        for n in range(1, CALLS_MAX):
            found, failed = await lived(tmp_path / str(n), verb, n, afterwards=afterwards)
            assert found == wanted, f"a failure at {verb} {n}"
            failures += failed
            if not failed:
                break
        assert failures > 5

    asyncio.run(main())
