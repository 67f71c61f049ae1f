"""From an empty gateway, by the command line, with devices of another process: adopted, again, let go."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from countline import clock
from countline.client import Client
from tests.app.process import run, started

PERSONALITIES = ("5.0", "5.6", "5.9")
SETTINGS = '[devices]\nallowed_networks = ["127.0.0.0/8"]\n'
DAY_S = 86_400


def state(address: str) -> Any:
    """The checksum and the contents of a device's configuration, as it says itself."""
    answer = httpx2.get(
        f"{address}/api/v5/config/state",
        params={"contents": "true"},
        auth=("admin", "pass"),
        verify=False,
    )
    answer.raise_for_status()
    told = answer.json()
    return told["checksum"], told["details"]


def adopt(folder: Path, address: str, sensor_id: str) -> Any:
    (folder / "password").write_text("pass")
    words = ("sensors", "adopt", address, "--as", sensor_id, "--location", "HALL", "--json")
    done = run(folder, *words, "--password-file", "password")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_three_devices_from_an_empty_gateway_and_back(tmp_path: Path) -> None:
    (tmp_path / "countline.toml").write_text(SETTINGS)
    kinds = [word for kind in PERSONALITIES for word in ("--personality", kind)]
    devices_folder = tmp_path / "devices"
    devices_folder.mkdir()
    listen = ("emulate", "--listen", "127.0.0.1:0", "--sensors", "3", *kinds)
    with (
        started(devices_folder, *listen) as devices,
        started(tmp_path, "serve", "--port", "0") as server,
    ):
        lines = devices.lines_until("log in as admin")
        addresses = [line.rpartition(" at ")[2] for line in lines[:-1]]
        url = server.logged("server.started")["url"]
        found = [state(address) for address in addresses]
        reports = [adopt(tmp_path, a, f"S{nth}") for nth, a in enumerate(addresses)]
        for report in reports:
            assert report["connection_test"] == "OK"
        running_and_thirty_days(tmp_path, url)

        adopted = [state(address) for address in addresses]
        assert all(one != before for one, before in zip(adopted, found, strict=True))
        for nth, address in enumerate(addresses):
            again = adopt(tmp_path, address, f"S{nth}")
            assert {step["action"] for step in again["steps"]} == {"keep"}
        assert [state(address) for address in addresses] == adopted

        for nth, address in enumerate(addresses):
            retired = run(tmp_path, "sensors", "retire", f"S{nth}")
            assert retired.returncode == 0, retired.stderr
            assert state(address) == found[nth]


def running_and_thirty_days(folder: Path, url: str) -> None:
    """Counts move by what devices push, and 30 whole days of minutes are there."""
    key = run(folder, "keys", "create", "--name", "one").stdout.splitlines()[-1]
    with Client(url, key) as client:
        midnight = datetime.fromtimestamp(clock.now_s() // DAY_S * DAY_S, UTC)
        for nth in range(3):
            counts = client.count(
                sensor_id=f"S{nth}",
                start_ts=midnight - timedelta(days=30),
                end_ts=midnight,
                granularity="1d",
            )
            assert len(counts.data) == 30
            assert {row.coverage for row in counts.data} == {1.0}
            assert all(row.ins for row in counts.data)
