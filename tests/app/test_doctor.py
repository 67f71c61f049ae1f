"""A real server, sensors that push, one of them cut: `countline doctor` says which, since when, what to do."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from countline import clock
from countline.client import Client
from countline.emulator import Sensor, World, deliveries, doors_building
from tests.app.process import run, started

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


def test_one_sensor_cut_is_named_since_when_and_what_to_do(tmp_path: Path) -> None:
    building = doors_building(2)
    world = World(building, 1)
    now_ms = clock.now_ms()
    begun_ms = now_ms - 3 * HOUR_MS
    whole_ms = (now_ms - 2 * HOUR_MS) // MINUTE_MS * MINUTE_MS
    cut_ms = whole_ms + MINUTE_MS // 2  # a minute is pushed some seconds after it has ended
    well, cut = building.sensors
    ends_ms = {well.sensor_id: now_ms, cut.sensor_id: cut_ms}
    place = building.location
    with started(tmp_path, "serve", "--port", "0") as server:
        url = server.logged("server.started")["url"]
        key = run(
            tmp_path, "keys", "create", "--name", "one", "--scope", "read", "--scope", "admin"
        )
        for plan in building.sensors:
            words = ("sensors", "register", plan.sensor_id, "--location", place.location_id)
            run(tmp_path, *words, "--serial", plan.serial, "--tz", place.time_zone)
            made = run(tmp_path, "keys", "sensor", plan.sensor_id)
            secret = made.stdout.splitlines()[-1]
            sensor = Sensor(plan, world, installed_s=begun_ms // 1000)
            with httpx2.Client(headers={"X-Push-Key": secret}) as pushing:
                for one in deliveries(sensor, begun_ms, ends_ms[plan.sensor_id], kinds=["counts"]):
                    pushing.post(f"{url}/push/xovis_v5", content=one.body).raise_for_status()
        told = run(tmp_path, "doctor")
        assert told.returncode == 1, told.stderr
        assert f"error: {cut.sensor_id} in {place.location_id} (silent, since " in told.stdout
        document = json.loads(run(tmp_path, "doctor", "--json").stdout)
        (silent,) = [one for one in document["data"] if one["severity"] == "error"]
        assert silent["sensor_id"] == cut.sensor_id
        since = datetime.fromisoformat(silent["since"])
        assert since == datetime.fromtimestamp(whole_ms // 1000, UTC)
        assert "push agent" in silent["remedy"]
        with Client(url, key.stdout.splitlines()[-1]) as client:
            listed = list(client.diagnostics(severity="error"))
            assert [(one.sensor_id, one.code, one.since) for one in listed] == [
                (cut.sensor_id, "silent", since)
            ]
            assert client.sensor_health(well.sensor_id).health == "healthy"
            assert client.sensor_health(cut.sensor_id).health == "offline"
            assert client.health().sensors.offline == 1


def test_the_demo_is_clean(tmp_path: Path) -> None:
    with started(tmp_path, "demo", "--port", "0") as demo:
        demo.lines_until("sensorId=SNSR_001")
        told = run(tmp_path, "doctor", "--data", "demo-data")
        assert (told.returncode, told.stdout.count("\n")) == (0, 1), told.stdout
        assert told.stdout.startswith("Nothing is wrong; sensors: ")
        assert "No server" not in told.stdout
