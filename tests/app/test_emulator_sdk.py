"""Somebody else's client, unmodified, against emulated devices over HTTP.

It opens a device, reads everything that it keeps of it, and draws and counts. For 5.6 it asks for
`/multisensors/status` and layers, which came later, and takes the refusal for their absence.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from inspect import getmembers, iscoroutinefunction, signature
from pathlib import Path
from typing import Any

import pytest

from countline import clock
from countline.emulator.v5 import Device, Release, emulated_sensor, listening

_policy = asyncio.get_event_loop_policy()
xovis = pytest.importorskip("xovis.api.device.client")
asyncio.set_event_loop_policy(_policy)  # its import replaces the one of every later test


@asynccontextmanager
async def opened(device: Device) -> AsyncIterator[Any]:
    """The client at a device. It writes what it has read to the folder that it runs in."""
    async with (
        listening(device, tls=False) as address,
        xovis.DeviceClient(address, "admin", "pass", max_retries=1, timeout=5.0) as client,
    ):
        yield client


@pytest.fixture(autouse=True)
def _it_changes_nothing_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """It writes where it runs and at home, and sets how event loops are made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    policy = asyncio.get_event_loop_policy()
    yield
    asyncio.set_event_loop_policy(policy)


def fresh(release: Release, multisensors: tuple[int, ...] = ()) -> Device:
    return emulated_sensor(release, installed_s=clock.now_s() - 3600, multisensors=multisensors)


@pytest.mark.parametrize(("release", "firmware"), [("5.6", "5.6.2"), ("5.9", "5.9.2")])
def test_it_opens_a_device_and_reads_all_that_it_keeps(release: Release, firmware: str) -> None:
    async def run() -> None:
        async with opened(fresh(release)) as client:
            assert client.fw_version == firmware
            await client.cache.sync()
            kept = client.cache.singlesensor
            assert [line.name for line in kept.lines] == ["Door 1"]
            assert [zone.name for zone in kept.zones] == ["Hall"]
            assert [logic.id for logic in kept.logics] == [1000, 1001]
            counters = [counter.id for counter in kept.counters]
            later = [1001002, 1001003] if release == "5.9" else []
            assert counters == [1000001, 1000002, 1001001, *later]

    asyncio.run(run())


def test_it_finds_multisensors() -> None:
    async def run() -> None:
        async with opened(fresh("5.9", multisensors=(1, 2))) as client:
            await client.multisensors.sync()
            assert [context.ms_id for context in client.multisensors._contexts] == [1, 2]

    asyncio.run(run())


# What it asks for and does not get. Of those in the first set no shape is public; the second are
# its own: models that it lacks, or that want what 5.9 does not say; the third came after 5.6.
NOT_PUBLIC = [
    "get_eapol_config",
    "get_eapol_keystore",
    "get_eapol_state",
    "get_pip_config",
    "get_pip_state",
    "get_remote_services_config",
    "get_remote_services_state",
    "get_wireless_networks",
    "get_wireless_scan_results",
    "get_xovis_support_state",
    "get_config",
    "get_log",
    "get_bluetooth",
    "get_devices",
    "get_devices_summary",
    "get_rf_privacy",
    "get_rf_salt",
    "get_wifi",
    "get_all_doors",
    "get_custom_configurations",
    "get_time_config",
    "get_time_status",
    "get_txt_records",
    "get_depth_map",
]
SWITCHED_OFF = ["get_apc_data", "get_inventory_info", "get_schedule"]  # 404: nothing is there
ITS_OWN = [
    "get_all_attentions",
    "get_all_objects",
    "get_attention_limits",
    "get_object_limits",
    "get_heat_map",
    "get_height_map",
]
AFTER_5_6 = ["get_license", "get_stamp", "get_verbose_diagnostics", "get_all_layers",
             "get_layer_limits"]  # fmt: skip


@pytest.mark.parametrize("release", ["5.6", "5.9"])
def test_it_reads_everything_that_needs_no_argument(release: Release) -> None:
    async def run() -> tuple[set[str], set[str]]:
        done, failed = set(), set()
        async with opened(fresh(release)) as client:
            lens = client._singlesensor
            for manager in (
                *(client.system, client.time, client.network, client.users, client.update),
                *(client.privacy, client.itxpt, client.topology, lens.scene, lens.analytics),
                *(lens.history, lens.datapush, lens.images),
            ):
                for name, method in getmembers(manager, iscoroutinefunction):
                    needed = [
                        p for p in signature(method).parameters.values() if p.default is p.empty
                    ]
                    if not name.startswith("get_") or needed:
                        continue
                    try:
                        await method()
                    except Exception:
                        failed.add(name)
                    else:
                        done.add(name)
        return done, failed

    done, failed = asyncio.run(run())
    expected = {*NOT_PUBLIC, *SWITCHED_OFF, *ITS_OWN, *(AFTER_5_6 if release == "5.6" else ())}
    assert failed == expected
    assert len(done) > 50


def test_it_draws_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(self: object) -> None:
        """It waits two seconds between changes."""

    async def run() -> None:
        device = fresh("5.9")
        before = device.snapshot()
        async with opened(device) as client:
            lens, models = client._singlesensor, client.models
            for manager in (lens.scene, lens.analytics):
                if hasattr(type(manager), "_pacing_delay"):
                    monkeypatch.setattr(type(manager), "_pacing_delay", at_once)
            line = models.SceneGeometry(name="New", type="LINE", geometry=[[0, 5], [1, 5]])
            drawn = await lens.scene.create_geometry(line)
            chosen = {"type": "XLT_LINE_IN_OUT_COUNT", "options": {"count_line_id": drawn.id}}
            logic = await lens.analytics.create_logic_template(
                models.LogicTemplate(name="New", template=chosen)
            )
            counters = await lens.analytics.get_all_counters(logic_id=logic.id)
            assert [counter.name for counter in counters.counters] == ["fw", "bw"]
            await lens.analytics.delete_logic_template(logic.id)
            await lens.scene.delete_geometry(drawn.id)
        assert device.snapshot() == before

    asyncio.run(run())
