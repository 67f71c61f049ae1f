"""The page about BACnet: its settings are read, its commands and its snippet run, its table is true."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from countline.config import load_settings
from countline.limits import PEOPLE_OF_ZONE_MAX
from countline.outlets.bacnet import BacnetSettings
from countline.outlets.bacnet.device import TOTAL_MAX
from countline.outlets.bacnet.ede import LAYOUT
from countline.outlets.bacnet.points import SORTS, ZONE_ID_MAX
from countline.outlets.bacnet.settings import PORT
from countline.outlets.bacnet.stack import UNDER_WAY_MAX
from tests.app.bacnet_site import free_port, hall, standing
from tests.app.process import run
from tests.test_tidy import ROOT

PAGE = (ROOT / "docs/howto/bacnet.md").read_text()


def snippets(language: str) -> Iterator[str]:
    yield from re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_settings_are_those_of_a_device(tmp_path: Path) -> None:
    (text,) = snippets("toml")
    (tmp_path / "countline.toml").write_text(text)
    bacnet = load_settings(tmp_path / "countline.toml", environ={}).settings.bacnet
    assert bacnet.enabled
    checked = BacnetSettings(address=bacnet.address, device_instance=bacnet.device_instance)
    assert (str(checked.interface), checked.port) == ("192.0.2.10/24", PORT)


def test_the_commands_run(tmp_path: Path) -> None:
    (text,) = snippets("toml")
    (tmp_path / "countline.toml").write_text(text)
    hours = (
        "location,sensor,start,end,in,out,passby\nZRH,S,2023-10-01T08:00,2023-10-01T09:00,1,1,0\n"
    )
    (tmp_path / "hours.csv").write_text(hours)
    done = run(tmp_path, "import", "hours.csv", "--format", "tidy_csv", "--tz", "UTC")
    assert done.returncode == 0, done.stderr
    printed = {}
    for command in "".join(snippets("sh")).splitlines():
        words, _, file = command.removeprefix("countline ").partition(" > ")
        done = run(tmp_path, *words.split())
        assert done.returncode == 0, done.stderr
        printed[file] = done.stdout
    assert set(printed) == {"", "People_EDE.csv", "People_StateTexts.csv", "points.csv"}
    assert "ZRH.1.Occupancy;260001;ZRH.1.Occupancy;2;101;" in printed["People_EDE.csv"]
    assert "empty;occupied" in printed["People_StateTexts.csv"]
    assert "ZRH.1.In-Total" in printed["points.csv"]


def test_the_snippet_reads_a_zone(tmp_path: Path) -> None:
    (snippet,) = snippets("python")

    async def story() -> str:
        async with standing(hall(people=23)) as site:
            here = snippet.replace('"192.0.2.20/24"', f'"127.0.0.1/8", port={free_port()}')
            here = here.replace("192.0.2.10 ", f"127.0.0.1:{site.port} ")
            reading = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", here), cwd=tmp_path, stdout=subprocess.PIPE
            )
            out, _ = await reading.communicate()
            return out.decode()

    assert "23.0" in asyncio.run(story()).splitlines()


@pytest.mark.parametrize("sort", SORTS, ids=lambda sort: sort.label)
def test_the_table_holds_every_point(sort: object) -> None:
    (one,) = [each for each in SORTS if each is sort]
    rows = [[cell.strip(" `") for cell in row.split("|")[1:-1]] for row in PAGE.splitlines()]
    (row,) = [row for row in rows if row[:1] == [str(one.offset)]]
    assert row[1:3] == [one.label, one.kind]
    texts = ", ".join(f"{n} {text}" for n, text in enumerate(one.states, start=1))
    assert row[5] == (texts if one.kind == "multi-state-input" else one.says)


def test_the_numbers_are_those_of_the_code() -> None:
    for number in (ZONE_ID_MAX, TOTAL_MAX, PEOPLE_OF_ZONE_MAX, PORT, UNDER_WAY_MAX):
        assert re.search(rf"\b{number}\b", PAGE), number
    assert f"layout {LAYOUT}" in PAGE
