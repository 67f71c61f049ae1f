"""The page about layouts: its file is imported, its snippets run and print what it says."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from countline.cli import main
from tests.app.loopback import Loopback, served
from tests.app.test_client import furnish
from tests.docs.pasted import pasted
from tests.pictures import png
from tests.test_tidy import ROOT
from tests.unit.api.building import TWO_HOURS

PAGE = ROOT / "docs/howto/draw-a-layout.md"
PRINTED = ("zone/1 [1]\n", "wgs84 [-73.9987, 40.7223]\n")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the plan's image, in which the reader stands."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.png").write_bytes(png(800, 600))
    return tmp_path


@pytest.fixture
def api(folder: Path) -> Iterator[Loopback]:
    """A server that holds the hours of the documentation."""
    with served(folder, furnish=furnish) as found:
        yield found


def test_snippets_run_and_print(api: Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for told, printed in zip(pasted(PAGE, api, capsys, names), PRINTED, strict=True):
        assert printed in told


def test_the_commands_take_the_file_that_is_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "counts.csv").write_text(TWO_HOURS)
    where = ("--location", "LOC_NYC_05", "--sensor", "SNSR_001", "--tz", "America/New_York")
    assert main(["import", "counts.csv", "--format", "tidy_csv", *where]) == 0
    (shown,) = blocks("json")
    (folder / "plan.geojson").write_text(shown)
    (lines,) = blocks("sh")
    for line in lines.splitlines():
        assert main(shlex.split(line)[1:]) == 0, capsys.readouterr().err
    told = json.loads((folder / "plan.geojson").read_text())
    assert [f["id"] for f in told["features"]] == ["zone/1", "line/1", "sensor/SNSR_001"]
    given = [f["geometry"] for f in json.loads(shown)["features"]]
    assert [f["geometry"] for f in told["features"]] == given
