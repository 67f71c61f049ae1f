"""Counts as both versions tell them."""

import csv
import io
from typing import Any

import pytest

from tests.unit.api.building import DAY, NEW_YEAR, House

SHOWN = ["timestamp", "in", "out", "passby", "occupancy"]


def first(row: dict[str, Any]) -> dict[str, Any]:
    return dict(list(row.items())[:5])


@pytest.mark.parametrize("path", ["/v3/data/count", "/data/count", "/v3/data/count/"])
def test_the_documented_answer(house: House, path: str) -> None:
    query = {"sensor_id": "SNSR_001", **DAY, "granularity": "1h"}
    told = house.caller().get(path, query)
    assert told.status == 200
    assert list(told.json)[:3] == ["sensor_id", "location_id", "data"]
    assert (told.json["sensor_id"], told.json["location_id"]) == ("SNSR_001", "LOC_NYC_05")
    assert [first(row) for row in told.json["data"]] == [
        {"timestamp": "2023-10-01T08:00:00Z", "in": 145, "out": 132, "passby": 50, "occupancy": 13},
        {"timestamp": "2023-10-01T09:00:00Z", "in": 210, "out": 195, "passby": 65, "occupancy": 28},
    ]
    assert all(list(row)[:5] == SHOWN for row in told.json["data"])
    assert told.json["boundary"] == "partial"
    assert "zone_id" not in told.json


def test_version_1_answers_the_documented_hours(house: House) -> None:
    caller = house.caller()
    told = caller.get("/api/v1/counts/hourly", {**NEW_YEAR, "sensorId": "S12345"})
    assert [dict(list(row.items())[:3]) for row in told.json["data"]] == [
        {"timestamp": "2025-01-01T00:00:00Z", "in": 12, "out": 8},
        {"timestamp": "2025-01-01T01:00:00Z", "in": 3, "out": 2},
    ]
    same = {"start_ts": NEW_YEAR["from"], "end_ts": NEW_YEAR["to"], "sensor_id": "S12345"}
    assert caller.get("/api/v1/counts/hourly", same).body == told.body


@pytest.mark.parametrize("granularity", ["1h", "PT1H", "1d", "P1D", "1w", "1mo", "P1M"])
@pytest.mark.parametrize(
    "subject", [{"sensor_id": "SNSR_001"}, {"zone_id": 1}, {"location_id": "LOC_NYC_05"}]
)
def test_both_versions_tell_the_same_numbers(
    house: House, granularity: str, subject: dict[str, Any]
) -> None:
    caller = house.caller()
    span = {"start_ts": "2023-08-01T00:00:00Z", "end_ts": "2025-03-01T00:00:00Z"}
    asked = {**subject, **span, "granularity": granularity}
    told = caller.get("/v3/data/count", asked).json["data"]
    short = caller.get("/api/v1/counts/interval", asked).json["data"]
    assert told
    keys = ("timestamp", "in", "out", "coverage", "local_date")
    assert [{k: row[k] for k in keys if k in row} for row in told] == short
    name = {"1h": "hourly", "1d": "daily"}.get(granularity)
    if name:
        del asked["granularity"]
        assert caller.get(f"/api/v1/counts/{name}", asked).json["data"] == short


def test_without_a_sensor_it_is_null_and_the_zone_is_there(house: House) -> None:
    told = house.caller().get("/v3/data/count", {"zone_id": 1, **DAY}).json
    assert (told["sensor_id"], told["zone_id"], told["location_id"]) == (None, 1, "LOC_NYC_05")
    assert "boundary" not in told


def test_days_carry_their_date_and_length(house: House) -> None:
    asked = {"sensor_id": "SNSR_001", **DAY, "granularity": "1d"}
    (row,) = house.caller().get("/v3/data/count", asked).json["data"]
    assert (row["local_date"], row["duration_seconds"]) == ("2023-10-01", 86_400)
    assert (row["in"], row["out"], row["occupancy"]) == (355, 327, 28)


