"""Adoption of emulated sensors over real sockets: once, again, half-way, and undone."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from countline import clock
from countline.devices.xovis_v5 import Context, Login
from countline.devices.xovis_v5.looking import wanted_logic
from countline.emulator.v5 import Certificate, Device, Release, emulated_sensor, listening
from countline.engine.adopting import AdoptionAsked, AdoptionReport
from countline.errors import DeviceError
from countline.vault import Secret
from tests.app.gatehouse import Gatehouse, gatehouse

PASSWORD = Secret("pass")
PATIENCE_S = 60  # far more than it takes


def with_device(
    folder: Path,
    work: Callable[[Gatehouse, Device, str], Awaitable[None]],
    personality: Release = "5.6",
    **more: Any,
) -> None:
    """Run a test with a gateway and one device, reached over HTTPS."""

    async def story() -> None:
        more.setdefault("installed_s", clock.now_s() - 2 * 86_400)
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

    with_device(tmp_path, work, personality, installed_s=None)


def test_a_dry_run_changes_nothing_and_says_what_it_would(tmp_path: Path) -> None:
    async def work(house: Gatehouse, device: Device, address: str) -> None:
        found = device.snapshot()
        report = await adopt(house, address, dry_run=True)
        assert report.dry_run
        assert [s.action for s in report.steps if s.where == "device"] == ["create"] * 4
        here = [s.what for s in report.steps if s.where == "catalogue"]
        assert here[:2] == ["location HALL (UTC)", "sensor S1"]
        assert any(what.startswith("line ") for what in here)
        assert device.snapshot() == found
        catalogue = await house.engine.desk.fresh()
        assert not (catalogue.sensor_by_id or catalogue.locations or catalogue.lines)
        done = await adopt(house, address)
        told = [s.what for s in done.steps if not s.what.startswith("layout")]
        assert told == [s.what for s in report.steps], "it does what it said"

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


# -- what goes wrong ------------------------------------------------------------------------------
async def refused(house: Gatehouse, device: Device, address: str, **more: Any) -> DeviceError:
    """Adoption that fails, leaves the device as it was, and nothing of it here."""
    found = device.snapshot()
    with pytest.raises(DeviceError) as caught:
        await adopt(house, address, **more)
    assert device.snapshot() == found
    assert not await house.adoptions.book.every()
    assert not (await house.engine.desk.fresh()).sensors
    return caught.value


def test_a_host_that_does_not_answer(tmp_path: Path) -> None:
    async def work(house: Gatehouse, device: Device, address: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        error = await refused(house, device, f"https://127.0.0.1:{port}")
        assert error.error_code == "device_unreachable"
        assert str(port) in error.detail

    with_device(tmp_path, work)


def test_a_firmware_that_is_too_old(tmp_path: Path) -> None:
    async def work(house: Gatehouse, device: Device, address: str) -> None:
        device.faults.firmware = "4.3.1"
        error = await refused(house, device, address)
        assert error.error_code == "firmware_unsupported"
        assert "4.3.1" in error.detail
        assert "5.0" in error.detail

    with_device(tmp_path, work)


@pytest.mark.parametrize("nonsense", ["html", "json", "broken"])
def test_a_device_that_answers_nonsense(tmp_path: Path, nonsense: Any) -> None:
    async def work(house: Gatehouse, device: Device, address: str) -> None:
        device.faults.nonsense = nonsense
        error = await refused(house, device, address)
        assert error.error_code in ("device_answer_invalid", "device_not_recognised")

    with_device(tmp_path, work)


def test_a_licence_that_ends_is_told(tmp_path: Path) -> None:
    async def work(house: Gatehouse, device: Device, address: str) -> None:
        report = await adopt(house, address)
        assert report.warnings == (
            "The licence PIGES ends in 5 days.",
            "The licence PIBCL has expired.",
        )

    with_device(tmp_path, work, licences={104: -1, 112: 5, 114: 0})


def test_more_logics_than_the_device_takes(tmp_path: Path) -> None:
    async def work(house: Gatehouse, device: Device, address: str) -> None:
        few = replace(device.personality.limits, logics=4)
        device.personality = replace(device.personality, limits=few)
        await draw(house, address, 5)
        error = await refused(house, device, address, create_logics=True)
        assert error.error_code == "device_limit_reached"

    with_device(tmp_path, work)


def test_lines_at_which_nothing_counts_are_named_and_count_when_asked(tmp_path: Path) -> None:
    async def work(house: Gatehouse, device: Device, address: str) -> None:
        await draw(house, address, 2)
        found = device.snapshot()
        report = await adopt(house, address)
        assert any("Line 0, Line 1" in warning for warning in report.warnings)
        report = await adopt(house, address, create_logics=True, lines="all")
        assert [s.what for s in report.steps if "logic" in s.what and s.action == "create"]
        catalogue = await house.engine.desk.fresh()
        assert len(catalogue.lines) == 3
        await house.releaser.release("S1")
        assert device.snapshot() == found

    with_device(tmp_path, work)


def test_a_gateway_that_the_device_cannot_reach(tmp_path: Path) -> None:
    async def work(house: Gatehouse, device: Device, address: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        error = await refused(house, device, address, push_url=f"http://127.0.0.1:{port}")
        assert error.error_code == "push_target_unreachable"
        assert f"127.0.0.1:{port}" in error.detail

    with_device(tmp_path, work)


@pytest.mark.parametrize("changes", [0, 1, 2, 3])
def test_a_device_that_dies_half_way_is_left_as_it_was_once_it_is_back(
    tmp_path: Path, changes: int
) -> None:
    async def work(house: Gatehouse, device: Device, address: str) -> None:
        found = device.snapshot()
        device.faults.dies_after = device.changes + changes
        with pytest.raises(DeviceError):
            await adopt(house, address)
        device.faults.dies_after = None
        await house.releaser.finish()
        assert device.snapshot() == found
        assert not await house.adoptions.book.every()
        await adopt(house, address, sensor_id="S2")

    with_device(tmp_path, work)


def test_a_changed_certificate_is_refused_until_it_is_accepted(tmp_path: Path) -> None:
    async def story() -> None:
        device = emulated_sensor("5.6", installed_s=clock.now_s() - 86_400)
        async with gatehouse(tmp_path) as house:
            async with listening(device) as address:
                await adopt(house, address)
            port = int(address.rpartition(":")[2])
            device.part(Certificate).renew()
            async with listening(device, port=port):
                with pytest.raises(DeviceError) as caught:
                    await adopt(house, address)
                assert caught.value.error_code == "certificate_changed"
                assert "countline sensors trust S1" in caught.value.detail
                again = await adopt(house, address, accept_certificate=True)
                assert not again.changed
                await adopt(house, address)

    asyncio.run(story())


async def draw(house: Gatehouse, address: str, lines: int) -> None:
    """Lines at which nothing counts."""
    async with house.adoptions.devices.client(address, login=Login("admin", PASSWORD)) as client:
        for nth in range(lines):
            y = 0.1 * nth - 2
            body = {"name": f"Line {nth}", "type": "LINE", "geometry": [[-1.0, y], [1.0, y]]}
            await client.at().scene.create_geometry(body)


# -- instances stitched from several devices ------------------------------------------------------
@pytest.mark.parametrize("personality", ["5.0", "5.3", "5.6", "5.9"])
def test_a_stitched_instance_beside_its_own_lens(tmp_path: Path, personality: Release) -> None:
    """Two sensors of one device: each has its own counts and agents, and lets go of only those."""
    behind_ms = 2 * 86_400_000

    async def work(house: Gatehouse, device: Device, address: str) -> None:
        nonlocal behind_ms
        await draw_stitched(house, address)
        behind_ms = 0  # two days have passed
        found = device.snapshot()
        multi = await adopt(house, address, sensor_id="MULTI", context="multi:1")
        assert multi.connection_test == "OK"
        assert multi.history.fresh > 4 * 1_440
        with_one = device.snapshot()
        single = await adopt(house, address, sensor_id="LENS")
        assert single.connection_test == "OK"
        assert single.history.fresh > 4 * 1_440
        for sensor_id, context in (("MULTI", "multi:1"), ("LENS", "single")):
            again = await adopt(house, address, sensor_id=sensor_id, context=context)
            assert not again.changed
            await pushed(house, sensor_id)
        await house.releaser.release("LENS")
        assert device.snapshot() == with_one
        await house.releaser.release("MULTI")
        assert device.snapshot() == found

    with_device(
        tmp_path,
        work,
        personality,
        multisensors=(1,),
        true_ms=lambda: clock.now_ms() - behind_ms,
        installed_s=clock.now_s() - 4 * 86_400,
    )


async def draw_stitched(house: Gatehouse, address: str) -> None:
    """The stitched instance counts where the lens does."""
    async with house.adoptions.devices.client(address, login=Login("admin", PASSWORD)) as client:
        lens, stitched = client.at(), client.at(Context(1))
        for nth, drawn in enumerate([d.read for d in await lens.scene.geometries()], 1):
            body = {"name": drawn.name, "type": drawn.type, "geometry": drawn.geometry}
            made = await stitched.scene.create_geometry(body)
            await stitched.analysis.create_from_template(wanted_logic(made.read), id=nth)


async def pushed(house: Gatehouse, sensor_id: str) -> None:
    """What it pushes is counted as its own: the last hour is sent again, and nothing is refused."""
    sensor, adoption = await house.adoptions.adopted(sensor_id)
    context = house.adoptions.context_of(adoption)
    agent = min(int(made["id"]) for made in adoption.made if made["kind"] == "agent")
    now_s = clock.now_s() // 60 * 60
    async with house.adoptions.opened(sensor, adoption) as client:
        await client.at(context).push.resend(agent, now_s - 3_600, now_s)
    began_s = clock.elapsed_s()
    while (await house.engine.watch.sensor(sensor_id, None)).last_push_s is None:
        assert clock.elapsed_s() - began_s < PATIENCE_S
        await asyncio.sleep(0.05)
    assert await house.engine.replaying.kept(None, limit=10) == []
    catalogue = await house.engine.desk.fresh()
    channels = {channel.channel for channel in catalogue.channels_of(sensor.sensor)}
    assert {channel.partition("/")[0] for channel in channels} == {str(context)}
