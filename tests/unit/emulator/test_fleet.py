"""The fleet: what it pushes, how it keeps pace, and what it does when it is not heard."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest

from countline import clock
from countline.drivers import Push
from countline.drivers.xovis_v5 import DRIVER
from countline.emulator import (
    Faults,
    FleetOptions,
    Retry,
    Tally,
    deliveries,
    demo_building,
    make_fleet,
    run_fleet,
    said,
)
from countline.emulator.fleet import Pace, push_url
from countline.emulator.pusher import Line, Pusher
from countline.errors import ConfigError
from countline.model.ids import SensorId
from tests.held_time import HeldTime

START_S = int(datetime(2025, 6, 2, 8, tzinfo=UTC).timestamp())
HASTE = FleetOptions(
    target="http://gateway.test",
    secret="enrol-me",
    sensors=3,
    speed=1e9,
    start_s=START_S,
    retry=Retry(delay_s_min=0.0, delay_s_max=0.0),
    keep_acknowledged=True,
)
HOUR_MS = 3_600_000
UNTIL_MS = START_S * 1000 + HOUR_MS

Handler = Callable[[httpx2.Request], httpx2.Response]


def run(
    options: FleetOptions,
    handler: Handler,
    *,
    until_ms: int = UNTIL_MS,
    stop: asyncio.Event | None = None,
    log: Callable[[str], None] = lambda line: None,
) -> Tally:
    return asyncio.run(
        run_fleet(
            options,
            stop=stop or asyncio.Event(),
            until_ms=until_ms,
            log=log,
            transport=httpx2.MockTransport(handler),
        )
    )


def test_every_delivery_of_every_sensor_is_pushed_with_the_secret() -> None:
    requests: list[httpx2.Request] = []

    def keep(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return httpx2.Response(200, json={"kept": True})

    tally = run(HASTE, keep)
    fleet = make_fleet(HASTE)
    expected = [
        found.body for one in fleet.sensors for found in deliveries(one, START_S * 1000, UNTIL_MS)
    ]
    assert sorted(request.content for request in requests) == sorted(expected)
    assert {str(request.url) for request in requests} == {"http://gateway.test/push/xovis_v5"}
    assert {request.method for request in requests} == {"POST"}
    assert {request.headers["X-Push-Key"] for request in requests} == {"enrol-me"}
    assert {request.headers["Content-Type"] for request in requests} == {"application/json"}
    assert tally.acknowledged is not None
    assert sorted(d.body for d in tally.acknowledged) == sorted(expected)
    assert (tally.sent, tally.taken, tally.failed, tally.dropped, tally.waiting) == (
        *(len(expected),) * 2,
        *(0,) * 3,
    )
    assert tally.bytes_taken == sum(map(len, expected))


def test_a_sensor_with_a_secret_of_its_own_uses_it() -> None:
    seen: set[tuple[str, str]] = set()

    def keep(request: httpx2.Request) -> httpx2.Response:
        (decoded,) = DRIVER.decode(Push(driver="xovis_v5", body=request.content, received_ms=0))
        assert decoded.device is not None
        seen.add((decoded.device.serial, request.headers["X-Push-Key"]))
        return httpx2.Response(200)

    run(replace(HASTE, secrets={SensorId("EMU_0002"): "mine"}), keep)
    assert seen == {
        ("02:00:00:00:00:01", "enrol-me"),
        ("02:00:00:00:00:02", "mine"),
        ("02:00:00:00:00:03", "enrol-me"),
    }


def test_what_is_refused_comes_again_until_it_is_taken_and_each_sensor_keeps_its_order() -> None:
    attempts: dict[bytes, int] = {}
    order: list[int] = []

    def often_busy(request: httpx2.Request) -> httpx2.Response:
        attempts[request.content] = attempts.get(request.content, 0) + 1
        if attempts[request.content] < 3:
            return httpx2.Response(503)
        (decoded,) = DRIVER.decode(Push(driver="xovis_v5", body=request.content, received_ms=0))
        assert decoded.sequence is not None
        order.append(decoded.sequence)
        return httpx2.Response(200)

    options = replace(HASTE, sensors=1, kinds=("counts",))
    tally = run(options, often_busy)
    (one,) = make_fleet(options).sensors
    expected = list(deliveries(one, START_S * 1000, UNTIL_MS, kinds=("counts",)))
    assert order == [found.package for found in expected]
    assert said(tally.acknowledged or []) == said(expected)
    assert (tally.taken, tally.failed, tally.dropped) == (len(expected), 2 * len(expected), 0)
    assert tally.answers == {"503": 2 * len(expected), "200": len(expected)}


def test_live_frames_and_status_are_tried_once() -> None:
    tally = run(replace(HASTE, kinds=("live", "status")), lambda request: httpx2.Response(500))
    assert tally.taken == 0
    assert tally.sent == tally.failed == tally.dropped > 0


def test_a_sensor_gives_up_a_package_after_as_many_attempts_as_its_rule_says() -> None:
    rule = Retry(delay_s_min=0.0, delay_s_max=0.0, attempts_max=3)
    tally = run(
        replace(HASTE, sensors=1, kinds=("counts",), retry=rule), lambda r: httpx2.Response(401)
    )
    assert tally.sent == 3 * tally.dropped
    assert tally.dropped in (59, 60)
    assert tally.waiting == 0


def test_a_gateway_that_is_not_there_is_told_once_and_once_when_it_is_back() -> None:
    lines: list[str] = []
    requests: list[httpx2.Request] = []

    def absent_at_first(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        if len(requests) <= 5:
            raise httpx2.ConnectError("refused")
        return httpx2.Response(200)

    tally = run(replace(HASTE, sensors=1, kinds=("counts",)), absent_at_first, log=lines.append)
    assert tally.answers["ConnectError"] == 5
    assert lines == [
        "EMU_0001: counts not taken: ConnectError",
        "EMU_0001: counts taken again after ConnectError",
    ]


def test_it_stops_when_asked() -> None:
    stop = asyncio.Event()
    requests: list[httpx2.Request] = []

    def stop_at_tenth(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        if len(requests) == 10:
            stop.set()
        return httpx2.Response(200)

    tally = run(replace(HASTE, sensors=1), stop_at_tenth, stop=stop)
    assert tally.taken == len(requests) == 10


def test_it_stops_while_the_gateway_refuses_everything() -> None:
    stop = asyncio.Event()

    def refuse(request: httpx2.Request) -> httpx2.Response:
        stop.set()
        return httpx2.Response(503, headers={"Retry-After": "3600"})

    tally = run(replace(HASTE, sensors=1, kinds=("counts",)), refuse, stop=stop)
    assert (tally.taken, tally.waiting) == (0, 1)


def test_faults_are_the_fleets_or_one_sensors_own() -> None:
    own = Faults(miss=0.5)
    fleet = make_fleet(
        replace(HASTE, faults=("late", "reboot"), faults_of={SensorId("EMU_0002"): own})
    )
    first, second, third = (sensor.faults for sensor in fleet.sensors)
    assert second == own
    assert first.late == third.late > 0
    assert first.reboots != third.reboots


def test_a_fleet_of_a_building_has_its_sensors() -> None:
    fleet = make_fleet(replace(HASTE, building=demo_building(), sensors=99))
    assert [sensor.plan.sensor_id for sensor in fleet.sensors] == [
        "SNSR_001",
        "SNSR_002",
        "SNSR_003",
        "SNSR_004",
    ]


# -- pace ------------------------------------------------------------------------------------------


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> HeldTime:
    time = HeldTime()
    monkeypatch.setattr(clock, "now_ms", time.now_ms)
    monkeypatch.setattr(clock, "elapsed_s", time.elapsed_s)
    return time


def test_it_starts_speed_hours_ago_and_never_passes_now(held: HeldTime) -> None:
    async def watch() -> None:
        began = clock.now_ms()
        fleet = make_fleet(FleetOptions(target="http://gateway.test", speed=60))
        assert fleet.start_ms == began - 60 * HOUR_MS
        pace = Pace(fleet.start_ms, 60)
        assert pace.now_ms() == fleet.start_ms
        assert pace.until_s(fleet.start_ms + 60_000) == 1.0
        await held.sleep(60)
        assert pace.now_ms() == fleet.start_ms + HOUR_MS
        assert pace.until_s(fleet.start_ms + HOUR_MS) == 0.0
        await held.sleep(61 * 60)  # 60 hours at 60 times the speed of time take 61 minutes
        assert pace.now_ms() == clock.now_ms()
        assert pace.until_s(clock.now_ms() + 5_000) == 5.0
        await held.sleep(7)
        assert pace.now_ms() == clock.now_ms()

    asyncio.run(watch())


def test_at_the_speed_of_time_it_starts_now(held: HeldTime) -> None:
    fleet = make_fleet(FleetOptions(target="http://gateway.test"))
    assert fleet.start_ms == clock.now_ms()
    hours = make_fleet(FleetOptions(target="http://gateway.test", hours_ago=2))
    assert hours.start_ms == clock.now_ms() - 2 * HOUR_MS
    future = make_fleet(FleetOptions(target="http://gateway.test", start_s=clock.now_s() + 10**9))
    assert future.start_ms <= clock.now_ms()


# -- the retry rule --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "delays"),
    [
        ("interval", [2, 2, 2, 2]),
        ("increasing_delay", [2, 32, 60, 60]),
        ("increasing_delay_exponential", [2, 4, 8, 16]),
    ],
)
def test_delays_follow_the_mode(mode: str, delays: list[float]) -> None:
    rule = Retry(mode=mode, delay_s_min=1, delay_s_max=3)  # type: ignore[arg-type]
    assert [rule.delay_s(attempt, 0.5) for attempt in (1, 2, 3, 4)] == delays


def test_retry_after_is_honoured(held: HeldTime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Line, "_sleep", lambda self, wait_s: held.sleep(wait_s))
    at: list[float] = []

    def busy_once(request: httpx2.Request) -> httpx2.Response:
        at.append(held.elapsed_s())
        return httpx2.Response(503 if len(at) == 1 else 200, headers={"Retry-After": "120"})

    async def push() -> Tally:
        (one,) = make_fleet(replace(HASTE, sensors=1)).sensors
        found = next(deliveries(one, START_S * 1000, UNTIL_MS, kinds=("counts",)))
        tally = Tally(sensors=1, reached_ms=0)
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(busy_once)) as client:
            pusher = Pusher(
                client,
                "http://gateway.test",
                tally,
                Retry(),
                asyncio.Semaphore(1),
                asyncio.Event(),
                lambda line: None,
            )
            line = pusher.line(one.plan.sensor_id, "s")
            await line.push(found)
            assert tally.waiting == 1
            await line.drain()
        return tally

    tally = asyncio.run(push())
    assert (tally.taken, tally.waiting) == (1, 0)
    assert at[1] - at[0] == 120


# -- options ---------------------------------------------------------------------------------------


def test_a_target_with_a_path_is_taken_as_it_is() -> None:
    assert push_url("http://h:8080") == "http://h:8080/push/xovis_v5"
    assert push_url("http://h:8080/") == "http://h:8080/push/xovis_v5"
    assert push_url("https://h/pt_abc/x") == "https://h/pt_abc/x"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"target": "localhost:8080"}, "target"),
        ({"speed": 0}, "speed"),
        ({"sensors": 0}, "sensors"),
    ],
)
def test_a_wrong_option_is_named(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_fleet(replace(HASTE, **wrong))  # type: ignore[arg-type]
    assert [error.field for error in caught.value.errors] == [field]
    assert caught.value.detail.startswith(f"{field}: ")
