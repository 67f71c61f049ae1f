"""Query strings are read strictly, and everything that is wrong is told at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.api.parameters import Parameters, split_query
from countline.api.v1.asking import CountAsking as V1CountAsking
from countline.api.v3.asking import CountAsking, PageAsking
from countline.errors import BadQuery

V3 = Parameters.of(CountAsking)
V1 = Parameters.of(V1CountAsking)
RANGE = "start_ts=2023-10-01T00:00:00Z&end_ts=2023-10-02T00:00:00Z"


@dataclass(frozen=True)
class Around:
    """A caller who sees one location in New York, or several."""

    alone: bool = False

    def sees_one_location(self) -> bool:
        return self.alone

    def time_zone(self, given: Mapping[str, Any]) -> tuple[str, ZoneInfo] | None:
        if given.get("sensor_id") == "SNSR_001":
            return "LOC_NYC_05", ZoneInfo("America/New_York")
        return None


def read(query: str, parameters: Parameters = V3, *, alone: bool = False) -> Any:
    return parameters.read(split_query(query.encode()), Around(alone))


def errors(query: str, parameters: Parameters = V3) -> dict[str, tuple[str, str]]:
    with pytest.raises(BadQuery) as caught:
        read(query, parameters)
    assert all(e.field in caught.value.detail for e in caught.value.errors)
    return {e.field: (e.code, e.detail) for e in caught.value.errors}


def test_what_is_left_out_has_its_default() -> None:
    asked = read(f"sensor_id=SNSR_001&{RANGE}")
    assert asked.sensor_id == "SNSR_001"
    assert asked.start_ts == datetime(2023, 10, 1, tzinfo=UTC)
    assert (asked.granularity, asked.series, asked.coarsen, asked.tz) == ("1h", "live", False, None)


def test_every_parameter_is_read_as_its_type() -> None:
    asked = read(
        f"zone_id=3&{RANGE}&granularity=PT15M&series=raw&group_by=line&fill=none&missing=null"
        "&min_coverage=0.5&coarsen=true&tz=Europe/Zurich&format=csv"
    )
    assert (asked.zone_id, asked.min_coverage, asked.coarsen) == (3, 0.5, True)
    assert asked.tz == ZoneInfo("Europe/Zurich")


def test_everything_wrong_is_told_at_once() -> None:
    told = errors("start_ts=2023-10-01T00:00:00&granularty=1h&coarsen=yes&zone_id=1&zone_id=2")
    assert {field: code for field, (code, _) in told.items()} == {
        "start_ts": "naive_time",
        "granularty": "unknown",
        "coarsen": "invalid",
        "zone_id": "repeated",
        "end_ts": "missing",
    }


def test_an_unknown_parameter_names_the_nearest() -> None:
    assert (
        "did you mean 'granularity'?"
        in errors(f"sensor_id=S&{RANGE}&granularty=1h")["granularty"][1]
    )
    assert "did you mean 'sensor_id'?" in errors(f"sensorid=S&{RANGE}")["sensorid"][1]


@pytest.mark.parametrize("absent", ["as_of_revision=3", "band=true", "series=corrected"])
def test_what_is_not_built_answers_like_what_is_unknown(absent: str) -> None:
    name = absent.partition("=")[0]
    assert name in errors(f"sensor_id=S&{RANGE}&{absent}")


def test_a_naive_time_is_shown_with_the_offset_of_the_location() -> None:
    told = errors("sensor_id=SNSR_001&start_ts=2023-10-27T00:00:00&end_ts=2023-10-28T00:00:00Z")
    code, detail = told["start_ts"]
    assert code == "naive_time"
    assert "2023-10-27T00:00:00Z" in detail
    assert "2023-10-27T00:00:00-04:00 for local time at LOC_NYC_05" in detail


def test_a_naive_time_of_an_unknown_sensor_is_shown_in_utc_alone() -> None:
    told = errors("sensor_id=OTHER&start_ts=2023-10-27T00:00:00&end_ts=2023-10-28T00:00:00Z")
    assert "local time" not in told["start_ts"][1]


def test_one_of_three_ids_is_needed() -> None:
    assert errors(RANGE)["sensor_id"][0] == "missing"


def test_a_location_stands_alone() -> None:
    assert errors(f"location_id=L&zone_id=1&{RANGE}")["location_id"][0] == "conflicting"


def test_version_1_needs_no_id_of_a_caller_who_sees_one_location() -> None:
    query = "from=2025-01-01T00:00:00Z&to=2025-01-02T00:00:00Z"
    assert read(query, V1, alone=True).location_id is None
    assert errors(query, V1)["sensorId"][0] == "missing"


def test_version_1_takes_both_spellings_but_not_at_once() -> None:
    short = read("from=2025-01-01T00:00:00Z&to=2025-01-02T00:00:00Z&sensorId=S12345", V1)
    long = read(f"{RANGE}&sensor_id=S12345".replace("2023-10", "2025-01"), V1)
    assert short == long
    told = errors("from=2025-01-01T00:00:00Z&to=2025-01-02T00:00:00Z&sensorId=S&sensor_id=S", V1)
    assert told["sensor_id"][0] == "conflicting"
    assert "sensorId" in told["sensor_id"][1]


def test_version_3_does_not_take_the_short_spelling() -> None:
    assert "did you mean 'sensor_id'?" in errors(f"sensorId=S&{RANGE}")["sensorId"][1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("zone_id=1.0", "zone_id"), ("zone_id=01", "zone_id"), ("zone_id=0", "zone_id"),
        ("zone_id=%D9%A3", "zone_id"), ("zone_id=1_0", "zone_id"), ("zone_id=", "zone_id"),
        ("zone_id=" + "9" * 5000, "zone_id"), ("sensor_id=a%0A", "sensor_id"), ("sensor_id=", "sensor_id"),
        ("sensor_id=-x", "sensor_id"), ("location_id=%FF", "location_id"),
        ("min_coverage=nan", "min_coverage"), ("min_coverage=1.01", "min_coverage"),
        ("min_coverage=1e-1", "min_coverage"), ("granularity=2h", "granularity"),
        ("granularity=1H", "granularity"), ("tz=Europe/Zuerich", "tz"), ("tz=../../etc", "tz"),
        ("coarsen=1", "coarsen"), ("format=xlsx", "format"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(query: str, field: str) -> None:
    assert errors(f"{RANGE}&{query}")[field][0] == "invalid"


def test_a_time_zone_that_does_not_exist_names_the_nearest() -> None:
    assert "Europe/Zurich" in errors(f"sensor_id=S&{RANGE}&tz=Europe/Zuerich")["tz"][1]


def test_pages_are_bounded() -> None:
    pages = Parameters.of(PageAsking)
    assert read("", pages).limit == 100
    assert errors("limit=1001", pages)["limit"][0] == "invalid"
    assert errors("limit=0", pages)["limit"][0] == "invalid"


def test_long_queries_are_refused_whole() -> None:
    with pytest.raises(BadQuery, match="at most 8192"):
        split_query(b"a=" + b"x" * 9000)
    with pytest.raises(BadQuery, match="parameters"):
        split_query(b"&".join(b"a=1" for _ in range(100)))


@given(st.text(max_size=60))
def test_no_query_does_more_than_raise_a_bad_query(text: str) -> None:
    for parameters in (V3, V1):
        try:
            parameters.read(split_query(text.encode("utf-8", "replace")), Around())
        except BadQuery as error:
            assert error.errors or error.detail
