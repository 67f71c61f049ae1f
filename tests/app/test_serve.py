"""`countline serve` as a process: commands beside it, a second one, its end; and `countline demo`."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from countline.client import ApiError, Client
from tests.app.process import Process, run, started
from tests.test_tidy import ROOT

HOURS = (
    "location,sensor,start,end,in,out,passby\n"
    "LOC_NYC_05,SNSR_001,2023-10-01T08:00,2023-10-01T09:00,145,132,50\n"
    "LOC_NYC_05,SNSR_001,2023-10-01T09:00,2023-10-01T10:00,210,195,65\n"
)
DAY: dict[str, Any] = {"start_ts": "2023-10-01T00:00:00Z", "end_ts": "2023-10-02T00:00:00Z"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Process, str]]:
    """A server on a free port, with nothing configured, and its address."""
    with started(tmp_path, "serve", "--port", "0") as process:
        yield process, process.logged("server.started")["url"]


def test_commands_work_beside_a_running_server(tmp_path: Path, server: tuple[Process, str]) -> None:
    _, url = server
    (tmp_path / "hours.csv").write_text(HOURS)
    imported = run(tmp_path, "import", "hours.csv", "--format", "tidy_csv", "--tz", "UTC")
    assert imported.returncode == 0, imported.stderr
    key = run(tmp_path, "keys", "create", "--name", "one").stdout.splitlines()[-1]
    with Client(url, key) as client:
        counts = client.count(sensor_id="SNSR_001", **DAY)
        assert [(r.ins, r.outs, r.passby, r.occupancy) for r in counts.data] == [
            (145, 132, 50, 13),
            (210, 195, 65, 28),
        ]
        words = ["query", "count", "--sensor", "SNSR_001", "--json"]
        words += ["--start", DAY["start_ts"], "--end", DAY["end_ts"]]
        direct = run(tmp_path, *words)
        asked = run(tmp_path, *words, "--url", url, "--key", key)
        assert json.loads(direct.stdout) == json.loads(asked.stdout)
        (listed,) = json.loads(run(tmp_path, "keys", "list", "--json").stdout)["data"]
        run(tmp_path, "keys", "withdraw", listed["key_id"])
        with pytest.raises(ApiError) as caught:
            client.count(sensor_id="SNSR_001", **DAY)
        assert caught.value.error_code == "key_withdrawn"


def test_errors_of_a_server_end_commands_as_their_own_do(
    tmp_path: Path, server: tuple[Process, str]
) -> None:
    words = ("query", "live", "--sensor", "NOBODY", "--url", server[1])
    refused = run(tmp_path, *words, "--key", "cl_wrong")
    assert (refused.returncode, refused.stdout) == (5, "")
    assert refused.stderr.startswith("error: ")
    key = run(tmp_path, "keys", "create", "--name", "one").stdout.splitlines()[-1]
    unknown = run(tmp_path, *words, "--key", key)
    assert unknown.returncode == 3
    assert "NOBODY" in unknown.stderr
    gone = run(tmp_path, "query", "live", "--sensor", "S", "--url", "http://127.0.0.1:1")
    assert gone.returncode == 6
    assert "cannot be reached" in gone.stderr


def test_a_second_server_says_who_holds_the_folder(
    tmp_path: Path, server: tuple[Process, str]
) -> None:
    process, url = server
    second = run(tmp_path, "serve", "--port", "0")
    assert second.returncode == 4
    assert f"served already, by process {process.running.pid} at {url}" in second.stderr
    elsewhere = run(tmp_path, "serve", "--data", "other", "--port", url.rpartition(":")[2])
    assert elsewhere.returncode == 4
    assert "Cannot listen on 127.0.0.1:" in elsewhere.stderr
    assert process.stop() == 0
    with started(tmp_path, "serve", "--port", "0") as third:
        third.logged("server.started")
        assert third.stop() == 0


def test_emulated_sensors_are_counted(tmp_path: Path, server: tuple[Process, str]) -> None:
    _, url = server
    words = ("emulate", "--target", url, "--sensors", "2", "--speed", "36000", "--register")
    with started(tmp_path, *words) as fleet:
        key = run(tmp_path, "keys", "create", "--name", "one").stdout.splitlines()[-1]
        with Client(url, key) as client:
            while not any(sensor.lines for sensor in client.sensors()):
                pass  # until the first package that names a geometry was taken
        assert fleet.stop() == 0


# -- the demo -------------------------------------------------------------------------------------
def curls(lines: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """(address, headers) of every `curl` command among lines."""
    text = "\n".join(lines).replace("\\\n", " ")
    for command in re.findall(r"^curl .*$", text, re.MULTILINE):
        _, address, _, header = shlex.split(command)
        name, _, value = header.partition(": ")
        yield address, {name: value}


def answers(lines: list[str]) -> list[dict[str, Any]]:
    """The answers to every printed request, pasted."""
    return [
        httpx2.get(address, headers=headers).raise_for_status().json()
        for address, headers in curls(lines)
    ]


def readme_requests(url: str, key: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(the answer that README shows, the answer that comes) for each request it shows."""
    text = (ROOT / "README.md").read_text()
    for shell, shown in re.findall(r"```sh\n(curl .*?)```\n```json\n(.*?)```", text, re.DOTALL):
        pasted = shell.replace("your_api_key_here", key).replace("http://127.0.0.1:8080", url)
        [answer] = answers(pasted.splitlines())
        yield json.loads(shown), answer


