"""One push, and everybody in the building knows: panels, controllers, brokers and dashboards of a real server."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
from bacpypes3.primitivedata import ObjectIdentifier
from prometheus_client.parser import text_string_to_metric_families
from pymodbus.client import AsyncModbusTcpClient

from countline import clock
from countline.client import AsyncClient, VentilationWanted, ZoneChange
from countline.drivers.xovis_v5 import DRIVER
from countline.model.ids import ZoneId
from countline.outlets.modbus.layout import placed
from tests.app.bacnet_site import DEVICE, Client, fault, free_port, until_read
from tests.app.mosquitto import free_port as free_tcp_port
from tests.app.mosquitto import listener, mosquitto, needs_mosquitto
from tests.app.process import run, started
from tests.engine_house import package, passing

OCCUPANCY = "analog-value,101"
SETTINGS = """\
port = 0
[bacnet]
enabled = true
address = "127.0.0.1/8:{bacnet}"
device_instance = {device}
[modbus]
enabled = true
port = {modbus}
[metrics]
counts = true
[mqtt]
url = "mqtt://127.0.0.1:{mqtt}"
"""


async def push(url: str, secret: str, minutes_ago: int, ins: int, outs: int = 0) -> None:
    start_s = (clock.now_s() // 60 - minutes_ago) * 60
    body = DRIVER.encode([package(passing(start_s, ins, outs), serial=None)])
    async with httpx2.AsyncClient(headers={"X-Push-Key": secret}) as pushing:
        (await pushing.post(f"{url}/push/xovis_v5", content=body)).raise_for_status()


async def notice(subscription: Any) -> tuple[float, bool]:
    """The next change of value that is told: value and fault flag."""
    async with asyncio.timeout(30):
        _, value = await subscription.get_value()
        _, flags = await subscription.get_value()
    return float(value), fault(flags)


async def people_by_modbus(port: int) -> int:
    client = AsyncModbusTcpClient("127.0.0.1", port=port, retries=0, timeout=30)
    assert await client.connect()
    try:
        at = next(
            one.address for one in placed([ZoneId(1)]) if one.zone_id and one.place.name == "people"
        )
        found = await client.read_input_registers(at, count=1, device_id=1)
        return int(found.registers[0])
    finally:
        client.close()


async def by_metrics(url: str, key: str) -> dict[str, float]:
    async with httpx2.AsyncClient(headers={"X-API-Key": key}) as asking:
        text = (await asking.get(f"{url}/metrics")).text
    return {
        one.name: one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if one.labels.get("zone_id") == "1"
    }


@needs_mosquitto
def test_everybody_reads_the_same_of_a_push(tmp_path: Path) -> None:
    ports = {"bacnet": free_port(), "modbus": free_tcp_port()}

    async def story() -> None:
        async with mosquitto(tmp_path) as broker:
            (tmp_path / "countline.toml").write_text(
                SETTINGS.format(device=DEVICE, mqtt=broker.port, **ports)
            )
            with started(tmp_path, "serve") as server:
                url = await asyncio.to_thread(lambda: server.logged("server.started")["url"])
                await asyncio.to_thread(furnish)
                await look(url, broker)

    made: dict[str, str] = {}

    def furnish() -> None:
        run(tmp_path, "sensors", "register", "S1", "--location", "HALL", "--tz", "UTC")
        words = ("keys", "create", "--name", "x", "--scope", "read", "--scope", "write")
        made["key"] = run(tmp_path, *words).stdout.splitlines()[-1]
        made["secret"] = run(tmp_path, "keys", "sensor", "S1").stdout.splitlines()[-1]

    async def look(url: str, broker: Any) -> None:
        client = Client(free_port(), ports["bacnet"])
        async with (
            AsyncClient(url, made["key"]) as api,
            listener(broker, "countline/#") as heard,
        ):
            await api.change_zone(1, ZoneChange(capacity=10, area_m2=50.0))
            await api.put_ventilation(1, VentilationWanted(category="office"))
            await push(url, made["secret"], 3, 4)
            await until_read(lambda: client.get(OCCUPANCY), 4.0)
            async with client.change_of_value(
                client.there, ObjectIdentifier(OCCUPANCY), lifetime=60
            ) as subscription:
                assert await notice(subscription) == (4.0, False)
                await push(url, made["secret"], 2, 7, 1)
                assert await notice(subscription) == (10.0, False)
            topic = "countline/HALL/zones/1/state"
            await heard.until(lambda: json.loads(heard.kept.get(topic, b"{}")).get("people") == 10)
            state = json.loads(heard.kept[topic])
            assert (state["light"], state["quality"]) == ("red", "good")
            told = "countline/events/capacity.reached"
            await heard.until(lambda: told in heard.kept)
            assert await people_by_modbus(ports["modbus"]) == 10
            metrics = await by_metrics(url, made["key"])
            assert metrics["countline_zone_people"] == 10
            demand = await api.demand(1)
            (live,) = (await api.live(zone_id=1)).data
            assert (live.people, live.light) == (10, "red")
            assert metrics["countline_zone_air_flow"] == demand.outdoor_air_l_s
            assert state["air_flow"] == demand.outdoor_air_l_s
        client.close()

    asyncio.run(story())
