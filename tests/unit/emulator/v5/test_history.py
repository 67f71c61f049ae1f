"""History over REST: every parameter, its state, retention, and the database's end."""

from typing import Any

import pytest

from countline.emulator.v5.observing import Observer
from tests.unit.emulator.hall import HALL, START_MS
from tests.unit.emulator.v5.hall_device import HOUR_MS, Bench

LINE = HALL.lines[0].line_id
LOGICS = "/singlesensor/data/history/logics"


def ask(bench: Bench, path: str = LOGICS, /, **query: Any) -> Any:
    words = "&".join(f"{k}={v}" for k, v in query.items())
    return bench.ask("GET", f"{path}?{words}")


def forwards(answer: Any) -> list[int]:
    return [c["value"] for m in answer["measurements"] for c in m["counts"] if c["id"] == 1000001]


def test_bins_of_an_hour_are_the_world() -> None:
    bench = Bench(hour=12)
    found = ask(bench, begin=START_MS + 8 * HOUR_MS, end=START_MS + 12 * HOUR_MS, resolution_min=60)
    world = bench.device.sensor.world
    hours = [
        world.counts(LINE, START_MS + h * HOUR_MS, START_MS + (h + 1) * HOUR_MS).forward
        for h in range(8, 12)
    ]
    assert forwards(found) == hours
    assert [m["records"] for m in found["measurements"]] == [60] * 4
    assert (found["resolution_ms"], found["number_of_bins"]) == (HOUR_MS, 4)
    assert found["begin_data"] == START_MS + 8 * HOUR_MS
    assert found["index_end"] - found["index_begin"] == 239


def test_any_partition_has_the_same_sum() -> None:
    bench = Bench(hour=20)
    span: dict[str, Any] = {"begin": START_MS + 5 * HOUR_MS, "end": START_MS + 20 * HOUR_MS}
    sums = {sum(forwards(ask(bench, resolution_min=n, **span))) for n in (1, 5, 15, 60, 900)}
    sums |= {sum(forwards(ask(bench, number_of_bins=n, **span))) for n in (1, 7, 100)}
    assert len(sums) == 1


def test_a_state_is_told_as_it_is_at_the_end_of_a_bin() -> None:
    bench = Bench(hour=12)
    found = ask(bench, begin=START_MS + 9 * HOUR_MS, end=START_MS + 12 * HOUR_MS, resolution_min=60)
    inside = [c["value"] for m in found["measurements"] for c in m["counts"] if c["id"] == 1001001]
    zone = HALL.zones[0].zone_id
    present = bench.device.sensor.world.present
    assert inside == [present(zone, START_MS + h * HOUR_MS) for h in (10, 11, 12)]


def test_begin_and_end_are_relative_or_zero() -> None:
    bench = Bench(hour=12)
    hour = ask(bench, begin=-HOUR_MS, resolution_min=1)
    assert (hour["begin"], hour["end"]) == (START_MS + 11 * HOUR_MS, START_MS + 12 * HOUR_MS)
    assert len(hour["measurements"]) == 60
    before = ask(bench, begin=-2 * HOUR_MS, end=-HOUR_MS, resolution_min=1)
    assert before["end"] == START_MS + 11 * HOUR_MS
    assert ask(bench, begin=0, resolution_min=60)["begin"] == START_MS
    assert ask(bench)["begin"] == START_MS - 12 * HOUR_MS


def test_empty_bins_are_filled_where_wanted() -> None:
    bench = Bench(hour=1)
    span: dict[str, Any] = {"begin": START_MS - 2 * HOUR_MS, "resolution_min": 60}
    assert len(ask(bench, **span)["measurements"]) == 1
    filled = ask(bench, include_empty="true", **span)["measurements"]
    assert [m["records"] for m in filled] == [0, 0, 60]
    assert filled[0]["counts"] == []


