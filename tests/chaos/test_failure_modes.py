"""One thing goes wrong at a time: a client that leaves, a poisoned push, a reader that never ends."""

import asyncio
from pathlib import Path

import apsw
import pytest

from countline.clock import now_s
from countline.drivers.xovis_v5 import DRIVER
from countline.engine.engine import make_engine
from countline.errors import StoreError
from countline.limits import LATENESS_S_MAX
from countline.model.sensor import Sensor
from countline.store.opening import open_store
from countline.store.seam import Accepted, View
from countline.testing.reference_store import ReferenceStore
from tests.chaos.connection import Connection
from tests.chaos.corpus import status
from tests.chaos.faulty_store import FaultyStore
from tests.chaos.killable import Server, free_port
from tests.engine_house import (
    LOCATION,
    MINUTE_S,
    House,
    at,
    in_memory,
    on_disk,
    open_house,
    package,
    passing,
)
from tests.held_time import until

START_S = at("2026-06-02 08:00")
SENSORS = tuple(f"S{n}" for n in range(8))


async def furnish(house: House) -> None:
    """Sensors that are known already, with a line each."""
    await house.location()
    for sensor_id in SENSORS:
        await house.sensor(sensor_id)
        await house.counts(sensor_id, passing(START_S, 0), sequence=0)


def body_of(n: int, value: int) -> bytes:
    """The n-th minute of some sensor."""
    reading = passing(START_S + n * MINUTE_S, value)
    return DRIVER.encode([package(reading, sequence=n, serial=None)])


async def counted(house: House, n: int) -> dict[str, int]:
    """What came in at the n-th minute, by sensor."""
    start_s = START_S + n * MINUTE_S
    found: dict[str, int] = {}
    for sensor_id in SENSORS:
        rows = await house.rows(start_s, start_s + MINUTE_S, "1m", sensor=sensor_id)
        if rows and rows[0].ins is not None:
            found[sensor_id] = rows[0].ins
    return found


def test_a_client_that_leaves_does_not_break_its_group() -> None:
    async def main() -> None:
        store = FaultyStore(ReferenceStore())
        async with open_house(store, START_S + 600) as house:
            await furnish(house)
            store.gate.clear()
            first = asyncio.create_task(house.push_body("S0", body_of(1, 5)))
            await until(lambda: store.calls["apply"] > len(SENSORS))
            others = [asyncio.create_task(house.push_body(s, body_of(1, 5))) for s in SENSORS[1:]]
            queue = house.engine.intake._groups._queue
            await until(lambda: len(queue) == len(others))
            for gone in (first, others[0], others[3]):
                gone.cancel()
            store.gate.set()
            outcomes = await asyncio.gather(first, *others, return_exceptions=True)
            left = [one for one in outcomes if not isinstance(one, asyncio.CancelledError)]
            assert len(left) == len(SENSORS) - 3
            assert all(isinstance(one, list) and one[0].changed for one in left), left
            assert await counted(house, 1) == dict.fromkeys(SENSORS, 5)
            assert (await house.push_body("S1", body_of(1, 5)))[0].changed == 0

    asyncio.run(main())


@pytest.mark.parametrize("error", [ValueError("odd"), StoreError("too odd", unfit=True)])
def test_a_poisoned_push_fails_alone_and_is_kept(error: Exception) -> None:
    async def main() -> None:
        store = FaultyStore(ReferenceStore())
        async with open_house(store, START_S + 600) as house:
            await furnish(house)
            poisoned = body_of(1, 66)
            store.poison = lambda accepted: error if _has(accepted, 66) else None
            store.gate.clear()
            pushes = [
                asyncio.create_task(house.push_body(s, poisoned if s == "S3" else body_of(1, 5)))
                for s in SENSORS
            ]
            await until(lambda: store.calls["apply"] > len(SENSORS))
            store.gate.set()
            outcomes = await asyncio.gather(*pushes)
            assert [one[0].changed > 0 for one in outcomes] == [s != "S3" for s in SENSORS]
            (kept,) = await house.kept("failed")
            assert (kept.code, kept.body) == ("not_counted", poisoned)
            assert "odd" in kept.detail
            store.poison = lambda accepted: None  # the fault is mended
            report = await house.engine.replaying.replay()
            assert (report.tried, report.counted) == (1, 1)
            assert await house.kept() == []
            assert await counted(house, 1) == dict.fromkeys(SENSORS, 5) | {"S3": 66}

    asyncio.run(main())


