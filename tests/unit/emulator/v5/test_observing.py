"""What a device counts agrees with the world: records, totals, resets, reboots, clock steps."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline.emulator.v5 import Device, emulated_sensor
from countline.emulator.v5.observing import Context, Observer
from tests.unit.emulator.hall import DAY_MS, HALL, START_MS, START_S

ROOT = "/singlesensor"


@dataclass
class Time:
    """True time that a test moves."""

    at_ms: int = START_MS

    def now_ms(self) -> int:
        return self.at_ms

    def to(self, hours: float) -> None:
        self.at_ms = START_MS + round(hours * 3_600_000)


def device(time: Time, personality: str = "5.6") -> Device:
    return emulated_sensor(personality, true_ms=time.now_ms, installed_s=START_S)  # type: ignore[arg-type]


def counted(context: Context, start: int = 0, end: int = 1 << 40) -> dict[int, int]:
    """The growth of every counter over the records of some minutes."""
    found: dict[int, int] = {}
    for record in context.book.between(start, end):
        for counter, by in record.grown.items():
            found[counter] = found.get(counter, 0) + by
    return found


def test_a_day_of_records_is_the_world() -> None:
    time = Time()
    made = device(time)
    observer = made.part(Observer)
    time.to(24)
    context = observer.context(ROOT)
    line = HALL.lines[0].line_id
    for start_s, counts in made.sensor.world.minutes(line, START_S, START_S + 86_400):
        (record,) = context.book.between(start_s // 60, start_s // 60 + 1)
        assert record.grown.get(1000001, 0) == counts.forward
        assert record.grown.get(1000002, 0) == counts.backward


def test_a_state_is_who_is_inside_at_the_end_of_each_minute() -> None:
    time = Time()
    made = device(time)
    time.to(20)
    context = made.part(Observer).context(ROOT)
    for record in context.book.records[::7]:
        present = made.sensor.world.present(HALL.zones[0].zone_id, (record.minute + 1) * 60_000)
        assert record.states[1001001] == present


@settings(max_examples=12, deadline=None)
@given(
    stops=st.lists(st.floats(0.1, 23.9), min_size=1, max_size=5).map(sorted),
    actions=st.lists(
        st.sampled_from(["look", "reset", "reboot", "ahead", "back"]), min_size=5, max_size=5
    ),
)
def test_live_totals_grow_as_records_do(stops: list[float], actions: list[str]) -> None:
    """At whole minutes after a day of mischief, live totals are what was recorded since the reset."""
    time = Time()
    made = device(time)
    observer = made.part(Observer)
    since = 0
    for hours, action in zip(stops, actions, strict=False):
        time.to(hours)
        time.at_ms -= made.running.now_ms() % 60_000
        context = observer.context(ROOT)
        if action == "reset":
            context.reset([1000001, 1000002])
            since = context.book.next_number
        elif action == "reboot":
            made.reboot()
        elif action in ("ahead", "back"):
            made.step_clock(200 if action == "ahead" else -200)
    time.to(25)
    time.at_ms -= made.running.now_ms() % 60_000
    context = observer.context(ROOT)
    for counter in (1000001, 1000002):
        recorded = sum(r.grown.get(counter, 0) for r in context.book.after(since - 1))
        assert context.live(counter) == recorded
        assert context.total(counter) == counted(context).get(counter, 0)


def test_a_reboot_leaves_minutes_without_record() -> None:
    time = Time()
    made = device(time)
    observer = made.part(Observer)
    time.to(12)
    time.at_ms += 20_000
    made.reboot()
    time.to(13)
    minutes = [r.minute for r in observer.context(ROOT).book.records]
    noon = START_MS // 60_000 + 12 * 60
    gone = set(range(noon - 5, noon + 5)) - set(minutes)
    assert gone == {noon, noon + 1}


def test_a_clock_set_back_tells_minutes_twice() -> None:
    time = Time()
    made = device(time)
    observer = made.part(Observer)
    time.to(12)
    made.step_clock(-120)
    time.to(12.2)
    noon = START_MS // 60_000 + 12 * 60
    told = [r.minute for r in observer.context(ROOT).book.between(noon - 3, noon + 1)]
    assert told == [noon - 3, noon - 2, noon - 2, noon - 1, noon - 1, noon]


def test_a_logic_that_is_drawn_later_counts_from_then_on() -> None:
    time = Time()
    made = device(time)
    observer = made.part(Observer)
    time.to(12)
    made.config.put(
        f"{ROOT}/analysis/counters",
        1005001,
        {"id": 1005001, "name": "fw", "logic_id": 1005, "type": "accumulation"},
    )
    turned = made.config.items(f"{ROOT}/scene/geometries")[1000] | {"id": 1005}
    turned["geometry"] = turned["geometry"][::-1]
    made.config.put(f"{ROOT}/scene/geometries", 1005, turned)
    made.config.put(
        f"{ROOT}/analysis/logics",
        1005,
        {
            "id": 1005,
            "name": "Other way",
            "template": {"type": "XLT_LINE_IN_OUT_COUNT", "options": {"count_line_id": 1005}},
        },
    )
    time.to(20)
    context = observer.context(ROOT)
    noon = START_MS // 60_000 + 12 * 60
    assert counted(context)[1005001] == counted(context, noon)[1000002] > 0


def test_a_late_logic_counts_when_the_track_ends() -> None:
    time = Time()
    made = device(time)
    logic = made.config.items(f"{ROOT}/analysis/logics")[1000]
    late = {"type": "XLT_LINE_LATE_COUNT", "options": {"count_line_id": 1000}}
    made.config.put(f"{ROOT}/analysis/logics", 1000, logic | {"template": late})
    observer = made.part(Observer)
    time.to(12)
    moves = [m for m in observer.context(ROOT).moves if m.logic == 1000]
    assert moves
    assert all(m.happening and m.at_ms == m.happening.at_ms + 1_200 for m in moves)


@pytest.mark.parametrize("days_kept", [0.25])
def test_history_forgets_what_is_older_than_it_keeps(days_kept: float) -> None:
    time = Time()
    made = device(time)
    made.part(Observer).days_kept = days_kept
    time.at_ms = START_MS + DAY_MS
    records = made.part(Observer).context(ROOT).book.records
    assert 359 <= len(records) <= 361


def test_a_wiped_database_begins_anew() -> None:
    time = Time()
    made = device(time)
    time.to(12)
    context = made.part(Observer).context(ROOT)
    assert context.live(1000001) > 0
    context.wipe()
    assert context.live(1000001) == 0
    assert not context.book.records
    time.to(14)
    context = made.part(Observer).context(ROOT)
    assert context.live(1000001) == counted(context).get(1000001, 0) > 0
