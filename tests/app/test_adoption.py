"""Adoption of emulated sensors over real sockets: once, again, half-way, and undone."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from countline.emulator.v5 import Device, Release, emulated_sensor, listening
from countline.engine.adopting import AdoptionAsked, AdoptionReport
from countline.errors import DeviceError
from countline.model.ids import SensorId
from countline.vault import Secret
from tests.app.gatehouse import Gatehouse, gatehouse

PASSWORD = Secret("pass")


def with_device(
    folder: Path,
    work: Callable[[Gatehouse, Device, str], Awaitable[None]],
    personality: Release = "5.6",
    **more: Any,
) -> None:
    """Run a test with a gateway and one device, reached over HTTPS."""

    async def story() -> None:
        device = emulated_sensor(personality, **more)
        async with gatehouse(folder) as house, listening(device, tls=True) as address:
            await work(house, device, str(address))

    asyncio.run(story())


async def adopt(house: Gatehouse, address: str, **more: Any) -> AdoptionReport:
    more.setdefault("password", PASSWORD)
    more.setdefault("sensor_id", "S1")
    more.setdefault("location_id", "HALL")
    return await house.adopter.adopt(AdoptionAsked(address=address, **more))


@pytest.mark.parametrize("personality", ["5.0", "5.3", "5.6", "5.9"])
def test_adopted_once_again_and_undone(tmp_path: Path, personality: Release) -> None:
    async def work(house: Gatehouse, device: Device, address: str) -> None:
        found = device.snapshot()
        report = await adopt(house, address)
        assert report.changed
        assert report.connection_test == "OK"
        assert report.history.fresh > 30 * 1_440
        assert any("line" in step.what for step in report.steps if step.where == "catalogue")
        assert device.snapshot() != found
        adopted = device.snapshot()

        again = await adopt(house, address)
        assert not again.changed
        assert device.snapshot() == adopted

        released = await house.releaser.release("S1")
        assert not released.pending
        assert device.snapshot() == found

    with_device(tmp_path, work, personality)


def test_a_dry_run_changes_nothing_and_says_what_it_would(tmp_path: Path) -> None:
    async def work(house: Gatehouse, device: Device, address: str) -> None:
        found = device.snapshot()
        report = await adopt(house, address, dry_run=True)
        assert report.dry_run
        assert [s.action for s in report.steps if s.where == "device"] == ["create"] * 4
        assert device.snapshot() == found
        assert SensorId("S1") not in (await house.engine.desk.fresh()).sensor_by_id

    with_device(tmp_path, work)


def test_a_wrong_password_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    async def work(house: Gatehouse, device: Device, address: str) -> None:
        found = device.snapshot()
        with pytest.raises(DeviceError) as caught:
            await adopt(house, address, password=Secret("wrong"))
        assert caught.value.error_code == "device_login_failed"
        assert device.snapshot() == found
        assert not (await house.engine.desk.fresh()).sensors

    with_device(tmp_path, work)
