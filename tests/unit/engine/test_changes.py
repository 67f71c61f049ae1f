"""What cannot be drawn is refused by name, and changes nothing."""

from typing import Any

import pytest

from countline.engine.desk import NewSource
from countline.errors import BadQuery, Conflict, CountlineError, NotFound
from tests.engine_house import HOUR_S, LOCATION, House, at, in_memory, passing

NOW = at("2026-06-02 08:20")


async def a_door(house: House) -> int:
    zone = await house.location(time_zone="UTC")
    await house.sensor("S1")
    await house.counts("S1", passing(NOW, 1), geometry=False)
    return zone


@pytest.mark.parametrize(
    ("verb", "how", "kind", "told"),
    [
        ("add_location", {"location_id": "a b"}, BadQuery, "location_id"),
        ("add_location", {"location_id": LOCATION}, Conflict, LOCATION),
        ("add_location", {"location_id": "X", "time_zone": "Europe/Zurick"}, BadQuery, "Zurich"),
        ("add_location", {"location_id": "X", "day_start_s": 60}, BadQuery, "day_start"),
        ("change_location", {"location_id": "X", "name": "x"}, NotFound, "X"),
        ("change_location", {"location_id": LOCATION, "time_zone": "x"}, BadQuery, "time_zone"),
        ("add_zone", {"location_id": "X", "name": "x"}, NotFound, "X"),
        ("add_zone", {"location_id": LOCATION, "name": "x", "parent_id": 99}, BadQuery, "99"),
        ("change_zone", {"zone_id": 99, "name": "x"}, NotFound, "99"),
        ("add_line", {"location_id": "X", "name": "x", "side_b": 1}, NotFound, "X"),
        ("add_line", {"location_id": LOCATION, "name": "x"}, BadQuery, "side_b"),
        ("add_line", {"location_id": LOCATION, "name": "x", "side_a": 9}, BadQuery, "side_a"),
        (
            "add_line",
            {"location_id": LOCATION, "name": "x", "role": "frontage"},
            BadQuery,
            "frontage_of",
        ),
        ("change_line", {"line_id": 99, "name": "x"}, NotFound, "99"),
        (
            "add_line",
            {
                "location_id": LOCATION,
                "name": "x",
                "side_b": 1,
                "sources": [NewSource(sensor_id="S9", channel="single/1000")],
            },
            BadQuery,
            "S9",
        ),
        (
            "add_line",
            {
                "location_id": LOCATION,
                "name": "x",
                "side_b": 1,
                "sources": [NewSource(sensor_id="S1", channel="single/7")],
            },
            BadQuery,
            "single/1000",
        ),
        ("register_sensor", {"sensor_id": "S1", "location_id": LOCATION}, Conflict, "S1"),
        ("register_sensor", {"sensor_id": "S2", "location_id": "X"}, NotFound, "X"),
        ("register_sensor", {"sensor_id": "", "location_id": LOCATION}, BadQuery, "sensor_id"),
        ("change_sensor", {"sensor_id": "S9", "name": "x"}, NotFound, "S9"),
        ("retire_sensor", {"sensor_id": "S9"}, NotFound, "S9"),
    ],
)
def test_refused(verb: str, how: dict[str, Any], kind: type[CountlineError], told: str) -> None:
    async def story(house: House) -> None:
        await a_door(house)
        before = await house.engine.store.read(lambda view: view.head())
        with pytest.raises(kind, match=told):
            await getattr(house.engine.desk, verb)(**how)
        assert await house.engine.store.read(lambda view: view.head()) == before

    in_memory(story, NOW)


def test_a_change_of_sources_takes_effect_at_the_next_full_local_hour(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await house.location(time_zone="Asia/Kolkata")  # full hours at half past in UTC
        await house.sensor("S1")
        await house.counts("S1", passing(NOW, 1), geometry=False)
        line = await house.line(None, zone, "S1/1000")
        turned = [NewSource(sensor_id="S1", channel="single/1000", invert=True)]
        await house.engine.desk.change_line(line, sources=turned)
        hour_s = at("2026-06-02 08:30")
        sources = (await house.engine.desk.fresh()).sources
        assert [(s.valid_from_s, s.valid_to_s, s.invert) for s in sources] == [
            (0, hour_s, False),
            (hour_s, None, True),
        ]
        await house.counts("S1", passing(hour_s - 60, 2), passing(hour_s, 4), geometry=False)
        rows = await house.rows(hour_s - 60, hour_s + 60, "1m", zone=zone)
        assert [(row.ins, row.outs) for row in rows] == [(2, 0), (0, 4)]

    run(story, NOW)


def test_a_name_changes_no_number_and_no_revision(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await a_door(house)
        line = await house.line(None, zone, "S1/1000")
        await house.follow()
        before = await house.rows(NOW - HOUR_S, NOW + HOUR_S, location=LOCATION)
        await house.engine.desk.change_zone(zone, name="Atrium", capacity=70)
        await house.engine.desk.change_line(line, name="North")
        await house.engine.desk.change_location(LOCATION, name="House")
        await house.engine.desk.change_sensor("S1", name="Camera")
        assert not await house.engine.follower.step()
        assert await house.rows(NOW - HOUR_S, NOW + HOUR_S, location=LOCATION) == before

    run(story, NOW)
