"""Every request and every name of the dashboards is tried on a server that runs."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families

from countline.api.metrics.routes import Metrics
from countline.api.openapi import document
from countline.drivers import Push
from countline.drivers.xovis_v5 import DRIVER
from countline.engine.engine import Engine
from countline.engine.ventilation_settings import Wanted
from countline.model.query import Reason
from tests.app.loopback import Loopback, served
from tests.app.test_client import furnish as furnish_counts
from tests.engine_house import package, passing
from tests.held_time import until
from tests.test_tidy import ROOT

GRAFANA = ROOT / "deploy/grafana"
DASHBOARDS = {path.stem: json.loads(path.read_text()) for path in GRAFANA.glob("*.json")}
API, METRICS = DASHBOARDS["countline-api"], DASHBOARDS["countline-metrics"]
# What Grafana puts for the variables of a dashboard.
VARIABLES = {
    "${__from:date:iso}": "2023-10-01T00:00:00.000Z",
    "${__to:date:iso}": "2023-10-02T00:00:00.000Z",
    "$granularity": "1h",
    "$location": "LOC_NYC_05",
    "$zone": "1",
}
METRIC = re.compile(r"\b(?:countline|process)_\w+")
# What a label may be called is all that stands in braces or after `by`.
LABEL = re.compile(r"(\w+)\s*(?:=~|!=|!~|=)\s*\"")
BY = re.compile(r"\bby \(([\w, ]+)\)")


def targets(dashboard: Any) -> Iterator[tuple[str, Any]]:
    """Every request of a dashboard: of its panels, and of its variables."""
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            query = variable["query"]
            yield variable["name"], query["infinityQuery"] if isinstance(query, dict) else query


REQUESTS = list(targets(API))
every_request = pytest.mark.parametrize(
    "target", [t for _, t in REQUESTS], ids=[n for n, _ in REQUESTS]
)


def filled(text: str) -> str:
    for name, value in VARIABLES.items():
        text = text.replace(name, value)
    assert "$" not in text, f"{text}: a variable that nobody fills"
    return text


async def furnish(engine: Engine) -> None:
    """The building of the documentation, a room that is counted now, and something that is wrong."""
    await furnish_counts(engine)
    room = (await engine.desk.add_location(location_id="ROOM", time_zone="UTC")).default_zone
    assert room is not None
    await engine.desk.change_zone(room, area_m2=120.0, capacity=60)
    await engine.ventilating.put(room, Wanted(category="office", design_population=60))
    await engine.desk.register_sensor(sensor_id="S_ROOM", location_id="ROOM")
    secret = await engine.access.create_push_secret(sensor_id="S_ROOM", driver=DRIVER.name)
    now_s = engine.now_ms() // 1000
    counted = package(passing((now_s // 60 - 2) * 60, 5), serial=None)
    push = Push(driver=DRIVER.name, body=DRIVER.encode([counted]), received_ms=engine.now_ms())
    await engine.intake.submit(push, await engine.access.admit(secret))
    await until(lambda: room in engine.board.zones and engine.board.zones[room].people == 5)
    engine.feed.report("webhook:1", Reason("webhook_failing", "No.", None))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    metrics = Metrics(open=True, counts=True)
    with served(tmp_path_factory.mktemp("data"), furnish=furnish, metrics=metrics) as found:
        yield found


# -- over the API ---------------------------------------------------------------------------------
@every_request
def test_a_request_is_one_that_the_api_documents(target: Any) -> None:
    operation = document("v3")["paths"][target["url"]][target["url_options"]["method"].lower()]
    known = {one["name"] for one in operation["parameters"]}
    assert {one["key"] for one in target["url_options"]["params"]} <= known


@every_request
def test_a_request_is_answered_with_every_column(target: Any, server: Loopback) -> None:
    params = {one["key"]: filled(one["value"]) for one in target["url_options"]["params"]}
    answer = httpx2.get(
        server.url + target["url"], params=params, headers={"X-API-Key": server.key}, timeout=60
    )
    assert answer.status_code == 200, answer.text
    rows = answer.json()[target["root_selector"]]
    assert rows, "an empty answer shows nothing"
    for row in rows:
        assert {column["selector"] for column in target["columns"]} <= row.keys()
    for column in target["columns"]:
        values = [row[column["selector"]] for row in rows if row[column["selector"]] is not None]
        kinds = {"number": (int, float), "string": (str, int), "timestamp": (str,)}
        assert all(isinstance(value, kinds[column["type"]]) for value in values), column


def test_what_the_panels_show_are_the_numbers_of_the_documentation(server: Loopback) -> None:
    (target,) = [t for title, t in REQUESTS if title == "In and out"]
    params = {one["key"]: filled(one["value"]) for one in target["url_options"]["params"]}
    answer = httpx2.get(
        server.url + target["url"], params=params, headers={"X-API-Key": server.key}
    )
    found = [(row["in"], row["out"]) for row in answer.json()["data"]]
    assert (145, 132) in found
    assert (210, 195) in found


# -- over metrics ---------------------------------------------------------------------------------
def expressions() -> Iterator[str]:
    """Every expression of the dashboard and of the alerts."""
    for _, target in targets(METRICS):
        yield target if isinstance(target, str) else target["expr"]
    alerts = yaml.safe_load((ROOT / "deploy/prometheus/countline-alerts.yml").read_text())
    for group in alerts["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]


@pytest.fixture(scope="module")
def told(server: Loopback) -> dict[str, set[str]]:
    """The labels of each metric that the server tells."""
    secret = {"x-push-key": "pt_wrong"}
    httpx2.post(server.url + "/push/xovis_v5", content=b"{}", headers=secret)
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(httpx2.get(server.url + "/metrics").text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.mark.parametrize("expr", list(expressions()))
def test_every_metric_and_label_that_is_asked_for_is_told(
    expr: str, told: dict[str, set[str]]
) -> None:
    metrics = set(METRIC.findall(expr))
    if expr.startswith("up{"):
        return  # Prometheus' own
    assert metrics
    assert metrics <= told.keys()
    of_all = set().union(*(told[name] for name in metrics))
    by = {label.strip() for one in BY.findall(expr) for label in one.split(",")}
    assert {*LABEL.findall(expr), *by} <= of_all


def test_legends_name_labels_that_are_told(told: dict[str, set[str]]) -> None:
    for title, target in targets(METRICS):
        if isinstance(target, str):
            continue
        labels = set().union(*(told[name] for name in METRIC.findall(target["expr"])))
        assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= labels, title


# -- all of them ----------------------------------------------------------------------------------
@pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=list(DASHBOARDS))
def test_panels_have_numbers_of_their_own_and_do_not_overlap(dashboard: Any) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not taken & cells, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


@pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=list(DASHBOARDS))
def test_every_panel_asks_the_data_source_that_was_chosen(dashboard: Any) -> None:
    (chosen,) = [v for v in dashboard["templating"]["list"] if v["type"] == "datasource"]
    expected = {"type": chosen["query"], "uid": "${datasource}"}
    assert all(panel["datasource"] == expected for panel in dashboard["panels"])
    assert all(
        target["datasource"] == expected
        for panel in dashboard["panels"]
        for target in panel["targets"]
    )


def test_what_is_provisioned_is_there() -> None:
    sources = yaml.safe_load((GRAFANA / "provisioning/datasources/countline.yaml").read_text())
    used = {
        v["query"]
        for d in DASHBOARDS.values()
        for v in d["templating"]["list"]
        if v["type"] == "datasource"
    }
    assert {source["type"] for source in sources["datasources"]} == used
    providers = yaml.safe_load((GRAFANA / "provisioning/dashboards/countline.yaml").read_text())
    assert providers["providers"][0]["type"] == "file"
    scraping = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    for name in scraping["rule_files"]:
        assert Path(ROOT / "deploy/prometheus" / name).is_file()
    assert scraping["scrape_configs"][0]["metrics_path"] == "/metrics"
