"""`/metrics` over a socket, read by Prometheus' own parsers: the plain one and that of OpenMetrics."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_plain

from countline import __version__
from countline.api.metrics.families import Family
from countline.api.metrics.house import HOUSE
from countline.api.metrics.routes import Metrics
from countline.api.metrics.zones import COUNTS
from countline.errors import StoreError
from countline.model.board import SensorNow, ZoneNow
from countline.model.ids import LocationId, SensorId, ZoneId
from countline.model.query import Reason
from tests.app.streaming import Gateway, gateway
from tests.held_time import until
from tests.unit.outlets.modbus.reading import NOW_S, full, in_loop, zone

# What Prometheus 3 asks for.
PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
Labelled = tuple[str, frozenset[tuple[str, str]]]
Samples = dict[Labelled, float]
TABLE: tuple[Family[Any], ...] = (*HOUSE, *COUNTS)
HALL = {"location_id": "L", "zone_id": "1", "zone": "Hall"}
OF_A_DISK = {"countline_disk_bytes", "countline_disk_free_bytes"}  # the house is in memory
OPEN = Metrics(open=True, counts=True)


async def ask(house: Gateway, *, key: str | None = "", **headers: str) -> httpx2.Response:
    """One scrape, by the house's own key where none is given; None: without."""
    if key is not None:
        headers["authorization"] = f"Bearer {key or house.key}"
    async with httpx2.AsyncClient(timeout=60) as client:
        return await client.get(house.url + "/metrics", headers=headers)


async def scrape(house: Gateway, **asked: Any) -> Samples:
    """Every sample by its name and labels."""
    answer = await ask(house, **asked)
    assert answer.status_code == 200, answer.text
    return samples(read_plain(answer.text))


def samples(families: Iterable[Metric]) -> Samples:
    return {at(one.name, **one.labels): one.value for family in families for one in family.samples}


def at(name: str, **labels: str) -> Labelled:
    return name, frozenset(labels.items())


def read_openmetrics(text: str) -> list[Metric]:
    return list(openmetrics.text_string_to_metric_families(text))  # type: ignore[no-untyped-call]


def names(found: Iterable[Labelled]) -> set[str]:
    return {name for name, _ in found if name.startswith("countline_")}


def labelled(found: Iterable[Labelled], name: str, label: str) -> set[str]:
    """The values of one label of a metric."""
    return {dict(labels)[label] for one, labels in found if one == name}


def furnish(house: Gateway) -> None:
    """A zone of which all is known, one of which nothing is, and two sensors."""
    one = SensorNow(
        sensor_id=SensorId("S1"),
        location_id=LocationId("L"),
        name="Door",
        health="healthy",
        last_push_s=NOW_S,
    )
    other = replace(one, sensor_id=SensorId("S2"), health="offline")
    house.engine.board.put(zones=[full(1), zone(2)], sensors=[one, other])


@in_loop
async def test_both_formats_are_read_by_prometheus_and_say_the_same() -> None:
    async with gateway(board_by_hand=True) as house:
        furnish(house)
        house.engine.feed.report("webhook:1", Reason("webhook_failing", "No.", NOW_S))
        await push(house)
        plain, open_ = await ask(house), await ask(house, accept=PROMETHEUS)
        assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert open_.headers["content-type"].startswith("application/openmetrics-text; version=1")
        assert open_.text.endswith("# EOF\n")
        families = list(read_openmetrics(open_.text))
        ours = [family for family in families if family.name.startswith("countline_")]
        table = [(row.name, row.kind, row.says) for row in TABLE]
        assert [(f.name, f.type, f.documentation) for f in ours] == table
        told = names(samples(read_plain(plain.text)))
        assert told == names(samples(families)) == {row.sample_name for row in TABLE} - OF_A_DISK
        assert "process_resident_memory_bytes" in open_.text


@pytest.mark.parametrize(
    "accept", ["", "text/html", "application/openmetrics-text; version=x", ";;,"]
)
@in_loop
async def test_whatever_is_accepted_something_readable_comes(accept: str) -> None:
    async with gateway() as house:
        answer = await ask(house, accept=accept)
        assert answer.status_code == 200
        read = read_openmetrics if "openmetrics" in answer.headers["content-type"] else read_plain
        assert "countline_build_info" in names(samples(read(answer.text)))


