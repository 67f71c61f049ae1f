"""Devices that answer what no device should: a clear error or a part passed over, and right counts."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from countline.cli import show
from countline.devices.xovis_v5.transport import Answer
from countline.engine.adopting import AdoptionAsked
from countline.errors import DeviceError
from countline.model.adoption import Hole
from countline.vault import Secret
from tests.app.emulated_devices import NOW_MS, sensor
from tests.app.wired_devices import WiredHouse, wired_house

HOST = "10.0.0.17"
NOW_S = NOW_MS // 1000
DAY_S = 86_400
Bend = Callable[[dict[str, Any]], None]


def hostile(
    folder: Path, part: str, bend: Bend, work: Callable[[WiredHouse], Awaitable[None]]
) -> None:
    """A device of which one answer is bent."""

    def bent(method: str, target: str, said: Answer) -> Answer:
        if method != "GET" or not target.partition("?")[0].endswith(part):
            return said
        whole = json.loads(said.body)
        bend(whole)
        return Answer(said.status, said.media_type, json.dumps(whole).encode())

    async def story() -> None:
        device = sensor("5.6", installed_s=NOW_S - 3_600)
        async with wired_house(folder, {HOST: device}, now_ms=lambda: NOW_MS, bent=bent) as house:
            await work(house)

    asyncio.run(story())


async def adopt(house: WiredHouse, **more: Any) -> None:
    asked = AdoptionAsked(
        address=f"http://{HOST}", password=Secret("pass"), sensor_id="S1", location_id="H", **more
    )
    await house.desk.adopt(asked)


async def asked_how(house: WiredHouse) -> None:
    """Adopted, asked, and what it says written down."""
    await adopt(house, history=False)
    (adoption,) = await house.adoptions.book.every()
    facts = await house.rounds.facts(adoption)
    await house.engine.watch.note_facts("S1", facts)
    await house.engine.watch.flush()


def put(*path: str | int, value: Any) -> Bend:
    """Something else in one place."""

    def bend(whole: Any) -> None:
        for name in path[:-1]:
            whole = whole[name]
        whole[path[-1]] = value

    return bend


@pytest.mark.parametrize("value", [10**40, 2**64, -(10**40), 1e308])
def test_numbers_that_fit_nowhere_are_no_answer(tmp_path: Path, value: float) -> None:
    """One such number in the table would keep those of all other sensors from being saved."""

    async def work(house: WiredHouse) -> None:
        with pytest.raises(DeviceError) as caught:
            await asked_how(house)
        assert caught.value.error_code == "device_answer_invalid"

    hostile(tmp_path, "/device/state", put("details", "uptime_sec", value=value), work)


def test_what_is_only_told_beside_is_passed_over(tmp_path: Path) -> None:
    bend = put("beta_deg", value=10**400)
    hostile(tmp_path, "/settings/sensor_geometry", bend, asked_how)


def test_a_place_that_is_nowhere_is_no_answer(tmp_path: Path) -> None:
    async def work(house: WiredHouse) -> None:
        with pytest.raises(DeviceError) as caught:
            await adopt(house)
        assert caught.value.error_code == "device_answer_invalid"
        assert not (await house.engine.desk.fresh()).locations

    bend = put("geometries", 0, "geometry", 0, 0, value=1e308)
    hostile(tmp_path, "/scene/geometries", bend, work)


def test_options_of_a_template_may_be_anything(tmp_path: Path) -> None:
    async def work(house: WiredHouse) -> None:
        await adopt(house, create_logics=True)

    bend = put("logics", 0, "template", "options", "count_line_id", value=[[{}]])
    hostile(tmp_path, "/logics/templates", bend, work)


def test_a_history_of_times_that_nobody_asked_for_counts_nothing(tmp_path: Path) -> None:
    def bend(whole: dict[str, Any]) -> None:
        records = whole["measurements"]
        for at_s, record in zip((0, 86_400, NOW_S + 60, NOW_S + 40 * DAY_S), records, strict=False):
            record["begin"], record["end"] = at_s // 60 * 60_000, at_s // 60 * 60_000 + 60_000

    async def work(house: WiredHouse) -> None:
        await adopt(house)
        catalogue = await house.engine.desk.fresh()
        (sensor_no,) = catalogue.sensors
        span = await house.engine.store.read(lambda view: view.span(sensor_no))
        assert span is not None
        first_s, last_s = span
        assert NOW_S - 3_700 < first_s < last_s <= NOW_S
        assert min(e.from_s for e in catalogue.expected_of[sensor_no]) > NOW_S - 3_700
        assert not await house.engine.store.read(lambda view: view.records(Hole))

    hostile(tmp_path, "/history/logics", bend, work)


def test_something_of_ours_that_somebody_removed_does_not_keep_the_rest(tmp_path: Path) -> None:
    """An element of our name that was there before, changed by us, and gone at the end."""

    async def story() -> None:
        device = sensor("5.6", installed_s=NOW_S - 3_600)
        async with wired_house(tmp_path, {HOST: device}, now_ms=lambda: NOW_MS) as house:
            await adopt(house, history=False)
            (first,) = await house.adoptions.book.every()
            await house.adoptions.book.delete(first)  # as by a gateway whose data is lost
            await adopt(house, history=False)
            (again,) = await house.adoptions.book.every()
            changed = [entry for entry in again.made if "before" in entry]
            assert changed
            known = house.engine.desk.current().sensors[again.sensor]
            async with house.adoptions.opened(known, again) as client:
                await client.at().push.delete_connection(int(changed[0]["id"]))
            await house.engine.desk.retire_sensor("S1")
            assert not (await house.desk.release("S1")).pending

    asyncio.run(story())


def test_what_a_device_is_called_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show.tell("Door \x1b[2J[/red] \u202e")
    show.table(("name",), [["Door \x1b[2J[/red]"]])
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert said.count("[/red]") == 2