def _has(accepted: Accepted, value: int) -> bool:
    return any(value in minute.values for minute in accepted.minutes)


def test_a_push_that_nobody_can_keep_is_refused_and_the_next_goes_on() -> None:
    async def main() -> None:
        store = FaultyStore(ReferenceStore())
        async with open_house(store, START_S + 600) as house:
            await furnish(house)
            store.poison = lambda accepted: ValueError("odd") if _is_of(house, accepted) else None
            with pytest.raises(StoreError):
                await house.push_body("S3", body_of(1, 5))
            assert (await house.push_body("S4", body_of(1, 5)))[0].changed

    asyncio.run(main())


def _is_of(house: House, accepted: Accepted) -> bool:
    """Of S3, or kept instead of what was."""
    sensor = house.engine.desk.current().sensor_by_id["S3"].sensor  # type: ignore[index]
    return accepted.sensor == sensor


def test_a_disk_that_refuses_fails_its_whole_group() -> None:
    async def main() -> None:
        store = FaultyStore(ReferenceStore())
        async with open_house(store, START_S + 600) as house:
            await furnish(house)
            store.fail("apply", 2)
            store.gate.clear()
            pushes = [asyncio.create_task(house.push_body("S0", body_of(1, 5)))]
            await until(lambda: store.calls["apply"] == 1)
            pushes += [asyncio.create_task(house.push_body(s, body_of(1, 5))) for s in SENSORS[1:]]
            queue = house.engine.intake._groups._queue
            await until(lambda: len(queue) == len(SENSORS) - 1)
            store.gate.set()
            outcomes = await asyncio.gather(*pushes, return_exceptions=True)
            assert [isinstance(one, StoreError) for one in outcomes] == [s != "S0" for s in SENSORS]
            assert await counted(house, 1) == {"S0": 5}
            for sensor_id in SENSORS:
                await house.push_body(sensor_id, body_of(1, 5))
            assert await counted(house, 1) == dict.fromkeys(SENSORS, 5)

    asyncio.run(main())


def test_one_package_that_cannot_be_learnt_does_not_keep_others_out() -> None:
    """Two sensors tell something new in one turn of the loop, and one of them is at fault."""

    async def story(house: House) -> None:
        await furnish(house)
        odd = house.engine.desk.current().sensor_by_id["S0"]  # type: ignore[index]
        await house.engine.store.write(lambda tx: tx.delete(odd))  # as no verb would leave it
        new = DRIVER.encode([package(passing(START_S, 5, channel="1009"), serial=None)])
        outcomes = await asyncio.gather(
            house.push_body("S0", new), house.push_body("S1", new), return_exceptions=True
        )
        assert isinstance(outcomes[1], list)
        assert outcomes[1][0].changed

    in_memory(story, START_S + 600)


