"""A client library that knows nothing of us sets up a push on an emulated sensor, and reads it.

The library is used as it is published. Where it asks for more than a firmware has, the test says so.
"""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from countline.drivers import Push
from countline.drivers.xovis_v5 import DRIVER
from countline.emulator.v5 import Release, emulated_sensor, listening
from countline.emulator.v5.observing import Observer
from tests.app.receiver import Receiver

client_library = pytest.importorskip("xovis.api.device.client")
models = pytest.importorskip("xovis.models.device")
pytestmark = pytest.mark.filterwarnings("default")  # of the library's own making
HOUR_MS = 3_600_000


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library writes what it has read to the folder that it runs in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


def connection(port: int) -> Any:
    config = models.HTTPConfig(uri="http://127.0.0.1/push", port=port, connection_timeout_s=5)
    return models.DataPushConnection(name="to us", protocol="HTTP", config=config)


def agent(connection_id: int) -> Any:
    return models.DataPushAgent(
        name="minutes",
        type=models.DataPushType.LOGICS,
        connection=connection_id,
        enabled=True,
        config=models.AgentConfig(
            data=models.DataConfig(
                resolution="ONE_MINUTE",
                package_size=60,
                include_empty=True,
                format=models.DataFormat(type="JSON"),
            ),
            filters=models.DataPushFilters(included_logics="ALL"),
            scheduler=models.Scheduler(
                type="INTERVAL", interval="ONE_MINUTE", retry=models.RetryConfig(mode="DROP")
            ),
        ),
    )


def told(receiver: Receiver) -> dict[tuple[str, int], dict[str, int]]:
    """The readings of everything received, by channel and minute."""
    found = {}
    for one in receiver.received:
        push = Push(driver="xovis_v5", body=one.body, received_ms=0)
        for decoded in DRIVER.decode(push):
            found.update({(r.channel, r.start_s): dict(r.values) for r in decoded.readings})
    return found


@pytest.mark.parametrize("personality", ["5.6", "5.9"])
def test_the_library_creates_tests_triggers_and_reads(personality: Release) -> None:
    device = emulated_sensor(personality)

    async def run() -> None:
        async with (
            Receiver() as receiver,
            listening(device, tls=False) as url,
            client_library.DeviceClient(url, "admin", "pass", max_retries=1) as client,
        ):
            push = client._singlesensor.datapush
            made = await push.create_connection(connection(receiver.port))
            assert made.id == 1000
            tested = await push.test_connection(made.id)
            assert (tested.status, tested.code) == ("OK", 204)
            assert "connection_test" in msgspec.json.decode(receiver.received.pop().body)

            created = await push.create_agent(agent(made.id))
            assert created.enabled
            assert created.config.data.package_size == 60
            await resend(push, created.id, receiver, device)
            await read(client, device)
            status = await push.get_agent_status("minutes")
            assert (status.id, status.type) == (created.id, models.DataPushType.LOGICS)
            disabled = await push.disable_agent(created.id)
            assert disabled.enabled is False
            await push.delete_agent(created.id)
            await push.delete_connection(made.id)
            assert (await push.get_all_agents()).agents == []

    asyncio.run(run())


async def resend(push: Any, agent_id: int, receiver: Receiver, device: Any) -> None:
    """An hour of two days ago arrives on demand, as the database has it."""
    end_ms = device.running.now_ms() // HOUR_MS * HOUR_MS - 48 * HOUR_MS
    wanted = models.DataPushTriggerConfig(
        type="TIME_RANGE", time_from=end_ms - HOUR_MS, time_to=end_ms
    )
    await push.trigger_agent_push(agent_id, wanted)
    await asyncio.wait_for(receiver.until(1), 20)
    assert (await push.get_agent_trigger_status(agent_id)).status.value == "IDLE"
    minutes = {s: v for (channel, s), v in told(receiver).items() if channel == "1000"}
    hour = range((end_ms - HOUR_MS) // 1000, end_ms // 1000, 60)
    book = device.part(Observer).context("/singlesensor").book
    for start_s in hour:
        (record,) = book.between(start_s // 60, start_s // 60 + 1)
        assert minutes[start_s]["forward"] == record.grown.get(1000001, 0)


async def read(client: Any, device: Any) -> None:
    """History by the library's own call; live data, of which it has no call, by its models."""
    history = await client._singlesensor.history.get_counts("-7d", resolution=60)
    assert 167 <= len(history.measurements) <= 169
    grown = sum(c.value for m in history.measurements for c in m.counts if c.id == 1000001)
    assert grown > 0
    assert {c.name for c in history.config.counts} >= {"fw", "bw", "balance"}
    points = await client._singlesensor.history.get_start_stop_points("-1d", max_points=10)
    assert len(points.start_points) == 10
    answer = await client._http_client.get("/api/v5/singlesensor/data/live/logics")
    live = client.models.LiveLogicsCollection.model_validate(answer.json())
    context = device.part(Observer).context("/singlesensor")
    totals = {c.id: c.value for logic in live.logics for c in logic.counts}
    assert abs(totals[1000001] - context.live(1000001)) <= 1
