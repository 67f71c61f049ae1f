"""Over real sockets: a live event moves the number of people, and the record takes its place."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2

from countline import clock
from countline.drivers import Decoded, Push, StatusInfo, Total
from countline.drivers.xovis_v5 import DRIVER
from countline.model.ids import DeviceKey
from tests.app.gatehouse import gatehouse
from tests.engine_house import MINUTE_S, SERIAL, package, passing

PATIENCE_S = 30  # far more than it takes, which is about a tenth of a second


def live(total: int, at_ms: int) -> bytes:
    shown = Total("1000", "1000001", "fw", ("forward",), at_ms, 0, total, 1)
    said = Decoded(
        purpose="live",
        device=DeviceKey(vendor=DRIVER.vendor, serial=SERIAL),
        agent="1002",
        sequence=total,
        totals=(shown,),
        status=StatusInfo(device_time_ms=at_ms),
    )
    body = DRIVER.encode([said])
    assert DRIVER.decode(Push(driver=DRIVER.name, body=body, received_ms=0))[0].totals
    return body


async def people(api: httpx2.AsyncClient) -> Any:
    answer = (
        (await api.get("/v3/data/live", params={"location_id": "HALL"})).raise_for_status().json()
    )
    return answer["data"][0]["people"]


async def until(api: httpx2.AsyncClient, wanted: int) -> None:
    """Ask until the API says so."""
    began_s = clock.elapsed_s()
    while await people(api) != wanted:
        assert clock.elapsed_s() - began_s < PATIENCE_S, f"never {wanted}"
        await asyncio.sleep(0.01)


def test_people_move_with_the_event_and_stay_with_the_record(tmp_path: Path) -> None:
    async def story() -> None:
        async with gatehouse(tmp_path) as house:
            await house.engine.desk.add_location(location_id="HALL")
            await house.engine.desk.register_sensor(
                sensor_id="S1", location_id="HALL", serial=SERIAL
            )
            secret = await house.engine.access.create_push_secret(driver=DRIVER.name)
            _, key = await house.engine.access.create_key(name="one", scopes=("read",))
            minute_s = clock.now_ms() // 1000 // MINUTE_S * MINUTE_S
            async with (
                httpx2.AsyncClient(
                    base_url=house.url, headers={"Authorization": f"Bearer {secret}"}
                ) as sensor,
                httpx2.AsyncClient(
                    base_url=house.url, headers={"Authorization": f"Bearer {key}"}
                ) as api,
            ):

                async def push(body: bytes) -> None:
                    (await sensor.post("/push/xovis_v5", content=body)).raise_for_status()

                before = package(passing(minute_s - MINUTE_S, 5), sequence=1)
                await push(DRIVER.encode([before]))
                await until(api, 5)
                for n in range(10):
                    await push(live(100 + n, minute_s * 1000 + n))
                    await until(api, 6 + n)
                await push(DRIVER.encode([package(passing(minute_s, 11), sequence=2)]))
                await until(api, 16)

    asyncio.run(story())