@pytest.mark.parametrize(
    ("form", "begin"),
    [
        ("UNIX_TIME_MS", START_MS),
        ("UNIX_TIME_S", START_MS // 1000),
        ("RFC3339", "2026-06-02T00:00:00+00:00"),
    ],
)
def test_times_are_written_as_asked(form: str, begin: Any) -> None:
    found = ask(Bench(hour=1), begin=START_MS, resolution_min=60, time_format=form)
    assert found["begin"] == found["measurements"][0]["begin"] == begin


def test_one_logic_can_be_asked_alone() -> None:
    bench = Bench(hour=12)
    found = ask(bench, f"{LOGICS}/1001", begin=-HOUR_MS)
    assert {c["id"] for m in found["measurements"] for c in m["counts"]} == {1001001}
    assert [logic["id"] for logic in found["config"]["logics"]] == [1001]
    assert found["config"]["counts"][0]["type"] == "state"
    assert found["config"]["geometries"] == [{"id": 1001, "name": "Hall", "type": "ZONE"}]
    bench.ask("GET", f"{LOGICS}/77", status=404)


@pytest.mark.parametrize(
    "query",
    [
        f"begin={START_MS - 40 * 24 * HOUR_MS}&resolution_min=1",
        "number_of_bins=50001",
        "begin=-1000&end=-2000",
        "resolution_min=-1",
        "begin=yesterday",
        "time_format=ISO",
    ],
)
def test_what_makes_no_sense_is_refused(query: str) -> None:
    refused = Bench(hour=12).ask("GET", f"{LOGICS}?{query}", status=400)
    assert refused["code"] == 10010
    assert refused["detail"]


def test_status_tells_capacity_and_odd_times() -> None:
    bench = Bench(hour=12)
    storage = bench.ask("GET", "/singlesensor/data/history/status")["storage"]
    assert storage["capacity"]["memory"] == 20_971_520
    assert storage["capacity"]["time_s"] // 86_400 in (151, 152)
    stored = storage["stored_data"]
    assert stored["time_begin"] == "2026-06-02T00:00:00.000 UTC"
    assert stored["number_of_count_records"] == 720
    assert stored["retention_time"] == "12h"
    assert stored["logics"][0]["geometry_type"] == "LINE"
    assert {c["id"] for c in stored["counts"]} == {1000001, 1000002, 1001001}


def test_history_older_than_it_is_kept_is_gone() -> None:
    bench = Bench(hour=20)
    bench.device.part(Observer).days_kept = 0.25
    found = ask(bench, begin=0, resolution_min=60)
    assert found["begin_data"] >= START_MS + 13.9 * HOUR_MS


def test_a_deleted_database_is_empty_and_totals_begin_anew() -> None:
    bench = Bench(hour=12)
    bench.ask("DELETE", "/singlesensor/data/history/sensor_db")
    assert ask(bench, begin=0)["measurements"] == []
    assert bench.ask("GET", "/singlesensor/data/live/counts/1000001")["count"]["value"] == 0
    tar = bench.ask("GET", "/singlesensor/data/history/sensor_db.tar")
    assert tar.content_type == "application/octet-stream"


def test_maps_gather_people_and_obey_the_privacy_mode() -> None:
    bench = Bench(hour=12)
    heat = bench.ask("GET", "/singlesensor/data/history/heat_map")
    assert heat["info"]["max"] > 0
    assert len(heat["data"]) == heat["metadata"]["height_px"]
    assert "data" not in bench.ask("GET", "/singlesensor/data/history/heat_map?data=false")
    image = bench.ask("GET", "/singlesensor/data/history/height_map.jpg")
    assert "X-Image-Metadata" in image.headers
    points = bench.ask("GET", "/singlesensor/data/history/start_stop?begin=-3600000&max=5")
    assert len(points["start_points"]) == len(points["stop_points"]) == 5
    bench.ask("PUT", "/privacy/mode", {"privacy_mode": 2})
    bench.ask("GET", "/singlesensor/data/history/heat_map.jpg", status=451)
    bench.ask("GET", "/singlesensor/data/history/heat_map")
    bench.ask("PUT", "/privacy/mode", {"privacy_mode": 3})
    for path in ("data/history/heat_map", "data/history/start_stop", "scene/images/data"):
        bench.ask("GET", f"/singlesensor/{path}", status=451)
    bench.ask("GET", f"{LOGICS}?begin=-1000000")


def test_live_data_tells_logics_counts_and_who_is_there() -> None:
    bench = Bench(hour=12)
    logics = bench.ask("GET", "/singlesensor/data/live/logics")["logics"]
    assert [logic["info"] for logic in logics] == [
        "XLT_LINE_IN_OUT_COUNT",
        "XLT_ZONE_OCCUPANCY_COUNT",
    ]
    assert logics[0]["geometries"] == [{"id": 1000, "type": "LINE", "name": "Door 1"}]
    assert logics[0]["counts"][0]["value"] > 0
    one = bench.ask("GET", "/singlesensor/data/live/logics/1000")["logic"]
    assert one == logics[0]
    bench.ask("POST", "/singlesensor/data/live/logics/1000/reset", status=200)
    counts = bench.ask("GET", "/singlesensor/data/live/counts")["counts"]
    assert [c["value"] for c in counts[:2]] == [0, 0]
    first = bench.device.sensor.world.crossings(
        LINE, START_MS + 12 * HOUR_MS, START_MS + 20 * HOUR_MS
    )[0]
    bench.time.to(first.at_ms + 1_340 + 200)
    seen = bench.ask("GET", "/singlesensor/scene/images/data?tracked_objects&json_int64_workaround")
    (person,) = [t for t in seen["tracked_objects"] if t["type"] == "PERSON"]
    assert person["track_id_str"] == str(person["track_id"])
    assert 1 <= len(person["tail"]) <= 3
    assert seen["mac_address"] == bench.device.serial.upper()
