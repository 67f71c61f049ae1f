"""Both clients over real sockets: every operation reads what the API really answers."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from countline import __version__
from countline.client import (
    ApiError,
    AsyncClient,
    Client,
    KeyNew,
    LineChange,
    LineNew,
    LocationChange,
    LocationNew,
    SensorChange,
    SensorNew,
    ZoneChange,
    ZoneNew,
)
from countline.client._operations import Call, Listing, Operations
from countline.drivers.reading import FileOptions
from countline.engine.engine import Engine
from countline.engine.importing import import_file
from tests.app.loopback import Loopback, served

HOURS = b"""\
location,sensor,start,end,in,out,passby
LOC_NYC_05,SNSR_001,2023-10-01T08:00,2023-10-01T09:00,145,132,50
LOC_NYC_05,SNSR_001,2023-10-01T09:00,2023-10-01T10:00,210,195,65
LOC_NYC_05,S12345,2025-01-01T00:00,2025-01-01T01:00,12,8,0
LOC_NYC_05,S12345,2025-01-01T01:00,2025-01-01T02:00,3,2,0
"""
DAY: dict[str, Any] = {
    "start_ts": datetime(2023, 10, 1, tzinfo=UTC),
    "end_ts": datetime(2023, 10, 1, 23, 59, 59, tzinfo=UTC),
}
NEW_YEAR: dict[str, Any] = {"start_ts": "2025-01-01T00:00:00Z", "end_ts": "2025-01-02T00:00:00Z"}


async def furnish(engine: Engine) -> None:
    """The hours that the documentation shows."""
    await import_file(
        engine,
        driver="tidy_csv",
        name="hours.csv",
        body=HOURS,
        options=FileOptions(time_zone="UTC"),
    )


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """One server for all tests of this file."""
    with served(tmp_path_factory.mktemp("data"), furnish=furnish) as found:
        yield found


def test_the_documented_hours(api: Loopback) -> None:
    with Client(api.url, api.key) as client:
        counts = client.count(sensor_id="SNSR_001", **DAY)
        assert [(r.ins, r.outs, r.passby, r.occupancy) for r in counts.data] == [
            (145, 132, 50, 13),
            (210, 195, 65, 28),
        ]
        hours = client.hourly(sensor_id="S12345", **NEW_YEAR)
        assert [(r.ins, r.outs) for r in hours.data] == [(12, 8), (3, 2)]


def test_both_clients_say_the_same(api: Loopback) -> None:
    questions: list[tuple[str, dict[str, Any]]] = [
        ("count", {"sensor_id": "SNSR_001", **DAY}),
        ("count", {"location_id": "LOC_NYC_05", "granularity": "1d", **DAY}),
        ("count_grouped", {"location_id": "LOC_NYC_05", "group_by": "zone", **DAY}),
        ("live", {"location_id": "LOC_NYC_05"}),
        ("current", {}),
        ("daily", {"sensor_id": "S12345", **NEW_YEAR}),
        ("interval", {"sensor_id": "S12345", "granularity": "1h", **NEW_YEAR}),
        ("sensor", {"sensor_id": "SNSR_001"}),
        ("sensor_health", {"sensor_id": "SNSR_001"}),
        ("location", {"location_id": "LOC_NYC_05"}),
        ("location_health", {"location_id": "LOC_NYC_05"}),
        ("zone", {"zone_id": 1}),
        ("line", {"line_id": 1}),
    ]

    async def awaited() -> list[Any]:
        async with AsyncClient(api.url, api.key) as client:
            return [await getattr(client, name)(**asked) for name, asked in questions]

    with Client(api.url, api.key) as client:
        waited = [getattr(client, name)(**asked) for name, asked in questions]
    assert asyncio.run(awaited()) == waited


def test_lists_are_whole_over_pages(api: Loopback) -> None:
    async def awaited(name: str) -> list[Any]:
        async with AsyncClient(api.url, api.key) as client:
            return [entry async for entry in getattr(client, name)(limit=1)]

    with Client(api.url, api.key) as client:
        for name in ("locations", "zones", "lines", "sensors", "keys"):
            whole = list(getattr(client, name)())
            assert whole
            assert list(getattr(client, name)(limit=1)) == whole
            assert asyncio.run(awaited(name)) == whole
        today = [row.sensor_id for row in client.counts_today(limit=1)]
        assert today == [sensor.sensor_id for sensor in client.sensors()]


def test_the_catalogue_is_changed(api: Loopback) -> None:
    with Client(api.url, api.key) as client:
        place = client.add_location(
            LocationNew(location_id="LOC_2", name="Two", time_zone="Europe/Zurich")
        )
        assert place.resets == ["04:00"]
        assert client.change_location("LOC_2", LocationChange(name="2")).name == "2"
        zone = client.add_zone(ZoneNew(location_id="LOC_2", name="Hall", capacity=60))
        changed = client.change_zone(zone.zone_id, ZoneChange(capacity=None))
        assert (changed.name, changed.capacity) == ("Hall", None)
        line = client.add_line(LineNew(location_id="LOC_2", name="Door", side_b=zone.zone_id))
        assert client.change_line(line.line_id, LineChange(name="Gate")).name == "Gate"
        sensor = client.register_sensor(
            SensorNew(sensor_id="S2", location_id="LOC_2", serial="00:6E:02:00:00:02")
        )
        assert (sensor.state, sensor.serial) == ("adopted", "00:6e:02:00:00:02")
        assert client.change_sensor("S2", SensorChange(quiet="zero")).quiet == "zero"
        assert client.retire_sensor("S2").state == "retired"


def test_keys_are_made_and_withdrawn(api: Loopback) -> None:
    with Client(api.url, api.key) as admin:
        made = admin.create_key(KeyNew(name="display", locations=("LOC_NYC_05",)))
        with Client(api.url, made.key) as display:
            assert display.current(location_id="LOC_NYC_05").data[0].zone_id is None
            with pytest.raises(ApiError) as caught:
                list(display.keys())
            assert caught.value.status == 403
            assert admin.withdraw_key(made.key_id).withdrawn_at is not None
            assert admin.key(made.key_id).name == "display"
            with pytest.raises(ApiError) as caught:
                display.current()
            assert (caught.value.status, caught.value.error_code) == (401, "key_withdrawn")


@pytest.mark.parametrize(
    ("asked", "status", "code", "fields"),
    [
        ({"sensor_id": "NOBODY"}, 404, "sensor_not_found", []),
        ({"sensor_id": "SNSR_001", "granularity": "1m"}, 422, "granularity_too_fine", []),
        ({"sensor_id": "SNSR_001", "colour": "red"}, 400, "bad_query", ["colour"]),
        ({}, 400, "bad_query", ["sensor_id"]),
    ],
)
def test_refusals_are_typed(
    api: Loopback, asked: dict[str, Any], status: int, code: str, fields: list[str]
) -> None:
    with Client(api.url, api.key) as client, pytest.raises(ApiError) as caught:
        client.count(**DAY, **asked)
    assert (caught.value.status, caught.value.error_code) == (status, code)
    assert [e.field for e in caught.value.errors] == fields


def test_the_installation_is_asked_how_it_is(api: Loopback) -> None:
    with Client(api.url, api.key) as client:
        health = client.health()
    assert health.store.kind == "sqlite"
    assert health.version == __version__


def test_every_operation_is_asked_over_a_socket() -> None:
    offered = {n for n, v in vars(Operations).items() if isinstance(v, Call | Listing)}
    files = sorted(Path(__file__).parent.glob("test_client*.py"))
    text = "".join(file.read_text("utf-8") for file in files)
    assert not {name for name in offered if f".{name}(" not in text and f'"{name}"' not in text}