def shows(shown: Any, came: Any) -> bool:
    """Whether what is shown is what came, further fields left out; a number of now may differ."""
    if isinstance(shown, dict):
        return all(
            shows(value, came[name]) or (name == "current_people" and type(came[name]) is int)
            for name, value in shown.items()
        )
    if isinstance(shown, list):
        return len(shown) <= len(came) and all(map(shows, shown, came))
    return bool(shown == came)


def test_the_demo_answers_the_documented_requests(tmp_path: Path) -> None:
    with started(tmp_path, "demo", "--port", "0") as first:
        lines = first.lines_until("sensorId=SNSR_001") + first.lines_until("Bearer")
        counts, today, people, here, hours, hours_today = answers(lines)
        assert [
            (r["timestamp"], r["in"], r["out"], r["passby"], r["occupancy"]) for r in counts["data"]
        ] == [
            ("2023-10-01T08:00:00Z", 145, 132, 50, 13),
            ("2023-10-01T09:00:00Z", 210, 195, 65, 28),
        ]
        assert [(r["timestamp"], r["in"], r["out"]) for r in hours["data"]] == [
            ("2025-01-01T00:00:00Z", 12, 8),
            ("2025-01-01T01:00:00Z", 3, 2),
        ]
        # Sensors push meanwhile: an hour may have begun to be expected between the two requests.
        hours_before = [row["timestamp"] for row in today["data"]]
        assert hours_before
        assert [r["timestamp"] for r in hours_today["data"]][: len(hours_before)] == hours_before
        assert people["data"][0]["zone_id"] is None
        assert [row["zone_id"] for row in here["data"]] == [None, 1, 2, 3]
        address, header = next(curls(lines))
        url = address.partition("/v3")[0]
        told = list(readme_requests(url, header["X-API-Key"]))
        assert len(told) == 3
        assert all(shows(shown, came) for shown, came in told), told
        assert first.stop() == 0
    with started(tmp_path, "demo", "--port", "0") as second:
        again = second.lines_until("sensorId=SNSR_001") + second.lines_until("Bearer")
        assert answers(again)[0] == counts
        (_, old_key), (address, new_key) = next(curls(lines)), next(curls(again))
        assert httpx2.get(address, headers=old_key).status_code == 401
        assert httpx2.get(address, headers=new_key).status_code == 200
        assert second.stop() == 0
