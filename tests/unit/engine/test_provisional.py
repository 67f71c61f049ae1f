"""Live events fill the running minute, and the minute's record replaces them exactly."""

from typing import Any

import pytest

from countline.drivers import Decoded, StatusInfo, Total
from countline.drivers.xovis_v5 import DRIVER
from countline.limits import LIVE_KEEP_S, SKEW_S_MAX
from countline.model.ids import DeviceKey
from countline.model.query import Row
from tests.engine_house import HOUR_S, LOCATION, MINUTE_S, SERIAL, House, at, in_memory, passing

NOON = at("2026-06-02 12:00")
IDS = {"fw": "1000001", "bw": "1000002"}
MEASURES = {"fw": ("forward",), "bw": ("backward",)}


def told(name: str, at_s: float, total: int, **more: Any) -> Total:
    fields: dict[str, Any] = {"order": 0, "step": 1, **more}
    return Total("1000", IDS[name], name, MEASURES[name], round(at_s * 1000), total=total, **fields)


def live(*totals: Total, frame_s: float | None = None) -> Decoded:
    """A package of live frames."""
    newest = max((t.at_ms for t in totals), default=0) if frame_s is None else int(frame_s * 1000)
    return Decoded(
        purpose="live",
        device=DeviceKey(vendor=DRIVER.vendor, serial=SERIAL),
        agent="1002",
        sequence=1,
        totals=totals,
        status=StatusInfo(device_time_ms=newest),
    )


async def ready(house: House) -> None:
    """A sensor that has counted its first minutes."""
    await house.location()
    await house.sensor("S1", serial=SERIAL)
    await house.counts("S1", passing(NOON - 120, 10, 4), passing(NOON - 60, 1, 0), serial=SERIAL)
    await house.follow()


async def minute(house: House, at_s: int) -> Row:
    (row,) = await house.rows(at_s, at_s + MINUTE_S, "1m", location=LOCATION)
    return row


def test_people_move_with_the_event_and_the_record_replaces_it_exactly() -> None:
    async def story(house: House) -> None:
        await ready(house)
        assert await house.people() == 7
        await house.push("S1", live(told("fw", NOON + 5, 412)), at_s=NOON + 6)
        await house.follow()
        assert await house.people() == 8
        row = await minute(house, NOON)
        assert (row.ins, row.outs, row.occupancy, row.covered_s) == (1, None, 8, 0)
        assert (row.provisional, row.final) == (True, False)
        await house.push(
            "S1", live(told("fw", NOON + 20, 414), told("bw", NOON + 21, 9)), at_s=NOON + 22
        )
        await house.follow()
        assert await house.people() == 7 + 3 - 1
        row = await minute(house, NOON)
        assert (row.ins, row.outs, row.occupancy) == (3, 1, 9)
        await house.counts("S1", passing(NOON, 4, 1), serial=SERIAL)
        await house.follow()
        assert await house.people() == 10
        row = await minute(house, NOON)
        assert (row.ins, row.outs, row.covered_s, row.provisional) == (4, 1, 60, False)

    in_memory(story, NOON)


def test_hours_and_days_that_hold_a_provisional_minute_say_so_and_are_not_final() -> None:
    async def story(house: House) -> None:
        await ready(house)
        await house.push("S1", live(told("fw", NOON + 5, 5)), at_s=NOON + 6)
        await house.follow()
        house.clock.set(NOON + 40 * HOUR_S)
        for granularity in ("15m", "1h", "1d"):
            span = NOON - 24 * HOUR_S, NOON + 24 * HOUR_S
            rows = await house.rows(*span, granularity, location=LOCATION)
            provisional = [r for r in rows if r.provisional]
            assert len(provisional) == 1
            assert provisional[0].start_s <= NOON < provisional[0].end_s
            assert not provisional[0].final
            covered = await house.rows(NOON - 120, NOON, "1m", location=LOCATION)
            assert [r.provisional for r in covered] == [False, False]
            assert all(r.final for r in covered)

    in_memory(story, NOON)


def test_a_lost_package_heals_with_the_next_event_and_never_doubles() -> None:
    async def story(house: House) -> None:
        await ready(house)
        await house.push("S1", live(told("fw", NOON + 5, 10)), at_s=NOON + 6)
        await house.push("S1", live(told("fw", NOON + 65, 13)), at_s=NOON + 66)  # two were lost
        await house.follow()
        assert await house.people() == 7 + 1 + 3
        await house.counts("S1", passing(NOON, 3), serial=SERIAL)  # they were of this minute
        await house.follow()
        assert await house.people() == 7 + 3 + 1
        await house.counts("S1", passing(NOON + 60, 1), serial=SERIAL)
        await house.follow()
        assert await house.people() == 7 + 3 + 1

    in_memory(story, NOON)


