"""What agents say: personalities, formats, metadata, resends, and the packages of each type."""

from datetime import datetime
from typing import Any

import pytest

from tests.unit.emulator.hall import START_S
from tests.unit.emulator.v5.hall_device import EVENTS_ONLY, Bench, told, truth


def test_status_packages_are_what_rest_says() -> None:
    bench = Bench()
    bench.agent(
        "STATUS", bench.connect(), schedule={"type": "INTERVAL", "interval": "FIVE_MINUTES"}
    )
    bench.until(11)
    assert len(bench.got) == 12
    states = bench.bodies()[-1]["status_data"]["states"]
    assert set(states) >= {"device", "time", "network", "updates", "license", "singlesensor"}
    assert states["device"]["state"]["details"]["uptime_sec"] > 0


@pytest.mark.parametrize("personality", ["5.0", "5.3", "5.6", "5.9"])
def test_each_personality_speaks_its_own_way(personality: Any) -> None:
    bench = Bench(personality)
    bench.agent("LOGICS", bench.connect(), include_empty=True, package_size=1)
    bench.agent("LIVE_DATA", bench.connect(), filters=EVENTS_ONLY)
    bench.until(10.5)
    logics = bench.bodies("LOGICS")[-1]["logics_data"]
    live_data = bench.bodies("LIVE_DATA")[-1]["live_data"]
    early = personality == "5.0"
    assert ("sensor_info" in logics) != early
    assert ("samples" in logics["logics"][0]["records"][0]) != early
    assert ("frametype" in live_data["frames"][0]) != early
    assert logics["package_info"]["version"] == "5.0"
    first = 1 if early else 1000
    assert [logic["id"] for logic in logics["logics"]] == [first, first + 1]
    names = [c["name"] for c in logics["logics"][1]["records"][0]["counts"]]
    newer = ["balance", "visits", "dwell_time"]
    assert names == (newer if personality == "5.9" else ["balance"])


@pytest.mark.parametrize(
    ("form", "kind"), [("UNIX_TIME_MS", int), ("UNIX_TIME_S", int), ("RFC3339", str)]
)
def test_times_are_written_as_asked(form: str, kind: type) -> None:
    bench = Bench()
    bench.agent(
        "LOGICS", bench.connect(), format={"type": "JSON", "time": form}, include_empty=True
    )
    bench.until(10.2)
    record = bench.bodies()[0]["logics_data"]["logics"][0]["records"][0]
    assert isinstance(record["from"], kind)
    assert min(told(bench)) == START_S + 10 * 3600


def test_metadata_is_added_where_wanted() -> None:
    bench = Bench()
    bench.agent(
        "LOGICS", bench.connect(), include_empty=True, meta_data_config="FULL",
        meta_data_package_full=True, meta_data_sensor_full=True,
    )  # fmt: skip
    bench.until(10.2)
    data = bench.bodies()[0]["logics_data"]
    assert data["package_info"]["agent_type"] == "LOGICS"
    assert data["sensor_info"]["sw_version"] == "5.6.2"
    assert {c["type"] for c in data["config"]["counts"]} == {"accumulation", "state"}
    assert data["config"]["geometries"][0]["geometry"]


def test_normalised_events_have_no_names() -> None:
    bench = Bench()
    bench.agent(
        "LIVE_DATA", bench.connect(), filters=EVENTS_ONLY, normalization="LEVEL_1",
        meta_data_config="REFERENCED",
    )  # fmt: skip
    bench.until(10.5)
    data = bench.bodies()[0]["live_data"]
    attributes = data["frames"][0]["events"][0]["attributes"]
    assert "counter_id" in attributes
    assert "counter_name" not in attributes
    assert data["config"]["logics"]


def test_a_time_range_is_sent_again_with_numbers_of_its_own() -> None:
    bench = Bench()
    agent = bench.agent("LOGICS", bench.connect(), include_empty=True, package_size=60)
    bench.until(10.2)
    heard = len(bench.got)
    path = f"/singlesensor/data/push/agents/{agent}/trigger"
    span = {
        "type": "TIME_RANGE",
        "time_from": "2026-06-02T07:00:00Z",
        "time_to": "2026-06-02T09:00:00Z",
        "package_id_start": 500,
    }
    started = bench.ask("POST", path, span, status=200)
    assert started["status"] == "BUSY"
    refused = bench.ask("POST", path, {"type": "ALL"}, status=409)
    assert refused["code"] == 31001
    bench.until(10.21)
    assert bench.ask("GET", path)["status"] == "IDLE"
    assert [s.package for s in bench.got[heard:]][:2] == [500, 501]
    assert len({s for s in told(bench) if s < START_S + 9 * 3600}) == 120
    assert all(truth(bench)[s] == v for s, v in told(bench).items())


def test_the_last_package_and_a_dummy_can_be_sent() -> None:
    bench = Bench()
    agent = bench.agent("LOGICS", bench.connect(), include_empty=True, package_size=1)
    bench.until(10.105)
    last = bench.got[-1].body
    path = f"/singlesensor/data/push/agents/{agent}/trigger"
    bench.ask("POST", path, {"type": "LAST_PACKAGE"}, status=200)
    bench.until(10.106)
    assert bench.got[-1].body == last
    bench.ask("POST", path, {"type": "DUMMY_DATA"}, status=200)
    bench.until(10.107)
    assert bench.bodies()[-1]["logics_data"]["logics"] == []


def test_a_legacy_agent_counts_as_firmware_4_did() -> None:
    bench = Bench()
    bench.agent("LEGACY_LINE_COUNT", bench.connect(), package_size=1)
    bench.until(10.2)
    assert not bench.got
    bench.ask("PUT", "/singlesensor/data/push/legacy", {"enabled": True})
    bench.until(11)
    seen = {}
    for body in bench.bodies():
        (element,) = body["content"]["element"]
        assert (element["data-type"], element["element-id"]) == ("LINE", 1000)
        for measured in element["measurement"]:
            values = {v["label"]: v["value"] for v in measured["value"]}
            start_s = int(datetime.fromisoformat(measured["from"]).timestamp())
            seen[start_s] = (values["fw"], values["bw"])
    assert len(seen) >= 45
    assert all(truth(bench)[s] == v for s, v in seen.items())
