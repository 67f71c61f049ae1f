"""A gateway that dies, or is refused something, at any step of an adoption: nothing is left half done."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from countline.emulator.v5 import Device
from countline.engine.adopting import AdoptionAsked
from countline.engine.configuring import ChangeAsked, ScenePart
from countline.errors import CountlineError
from countline.model.access import PushSecret
from countline.model.adoption import Adoption, ConfigurationChange
from countline.model.ids import SensorId
from countline.model.place import Line, Location, Zone
from countline.model.sensor import Channel, Sensor, Series
from countline.model.sensor import Device as KnownDevice
from countline.vault import Secret
from tests.app.emulated_devices import NOW_MS, sensor
from tests.app.wired_devices import End, Fate, Killed, WiredHouse, wired_house

HOST = "10.0.0.17"
ENDS: list[End] = ["killed before", "killed after", "refused", "gone"]
STEPS_MAX = 60
KINDS = (Sensor, Location, Zone, Line, PushSecret, KnownDevice, Channel, Series, Adoption)
Prepare = Callable[[WiredHouse], Awaitable[None]]


def new_device() -> Device:
    return sensor("5.6", installed_s=NOW_MS // 1000 - 3_600)


def now_ms() -> int:
    return NOW_MS


async def adopt(house: WiredHouse, **more: Any) -> None:
    asked: dict[str, Any] = {"password": Secret("pass"), "sensor_id": "S1", "location_id": "HALL"}
    await house.desk.adopt(AdoptionAsked(address=f"http://{HOST}", **asked | more))


async def everything(house: WiredHouse) -> dict[str, list[Any]]:
    """What the catalogue holds."""
    return {
        kind.__name__: await house.engine.store.read(lambda view, k=kind: view.records(k))  # type: ignore[misc]
        for kind in KINDS
    }


async def nobody(house: WiredHouse) -> None:
    """Nothing was there before."""


async def registered(house: WiredHouse) -> None:
    """The sensor was registered by hand, and pushes with a secret of its own."""
    await house.engine.desk.add_location(location_id="HALL")
    await house.engine.desk.register_sensor(
        sensor_id="S1", location_id="HALL", serial=new_device().serial
    )
    await house.engine.access.create_push_secret(sensor_id="S1")


async def tried(
    folder: Path, device: Device, fate: Fate, work: Callable[[WiredHouse], Awaitable[None]]
) -> bool:
    """Whether it came to its end."""
    try:
        async with wired_house(folder, {HOST: device}, fate=fate, now_ms=now_ms) as house:
            await work(house)
    except (Killed, CountlineError):
        return False
    return True


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("prepare", [nobody, registered])
def test_an_adoption_that_ends_at_any_step(tmp_path: Path, end: End, prepare: Prepare) -> None:
    async def story() -> None:
        for nth in range(1, STEPS_MAX):
            folder, device = tmp_path / str(nth), new_device()
            folder.mkdir()
            found = device.snapshot()
            async with wired_house(folder, {HOST: device}, now_ms=now_ms) as house:
                await prepare(house)
                before = await everything(house)
            fate = Fate(nth=nth, end=end)
            came_through = await tried(folder, device, fate, adopt)
            async with wired_house(folder, {HOST: device}, now_ms=now_ms) as house:
                await house.desk.finish()
                adoptions = await house.adoptions.book.every()
                if not adoptions:
                    assert device.snapshot() == found, nth
                    assert await everything(house) == before, nth
                    assert not await house.engine.store.read(
                        lambda view: view.records(ConfigurationChange)
                    )
                else:
                    assert [a.state for a in adoptions] == ["adopted"], nth
                adopted = device.snapshot()
                await adopt(house)
                if adoptions:
                    assert device.snapshot() == adopted, nth
                await house.engine.desk.retire_sensor("S1")
                assert not (await house.desk.release("S1")).pending
                assert device.snapshot() == found, nth
            if came_through and fate.steps < nth:
                return
        raise AssertionError("it never came through")

    asyncio.run(story())


OTHER = "http://10.0.0.2:8080"


@pytest.mark.parametrize("end", ENDS)
def test_an_adoption_that_is_done_again_and_ends_at_any_step(tmp_path: Path, end: End) -> None:
    """It mends what somebody broke, and pushes elsewhere; or the device is as it was before."""

    async def story() -> None:
        for nth in range(1, STEPS_MAX):
            folder, device = tmp_path / str(nth), new_device()
            folder.mkdir()
            found = device.snapshot()
            async with wired_house(folder, {HOST: device}, now_ms=now_ms) as house:
                await adopt(house)
                await lose_an_agent(house)
                (before,) = await house.adoptions.book.every()
            broken = device.snapshot()
            fate = Fate(nth=nth, end=end)
            came_through = await tried(folder, device, fate, adopt_elsewhere)
            async with wired_house(folder, {HOST: device}, now_ms=now_ms) as house:
                await house.desk.finish()
                (after,) = await house.adoptions.book.every()
                if after.target == OTHER:
                    mended = device.snapshot()
                    assert mended != broken, nth
                    await adopt_elsewhere(house)
                    assert device.snapshot() == mended, nth
                else:
                    assert device.snapshot() == broken, nth
                    assert after == before, nth
                    await adopt(house)
                await house.engine.desk.retire_sensor("S1")
                assert not (await house.desk.release("S1")).pending
                assert device.snapshot() == found, nth
            if came_through and fate.steps < nth:
                return
        raise AssertionError("it never came through")

    asyncio.run(story())


async def adopt_elsewhere(house: WiredHouse) -> None:
    await adopt(house, push_url=OTHER)


async def lose_an_agent(house: WiredHouse) -> None:
    """Somebody removes one of ours."""
    sensor, adoption = await house.adoptions.adopted("S1")
    ours = [int(entry["id"]) for entry in adoption.made if entry["kind"] == "agent"]
    async with house.adoptions.opened(sensor, adoption) as client:
        await client.at().push.delete_agent(ours[0])


async def release(house: WiredHouse) -> None:
    await house.engine.desk.retire_sensor("S1")
    await house.desk.release("S1")


@pytest.mark.parametrize("end", ENDS)
def test_a_release_that_ends_at_any_step(tmp_path: Path, end: End) -> None:
    async def story() -> None:
        for nth in range(1, STEPS_MAX):
            folder, device = tmp_path / str(nth), new_device()
            folder.mkdir()
            found = device.snapshot()
            async with wired_house(folder, {HOST: device}, now_ms=now_ms) as house:
                await adopt(house)
                adopted = device.snapshot()
            fate = Fate(nth=nth, end=end)
            came_through = await tried(folder, device, fate, release)
            async with wired_house(folder, {HOST: device}, now_ms=now_ms) as house:
                await house.desk.finish()
                catalogue = await house.engine.desk.fresh()
                retired = catalogue.sensor_by_id[SensorId("S1")].state == "retired"
                assert device.snapshot() == (found if retired else adopted), nth
                assert len(await house.adoptions.book.every()) == (not retired), nth
            if came_through and fate.steps < nth:
                return
        raise AssertionError("it never came through")

    asyncio.run(story())


async def configure(house: WiredHouse) -> None:
    """Everything at once: made, changed, removed."""
    now = (await house.desk.configuration("S1")).configuration
    line = ScenePart(id=None, name="Side", kind="line", points=((-1.0, 1.0), (1.0, 1.0)))
    shape = now.geometries[0]
    wanted = replace(
        now,
        name="South",
        time=replace(now.time, time_zone="Europe/Zurich"),
        privacy_mode=1,
        geometries=(replace(shape, name="Renamed"), *now.geometries[1:], line),
        logics=(replace(now.logics[0], name="Other"),),
        agents=(*now.agents, replace(now.agents[0], id=None, name="more", ours=False)),
    )
    await house.desk.configure(
        "S1", ChangeAsked(change=lambda seen: wanted, etag=now.etag, who="me")
    )


def without_numbers(device: Device) -> str:
    """What is kept, but for the ids of modifiers: the device chooses them when a logic is made anew."""
    kept = {path: body for path, body in device.config.kept.items() if "/modifiers" not in path}
    return json.dumps(kept, sort_keys=True, default=repr)


@pytest.mark.parametrize("end", ENDS)
def test_a_change_of_configuration_that_ends_at_any_step(tmp_path: Path, end: End) -> None:
    async def story() -> None:
        for nth in range(1, STEPS_MAX):
            folder, device = tmp_path / str(nth), new_device()
            folder.mkdir()
            async with wired_house(folder, {HOST: device}, now_ms=now_ms) as house:
                await adopt(house)
                logged = len(await house.desk.changes("S1"))
            before = without_numbers(device)
            fate = Fate(nth=nth, end=end)
            came_through = await tried(folder, device, fate, configure)
            async with wired_house(folder, {HOST: device}, now_ms=now_ms) as house:
                await house.desk.finish()
                told = await house.desk.configuration("S1")
                if told.configuration.name == "South":
                    assert len(told.configuration.agents) == 4, nth
                    assert (len(told.configuration.logics), told.configuration.privacy_mode) == (
                        1,
                        1,
                    )
                else:
                    assert without_numbers(device) == before, nth
                    assert len(await house.desk.changes("S1")) == logged, nth
                    await configure(house)
            if came_through and fate.steps < nth:
                return
        raise AssertionError("it never came through")

    asyncio.run(story())
