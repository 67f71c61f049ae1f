"""What the page about metrics shows is what happens, and what stands in deploy."""

import re
import shlex
import tomllib
from dataclasses import fields
from pathlib import Path

import httpx2
import yaml  # type: ignore[import-untyped]

from countline.api.metrics.house import HOUSE
from countline.api.metrics.zones import COUNTS
from countline.limits import ANSWER_ROWS_MAX
from countline.settings import MetricsSettings
from tests.app.process import run, started
from tests.docs.standing import blocks
from tests.test_tidy import ROOT

PAGE = (ROOT / "docs/howto/metrics-and-grafana.md").read_text()


def test_the_settings_shown_are_the_defaults_but_for_one() -> None:
    shown = tomllib.loads(blocks(PAGE, "toml")[0])["metrics"]
    assert shown == {f.name: f.default for f in fields(MetricsSettings)} | {"counts": True}


def test_the_configuration_of_prometheus_is_the_one_that_is_deployed() -> None:
    shown = yaml.safe_load(blocks(PAGE, "yaml")[0])
    deployed = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    assert shown["scrape_configs"] == deployed["scrape_configs"]


def test_every_metric_that_is_named_is_one() -> None:
    known = {row.sample_name for row in HOUSE} | {row.sample_name for row in COUNTS}
    named = set(re.findall(r"\bcountline_\w+", PAGE))
    assert named
    assert named <= known
    assert f"{ANSWER_ROWS_MAX:,} rows" in PAGE


def test_a_server_answers_as_shown(tmp_path: Path) -> None:
    (tmp_path / "countline.toml").write_text("port = 0\n" + blocks(PAGE, "toml")[0])
    with started(tmp_path, "serve") as server:
        url = server.logged("server.started")["url"]
        made = next(line for line in blocks(PAGE, "sh")[0].splitlines())
        key = run(tmp_path, *shlex.split(made)[1:]).stdout.split()[-1]
        _, _, header, address = shlex.split(blocks(PAGE, "console")[0])
        name, _, value = header.replace("your_api_key_here", key).partition(": ")
        httpx2.post(url + "/push/xovis_v5", content=b"{}", headers={"x-push-key": "pt_wrong"})
        asked = address.replace("http://127.0.0.1:8080", url)
        answer = httpx2.get(asked, headers={name: value}, timeout=60)
        assert answer.status_code == 200
        shown = blocks(PAGE, "text")[0].splitlines()
        assert "\n".join(shown[:2]) in answer.text
        assert 'countline_pushes_total{driver="unknown",status="401"} 1.0\n' in answer.text
        assert httpx2.get(asked, timeout=60).status_code == 401
