"""The health page: its snippets run, and its thresholds and codes are those of the code."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from countline.engine.engine import Engine
from countline.model.diagnosis import DIAGNOSES
from countline.model.health import Thresholds
from tests.app.loopback import Loopback, served
from tests.app.test_client import furnish
from tests.test_tidy import ROOT

PAGE = (ROOT / "docs/operating/health.md").read_text()
ADDRESS, KEY = "http://127.0.0.1:8080", "your_api_key_here"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Loopback]:
    """A server that holds the hours of the documentation, and one door that nobody heard of."""

    async def and_a_door(engine: Engine) -> None:
        await furnish(engine)
        await engine.desk.register_sensor(sensor_id="SNSR_009", location_id="LOC_NYC_05")

    with served(tmp_path, furnish=and_a_door) as found:
        yield found


def test_the_client_prints_what_is_wrong_and_what_to_do(
    api: Loopback, capsys: pytest.CaptureFixture[str]
) -> None:
    (snippet,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    here = snippet.replace(ADDRESS, api.url).replace(KEY, api.key)
    exec(compile(here, "health.md", "exec"), {})  # noqa: S102  # readers paste it
    printed = capsys.readouterr().out
    assert printed.startswith("SNSR_009 never_pushed No push with counts has come yet. ")


def test_the_request_is_answered_with_all_that_the_page_names(api: Loopback) -> None:
    (command,) = re.findall(r"^```sh\n(curl .*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    _, address, _, header = shlex.split(command.replace("\\\n", " "))
    name, _, value = header.replace(KEY, api.key).partition(": ")
    told = httpx2.get(address.replace(ADDRESS, api.url), headers={name: value}).json()
    for field in (
        "last_push_at", "push_delay_s", "clock_offset_s", "temperature_c", "uptime_s", "reboots",
        "licences", "firmware", "agents", "tilt_degrees", "height_m", "illumination",
        "storage_percent", "unmapped", "stale_after_s",
    ):  # fmt: skip
        assert field in told


def test_the_thresholds_of_the_page_are_those_in_force() -> None:
    limits = Thresholds()
    for told in (
        f"| {limits.late_push_s:g} s | between",
        f"| {limits.clock_offset_s:g} s | clock",
        f"| {limits.licence_days} days | before",
        f"| {limits.storage_percent:g} % | of its memory",
        f"| {limits.tilt_degrees:g} degrees | aslant",
        f"| {limits.temperature_c} degrees Celsius | inside",
        f"| {limits.reboots_a_day} reboots | within",
        f"| {limits.lag_s:g} s | that a reader",
        f"| {limits.disk_free_percent:g} % | left",
    ):
        assert told in PAGE


def test_every_code_has_its_place_on_the_reference_page() -> None:
    text = (ROOT / "docs/reference/diagnostics.md").read_text()
    assert re.findall(r"^## ([a-z_]+)$", text, re.MULTILINE) == list(DIAGNOSES)
