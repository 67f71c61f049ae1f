"""A device's configuration, read and changed over real sockets: all of it or nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from countline import clock
from countline.devices.configuring import Configurer
from countline.devices.xovis_v5 import Login
from countline.emulator.v5 import Device, Release, emulated_sensor, listening
from countline.engine.adopting import AdoptionAsked
from countline.engine.configuring import AgentPart, ChangeAsked, Configuration, LogicPart, ScenePart
from countline.errors import BadQuery, Conflict, DeviceError
from countline.vault import Secret
from tests.app.gatehouse import Gatehouse, gatehouse

PASSWORD = Secret("pass")
LINE = ScenePart(id=None, name="Side door", kind="line", points=((-1.0, 1.0), (1.0, 1.0)))
Work = Callable[[Configurer, Device, str], Awaitable[None]]


def with_configurer(folder: Path, work: Work, personality: Release = "5.6", **more: Any) -> None:
    """Run a test with an adopted device."""

    async def story() -> None:
        device = emulated_sensor(personality, installed_s=clock.now_s() - 3_600, **more)
        async with gatehouse(folder) as house, listening(device) as address:
            await adopt(house, address)
            await work(Configurer(house.adoptions), device, address)

    asyncio.run(story())


async def adopt(house: Gatehouse, address: str) -> None:
    await house.adopter.adopt(
        AdoptionAsked(address=address, password=PASSWORD, sensor_id="S1", location_id="HALL")
    )


async def change(
    configurer: Configurer, how: Callable[[Configuration], Configuration], **more: Any
) -> Configuration:
    """Read, change, and give what is there afterwards."""
    now = (await configurer.configuration("S1")).configuration
    etag = more.pop("etag", now.etag)
    done = await configurer.configure("S1", ChangeAsked(change=how, etag=etag, who="me", **more))
    return done.configuration


@pytest.mark.parametrize("personality", ["5.0", "5.3", "5.6", "5.9"])
def test_everything_is_changed_at_once_and_written_down(
    tmp_path: Path, personality: Release
) -> None:
    async def work(configurer: Configurer, device: Device, address: str) -> None:
        def how(now: Configuration) -> Configuration:
            return replace(
                now,
                name="South",
                group="Shop",
                time=replace(now.time, time_zone="Europe/Zurich"),
                privacy_mode=2,
                geometries=(*now.geometries, LINE),
            )

        after = await change(configurer, how)
        assert (after.name, after.group, after.privacy_mode) == ("South", "Shop", 2)
        assert after.time.time_zone == "Europe/Zurich"
        side = next(g for g in after.geometries if g.name == "Side door")
        assert side.points == LINE.points

        def count(now: Configuration) -> Configuration:
            options = {"count_line_id": side.id}
            logic = LogicPart(
                id=None, name="Side", template="XLT_LINE_IN_OUT_COUNT", options=options
            )
            return replace(now, logics=(*now.logics, logic))

        after = await change(configurer, count)
        assert [x.name for x in after.logics][-1] == "Side"
        told = [(c.who, c.what) for c in await configurer.changes("S1")]
        assert told[0] == ("me", f"make logic {after.logics[-1].id} (Side)")
        assert ("me", "set privacy mode 2") in told
        assert not (await configurer.configuration("S1")).drift

    with_configurer(tmp_path, work, personality)


def test_taken_away_again_it_is_as_before(tmp_path: Path) -> None:
    async def work(configurer: Configurer, device: Device, address: str) -> None:
        found = device.snapshot()
        before = (await configurer.configuration("S1")).configuration
        await change(configurer, lambda now: replace(now, geometries=(*now.geometries, LINE)))
        assert device.snapshot() != found
        after = await change(configurer, lambda now: before)
        assert after == before
        assert device.snapshot() == found

    with_configurer(tmp_path, work)


def test_several_logics_are_one_transaction_and_a_refusal_undoes_all(tmp_path: Path) -> None:
    async def work(configurer: Configurer, device: Device, address: str) -> None:
        found = device.snapshot()

        def how(now: Configuration) -> Configuration:
            line = next(g for g in now.geometries if g.kind == "line")
            good, bad = (
                LogicPart(id=None, name=name, template=t, options={"count_line_id": line.id})
                for name, t in (("one", "XLT_LINE_IN_OUT_COUNT"), ("two", "XLT_NO_SUCH"))
            )
            scene = (*now.geometries, LINE)
            return replace(now, name="Other", geometries=scene, logics=(*now.logics, good, bad))

        with pytest.raises(DeviceError):
            await change(configurer, how)
        assert device.snapshot() == found

    with_configurer(tmp_path, work)


def test_a_licence_that_is_missing(tmp_path: Path) -> None:
    async def work(configurer: Configurer, device: Device, address: str) -> None:
        found = device.snapshot()

        def how(now: Configuration) -> Configuration:
            line = next(g for g in now.geometries if g.kind == "line")
            logic = LogicPart(
                id=None,
                name="Prams",
                template="XLT_PRAM_LINE_IN_OUT_COUNT",
                options={"count_line_id": line.id},
            )
            return replace(now, logics=(*now.logics, logic))

        with pytest.raises(DeviceError) as caught:
            await change(configurer, how)
        assert caught.value.error_code == "device_license_missing"
        assert device.snapshot() == found

    with_configurer(tmp_path, work, licences={})


@pytest.mark.parametrize(
    ("how", "field"),
    [
        (lambda now: replace(now, time=replace(now.time, time_zone="Mars")), "time.time_zone"),
        (lambda now: replace(now, privacy_mode=7), "privacy_mode"),
        (
            lambda now: replace(now, geometries=(*now.geometries, replace(LINE, points=((0, 0),)))),
            "geometries[2].points",
        ),
        (lambda now: replace(now, geometries=(LINE,) * 40), "geometries"),
        (lambda now: replace(now, geometries=()), "logics[0].options.count_line_id"),
        (lambda now: replace(now, agents=()), "agents"),
        (
            lambda now: replace(now, logics=(*now.logics, LogicPart(id=77, name="?"))),
            "logics[2].id",
        ),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_sent(
    tmp_path: Path, how: Callable[[Configuration], Configuration], field: str
) -> None:
    async def work(configurer: Configurer, device: Device, address: str) -> None:
        changes = device.changes
        with pytest.raises(BadQuery) as caught:
            await change(configurer, how)
        assert field in [e.field for e in caught.value.errors]
        assert device.changes == changes

    with_configurer(tmp_path, work)


def test_somebody_was_faster(tmp_path: Path) -> None:
    async def work(configurer: Configurer, device: Device, address: str) -> None:
        before = (await configurer.configuration("S1")).configuration
        await change(configurer, lambda now: replace(now, name="First"))
        with pytest.raises(Conflict) as caught:
            await change(configurer, lambda now: replace(now, name="Second"), etag=before.etag)
        assert caught.value.error_code == "changed_meanwhile"

    with_configurer(tmp_path, work)


def test_a_dry_run_says_what_it_would_do(tmp_path: Path) -> None:
    async def work(configurer: Configurer, device: Device, address: str) -> None:
        found = device.snapshot()
        now = (await configurer.configuration("S1")).configuration
        told = await configurer.configure(
            "S1",
            ChangeAsked(
                change=lambda now: replace(now, name="X"), etag=now.etag, who="me", dry_run=True
            ),
        )
        assert told.steps == (f"call it 'X' of {now.group!r}",)
        assert device.snapshot() == found

    with_configurer(tmp_path, work)


def test_drift_is_found_shown_and_written_down_once(tmp_path: Path) -> None:
    async def story() -> None:
        device = emulated_sensor("5.6", installed_s=clock.now_s() - 3_600)
        async with gatehouse(tmp_path) as house, listening(device) as address:
            await adopt(house, address)
            configurer = Configurer(house.adoptions)
            login = Login("admin", PASSWORD)
            async with house.adoptions.devices.client(address, login=login) as client:
                known = await client.device.id()
                await client.device.write_id(known.amended({"name": "Renamed there"}))
            told = await configurer.configuration("S1")
            assert [(d.before != d.after, d.after) for d in told.drift] == [(True, "Renamed there")]
            await configurer.note_drift("S1")
            await configurer.note_drift("S1")
            (one,) = [c for c in await configurer.changes("S1") if c.who == "device"]
            assert "name" in one.what
            now = told.configuration
            again = await configurer.configure(
                "S1", ChangeAsked(change=lambda seen: seen, etag=now.etag, who="me")
            )
            assert not again.drift, "seen and accepted"

    asyncio.run(story())


def test_an_agent_of_others_may_be_made_and_removed(tmp_path: Path) -> None:
    async def work(configurer: Configurer, device: Device, address: str) -> None:
        def more(now: Configuration) -> Configuration:
            ours = now.agents[0]
            agent = AgentPart(
                id=None,
                name="theirs",
                type="LOGICS",
                enabled=False,
                connection=ours.connection,
                config=ours.config,
            )
            return replace(now, agents=(*now.agents, agent))

        after = await change(configurer, more)
        assert [a.name for a in after.agents if not a.ours] == ["theirs"]
        after = await change(
            configurer, lambda now: replace(now, agents=tuple(a for a in now.agents if a.ours))
        )
        assert all(a.ours for a in after.agents)

    with_configurer(tmp_path, work)
