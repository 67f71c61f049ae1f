"""A session over a wire that is no socket: who waits, who logs in, what is asked first."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from countline.devices.guard import AllowedNetworks
from countline.devices.xovis_v5 import Address, Context, Devices, Login, Ways
from countline.devices.xovis_v5.transport import Answer
from countline.devices.xovis_v5.wiring import Pin
from countline.errors import BadQuery, DeviceError, DeviceUnreachable
from countline.vault import Secret

LOGIN = Login("admin", Secret("pass"))
INFO = {"fw_version": "5.6.2", "serial": "00:6e:02:1a:2b:3c"}


class Wired:
    """A sensor at the end of a wire. `said` are answers by method and path, else an empty list."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said = dict(said)
        self.asked: list[str] = []
        self.credentials: list[str | None] = []
        self.address = Address.of("192.0.2.17")
        self.fingerprint = ""
        self.closed = False

    async def send(
        self, method: str, target: str, *, headers: Mapping[str, str], **_: Any
    ) -> Answer:
        asked = f"{method} {target.removeprefix('/api/v5')}"
        self.asked.append(asked)
        self.credentials.append(headers.get("Authorization"))
        await asyncio.sleep(0)
        said = self.said.get(asked, {"geometries": []})
        if isinstance(said, Exception):
            raise said
        if isinstance(said, int):
            return Answer(said, "text/html", b"")
        return Answer(200, "application/json", msgspec.json.encode(said))

    async def close(self) -> None:
        self.closed = True


def wired(**said: Any) -> tuple[Wired, Devices]:
    usual = {"GET /device/info": INFO, "POST /users/login": {"token": "t"}}
    wire = Wired(usual | said)

    def made(address: Address, pin: Pin) -> Wired:
        return wire

    return wire, Devices(AllowedNetworks.of(), Ways(wire=made))


def test_many_at_once_log_in_once_and_ask_the_firmware_when_it_matters() -> None:
    wire, devices = wired()

    async def main() -> None:
        async with devices.client("192.0.2.17", login=LOGIN) as client:
            await asyncio.gather(*(client.at().scene.geometries() for _ in range(5)))
            assert "GET /device/info" not in wire.asked
            await client.at(Context(2)).scene.geometries()
            await client.at(Context(2)).scene.geometries()

    asyncio.run(main())
    assert wire.asked.count("POST /users/login") == 1
    assert wire.asked.count("GET /device/info") == 1
    assert wire.asked[-2:] == ["GET /multisensors/2/scene/geometries", "POST /users/logout"]
    assert wire.credentials[0] == LOGIN.basic
    assert set(wire.credentials[1:]) == {"Bearer t", None}
    assert wire.closed


def test_an_older_firmware_has_one_stitched_instance() -> None:
    wire, devices = wired(**{"GET /device/info": INFO | {"fw_version": "5.3.1"}})

    async def main() -> None:
        async with devices.client("192.0.2.17", login=LOGIN) as client:
            await client.at(Context(1)).scene.geometries()
            assert str(await client.firmware()) == "5.3.1"

    asyncio.run(main())
    assert "GET /multisensor/scene/geometries" in wire.asked


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"GET /device/info": {"fw_version": "?", "serial": ""}}, "device_not_recognised"),
        ({"GET /device/info": []}, "device_answer_invalid"),
        ({"GET /device/info": 401}, "device_not_recognised"),
        ({"POST /users/login": 500}, "device_failed"),
        ({"POST /users/login": {"tok": "t"}}, "device_answer_invalid"),
        ({"GET /multisensors/2/scene/geometries": 401}, "device_privilege_missing"),
        (
            {"POST /users/login": 404, "GET /multisensors/2/scene/geometries": 401},
            "device_login_failed",
        ),
    ],
)
def test_what_goes_wrong_before_the_question(said: Mapping[str, Any], code: str) -> None:
    _, devices = wired(**said)

    async def main() -> None:
        async with devices.client("192.0.2.17", login=LOGIN) as client:
            await client.at(Context(2)).scene.geometries()

    with pytest.raises(DeviceError) as caught:
        asyncio.run(main())
    assert caught.value.error_code == code


def test_a_sensor_that_is_gone_is_left_without_a_word() -> None:
    wire, devices = wired(**{"POST /users/logout": DeviceUnreachable("gone")})

    async def main() -> None:
        async with devices.client("192.0.2.17", login=LOGIN) as client:
            await client.at().scene.geometries()

    asyncio.run(main())
    assert wire.closed


def test_clients_of_one_address_wait_for_each_other() -> None:
    order: list[str] = []

    class Slow(Wired):
        async def send(
            self, method: str, target: str, *, headers: Mapping[str, str], **how: Any
        ) -> Answer:
            if method == "PUT":
                order.append("begins")
                for _ in range(10):
                    await asyncio.sleep(0)
                order.append("ends")
            return await super().send(method, target, headers=headers)

    wire = Slow({"POST /users/login": {"token": "t"}})
    ways = Ways(wire=lambda address, pin: wire, write_pause_s=0)
    devices = Devices(AllowedNetworks.of(), ways)

    async def change(address: str) -> None:
        async with devices.client(address, login=LOGIN) as client:
            await client.device.write_id({"name": "n", "group": "g"})

    async def main() -> None:
        await asyncio.gather(change("192.0.2.17"), change("https://192.0.2.17:443/"))

    asyncio.run(main())
    assert order == ["begins", "ends"] * 2


@pytest.mark.parametrize("user", ["", "a:b", "a\nb"])
def test_a_login_needs_a_user(user: str) -> None:
    with pytest.raises(BadQuery):
        Login(user, Secret("pass"))


def test_a_login_does_not_show_its_password() -> None:
    assert "hunter2" not in repr(Login("admin", Secret("hunter2")))


def test_contexts_are_written_as_devices_say_them() -> None:
    for text in ("single", "multi:3"):
        assert str(Context.of(text)) == text
