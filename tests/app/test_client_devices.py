"""Adoption and configuration through both clients, with a device at a real address."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from countline import clock
from countline.client import AdoptionAsked, ApiError, AsyncClient, Client, ConfigChange
from countline.emulator.v5 import Certificate, Device, emulated_sensor, listening
from countline.wire.v3_devices import SensorConfig
from tests.app.gatehouse import gatehouse

Work = Callable[[AsyncClient, Device, AdoptionAsked], Awaitable[None]]


def with_client(folder: Path, work: Work, *, tls: bool = False) -> None:
    """Run a test with a gateway, a client of it, and a device that may be adopted."""

    async def story() -> None:
        device = emulated_sensor("5.6", installed_s=clock.now_s() - 86_400)
        async with gatehouse(folder) as house, listening(device, tls=tls) as address:
            _, key = await house.engine.access.create_key(name="desk", scopes=("read", "admin"))
            asked = AdoptionAsked(
                address=str(address), password="pass", sensor_id="S1", location_id="HALL"
            )
            async with AsyncClient(house.url, key) as client:
                await work(client, device, asked)

    asyncio.run(story())


def test_from_an_address_to_counts_and_back(tmp_path: Path) -> None:
    async def work(client: AsyncClient, device: Device, asked: AdoptionAsked) -> None:
        found = device.snapshot()
        report = await client.adopt(asked)
        assert (report.sensor_id, report.connection_test, report.changed) == ("S1", "OK", True)
        counts = await client.count(
            sensor_id="S1",
            start_ts=report.history.oldest_at or "",
            end_ts="2100-01-01T00:00:00Z",
            granularity="1d",
        )
        assert sum(row.ins or 0 for row in counts.data) > 0
        assert not (await client.adopt(AdoptionAsked(address=asked.address))).changed
        assert (await client.retire_sensor("S1")).state == "retired"
        assert device.snapshot() == found

    with_client(tmp_path, work)


def test_a_configuration_is_read_changed_and_told(tmp_path: Path) -> None:
    async def work(client: AsyncClient, device: Device, asked: AdoptionAsked) -> None:
        await client.adopt(asked)
        before = await client.sensor_config("S1")
        assert before.etag
        change = ConfigChange(name="North door")
        told = await client.change_sensor_config("S1", change, dry_run=True)
        assert told.name == before.name
        after = await client.change_sensor_config("S1", change, if_match=before.etag)
        assert (after.name, after.steps) == ("North door", told.steps)
        assert after.etag != before.etag
        with pytest.raises(ApiError) as caught:
            await client.change_sensor_config("S1", change, if_match=before.etag)
        assert (caught.value.status, caught.value.error_code) == (412, "changed_meanwhile")
        again = await client.replace_sensor_config(
            "S1", after.wanted(name=before.name), if_match=after.etag
        )
        assert again.name == before.name
        log = [(one.who, one.after.get("name")) async for one in client.sensor_config_changes("S1")]
        assert log[:2] == [("desk", before.name), ("desk", "North door")]

    with_client(tmp_path, work)


def test_the_client_that_waits_reads_the_same(tmp_path: Path) -> None:
    async def work(client: AsyncClient, device: Device, asked: AdoptionAsked) -> None:
        await client.adopt(asked)
        key = str(client._http.headers["x-api-key"])

        def wait() -> tuple[SensorConfig, bool, list[str]]:
            with Client(str(client._http.base_url), key) as waiting:
                again = waiting.adopt(asked)
                config = waiting.sensor_config("S1")
                return config, again.changed, [c.who for c in waiting.sensor_config_changes("S1")]

        config, changed, log = await asyncio.to_thread(wait)
        assert config == await client.sensor_config("S1")
        assert not changed
        assert set(log) == {"desk"}

    with_client(tmp_path, work)


def test_another_certificate_is_refused_in_whole_words(tmp_path: Path) -> None:
    async def work(client: AsyncClient, device: Device, asked: AdoptionAsked) -> None:
        await client.adopt(asked)
        device.part(Certificate).renew()
        with pytest.raises(ApiError) as caught:
            await client.sensor_config("S1")
        assert (caught.value.status, caught.value.error_code) == (409, "certificate_changed")
        assert "No password was sent" in caught.value.detail, "`pass` is blanked in none of it"

    with_client(tmp_path, work, tls=True)


def test_a_wrong_password_is_said_in_words(tmp_path: Path) -> None:
    async def work(client: AsyncClient, device: Device, asked: AdoptionAsked) -> None:
        wrong = AdoptionAsked(address=asked.address, password="wrong", location_id="HALL")
        with pytest.raises(ApiError) as caught:
            await client.adopt(wrong)
        assert (caught.value.status, caught.value.error_code) == (409, "device_login_failed")
        assert [sensor async for sensor in client.sensors()] == []

    with_client(tmp_path, work)