def test_a_reader_that_pins_the_log_holds_up_nobody(tmp_path: Path) -> None:
    path = tmp_path / "countline.db"
    log = tmp_path / "countline.db-wal"

    async def main() -> None:
        store = open_store(path)
        async with open_house(store, START_S + 600) as house:
            await furnish(house)
            reader = apsw.Connection(str(path), apsw.SQLITE_OPEN_READONLY)
            reader.execute("BEGIN")
            seen = reader.execute("SELECT commit_no FROM head").get
            filler = [
                Accepted(received_ms=n, driver=DRIVER.name, body=bytes([n]) * 2_000_000 + b"e")
                for n in range(40)
            ]
            for one in filler:
                await store.apply([one])
            for n in range(1, 200):
                await house.push_body(SENSORS[n % 8], body_of(n, 1), at_s=START_S + 60 * n + 61)
            assert await counted(house, 199) == {SENSORS[199 % 8]: 1}
            assert reader.execute("SELECT commit_no FROM head").get == seen
            pinned = log.stat().st_size
            reader.execute("COMMIT")
            reader.close()
            conn = apsw.Connection(str(path))
            _, frames, moved = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
            assert frames == moved
            assert log.stat().st_size < pinned
            await house.push_body("S0", body_of(200, 1), at_s=START_S + 60 * 202)
            assert conn.pragma("integrity_check") == "ok"
            conn.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("ahead_s", "state", "code"),
    [(5 * 365 * 86_400, "clock", "clock_skew"), (-17 * 365 * 86_400, "late", "late")],
)
def test_a_clock_that_is_years_off_is_told_and_counts_nothing(
    ahead_s: int, state: str, code: str
) -> None:
    async def story(house: House) -> None:
        await furnish(house)
        wrong = package(passing(START_S + ahead_s, 7), sequence=5, serial=None)
        right = package(passing(START_S + MINUTE_S, 3), sequence=6, serial=None)
        await house.push("S0", wrong, right, at_s=START_S + 125)
        assert await counted(house, 1) == {"S0": 3}
        (kept,) = await house.kept()
        assert (kept.state, kept.body) == (state, DRIVER.encode([wrong, right]))
        assert code in (await house.health("S0"))["codes"]
        await house.follow()
        assert await house.people() == 3
        span = await house.engine.store.read(_span_of_s0)
        assert span == (START_S, START_S + 2 * MINUTE_S)

    assert abs(ahead_s) > LATENESS_S_MAX
    in_memory(story, START_S + 600)


def _span_of_s0(view: View) -> tuple[int, int] | None:
    (sensor,) = [one for one in view.records(Sensor) if one.sensor_id == "S0"]
    return view.span(sensor.sensor)


@pytest.mark.parametrize("degrees", [b"1" + b"0" * 30, b"1e300", b"-1e300"])
def test_what_a_sensor_says_of_itself_stops_nobody(degrees: bytes) -> None:
    async def story(house: House) -> None:
        await furnish(house)
        absurd = status(1, START_S, sequence=1).replace(b"54", degrees)
        await house.push_body("S0", absurd)
        await house.engine.watch.flush()
        (kept,) = await house.kept()
        assert kept.code == "unreadable"

    on_disk(story, START_S + 600)


def test_answers_that_nobody_waits_for(tmp_path: Path) -> None:
    """Real sockets: senders that hang up right after their body, among others that wait."""
    server = Server(tmp_path, free_port())

    async def main() -> None:
        engine = make_engine(open_store(tmp_path / "data" / "countline.db"))
        await engine.start(follow=False)
        await engine.desk.add_location(location_id=LOCATION)
        await engine.desk.register_sensor(sensor_id="S0", location_id=LOCATION)
        secret = await engine.access.create_push_secret(sensor_id="S0")
        await engine.close()
        server.spawn()
        await server.up()
        start_s = now_s() // 60 * 60 - 7_200
        headers = {"X-Push-Key": secret}

        async def push(n: int) -> int:
            reading = passing(start_s + n * MINUTE_S, n + 1)
            body = DRIVER.encode([package(reading, sequence=n, serial=None)])
            if n % 2:
                return await hang_up(server.port, headers, body)
            async with Connection(server.port) as connection:
                return (await connection.ask("POST", "/push/xovis_v5", headers, body))[0]

        statuses = await asyncio.gather(*(push(n) for n in range(60)))
        assert statuses == [0 if n % 2 else 204 for n in range(60)]
        assert await server.stop() == 0
        again = make_engine(open_store(tmp_path / "data" / "countline.db"))
        await again.start(follow=False)
        span = await again.store.read(_span_of_s0)
        assert span is not None
        assert span[1] >= start_s + 59 * MINUTE_S  # the last that waited was counted
        await again.close()

    try:
        asyncio.run(main())
        assert not server.troubles()
    finally:
        server.end()


async def hang_up(port: int, headers: dict[str, str], body: bytes) -> int:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = ["POST /push/xovis_v5 HTTP/1.1", "Host: h", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    return 0
