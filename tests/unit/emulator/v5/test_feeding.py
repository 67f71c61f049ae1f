"""Agents at a stepped time: what they deliver, when, and what becomes of it when things go wrong."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from countline.emulator.v5.delivering import Outcome
from countline.emulator.v5.link import Link
from countline.emulator.v5.stepping import OK
from tests.unit.emulator.hall import START_MS, START_S
from tests.unit.emulator.v5.hall_device import (
    EVENTS_ONLY,
    HOUR_MS,
    LINE,
    Bench,
    refusing,
    told,
    truth,
)


def live(bench: Bench, counter: int = 1000001) -> int:
    found = bench.ask("GET", f"/singlesensor/data/live/counts/{counter}")
    return int(found["count"]["value"])


def test_every_minute_is_pushed_as_the_world_was() -> None:
    bench = Bench()
    bench.agent("LOGICS", bench.connect(), include_empty=True, package_size=1)
    bench.until(12)
    minutes = told(bench)
    assert len(minutes) == 119  # the one that just ended is not stored yet
    assert all(truth(bench)[start_s] == values for start_s, values in minutes.items())


def test_minutes_without_people_are_left_out_unless_wanted() -> None:
    bench = Bench(hour=3.3)
    bench.agent("LOGICS", bench.connect(), package_size=1)
    bench.until(4.2)
    assert not told(bench)


@settings(max_examples=10, deadline=None)
@given(
    package_size=st.integers(1, 30),
    failing=st.floats(0, 0.8),
    seed=st.integers(0, 99),
    cron=st.sampled_from(["15 0/5 * ? * *", "0 * * ? * *", "7 10 * ? * *"]),
    immediate=st.booleans(),
)
def test_pushes_history_and_live_totals_agree_to_the_person(
    package_size: int, failing: float, seed: int, cron: str, immediate: bool
) -> None:
    """Whatever fails on the way: once all has arrived, three ways of counting give one number."""
    bench = Bench(hour=9)
    before = {counter: live(bench, counter) for counter in (1000001, 1000002)}
    schedule = {"type": "IMMEDIATE"} if immediate else {"type": "PERIODIC", "cron": cron}
    bench.agent(
        "LOGICS", bench.connect(), schedule=schedule, include_empty=True, package_size=package_size
    )
    draw = Random(seed)
    bench.answers = lambda sending: refusing() if draw.random() < failing else OK
    bench.until(13)
    bench.answers = lambda sending: OK
    bench.until(14.2)
    last_s = max(told(bench)) + 60
    history = bench.ask(
        "GET",
        f"/singlesensor/data/history/logics/1000?begin={START_MS + 9 * HOUR_MS}"
        f"&end={last_s * 1000}&resolution_min=1",
    )
    for nth, counter in enumerate((1000001, 1000002)):
        pushed = sum(values[nth] for values in told(bench).values())
        kept = sum(
            c["value"] for m in history["measurements"] for c in m["counts"] if c["id"] == counter
        )
        world = sum(v[nth] for s, v in truth(bench).items() if START_S + 9 * 3600 <= s < last_s)
        since = sum(
            v[nth] for s, v in truth(bench).items() if last_s <= s < bench.time.at_ms / 1000
        )
        assert pushed == kept == world == live(bench, counter) - before[counter] - since


def test_package_numbers_rise_by_one_and_minutes_never_repeat() -> None:
    bench = Bench()
    bench.agent("LOGICS", bench.connect(), include_empty=True)
    fails = iter([refusing(), OK] * 1000)
    bench.answers = lambda sending: next(fails)
    bench.until(13)
    numbers = [s.package for s in bench.got]
    assert numbers == list(range(1, len(numbers) + 1))
    starts = [r.start_s for r in bench.readings() if r.channel == "1000"]
    assert starts == sorted(set(starts))


def test_a_backlog_follows_after_an_outage() -> None:
    bench = Bench()
    bench.agent("LOGICS", bench.connect(), include_empty=True, package_size=60)
    start_ms = START_MS + 10 * HOUR_MS
    bench.device.part(Link).outages_ms.append((start_ms, start_ms + 3 * HOUR_MS))
    bench.until(13.1)
    assert len(told(bench)) > 180
    assert all(truth(bench)[s] == v for s, v in told(bench).items())


def test_live_frames_of_an_outage_are_lost() -> None:
    bench = Bench()
    bench.agent("LIVE_DATA", bench.connect(), retry={"mode": "DROP"}, filters=EVENTS_ONLY)
    bench.until(11)
    heard = len(bench.got)
    bench.device.part(Link).lost = True
    bench.until(12)
    assert len(bench.got) == heard > 0
    bench.device.part(Link).lost = False
    bench.until(13)
    times = [f["time"] for b in bench.bodies() for f in b["live_data"]["frames"]]
    assert not [t for t in times if START_MS + 11.01 * HOUR_MS < t < START_MS + 12 * HOUR_MS]
    numbers = [s.package for s in bench.got]
    assert numbers == sorted(numbers)
    assert numbers[heard] > numbers[heard - 1] + 1


def test_count_events_tell_the_live_total() -> None:
    bench = Bench()
    before = live(bench)
    bench.agent("LIVE_DATA", bench.connect(), filters=EVENTS_ONLY)
    bench.until(11)
    values = [
        e["attributes"]["counter_value"]
        for b in bench.bodies()
        for f in b["live_data"]["frames"]
        for e in f["events"]
        if e["attributes"]["counter_id"] == 1000001
    ]
    assert values == list(range(before + 1, before + len(values) + 1))
    people = bench.device.sensor.world.counts(
        LINE, START_MS + 10 * HOUR_MS, START_MS + 11 * HOUR_MS
    )
    assert abs(len(values) - people.forward) <= 1  # the last may still be on its way


def test_persons_walk_and_groups_follow() -> None:
    bench = Bench()
    bench.agent("LIVE_DATA", bench.connect(), package_size=10)
    bench.until(10.2)
    frames = [f for b in bench.bodies() for f in b["live_data"]["frames"]]
    assert frames
    numbers = [f["framenumber"] for f in frames]
    assert numbers == sorted(set(numbers))
    events = [e for f in frames for e in f["events"] if e["category"] == "SCENE"]
    crossed = [e for e in events if e["type"].startswith("LINE_CROSS")]
    groups = [e for e in crossed if e["attributes"]["track_id"] >= 1 << 31]
    assert len(crossed) - len(groups) - len(groups) in (0, 1)
    by_type = {t["type"] for f in frames for t in f["tracked_objects"]}
    assert by_type == {"PERSON", "GROUP"}
    for frame in frames:
        deleted = {
            e["attributes"]["track_id"] for e in frame["events"] if e["type"] == "TRACK_DELETE"
        }
        assert deleted <= {t["track_id"] for t in frame["tracked_objects"]}


def test_a_doubled_package_arrives_twice_as_it_is() -> None:
    bench = Bench()
    bench.device.part(Link).doubled = 1.0
    bench.agent("LOGICS", bench.connect(), include_empty=True)
    bench.until(10.5)
    assert len(bench.got) % 2 == 0
    for first, second in zip(bench.got[::2], bench.got[1::2], strict=True):
        assert (first.body, first.repeat, second.repeat) == (second.body, 0, 1)


def test_a_slow_receiver_gets_the_same_package_again() -> None:
    bench = Bench()
    bench.agent("LOGICS", bench.connect(connection_timeout_s=5), include_empty=True)
    bench.device.part(Link).slow_s = 6
    bench.until(10.2)
    assert len({s.package for s in bench.got}) == 1 < len(bench.got)
    assert len({s.body for s in bench.got}) == 1
    status = bench.ask("GET", f"/singlesensor/data/push/agents/{bench.got[0].agent_id}/status")
    assert status["transmit_info"]["last_failed"]["reason"]["code"] == 28
    assert status["package_info"]["last_processed"]["ack"] is False


def test_giving_up_counts_and_the_records_follow_at_the_next_push() -> None:
    bench = Bench()
    retry = {"mode": "INTERVAL", "max_number": 1, "delay_interval_min": 1, "delay_interval_max": 1}
    schedule = {"type": "PERIODIC", "cron": "0 0/10 * ? * *"}
    agent = bench.agent(
        "LOGICS", bench.connect(), retry=retry, schedule=schedule, include_empty=True,
        package_size=100,
    )  # fmt: skip
    bench.answers = lambda sending: refusing(500)
    bench.until(11.01)
    path = f"/singlesensor/data/push/agents/{agent}/status"
    status = bench.ask("GET", path)
    assert status["package_info"]["no_of_dropped"] == 6
    assert status["transmit_info"]["no_of_failed"] == 12
    bench.answers = lambda sending: OK
    bench.until(11.2)
    assert [s.package for s in bench.got] == [7]
    assert len(told(bench)) == 69


def test_drop_forgets_the_records_too() -> None:
    bench = Bench()
    bench.agent("LOGICS", bench.connect(), retry={"mode": "DROP"}, include_empty=True)
    bench.answers = lambda sending: refusing(500)
    bench.until(11)
    bench.answers = lambda sending: OK
    bench.until(11.5)
    assert min(told(bench)) >= START_S + 11 * 3600 - 60


def test_a_reboot_leaves_a_gap_that_coarse_records_show() -> None:
    bench = Bench()
    volatile = bench.connect("?volatile=true")
    bench.agent("LOGICS", volatile, "?volatile=true")
    bench.agent("LOGICS", bench.connect(), include_empty=True, resolution="FIFTEEN_MINUTES")
    bench.until(11.05)
    bench.device.reboot()
    bench.until(12.1)
    assert not bench.device.config.volatile.get("/singlesensor/data/push/agents")
    quarters = {r.start_s: r.covered_s for r in bench.readings() if r.channel == "1000"}
    assert quarters[START_S + 11 * 3600] < 900
    assert quarters[START_S + 11 * 3600 + 900] == 900


def test_a_reset_by_somebody_else_is_told_and_history_goes_on() -> None:
    bench = Bench()
    bench.agent("LIVE_DATA", bench.connect(), filters=EVENTS_ONLY)
    bench.agent("LOGICS", bench.connect(), include_empty=True)
    bench.until(11)
    assert live(bench) > 0
    bench.ask("POST", "/singlesensor/data/live/counts/reset", status=200)
    assert live(bench) == 0
    bench.until(12)
    resets = [
        e["attributes"]["counter_id"]
        for b in bench.bodies("LIVE_DATA")
        for f in b["live_data"]["frames"]
        for e in f["events"]
        if e["type"] == "COUNT_RESET"
    ]
    assert {1000001, 1000002} <= set(resets)
    assert all(truth(bench)[s] == v for s, v in told(bench).items())
    status = bench.ask("GET", "/singlesensor/data/history/status")["storage"]["stored_data"]
    (fw,) = [c for c in status["counts"] if c["id"] == 1000001]
    assert fw["reset_offset"] > 0
    assert fw["reset_time"].endswith(" UTC")


def test_a_clock_step_moves_the_schedule() -> None:
    bench = Bench()
    bench.agent(
        "LOGICS", bench.connect(), schedule={"type": "PERIODIC", "cron": "0 0 * ? * *"},
        include_empty=True, package_size=200,
    )  # fmt: skip
    bench.device.step_clock(1800)
    bench.until(10.6)
    assert len(bench.got) == 1


def test_an_agent_without_connection_collects_and_sends_later() -> None:
    bench = Bench()
    connection = bench.connect()
    bench.agent("LOGICS", connection, include_empty=True, package_size=100)
    bench.ask("DELETE", f"/singlesensor/data/push/connections/{connection}")
    bench.until(11)
    assert not bench.got
    body = {
        "id": connection,
        "name": "back",
        "protocol": "HTTP",
        "config": {"uri": "http://127.0.0.1/"},
    }
    bench.ask("POST", "/singlesensor/data/push/connections?id_mode=CLIENT", body)
    bench.until(11.1)
    assert len(told(bench)) >= 60


def test_an_answer_of_every_receiver_can_be_switched() -> None:
    bench = Bench()
    agent = bench.agent("LOGICS", bench.connect(), include_empty=True)
    bench.device.part(Link).answer = 401
    bench.until(10.3)
    assert not bench.got
    status = bench.ask("GET", f"/singlesensor/data/push/agents/{agent}/status")
    assert status["transmit_info"]["last_failed"]["reason"]["code"] == 401


def test_no_answer_but_2xx_is_an_acknowledgement() -> None:
    assert [Outcome(code, "").acknowledged for code in (199, 200, 204, 299, 302, 7)] == [
        False, True, True, True, False, False,
    ]  # fmt: skip
