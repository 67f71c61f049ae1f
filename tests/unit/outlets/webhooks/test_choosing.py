"""What is told: kinds, places, rows, thresholds and rates."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from countline.engine.telling import Counts, Fact
from countline.model.event import Event
from countline.model.ids import LocationId, SensorId, ZoneId
from countline.model.webhook import Webhook
from countline.outlets.webhooks.choosing import Choice, Decision, Held, Memory
from tests.hook_house import occupancy
from tests.small_store import SmallStore
from tests.told_house import BACK, DOOR, LONDON, NOON_S, ROME, counts, discovered, records
from tests.unit.outlets.webhooks.test_messages import row

CATALOGUE = SmallStore(*records()).catalogue()
SILENT = Event(kind="sensor.silent", location_id=LONDON, sensor=DOOR)
DISABLED = Event(kind="webhook.disabled", detail={"webhook_id": "wh_2"})


def choice(**wanted: Any) -> Choice:
    return Choice(Webhook(webhook_id="wh_1", url="https://example.org", **wanted))


def told(*events: Event, **wanted: Any) -> list[str]:
    return [one.kind for one in events if choice(**wanted).wants(one, CATALOGUE)]


def test_kinds_and_locations_choose_what_is_told() -> None:
    recorded = counts(DOOR, NOON_S, NOON_S + 60)
    revised = counts(DOOR, NOON_S, NOON_S + 60, kind="counts.revised", location_id=ROME)
    events = [recorded, revised, discovered()]
    assert told(*events, devices=True) == [one.kind for one in events]
    assert told(*events) == ["counts.recorded", "counts.revised"], "devices are for who may adopt"
    assert told(*events, devices=True, kinds=("sensor.discovered",)) == ["sensor.discovered"]
    assert told(*events, devices=True, locations=(LONDON,)) == ["counts.recorded"]
    assert told(*events, locations=(LONDON,), kinds=("counts.revised",)) == []


@pytest.mark.parametrize("kind", ["counts.provisional", "catalogue.changed", "waiting.dropped"])
def test_what_stays_in_the_house_is_told_to_nobody(kind: Any) -> None:
    assert told(Event(kind=kind, location_id=LONDON)) == []


def test_facts_are_chosen_by_zone_and_sensor_and_all_conditions_hold_at_once() -> None:
    events = [occupancy(1, 5), occupancy(2, 5), SILENT, DISABLED]
    assert len(told(*events)) == 4
    assert told(*events, zones=(ZoneId(1),)) == ["occupancy.changed"]
    assert told(*events, sensors=(SensorId("S_DOOR"),)) == ["sensor.silent"]
    assert told(*events, sensors=(SensorId("S_BACK"),)) == []
    assert told(*events, zones=(ZoneId(1),), sensors=(SensorId("S_DOOR"),)) == []
    assert told(*events, locations=(ROME,)) == []
    assert told(SILENT, locations=(LONDON,)) == ["sensor.silent"]
    assert told(replace(SILENT, location_id=None), locations=(LONDON,)) == ["sensor.silent"]
    assert told(DISABLED, locations=(LONDON,)) == [], "it is of no place"


def test_rows_are_chosen_by_sensor_and_by_the_lines_around_a_zone() -> None:
    rows = [
        row(0, sensor_id="S_DOOR"),
        row(0, sensor_id="S_BACK")._replace(line_id=None),
        row(1, sensor_id="S_DOOR")._replace(line_id=None, zone_id=ZoneId(1)),
    ]
    telling = Counts(
        kind="counts.recorded", location_id=LocationId(LONDON), local_date=None,
        seq=1, commit=1, at_ms=0, rows=rows,
    )  # fmt: skip

    def left(**wanted: Any) -> list[int]:
        part = choice(**wanted).part_of(telling, CATALOGUE)
        return [rows.index(one) for one in part.rows] if isinstance(part, Counts) else []

    assert left() == [0, 1, 2]
    assert left(sensors=(SensorId("S_BACK"),)) == [1]
    assert left(zones=(ZoneId(1),)) == [0, 2]
    assert left(zones=(ZoneId(1),), sensors=(SensorId("S_BACK"),)) == []
    assert left(zones=(ZoneId(7),)) == []


def test_a_fact_is_told_whole() -> None:
    fact = Fact(
        kind="zone.empty", location_id=LONDON, zone_id=ZoneId(1), sensor_id=None,
        detail={}, seq=1, at_ms=0,
    )  # fmt: skip
    assert choice(zones=(ZoneId(1),)).part_of(fact, CATALOGUE) is fact


# -- thresholds and rates -------------------------------------------------------------------------


def judged(
    asked: Choice, *steps: tuple[int, int | None, int], memory: Memory | None = None
) -> tuple[list[Decision], Memory]:
    """What is decided of (zone, people, at) after each other, and what is remembered then."""
    memory = memory or Memory()
    found: list[Decision] = []
    for seq, (zone, people, at_s) in enumerate(steps, start=1):
        event = replace(occupancy(zone, people), seq=seq)
        decision, memory = asked.judge(event, memory, at_s)
        memory = Memory.read(msgspec.json.decode(msgspec.json.encode(memory.write())))
        found.append(decision)
    return found, memory


def test_a_threshold_tells_what_is_at_or_over_it_and_when_that_ends() -> None:
    people = [10, 49, 50, 60, 49, 48, 50, None, 20, None]
    found, _ = judged(choice(threshold=50), *((1, n, 0) for n in people))
    over = ["drop", "drop", "tell", "tell", "tell", "drop", "tell", "tell", "drop", "drop"]
    assert found == over, "unknown ends it, and is not told twice"


def test_thresholds_are_of_each_zone() -> None:
    found, memory = judged(choice(threshold=5), (1, 9, 0), (2, 1, 0), (2, 9, 0), (1, 1, 0))
    assert found == ["tell", "drop", "tell", "tell"]
    assert memory.above == {2}


def test_a_rate_holds_back_all_but_the_newest_until_its_time() -> None:
    found, memory = judged(choice(rate_s=60), (1, 1, 0), (1, 2, 10), (2, 1, 11), (1, 3, 20))
    assert found == ["tell", "hold", "tell", "hold"]
    assert memory.held == {1: Held(seq=4, due_s=60)}
    again, after = judged(choice(rate_s=60), (1, 4, 60), memory=memory)
    assert again == ["tell"], "it is due, and this is newer"
    assert after.held == {}


def test_nothing_is_remembered_for_ever() -> None:
    _, memory = judged(choice(rate_s=60), (1, 1, 0), (2, 1, 30), (3, 1, 70))
    assert set(memory.told_s) == {2, 3}


def test_without_a_threshold_or_a_rate_each_is_told() -> None:
    found, memory = judged(choice(), (1, 1, 0), (1, 1, 0), (1, None, 0))
    assert found == ["tell"] * 3
    assert memory == Memory()


def test_sensors_of_other_lines_are_in_the_catalogue() -> None:
    assert BACK in CATALOGUE.sensors