def test_live_totals_alone_make_a_row_without_coverage_and_zero_stays_unknown() -> None:
    async def story(house: House) -> None:
        await ready(house)
        reset = told("bw", NOON + 7, 0, step=0, was_reset=True)
        await house.push("S1", live(told("fw", NOON + 5, 5), reset), at_s=NOON + 8)
        row = await minute(house, NOON)
        assert (row.ins, row.outs, row.coverage) == (1, None, 0)

    in_memory(story, NOON)


@pytest.mark.parametrize("ahead_s", [-LIVE_KEEP_S - 60, SKEW_S_MAX + 60])
def test_what_lies_far_off_makes_no_provisional_count(ahead_s: int) -> None:
    async def story(house: House) -> None:
        await ready(house)
        await house.push("S1", live(told("fw", NOON + ahead_s, 5)), at_s=NOON)
        await house.follow()
        assert await house.people() == 7
        assert await house.kept() == []

    in_memory(story, NOON)


def test_a_counter_that_nobody_described_says_nothing() -> None:
    async def story(house: House) -> None:
        await ready(house)
        stranger = told("fw", NOON + 5, 5)._replace(channel="7000")
        other = told("fw", NOON + 5, 5)._replace(counter="1000009", name="somebody's own")
        assert await house.push("S1", live(stranger, other), at_s=NOON + 6)
        await house.follow()
        assert await house.people() == 7

    in_memory(story, NOON)


# -- counts_from ----------------------------------------------------------------------------------
async def walk_by(house: House, start_s: int, length_s: int, *, total: int = 1) -> None:
    """Live frames every ten seconds, and somebody who comes in once a minute, the `total`-th first."""
    for at_s in range(start_s, start_s + length_s, 10):
        came = (told("fw", at_s, total + (at_s - start_s) // 60),) if at_s % 60 == 30 else ()
        await house.push("S1", live(*came, frame_s=at_s), at_s=at_s + 1)


def test_live_counts_cover_what_was_watched() -> None:
    async def story(house: House) -> None:
        await ready(house)
        await house.engine.desk.change_sensor("S1", counts_from="live")
        await walk_by(house, NOON, 150)
        await house.follow()
        rows = await house.rows(NOON, NOON + 180, "1m", location=LOCATION)
        assert [(r.ins, r.outs, r.covered_s) for r in rows] == [(1, 0, 60), (1, 0, 60), (0, 0, 20)]
        assert all(r.provisional and not r.final for r in rows)
        assert await house.people() == 7 + 2
        await house.counts("S1", passing(NOON, 2), serial=SERIAL)
        (row,) = await house.rows(NOON, NOON + 60, "1m", location=LOCATION)
        assert (row.ins, row.covered_s, row.provisional) == (2, 60, False)

    in_memory(story, NOON)


def test_with_auto_live_events_count_alone_where_no_record_came_for_a_day() -> None:
    async def story(house: House) -> None:
        await ready(house)
        await walk_by(house, NOON, 120)
        rows = await house.rows(NOON, NOON + 120, "1m", location=LOCATION)
        assert [(r.ins, r.outs, r.covered_s) for r in rows] == [(1, None, 0), (1, None, 0)]
        next_day = NOON + 24 * HOUR_S
        await walk_by(house, next_day, 120, total=3)
        rows = await house.rows(next_day, next_day + 120, "1m", location=LOCATION)
        assert [(r.ins, r.outs, r.covered_s) for r in rows] == [(1, 0, 60), (1, 0, 50)]

    in_memory(story, NOON)


def test_with_logics_live_events_count_nothing_and_what_they_counted_is_taken_back() -> None:
    async def story(house: House) -> None:
        await ready(house)
        await walk_by(house, NOON, 60)
        assert (await minute(house, NOON)).ins == 1
        await house.engine.desk.change_sensor("S1", counts_from="logics")
        await walk_by(house, NOON + 60, 60, total=2)
        await house.follow()
        for at_s in (NOON, NOON + 60):
            row = await minute(house, at_s)
            assert (row.ins, row.outs, row.covered_s, row.provisional) == (None, None, 0, False)
        assert await house.people() == 7
        await house.counts("S1", passing(NOON, 1), passing(NOON + 60, 1), serial=SERIAL)
        await house.follow()
        assert await house.people() == 9

    in_memory(story, NOON)
