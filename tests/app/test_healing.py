"""A running server heals what a device's link lost, over real sockets and without a hand of ours."""

import asyncio
from pathlib import Path

import pytest

from countline import clock
from countline.devices.xovis_v5 import Login
from countline.emulator.v5 import Device, Link, emulated_sensor, listening
from countline.engine import heal
from countline.engine.adopting import AdoptionAsked
from countline.model.adoption import Hole
from countline.model.ids import SensorId
from countline.model.interval import Granularity
from countline.model.query import Asked, Query, Row
from countline.vault import Secret
from tests.app.gatehouse import Gatehouse, gatehouse

PASSWORD = Secret("pass")
HOUR_S, MINUTE_S = 3_600, 60
PATIENCE_S = 60  # far more than it takes


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """A healer that looks at once, two days back."""
    monkeypatch.setattr(heal, "TICK_S", 0.1)
    monkeypatch.setattr(heal, "LOOKS_S", ((0, 2 * 24 * HOUR_S),))


async def adopted(house: Gatehouse, address: str) -> int:
    """By the server's own desk, without its history; gives the agent of counts."""
    await house.fieldwork.desk.adopt(
        AdoptionAsked(
            address=address, password=PASSWORD, sensor_id="S1", location_id="HALL", history=False
        )
    )
    (adoption,) = await house.adoptions.book.every()
    return min(int(made["id"]) for made in adoption.made if made["kind"] == "agent")


async def resend(house: Gatehouse, address: str, agent: int, from_s: int, to_s: int) -> None:
    """What the device pushed before its link was lost."""
    login = Login("admin", PASSWORD)
    async with house.adoptions.devices.client(address, login=login) as client:
        await client.at().push.resend(agent, from_s, to_s)


async def minutes(house: Gatehouse, from_s: int, to_s: int) -> list[Row]:
    query = Query(
        asked=Asked(sensor_id=SensorId("S1"), zone_id=None, location_id=None),
        start_s=from_s,
        end_s=to_s,
        granularity=Granularity.MINUTE,
    )
    return (await house.engine.questions.answer(query, None)).groups[0].rows


async def whole(house: Gatehouse, from_s: int, to_s: int) -> list[Row]:
    """The minutes of a stretch, once all of them are there."""
    began_s = clock.elapsed_s()
    while True:
        rows = await minutes(house, from_s, to_s)
        if len(rows) == (to_s - from_s) // MINUTE_S and {row.coverage for row in rows} == {1.0}:
            return rows
        assert clock.elapsed_s() - began_s < PATIENCE_S, await house.engine.store.read(
            lambda view: view.records(Hole)
        )
        await asyncio.sleep(0.05)


async def lost(house: Gatehouse, device: Device, address: str) -> tuple[int, int]:
    """A link that was lost 30 hours ago: what was pushed before is there, and nothing after."""
    agent = await adopted(house, address)
    before_s = (clock.now_s() - 31 * HOUR_S) // MINUTE_S * MINUTE_S
    await resend(house, address, agent, before_s, before_s + HOUR_S)
    await whole(house, before_s, before_s + HOUR_S)
    device.part(Link).lost = True
    return before_s, clock.now_s() // MINUTE_S * MINUTE_S - 5 * MINUTE_S


def truth(device: Device, rows: list[Row]) -> list[tuple[int, int]]:
    world, plan = device.sensor.world, device.sensor.plan
    line = next(logic.line for logic in plan.logics if logic.line is not None)
    counts = [world.counts(line, row.start_s * 1000, row.end_s * 1000) for row in rows]
    return [(one.forward, one.backward) for one in counts]


async def told(house: Gatehouse) -> list[str]:
    """The kinds of all events."""
    return [event.kind for event in await house.engine.store.read(lambda v: v.events(0, 100_000))]


def test_a_lost_link_heals_from_the_devices_memory(tmp_path: Path, eager: None) -> None:
    async def story() -> None:
        device = emulated_sensor("5.6", installed_s=clock.now_s() - 2 * 24 * HOUR_S)
        async with gatehouse(tmp_path) as house, listening(device) as address:
            device.faults.refuses = ("/data/history",)
            from_s, to_s = await lost(house, device, address)
            device.faults.refuses = ()
            rows = await whole(house, from_s, to_s)
            assert [(row.ins, row.outs) for row in rows] == truth(device, rows)
            assert "counts.revised" in await told(house)

    asyncio.run(story())


def test_where_history_is_refused_the_agent_pushes_it_again(tmp_path: Path, eager: None) -> None:
    async def story() -> None:
        device = emulated_sensor("5.6", installed_s=clock.now_s() - 2 * 24 * HOUR_S)
        async with gatehouse(tmp_path) as house, listening(device) as address:
            device.faults.refuses = ("/data/history",)
            from_s, to_s = await lost(house, device, address)
            device.part(Link).lost = False
            rows = await whole(house, from_s, to_s)
            assert [(row.ins, row.outs) for row in rows] == truth(device, rows)
            assert "counts.revised" in await told(house)

    asyncio.run(story())
