"""What leaves: every operation's request, and instants without time zone that never do."""

from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import msgspec
import pytest

from countline import client
from countline.client import SensorNew, SourceNew, ZoneChange
from countline.client import _catalogue as catalogue
from countline.client import _numbers as numbers
from countline.client._operations import Call, Listing, Operations
from countline.errors import BadQuery
from countline.wire.v3_catalogue import LineNew

MACHINERY = {"_answers", "_events", "_http", "_operations", "_requests", "_responses"}
MACHINERY |= {"_verifying"}
SUBJECTS = {found.name for found in iter_modules(client.__path__)} - MACHINERY
START = datetime(2023, 10, 1, tzinfo=UTC)
END = datetime(2023, 10, 1, 23, 59, 59, tzinfo=UTC)


def test_the_documented_count() -> None:
    request = numbers.count(sensor_id="SNSR_001", start_ts=START, end_ts=END, granularity="1h")
    assert (request.method, request.path) == ("GET", "/v3/data/count")
    assert request.parameters == (
        ("sensor_id", "SNSR_001"),
        ("start_ts", "2023-10-01T00:00:00Z"),
        ("end_ts", "2023-10-01T23:59:59Z"),
        ("granularity", "1h"),
    )


def test_the_documented_hours() -> None:
    request = numbers.hourly(start_ts="2025-01-01T00:00:00Z", end_ts="2025-01-02T00:00:00Z", sensor_id="S12345")  # fmt: skip
    assert request.path == "/api/v1/counts/hourly"
    assert request.parameters == (
        ("from", "2025-01-01T00:00:00Z"),
        ("to", "2025-01-02T00:00:00Z"),
        ("sensorId", "S12345"),
    )


def test_further_parameters_of_the_api_pass_through() -> None:
    request = numbers.count(zone_id=7, start_ts=START, end_ts=END, coarsen=True, min_coverage=0.5)
    assert dict(request.parameters) | {"start_ts": "", "end_ts": ""} == {
        "zone_id": "7",
        "start_ts": "",
        "end_ts": "",
        "coarsen": "true",
        "min_coverage": "0.5",
    }


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (datetime(2023, 10, 1, 2, tzinfo=timezone(timedelta(hours=2))), "2023-10-01T00:00:00Z"),
        ("2023-10-01T02:00:00+02:00", "2023-10-01T00:00:00Z"),
        (datetime(2023, 10, 1, 0, 0, 0, 500_000, tzinfo=UTC), "2023-10-01T00:00:00.500000Z"),
    ],
)
def test_instants_are_sent_in_utc(given: datetime | str, sent: str) -> None:
    request = numbers.count(location_id="L", start_ts=given, end_ts=END)
    assert dict(request.parameters)["start_ts"] == sent


@pytest.mark.parametrize("naive", [datetime(2023, 10, 1), "2023-10-01T00:00:00", "2023-10-01"])
@pytest.mark.parametrize("name", ["start_ts", "end_ts"])
@pytest.mark.parametrize("describe", [numbers.count, numbers.hourly, numbers.daily])
def test_a_naive_time_never_leaves(describe: Any, name: str, naive: datetime | str) -> None:
    times = {"start_ts": START, "end_ts": END} | {name: naive}
    with pytest.raises(BadQuery, match="has no time zone; give datetime") as caught:
        describe(sensor_id="S", **times)
    assert caught.value.error_code == "naive_time"
    assert [e.field for e in caught.value.errors] == [name]


def test_a_text_that_is_no_time_never_leaves() -> None:
    with pytest.raises(BadQuery, match="start_ts: found 'yesterday'"):
        numbers.count(sensor_id="S", start_ts="yesterday", end_ts=END)


def test_a_naive_time_in_a_body_never_leaves() -> None:
    source = SourceNew(sensor_id="S", channel="single/1", valid_from=datetime(2023, 10, 1))
    with pytest.raises(BadQuery, match=r"sources\[0\]\.valid_from: .*timezone"):
        catalogue.add_line(LineNew(location_id="L", name="Door", sources=(source,)))


def test_a_body_that_breaks_its_own_rules_never_leaves() -> None:
    with pytest.raises(BadQuery, match="sensor_id: "):
        catalogue.register_sensor(SensorNew(sensor_id="no spaces", location_id="L"))


def test_a_change_sends_only_what_it_names() -> None:
    request = catalogue.change_zone(3, ZoneChange(capacity=None, name="Hall"))
    assert (request.method, request.path) == ("PATCH", "/v3/zones/3")
    assert request.body is not None
    assert msgspec.json.decode(request.body) == {"capacity": None, "name": "Hall"}


def test_ids_stay_one_part_of_the_path() -> None:
    assert catalogue.sensor("../keys?x=1").path == "/v3/sensors/..%2Fkeys%3Fx%3D1"


def test_a_cursor_replaces_the_one_before() -> None:
    first = catalogue.sensors(limit=2)
    assert first.parameters == (("limit", "2"),)
    assert first.on("a").on("b").parameters == (("limit", "2"), ("cursor", "b"))


def test_every_request_is_an_operation_of_both_clients() -> None:
    described = {
        name
        for module in map(import_module, (f"countline.client.{found}" for found in SUBJECTS))
        for name, value in vars(module).items()
        if callable(value) and not name.startswith("_") and value.__module__ == module.__name__
    }
    offered = {n for n, v in vars(Operations).items() if isinstance(v, Call | Listing)}
    assert offered == described
    assert all(vars(Operations)[name].__doc__ for name in offered)
