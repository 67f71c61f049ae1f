"""A week of one device with everything that goes wrong, in seconds, against the world's truth."""

from random import Random

from countline.emulator.v5.delivering import TIMED_OUT, Outcome
from countline.emulator.v5.link import Link
from countline.emulator.v5.observing import Observer
from countline.emulator.v5.sending import Sending
from countline.emulator.v5.stepping import OK
from tests.unit.emulator.hall import HALL, START_MS, START_S
from tests.unit.emulator.v5.hall_device import EVENTS_ONLY, HOUR_MS, Bench

EXPONENTIAL = {
    "mode": "INCREASING_DELAY_EXPONENTIAL",
    "max_number": 12,
    "delay_start_min": 2,
    "delay_start_max": 4,
    "delay_increase_factor": 2,
}


def test_a_week_ends_with_every_minute_as_the_world_was() -> None:
    bench = Bench(hour=0)
    device, dice = bench.device, Random(7)
    link = device.part(Link)
    link.doubled = 0.05
    link.outages_ms.append((START_MS + 30 * HOUR_MS, START_MS + 56 * HOUR_MS))
    connection = bench.connect()
    bench.agent(
        "LOGICS", connection, include_empty=True, package_size=60, retry=EXPONENTIAL,
        schedule={"type": "PERIODIC", "cron": "20 0/10 * ? * *"},
    )  # fmt: skip
    bench.agent("LIVE_DATA", connection, filters=EVENTS_ONLY, retry={"mode": "DROP"})

    def answer(sending: Sending) -> Outcome:
        luck = dice.random()
        if luck < 0.02:
            bench.got.append(sending)  # it arrived, but its answer did not
            return Outcome(TIMED_OUT, "")
        return OK if luck > 0.05 else Outcome(503, "")

    bench.answers = answer
    bench.until(20.3)
    device.reboot()
    bench.until(70.01)
    bench.ask("POST", "/singlesensor/data/live/counts/reset", status=200)
    bench.until(100.005)
    device.reboot()
    bench.until(7 * 24 + 1)

    world = device.sensor.world
    minutes = world.minutes(HALL.lines[0].line_id, START_S, START_S + 7 * 86_400)
    truth = {start_s: (c.forward, c.backward) for start_s, c in minutes}
    told: dict[int, set[tuple[int, int]]] = {}
    for r in bench.readings():
        if r.channel == "1000":
            values = dict(r.values)
            told.setdefault(r.start_s, set()).add((values["forward"], values["backward"]))
    gone = [s for s in truth if s not in told]
    down_s = [int(START_S + hour * 3600) for hour in (20.3, 100.005)]
    assert {s // 60 for s in gone} <= {(d + after) // 60 for d in down_s for after in range(135)}
    assert len(gone) == 4
    assert all(told[s] == {truth[s]} for s in truth if s in told)

    since = START_S * 1000 + 70.01 * HOUR_MS
    context = device.part(Observer).context("/singlesensor")
    counted = sum(
        r.grown.get(1000001, 0)
        for r in context.book.records
        if r.minute * 60_000 >= since - since % 60_000
    )
    first = world.counts(HALL.lines[0].line_id, int(since - since % 60_000), int(since)).forward
    assert context.live(1000001) == counted - first


def test_a_clock_set_forth_and_back_tells_some_minutes_twice_and_others_never() -> None:
    bench = Bench(hour=9)
    bench.agent("LOGICS", bench.connect(), include_empty=True, package_size=1)
    bench.until(10.505)
    bench.device.step_clock(300)
    bench.until(12.505)
    bench.device.step_clock(-300)
    bench.until(14)
    starts = [(r.start_s - START_S) // 60 for r in bench.readings() if r.channel == "1000"]
    never = set(range(9 * 60, 13 * 60)) - set(starts)
    twice = {minute for minute in starts if starts.count(minute) > 1}
    assert never == {*range(10 * 60 + 30, 10 * 60 + 36)}
    assert twice == {*range(12 * 60 + 31, 12 * 60 + 35)}