@in_loop
async def test_a_zone_is_told_by_its_numbers() -> None:
    async with gateway(board_by_hand=True) as house:
        furnish(house)
        found = await scrape(house)
        assert found[at("countline_zone_people", **HALL)] == 13
        assert found[at("countline_zone_in_total", **HALL)] == 305_419_896
        assert found[at("countline_zone_utilisation_ratio", **HALL)] == 0.2167
        assert found[at("countline_zone_air_flow", **HALL, unit="L/s")] == 73.5
        assert found[at("countline_zone_air_fallback", **HALL)] == 0
        assert found[at("countline_zone_light", **HALL, light="amber")] == 1
        assert found[at("countline_zone_light", **HALL, light="green")] == 0
        door = {"location_id": "L", "sensor": "Door"}
        assert found[at("countline_sensor_up", **door, sensor_id="S1")] == 1
        assert found[at("countline_sensor_up", **door, sensor_id="S2")] == 0


@in_loop
async def test_what_is_unknown_is_left_out_and_its_quality_says_so() -> None:
    async with gateway(board_by_hand=True) as house:
        furnish(house)
        unknown = HALL | {"zone_id": "2"}
        found = await scrape(house)
        assert names(k for k in found if ("zone_id", "2") in k[1]) == {"countline_zone_quality"}
        for quality in ("good", "fair", "poor", "stale", "unknown"):
            so = found[at("countline_zone_quality", **unknown, quality=quality)]
            assert so == (quality == "unknown")
        house.engine.board.put(zones=[zone(2, people=0, quality="good")])
        assert (await scrape(house))[at("countline_zone_people", **unknown)] == 0


@in_loop
async def test_names_of_any_signs_are_read_back_as_they_are() -> None:
    name = 'a"b\\c\nd {e="f"} ö'
    async with gateway(board_by_hand=True) as house:
        now = ZoneNow(
            zone_id=ZoneId(1), location_id=LocationId("L"), name=name, location_name="", people=1
        )
        house.engine.board.put(zones=[now])
        for accept in ("text/plain", PROMETHEUS):
            answer = await ask(house, accept=accept)
            read = read_plain if accept == "text/plain" else read_openmetrics
            found = samples(read(answer.text))
            assert found[at("countline_zone_people", **HALL | {"zone": name})] == 1


@in_loop
async def test_counts_are_told_by_choice() -> None:
    async with gateway(Metrics(), board_by_hand=True) as house:
        furnish(house)
        told = names(await scrape(house))
        assert told
        assert not told & {row.sample_name for row in COUNTS}


# -- who may ask ----------------------------------------------------------------------------------
@in_loop
async def test_a_key_that_may_read_is_needed() -> None:
    async with gateway() as house:
        assert (await ask(house, key=None)).status_code == 401
        assert (await ask(house, key="cl_wrong")).status_code == 401
        _, writing = await house.key_for("write")
        assert (await ask(house, key=writing)).json()["code"] == "scope_missing"
        _, reading = await house.key_for("read")
        assert (await ask(house, key=reading)).status_code == 200
        assert (await ask(house, key=None, **{"x-api-key": reading})).status_code == 200


@in_loop
async def test_a_key_sees_the_zones_and_sensors_of_its_locations_only() -> None:
    async with gateway(board_by_hand=True) as house:
        furnish(house)
        elsewhere = ZoneNow(
            zone_id=ZoneId(3), location_id=LocationId("LOC_ROME"), name="", location_name=""
        )
        house.engine.board.put(zones=[elsewhere])
        _, roman = await house.key_for("read", locations=["LOC_ROME"])
        found = await scrape(house, key=roman)
        assert labelled(found, "countline_zone_quality", "location_id") == {"LOC_ROME"}
        assert "countline_sensor_up" not in names(found)
        assert sum(v for k, v in found.items() if k[0] == "countline_sensors") == 0
        assert sum(v for k, v in (await scrape(house)).items() if k[0] == "countline_sensors") == 3


@in_loop
async def test_open_metrics_need_no_key() -> None:
    async with gateway(OPEN, board_by_hand=True) as house:
        furnish(house)
        assert at("countline_zone_people", **HALL) in await scrape(house, key=None)
        assert (await ask(house, key="cl_wrong")).status_code == 200, "nobody looks at it"
        async with httpx2.AsyncClient() as client:
            assert (await client.get(house.url + "/v3/health")).status_code == 401


