"""Backups, resets, configuration checksums, discovery, and devices on real sockets."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator

import httpx2
import pytest

from countline.emulator.v5 import Certificate, Device, device_over, emulated_sensor, listening
from countline.emulator.v5.fixture import hall
from countline.emulator.world import World
from tests.unit.emulator.v5.asking import ADMIN, ask, fresh, try_asking
from tests.unit.emulator.v5.test_answering import Time

LINE = {"name": "New", "type": "LINE", "geometry": [[0, 4], [1, 4]]}
AT = "/singlesensor/scene/geometries"


def slow_device(time: Time) -> Device:
    return emulated_sensor(true_ms=time.now_ms, installed_s=time.at_ms // 1000 - 3600)


def test_a_backup_brings_everything_back() -> None:
    time = Time()
    device = slow_device(time)
    before = device.snapshot()
    assert ask(device, "POST", "/device/backup").status == 200
    assert ask(device, "GET", "/device/backup/state").json == {"state": "IN_PROGRESS"}
    time.pass_s(2)
    assert ask(device, "GET", "/device/backup/state").json == {"state": "AVAILABLE"}
    backup = ask(device, "GET", "/device/backup").body
    assert ask(device, "POST", AT, LINE).status == 201
    assert ask(device, "PUT", "/network/ipv4", {"address": "10.0.0.9"}).status == 200
    assert ask(device, "PUT", "/device/restore", backup).code == 21100
    assert ask(device, "PUT", "/device/restore?ip=keep", backup).status == 200
    assert try_asking(device, "GET", "/device/info") is None
    time.pass_s(device.running.reboot_s)
    assert ask(device, "GET", "/network/ipv4").json["address"] == "10.0.0.9"
    assert ask(device, "PUT", "/device/restore?ip=overwrite", backup).status == 200
    assert device.snapshot() == before
    time.pass_s(device.running.reboot_s)
    newer = json.dumps({**json.loads(backup), "version": "5.9.2"}).encode()
    assert ask(device, "PUT", "/device/restore", newer).code == 21101


def test_resets_take_what_they_say() -> None:
    time = Time()
    device = slow_device(time)
    assert ask(device, "PUT", "/device/id", {"name": "Named", "group": ""}).status == 200
    assert ask(device, "POST", "/device/reset").status == 200
    time.pass_s(device.running.reboot_s)
    assert ask(device, "GET", AT).json["geometries"] == []
    assert ask(device, "GET", "/device/id").json["name"] == "Named"
    assert ask(device, "POST", "/device/reset/hard", {"smk": "wrong"}).status == 403
    assert ask(device, "POST", "/device/reset/hard", {"smk": device.smk}).status == 200
    time.pass_s(device.running.reboot_s)
    assert ask(device, "GET", "/device/id").json["name"] == ""


def test_the_checksum_tells_every_change_and_its_undoing() -> None:
    time = Time()
    device = slow_device(time)

    def state() -> tuple[str, str]:
        found = ask(device, "GET", "/config/state").json
        return found["checksum"], found["last_change"]

    before = state()
    ask(device, "GET", "/singlesensor/data/live/counts")
    assert state() == before
    time.pass_s(60)
    made = ask(device, "POST", AT, LINE).json
    checksum, changed = state()
    assert checksum != before[0]
    assert changed > before[1]
    details = ask(device, "GET", "/config/state?contents=true").json["details"]
    drawn = next(one for one in details if one["url"] == f"/api/v5{AT}")
    assert drawn["content"][str(made["id"])] == made
    assert drawn["last_change"] == changed
    assert ask(device, "DELETE", f"{AT}/{made['id']}").status == 200
    assert state()[0] == before[0]


def test_an_update_goes_forward_unless_forced() -> None:
    time = Time()
    device = slow_device(time)
    for version in ("5.9.2-0123abcdef", "5.0.3-9738700b2d"):
        assert ask(device, "POST", "/updates", version.encode(), ADMIN).json == {"version": version}
    assert ask(device, "POST", "/updates/5.0.3-9738700b2d/install").code == 21000
    assert ask(device, "POST", "/updates/5.9.2-0123abcdef/install").status == 200
    time.pass_s(device.running.reboot_s)
    assert ask(device, "GET", "/updates/state").json["last_update"]["successful"] is True


def test_devices_of_a_fleet_find_each_other() -> None:
    building = hall(3)
    world = World(building, 1)
    fleet = [device_over(world, plan, personality="5.6") for plan in building.sensors]
    for nth, device in enumerate(fleet):
        device.where.ip, device.where.https_port = f"10.0.0.{nth + 1}", 443
        device.where.neighbours = fleet
    found = ask(fleet[0], "GET", "/discover/localnetwork").json["sensors"]
    assert [one["mac"] for one in found] == [device.serial for device in fleet]
    assert found[1]["ports"] == [{"service": "https", "number": 443}]
    job = {"first_ip": "10.0.0.2", "count": 2}
    found = ask(fleet[0], "POST", "/discover/scan", job).json["sensors"]
    assert [one["ip"] for one in found] == ["10.0.0.2", "10.0.0.3"]
    mac = {"mac": fleet[2].serial.upper()}
    assert ask(fleet[0], "POST", "/discover/mac", mac).json["ip"] == "10.0.0.3"
    fleet[2].reboot()
    assert ask(fleet[0], "POST", "/discover/mac", mac).code == 10000


def trusting(certificate: Certificate) -> ssl.SSLContext:
    """A client that trusts this certificate and no other, whatever the name."""
    context = ssl.create_default_context(cadata=certificate.der)
    context.check_hostname = False
    return context


def test_http_and_https_of_a_device_share_its_state() -> None:
    async def run() -> None:
        device = fresh()
        async with listening(device) as tls, listening(device, tls=False) as plain:
            trusted = trusting(device.part(Certificate))
            async with httpx2.AsyncClient(auth=("admin", "pass"), verify=trusted) as client:
                named = {"name": "South", "group": "Shop"}
                for _ in range(3):  # on one connection
                    done = await client.put(f"{tls}/api/v5/device/id", json=named)
                    assert (done.status_code, done.content) == (200, b"")
                assert (await client.get(f"{plain}/api/v5/device/id")).json() == named
                found = await client.get(f"{tls}/api/v5/discover/localnetwork")
                services = {p["service"] for p in found.json()["sensors"][0]["ports"]}
                assert services == {"http", "https"}

    asyncio.run(run())


def test_a_new_certificate_is_not_the_one_that_was_trusted() -> None:
    async def run() -> None:
        device = fresh()
        async with listening(device) as address:
            trusted = trusting(device.part(Certificate))
            device.part(Certificate).renew()
            async with httpx2.AsyncClient(verify=trusted) as client:
                with pytest.raises(httpx2.ConnectError):
                    await client.get(f"{address}/api/v5/device/info")

    asyncio.run(run())


def test_a_device_that_is_down_cuts_its_connections() -> None:
    async def run() -> None:
        device = fresh()
        async with (
            listening(device, tls=False) as address,
            httpx2.AsyncClient(base_url=address, auth=("admin", "pass")) as client,
        ):
            assert (await client.post("/api/v5/device/reboot")).status_code == 200
            with pytest.raises(httpx2.RemoteProtocolError):
                await client.get("/api/v5/device/info")

    asyncio.run(run())


def test_custom_headers_and_chunked_bodies() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"name": "A", '
        yield b'"group": "B"}'

    async def run() -> None:
        device = fresh()
        async with (
            listening(device, tls=False) as address,
            httpx2.AsyncClient(base_url=address, auth=("admin", "pass")) as client,
        ):
            www = {"http_enabled": True, "custom_http_headers": {"X-Frame-Options": "DENY"}}
            assert (await client.put("/api/v5/www/config", json=www)).status_code == 200
            json_type = {"content-type": "application/json"}
            sent = await client.put("/api/v5/device/id", content=chunks(), headers=json_type)
            assert sent.headers["X-Frame-Options"] == "DENY"
            assert device.config.read("/device/id") == {"name": "A", "group": "B"}

    asyncio.run(run())
