"""Adoptions beside others: at the same time, of the same device, by another gateway, by a limited key."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from countline.devices.turns import Turns
from countline.emulator.v5 import Device
from countline.emulator.v5.fixture import hall
from countline.engine.adopting import AdoptionAsked, AdoptionReport
from countline.errors import BadQuery, Conflict, CountlineError, DeviceError
from countline.model.ids import LocationId, SensorId
from countline.vault import Secret, Vault
from tests.app.emulated_devices import NOW_MS, sensor
from tests.app.wired_devices import WiredHouse, wired_house

A, B = "10.0.0.17", "10.0.0.18"


def now_ms() -> int:
    return NOW_MS


def new_device(nth: int = 0) -> Device:
    return sensor("5.6", installed_s=NOW_MS // 1000 - 3_600, building=hall(2), nth=nth)


async def adopt(house: WiredHouse, host: str = A, **more: Any) -> AdoptionReport:
    asked: dict[str, Any] = {"password": Secret("pass"), "sensor_id": "S1", "location_id": "HALL"}
    return await house.desk.adopt(AdoptionAsked(address=f"http://{host}", **{**asked, **more}))


def test_one_device_adopted_twice_at_once_is_adopted_once(tmp_path: Path) -> None:
    async def story() -> None:
        device = new_device()
        found = device.snapshot()
        async with wired_house(tmp_path, {A: device}, now_ms=now_ms) as house:
            both = await asyncio.gather(adopt(house), adopt(house))
            assert sorted(report.changed for report in both) == [False, True]
            assert len((await house.engine.desk.fresh()).sensors) == 1
            await house.engine.desk.retire_sensor("S1")
            assert not (await house.desk.release("S1")).pending
            assert device.snapshot() == found

    asyncio.run(story())


def test_one_device_as_two_sensors_at_once_is_one_of_them(tmp_path: Path) -> None:
    async def story() -> None:
        async with wired_house(tmp_path, {A: new_device()}, now_ms=now_ms) as house:
            tried = [adopt(house), adopt(house, sensor_id="S2")]
            both = await asyncio.gather(*tried, return_exceptions=True)
            (error,) = [one for one in both if isinstance(one, CountlineError)]
            assert error.error_code == "device_taken"
            assert len((await house.engine.desk.fresh()).sensors) == 1

    asyncio.run(story())


def test_what_is_finished_beside_leaves_an_adoption_alone(tmp_path: Path) -> None:
    async def story() -> None:
        device = new_device()
        async with wired_house(tmp_path, {A: device}, now_ms=now_ms) as house:
            running = asyncio.create_task(adopt(house))
            while not running.done():
                await house.desk.finish()
                await asyncio.sleep(0)
            assert running.result().changed
            (adoption,) = await house.adoptions.book.every()
            assert adoption.state == "adopted"
            assert not (await adopt(house)).changed

    asyncio.run(story())


def test_a_sensor_that_is_retired_while_it_is_adopted_lets_its_device_go(tmp_path: Path) -> None:
    async def story() -> None:
        device = new_device()
        found = device.snapshot()
        async with wired_house(tmp_path, {A: device}, now_ms=now_ms) as house:
            await house.engine.desk.add_location(location_id="HALL")
            await house.engine.desk.register_sensor(sensor_id="S1", location_id="HALL")
            running = asyncio.create_task(adopt(house))
            while not await house.adoptions.book.every():  # noqa: ASYNC110
                await asyncio.sleep(0)
            await house.engine.desk.retire_sensor("S1")
            await house.desk.release("S1")
            with pytest.raises(Conflict):
                await running
            await house.desk.finish()
            assert not await house.adoptions.book.every()
            assert device.snapshot() == found

    asyncio.run(story())


def test_another_process_has_to_wait_for_its_turn(tmp_path: Path) -> None:
    async def story() -> None:
        here, there = Turns(tmp_path / "turns"), Turns(tmp_path / "turns")
        async with here.turn("00:6e:02:00:00:01"):
            for other in (here, there):
                with pytest.raises(DeviceError) as caught:
                    async with other.turn("00:6e:02:00:00:01", wait_s=0):
                        raise AssertionError("two at once")
                assert caught.value.error_code == "device_busy"
            async with there.turn("00:6e:02:00:00:02", wait_s=0):
                pass
        async with there.turn("00:6e:02:00:00:01", wait_s=0):
            pass
        assert not list((tmp_path / "turns").iterdir())

    asyncio.run(story())


def test_two_gateways_share_a_device_and_each_takes_back_its_own(tmp_path: Path) -> None:
    async def story() -> None:
        device = new_device()
        found = device.snapshot()
        (tmp_path / "one").mkdir()
        (tmp_path / "two").mkdir()
        async with (
            wired_house(tmp_path / "one", {A: device}, now_ms=now_ms) as one,
            wired_house(tmp_path / "two", {A: device}, now_ms=now_ms) as two,
        ):
            tried = await asyncio.gather(
                adopt(one, push_url="http://10.0.0.1:80"),
                adopt(two, push_url="http://10.0.0.2:80"),
                return_exceptions=True,
            )
            for report in tried:
                assert isinstance(report, AdoptionReport | DeviceError), report
            await adopt(one, push_url="http://10.0.0.1:80")
            await adopt(two, push_url="http://10.0.0.2:80")
            assert not (await adopt(one, push_url="http://10.0.0.1:80")).changed
            assert not (await adopt(two, push_url="http://10.0.0.2:80")).changed
            await one.engine.desk.retire_sensor("S1")
            await one.desk.release("S1")
            assert not (await adopt(two, push_url="http://10.0.0.2:80")).changed
            await two.engine.desk.retire_sensor("S1")
            await two.desk.release("S1")
            assert device.snapshot() == found

    asyncio.run(story())


# -- passwords ------------------------------------------------------------------------------------
def test_a_kept_password_goes_to_no_other_address_unproved(tmp_path: Path) -> None:
    async def story() -> None:
        device = new_device()
        async with wired_house(tmp_path, {A: device, B: device}, now_ms=now_ms) as house:
            await adopt(house)
            with pytest.raises(BadQuery) as caught:
                await adopt(house, B, password=None)
            assert caught.value.errors[0].field == "password"
            assert not (await adopt(house, password=None)).changed
            await adopt(house, B)

    asyncio.run(story())


def test_accepting_a_certificate_asks_for_the_password_again(tmp_path: Path) -> None:
    async def story() -> None:
        device = new_device()
        shown = {A: "a" * 64}
        async with wired_house(
            tmp_path, {A: device, B: device}, fingerprints=shown, now_ms=now_ms
        ) as house:
            await adopt(house)
            shown |= {A: "b" * 64, B: "a" * 64}
            with pytest.raises(BadQuery):
                await adopt(house, password=None, accept_certificate=True)
            await adopt(house, B, password=None)  # another address, and proved

    asyncio.run(story())


def test_an_address_that_went_to_another_device_is_not_asked(tmp_path: Path) -> None:
    """Without a certificate, only its serial number says which device answers."""

    async def story() -> None:
        devices = {A: new_device(), B: new_device(1)}
        async with wired_house(tmp_path, devices, now_ms=now_ms) as house:
            await adopt(house)
            devices[A], devices[B] = devices[B], devices[A]
            _, adoption = await house.adoptions.adopted("S1")
            for refused in (
                house.desk.configuration("S1"),
                house.desk.trust("S1"),
                house.desk.log_in("S1", "admin", Secret("pass")),
                house.rounds.history(adoption, NOW_MS // 1000 - 600, NOW_MS // 1000),
                house.rounds.facts(adoption),
            ):
                with pytest.raises(DeviceError) as caught:
                    await refused
                assert caught.value.error_code == "device_exchanged"
            assert (await adopt(house, B)).address == f"http://{B}:80"
            await house.desk.configuration("S1")

    asyncio.run(story())


@pytest.mark.parametrize("lost", ["key", "secret"])
def test_a_sensor_whose_secrets_are_lost_is_adopted_again(tmp_path: Path, lost: str) -> None:
    """By a key file that is gone, or since somebody gave the sensor another secret by hand."""

    async def story() -> None:
        device = new_device()
        found = device.snapshot()
        async with wired_house(tmp_path, {A: device}, now_ms=now_ms) as house:
            await adopt(house)
            if lost == "secret":
                await house.engine.access.create_push_secret(sensor_id="S1")
        vault = Vault({1: (b"k" if lost == "secret" else b"n") * 32})
        async with wired_house(tmp_path, {A: device}, now_ms=now_ms, vault=vault) as house:
            assert (await adopt(house)).changed
            assert not (await adopt(house, password=None)).changed
            (adoption,) = await house.adoptions.book.every()
            catalogue = await house.engine.desk.fresh()
            assert sum(s.withdrawn_s is None for s in catalogue.secrets.values()) == 1
            assert await house.engine.access.admits(house.adoptions.push_secret(adoption).reveal())
            await house.engine.desk.retire_sensor("S1")
            assert not (await house.desk.release("S1")).pending
            assert device.snapshot() == found

    asyncio.run(story())


# -- limited keys ---------------------------------------------------------------------------------
@pytest.mark.parametrize("sensor_id", ["S1", None, "NEW"])
def test_a_limited_key_learns_nothing_of_other_locations(
    tmp_path: Path, sensor_id: str | None
) -> None:
    async def story() -> None:
        devices = {A: new_device(), B: new_device(1)}
        async with wired_house(tmp_path, devices, now_ms=now_ms) as house:
            await adopt(house, sensor_id="SECRET-NAME", location_id="SECRET-PLACE")
            await house.engine.desk.add_location(location_id="MINE")
            before = devices[A].snapshot()
            sight = frozenset({LocationId("MINE")})
            with pytest.raises(CountlineError) as caught:
                await adopt(house, sensor_id=sensor_id, location_id="MINE", sight=sight)
            assert "SECRET" not in str(vars(caught.value))
            with pytest.raises(CountlineError) as caught:
                await adopt(house, B, sensor_id="SECRET-NAME", location_id="MINE", sight=sight)
            assert "PLACE" not in str(vars(caught.value))
            assert devices[A].snapshot() == before
            await adopt(house, B, sensor_id=sensor_id, location_id="MINE", sight=sight)

    asyncio.run(story())


def test_a_retired_sensor_is_not_adopted_into(tmp_path: Path) -> None:
    async def story() -> None:
        async with wired_house(tmp_path, {A: new_device()}, now_ms=now_ms) as house:
            await adopt(house)
            await house.engine.desk.retire_sensor("S1")
            with pytest.raises(Conflict) as caught:
                await adopt(house)
            assert caught.value.error_code == "id_taken"
            await adopt(house, sensor_id="S2")
            states = (await house.engine.desk.fresh()).sensor_by_id
            assert states[SensorId("S2")].state == "adopted"
            await house.desk.finish()
            assert not (await adopt(house, sensor_id="S2")).changed

    asyncio.run(story())