def test_a_time_zone_changes_how_timestamps_are_written_and_nothing_else(house: House) -> None:
    asked = {"sensor_id": "SNSR_001", **DAY}
    caller = house.caller()
    plain = caller.get("/v3/data/count", asked).json
    told = caller.get("/v3/data/count", {**asked, "tz": "Europe/Zurich"}).json
    assert [r["timestamp"] for r in told["data"]] == [
        "2023-10-01T10:00:00+02:00",
        "2023-10-01T11:00:00+02:00",
    ]
    for row, other in zip(told["data"], plain["data"], strict=True):
        assert {**row, "timestamp": None} == {**other, "timestamp": None}


@pytest.mark.parametrize("by", ["zone", "line"])
def test_a_grouped_answer_is_a_list_with_a_data_each(house: House, by: str) -> None:
    asked = {"location_id": "LOC_NYC_05", **DAY, "group_by": by}
    told = house.caller().get("/v3/data/count", asked).json
    (group,) = [g for g in told["data"] if g["data"]]
    assert list(group) == [f"{by}_id", "data"]
    assert [r["in"] for r in group["data"]] == [145, 210]


def test_finer_than_the_data_says_what_works(house: House) -> None:
    asked = {"sensor_id": "SNSR_001", **DAY, "granularity": "15m"}
    caller = house.caller()
    told = caller.get("/v3/data/count", asked)
    assert told.status == 422
    assert (told.problem["code"], told.problem["finest"]) == ("granularity_too_fine", "1h")
    coarse = caller.get("/v3/data/count", {**asked, "coarsen": "true"}).json
    assert (coarse["granularity"], coarse["granularity_effective"]) == ("15m", "1h")
    assert [r["in"] for r in coarse["data"]] == [145, 210]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"start_ts": "2023-10-02T00:00:00Z"}, "start_not_before_end"),
        ({"zone_id": 2}, "zone_not_of_sensor"),
    ],
)
def test_what_has_no_answer_is_422(house: House, asked: dict[str, Any], code: str) -> None:
    house.run(house.engine.desk.add_zone(location_id="LOC_NYC_05", name="Cellar"))
    told = house.caller().get("/v3/data/count", {"sensor_id": "SNSR_001", **DAY, **asked})
    assert (told.status, told.problem["code"]) == (422, code)


def test_too_many_rows_names_what_fits(house: House) -> None:
    rows = "".join(f"{year}-06-01T00:00:00Z,{year}-06-01T00:01:00Z,1,0\n" for year in (2015, 2025))
    house.import_csv("SLOW", "start,end,in,out\n" + rows)
    span = {"start_ts": "2015-01-01T00:00:00Z", "end_ts": "2025-12-01T00:00:00Z"}
    told = house.caller().get("/v3/data/count", {"sensor_id": "SLOW", **span})
    assert (told.status, told.problem["code"]) == (422, "too_many_rows")
    assert told.problem["fits"] == "1d"


def table(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode())))


def test_a_table_holds_the_same_rows(house: House) -> None:
    asked = {"sensor_id": "SNSR_001", **DAY}
    caller = house.caller()
    rows = caller.get("/v3/data/count", asked).json["data"]
    told = caller.get("/v3/data/count", {**asked, "format": "csv"})
    assert told.headers["content-type"] == "text/csv; charset=utf-8"
    assert "counts-SNSR_001.csv" in told.headers["content-disposition"]
    assert caller.get("/v3/data/count", asked, accept="text/csv").body == told.body
    for line, row in zip(table(told.body), rows, strict=True):
        for name in ("timestamp", "in", "out", "passby", "occupancy", "revision"):
            assert line[name] == str(row[name])
        assert (line["adjustment"], line["final"], line["in_staff"]) == ("0", "true", "")


def test_a_table_has_no_bound_of_rows_and_one_granularity(house: House) -> None:
    minutes = "".join(
        f"2024-{day}T00:00:00Z,2024-{day}T00:01:00Z,1,0\n" for day in ("01-01", "01-20", "02-05")
    )
    house.import_csv("SLOW", "start,end,in,out\n" + minutes)
    span = {"start_ts": "2024-01-01T00:00:00Z", "end_ts": "2024-03-01T00:00:00Z"}
    asked = {"sensor_id": "SLOW", **span}
    told = house.caller().get("/v3/data/count", {**asked, "granularity": "1m", "format": "csv"})
    lines = table(told.body)
    assert len(lines) > 50_000
    assert sum(int(line["in"]) for line in lines if line["in"]) == 3
    assert [line["timestamp"] for line in lines] == sorted({line["timestamp"] for line in lines})


