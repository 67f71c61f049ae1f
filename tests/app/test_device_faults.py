"""The client of sensors against emulated ones that refuse, break and die."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from countline.devices.xovis_v5 import Login, SensorClient, recognise
from countline.emulator.v5.certificate import Certificate
from countline.emulator.v5.listening import listening
from countline.errors import DeviceGone, DeviceUnreachable
from countline.vault import Secret
from tests.app.answering import in_loop
from tests.app.emulated_devices import LINE, LOGIN, asked, devices, refused, sensor


def create_line(client: SensorClient) -> Awaitable[Any]:
    return client.at().scene.create_geometry(LINE)


def create_pram_logic(client: SensorClient) -> Awaitable[Any]:
    template = {"type": "XLT_PRAM_LINE_IN_OUT_COUNT", "options": {"count_line_id": 1000}}
    return client.at().analysis.create_from_template({"name": "Prams", "template": template})


def lower_privacy(client: SensorClient) -> Awaitable[Any]:
    return client.device.write_privacy({"privacy_mode": 0})


async def draw_until_full(client: SensorClient) -> None:
    for _ in range(100):
        await client.at().scene.create_geometry(LINE)


@pytest.mark.parametrize(
    ("action", "login", "code"),
    [
        (create_line, Login("viewer", Secret("viewer")), "device_privilege_missing"),
        (create_line, Login("admin", Secret("wrong")), "device_login_failed"),
        (create_pram_logic, LOGIN, "device_license_missing"),
        (draw_until_full, LOGIN, "device_limit_reached"),
    ],
)
@in_loop
async def test_refusals_are_told_apart(
    action: Callable[[SensorClient], Awaitable[Any]], login: Login, code: str
) -> None:
    device = sensor(licences={})
    device.accounts["viewer"].active = True
    async with asked(device, login=login) as client:
        error = await refused(action(client))
    assert error.error_code == code


@in_loop
async def test_a_certificate_that_was_renewed_must_be_accepted() -> None:
    device = sensor()
    house = devices()
    async with listening(device) as url:
        async with house.client(url) as client:
            known = (await recognise(client)).fingerprint
        device.part(Certificate).renew()
        async with house.client(url, login=LOGIN, fingerprint=known, sensor_id="hall") as client:
            error = await refused(client.device.time())
            assert error.error_code == "certificate_changed"
            assert "countline sensors trust hall" in error.detail
            assert not device.sessions
        async with house.client(url, login=LOGIN, fingerprint=error.extra["found"]) as client:
            assert (await client.device.time()).read.time_zone == "UTC"


@pytest.mark.parametrize("nonsense", ["html", "json", "broken"])
@in_loop
async def test_a_sensor_that_answers_nonsense(nonsense: Any) -> None:
    device = sensor()
    device.faults.nonsense = nonsense
    async with asked(device) as client:
        error = await refused(recognise(client))
    assert error.error_code in ("device_answer_invalid", "device_not_recognised")


@in_loop
async def test_a_sensor_that_dies_in_the_middle() -> None:
    device = sensor()
    async with asked(device) as client:
        await client.at().scene.create_geometry(LINE)
        device.faults.dies_after = device.changes
        assert isinstance(await refused(client.at().scene.create_geometry(LINE)), DeviceGone)
        assert isinstance(await refused(client.at().scene.geometries()), DeviceUnreachable)


@in_loop
async def test_a_session_outlives_a_reboot() -> None:
    device = sensor()
    async with asked(device) as client:
        await client.device.time()
        device.sessions.clear()
        await client.device.time()
        assert len(device.sessions) == 1
    assert not device.sessions, "it was logged out"


@in_loop
async def test_a_firmware_that_is_too_old_is_recognised_as_such() -> None:
    device = sensor()
    device.faults.firmware = "4.3.1"
    async with asked(device) as client:
        error = await refused(recognise(client))
    assert error.error_code == "firmware_unsupported"
    assert error.extra["found"] == "4.3.1"