@in_loop
async def test_switched_off_there_is_no_such_page() -> None:
    async with gateway(Metrics(enabled=False)) as house:
        assert (await ask(house)).json()["code"] == "path_not_found"


# -- countline itself -----------------------------------------------------------------------------
async def push(house: Gateway, secret: str | None = None, body: bytes = b"{}") -> int:
    if secret is None:
        secret = await house.engine.access.create_push_secret(sensor_id="S_DOOR")
    async with httpx2.AsyncClient() as client:
        url = house.url + "/push/xovis_v5"
        answer = await client.post(url, content=body, headers={"x-push-key": secret})
    return answer.status_code


def by_status(found: Samples) -> Iterator[tuple[str, str, float]]:
    for (name, labels), count in found.items():
        if name == "countline_pushes_total":
            yield dict(labels)["driver"], dict(labels)["status"], count


@in_loop
async def test_pushes_are_counted_by_what_they_were_answered() -> None:
    """Both ways of a push: the short one in the protocol, and the one for all others."""
    async with gateway() as house:
        secret = await house.engine.access.create_push_secret(sensor_id="S_DOOR")
        large = b" " * 1_000_001
        statuses = [
            await push(house, *sent)
            for sent in ((secret,), (secret,), ("pt_wrong",), (secret, large))
        ]
        assert statuses == [204, 204, 401, 413]

        async def chunks() -> Any:
            yield b"{}"

        async with httpx2.AsyncClient() as client:
            url, headers = house.url + "/push/xovis_v5", {"x-push-key": secret}
            assert (await client.post(url, content=chunks(), headers=headers)).status_code == 204
            assert (await client.get(url, headers=headers)).status_code == 405
        assert set(by_status(await scrape(house))) == {
            ("xovis_v5", "204", 3),
            ("unknown", "401", 1),
            ("unknown", "413", 1),
            ("unknown", "405", 1),
        }


@in_loop
async def test_who_reads_the_log_and_how_far_behind() -> None:
    async with gateway() as house:
        before = await scrape(house)
        assert before[at("countline_reader_lag_events", reader="occupancy")] == 0
        assert before[at("countline_streams_open")] == 0
        async with house.listening() as ear:
            await house.push(0, 7)
            await ear.until_heard(1)
            after = await scrape(house)
        assert after[at("countline_streams_open")] == 1
        assert at("countline_reader_lag_seconds", reader="streams") in after
        assert (
            after[at("countline_store_commits_total")] > before[at("countline_store_commits_total")]
        )
        assert labelled(after, "countline_build_info", "version") == {__version__}


@in_loop
async def test_troubles_come_and_go() -> None:
    async with gateway() as house:
        assert (await scrape(house))[at("countline_troubles")] == 0
        house.engine.feed.report("webhook:1", Reason("webhook_failing", "No.", NOW_S))
        found = await scrape(house)
        assert found[at("countline_troubles")] == 1
        assert found[at("countline_trouble", part="webhook:1", code="webhook_failing")] == 1
        house.engine.feed.report("webhook:1", None)
        found = await scrape(house)
        assert found[at("countline_troubles")] == 0
        assert "countline_trouble" not in names(found)


@in_loop
async def test_a_store_that_cannot_be_read_is_told_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with gateway(OPEN, board_by_hand=True) as house:
        furnish(house)
        assert (await scrape(house))[at("countline_store_up")] == 1

        async def refuse(*_: Any, **__: Any) -> None:
            raise StoreError("the disk is gone")

        with monkeypatch.context() as patched:
            patched.setattr(house.engine.store, "read", refuse)
            found = await scrape(house)
        assert found[at("countline_store_up")] == 0
        assert found[at("countline_zone_people", **HALL)] == 13
        assert not {"countline_store_bytes", "countline_sensors"} & names(found)
        await until(lambda: not house.engine.watch._troubles)


@in_loop
async def test_many_scrapes_at_once_are_all_whole() -> None:
    async with gateway(board_by_hand=True) as house:
        house.engine.board.put(zones=[full(n) for n in range(1, 301)])
        answers = await asyncio.gather(*(ask(house, accept=PROMETHEUS) for _ in range(8)))
        for answer in answers:
            found = samples(read_openmetrics(answer.text))
            assert len(labelled(found, "countline_zone_people", "zone_id")) == 300
