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