def test_a_table_that_cannot_be_is_a_problem_not_a_broken_file(house: House) -> None:
    asked = {"sensor_id": "SNSR_001", **DAY, "granularity": "1m", "format": "csv"}
    caller = house.caller()
    assert caller.get("/v3/data/count", asked).problem["code"] == "granularity_too_fine"
    coarse = table(caller.get("/v3/data/count", {**asked, "coarsen": "true"}).body)
    assert [line["in"] for line in coarse] == ["145", "210"]
    ages = {**asked, "start_ts": "1950-01-01T00:00:00Z"}
    assert caller.get("/v3/data/count", ages).problem["code"] == "too_many_rows"
    back = {**asked, "end_ts": DAY["start_ts"]}
    assert caller.get("/v3/data/count", back).problem["code"] == "start_not_before_end"


def test_a_grouped_table_names_the_group(house: House) -> None:
    asked = {"location_id": "LOC_NYC_05", **DAY, "group_by": "line", "format": "csv"}
    lines = table(house.caller().get("/v3/data/count", asked).body)
    assert {line["line_id"] for line in lines} == {"1"}


def test_people_now_by_location_then_zone(house: House) -> None:
    house.add_location("LOC_A")
    told = house.caller().get("/api/v1/occupancy/current").json["data"]
    assert [(r["location_id"], r["zone_id"]) for r in told] == [
        ("LOC_A", None), ("LOC_A", 2), ("LOC_NYC_05", None), ("LOC_NYC_05", 1),
    ]  # fmt: skip
    assert list(told[0]) == [
        "current_people", "location_id", "zone_id", "as_of", "low", "high", "quality",
    ]  # fmt: skip
    one = house.caller().get("/api/v1/occupancy/current", {"locationId": "LOC_A"}).json["data"]
    assert one == told[:2]


def test_fed_by_files_alone_nobody_knows_who_is_there(house: House) -> None:
    (whole, _) = house.caller().get("/api/v1/occupancy/current").json["data"]
    assert (whole["current_people"], whole["quality"]) == (None, "unknown")


def test_current_people_are_told_once(house: House) -> None:
    caller = house.caller()
    told = caller.get("/api/v1/occupancy/current")
    again = caller.get("/api/v1/occupancy/current", if_none_match=told.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == told.headers["etag"]
    other = caller.get("/api/v1/occupancy/current", if_none_match='"other"')
    assert (other.status, other.body) == (200, told.body)


def test_no_location_says_what_to_do(empty: House) -> None:
    told = empty.caller().get("/api/v1/occupancy/current")
    assert (told.status, told.problem["code"]) == (404, "no_location")
    assert "POST /v3/locations" in told.problem["detail"]


def test_live_of_each_subject(house: House) -> None:
    caller = house.caller()
    for asked in ({"sensor_id": "SNSR_001"}, {"zone_id": 1}, {"location_id": "LOC_NYC_05"}):
        (row,) = caller.get("/v3/data/live", asked).json["data"]
        assert list(row)[:5] == ["location_id", "zone_id", "sensor_id", "as_of", "people"]
        assert row["location_id"] == "LOC_NYC_05"


def test_todays_counts_of_each_sensor(house: House) -> None:
    told = house.caller().get("/api/v1/counts/current").json
    assert [r["sensorId"] for r in told["data"]] == ["S12345", "SNSR_001"]
    assert list(told["data"][0]) == ["timestamp", "sensorId", "in", "out"]
    one = house.caller().get("/api/v1/counts/current", {"sensorId": "S12345"}).json
    assert one["data"] == told["data"][:1]
    here = {"sensorId": "S12345", "locationId": "LOC_NYC_05"}
    assert house.caller().get("/api/v1/counts/current", here).json["data"] == one["data"]
    house.add_location("LOC_A")
    there = {**here, "locationId": "LOC_A"}
    assert house.caller().get("/api/v1/counts/current", there).status == 404
    empty = house.caller().get("/api/v1/counts/current", {"locationId": "LOC_A"}).json
    assert empty == {"data": [], "next": None}
    page = house.caller().get("/api/v1/counts/current", {"limit": 1})
    assert page.json["data"] == told["data"][:1]
    assert 'rel="next"' in page.headers["link"]
