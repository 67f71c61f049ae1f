"""Bodies kept with a reason: once for each push, without persons, within bounds."""

import asyncio
from typing import Any

import pytest
from pytest import MonkeyPatch

from countline.drivers.xovis_v5 import DRIVER
from countline.engine import admission, intake
from countline.engine.engine import make_engine
from countline.engine.intake import IntakeSettings
from countline.server import _forget
from countline.testing.reference_store import ReferenceStore
from tests.chaos.corpus import array, counts, live, serial_of
from tests.engine_house import HeldClock, House, at, in_memory, package, passing

START_S = at("2026-06-02 08:00")


def body_of(n: int, **more: Any) -> bytes:
    reading = passing(START_S + 60 * n, n % 5)
    return DRIVER.encode([package(reading, sequence=n, **more)])


def test_an_array_of_another_device_is_kept_once() -> None:
    async def story(house: House) -> None:
        await house.location()
        await house.sensor("S1", serial=serial_of(1))
        whole = array(*(counts(2, START_S + 60 * n, sequence=n) for n in range(50)))
        await house.push_body("S1", whole, at_s=START_S + 4_000)
        (kept,) = await house.kept()
        assert (kept.code, kept.body) == ("device_mismatch", whole)
        assert kept.detail.endswith("And 49 more.")

    in_memory(story, START_S)


def test_an_array_of_a_discovered_device_waits_once() -> None:
    async def story(house: House) -> None:
        await house.location()
        whole = array(*(counts(2, START_S + 60 * n, sequence=n) for n in range(50)))
        await house.push_body(None, whole, at_s=START_S + 4_000)
        (kept,) = await house.kept()
        assert (kept.state, kept.body) == ("waiting", whole)
        await house.sensor("S2", serial=serial_of(2))
        assert await house.kept() == []
        rows = await house.rows(START_S, START_S + 3_600, "1h", sensor="S2")
        assert rows[0].ins == sum(n % 7 for n in range(50))

    in_memory(story, START_S)


def test_what_is_read_in_part_is_counted_in_part_and_kept() -> None:
    async def story(house: House) -> None:
        await house.location()
        await house.sensor("S1")
        right = body_of(3, serial=None)
        wrong = right.replace(b'"value":3', b'"value":"three"')
        assert wrong != right
        await house.push_body("S1", wrong, at_s=START_S + 400)
        (kept,) = await house.kept("failed")
        assert (kept.code, kept.body) == ("unreadable", wrong)
        assert "value" in kept.detail
        report = await house.engine.replaying.replay()
        assert (report.tried, report.counted, report.kept) == (1, 0, 1)
        assert len(await house.kept()) == 1

    in_memory(story, START_S)


def test_no_person_is_kept_with_a_body_that_counts() -> None:
    """An array may hold counts and persons; its counts are all that stays of it."""

    async def story(house: House) -> None:
        await house.location()
        await house.sensor("S1", serial=serial_of(1))
        mixed = array(live(1, START_S, sequence=1), counts(1, START_S, sequence=2))
        assert b"person_height" in mixed
        await house.push_body("S1", mixed, at_s=START_S + 100)
        await house.push_body("S1", mixed, at_s=START_S - 86_400)  # its clock is ahead
        (aside,) = await house.kept("clock")
        kept = await house.engine.store.read(lambda view: list(view.bodies(0, 2**53)))
        assert len(kept) == 2
        for body in (aside.body, *(body for *_, body in kept)):
            assert b"logics_data" in body
            assert b"person_height" not in body

    in_memory(story, START_S)


@pytest.mark.parametrize("fault", ["decode", "strip_persons"])
def test_a_driver_that_fails_loses_no_body(fault: str, monkeypatch: MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a fault of its own")

    async def story(house: House) -> None:
        await house.location()
        await house.sensor("S1")
        monkeypatch.setattr(type(DRIVER), fault, broken)
        await house.push_body("S1", b"{nothing")
        (kept,) = await house.kept("failed")
        assert kept.code == ("driver_failed" if fault == "decode" else "bad_push")
        assert kept.body == (b"{nothing" if fault == "decode" else b"")

    in_memory(story, START_S)


def test_kept_pushes_make_room_for_newer_ones() -> None:
    async def main() -> None:
        store = ReferenceStore()
        clock = HeldClock(START_S * 1000)
        settings = IntakeSettings(failed_bytes_max=10_000)
        engine = make_engine(store, now_ms=clock.now_ms, intake=settings)
        await engine.start(follow=False)
        house = House(engine, clock)
        await house.location()
        await house.sensor("S1")
        bodies = [b"nothing %4d" % n + b" " * 400 for n in range(100)]
        for body in bodies:
            await house.push_body("S1", body)
            held = sum(len(push.body) for push in await house.kept("failed"))
            assert held <= 10_000
        kept = [push.body for push in await house.kept("failed")]
        assert kept == bodies[-len(kept) :]
        assert sum(map(len, kept)) > 8_000
        await engine.close()

    asyncio.run(main())


def test_waiting_pushes_of_one_device_make_room(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "WAITING_DEVICE_BYTES_MAX", 20_000)

    async def story(house: House) -> None:
        await house.location()
        other = counts(3, START_S, sequence=0)
        await house.push_body(None, other, at_s=START_S + 100)
        bodies = [counts(2, START_S + 60 * n, sequence=n) for n in range(60)]
        for body in bodies:
            await house.push_body(None, body)
        waiting = [push.body for push in await house.kept("waiting")]
        assert waiting[0] == other
        assert waiting[1:] == bodies[-len(waiting[1:]) :]
        assert 16_000 < sum(map(len, waiting[1:])) <= 20_000

    in_memory(story, START_S)


def test_a_sensor_has_only_so_many_series(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "SERIES_OF_SENSOR_MAX", 10)
    monkeypatch.setattr(intake, "SERIES_OF_SENSOR_MAX", 10)

    async def story(house: House) -> None:
        await house.location()
        await house.sensor("S1")
        for n in range(8):
            readings = (
                passing(START_S + 60 * n, 1),
                passing(START_S + 60 * n, 2, channel=f"200{n}"),
            )
            await house.counts("S1", *readings, sequence=n)
        kept = await house.kept("failed")
        assert {push.code for push in kept} == {"too_many_series"}
        assert len(kept) == 4  # with two each: four channels beside the first have room
        rows = await house.rows(START_S, START_S + 480, "1m", sensor="S1")
        assert sum(row.ins or 0 for row in rows) == 8

    in_memory(story, START_S)


def test_what_was_kept_for_too_long_is_forgotten() -> None:
    async def story(house: House) -> None:
        await house.location()
        await house.sensor("S1")
        for n in range(60):
            await house.push_body("S1", b"nothing %d" % n, at_s=START_S + n)
        await _forget(
            house.engine,
            bodies_before_ms=0,
            events_before_ms=0,
            kept_before_ms=(START_S + 50) * 1000,
        )
        assert [push.body for push in await house.kept()] == [
            b"nothing %d" % n for n in range(50, 60)
        ]

    in_memory(story, START_S)
