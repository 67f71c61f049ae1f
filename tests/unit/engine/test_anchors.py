"""Anchors beside the nightly reset: told ones, their instants, and which of two at one minute acts."""

from typing import Any

import pytest

from countline.engine.changes import changed
from countline.model.place import Anchor
from countline.model.query import Adjustment
from tests.engine_house import DAY_S, HOUR_S, LOCATION, House, at, passing

MORNING = at("2026-06-02 08:00")
RESET = at("2026-06-02 04:00")


async def busy(house: House, start_s: int, count: int = 10) -> int:
    """A door through which one comes in each minute."""
    zone = await house.location(time_zone="UTC")
    await house.sensor("S1")
    await house.counts("S1", *(passing(start_s + 60 * n, 1) for n in range(count)))
    return zone


async def know(house: House, *anchors: Anchor) -> None:
    await house.engine.desk.save(*anchors)
    first_s = min(anchor.at_s for anchor in anchors) - 60
    await house.engine.store.write(lambda tx: tx.emit(changed(LOCATION, first_s)))


def anchor(number: int, at_s: int, value: int, **more: Any) -> Anchor:
    fields: dict[str, Any] = {"cause": "operator"} | more
    return Anchor(anchor_id=number, location_id=LOCATION, at_s=at_s, value=value, **fields)


async def levels(house: House, start_s: int, count: int, **subject: Any) -> list[int | None]:
    subject = subject or {"location": LOCATION}
    rows = await house.rows(start_s, start_s + 60 * count, "1m", **subject)
    return [row.occupancy for row in rows]


@pytest.mark.parametrize(("second", "expected"), [(0, 41), (29, 41), (-30, 41), (30, 6), (-31, 42)])
def test_an_anchor_acts_at_the_nearest_whole_minute_half_up(
    run: Any, second: int, expected: int
) -> None:
    async def story(house: House) -> None:
        await busy(house, MORNING)
        await house.follow()
        await know(house, anchor(1, MORNING + 300 + second, 40))
        for _ in range(2):
            assert (await levels(house, MORNING, 6))[5] == expected
            await house.follow()

    run(story, MORNING)


def test_flows_that_end_there_act_first_then_the_anchor_then_flows_that_start_there(
    run: Any,
) -> None:
    async def story(house: House) -> None:
        await busy(house, MORNING)
        await know(house, anchor(1, MORNING + 180, 0))
        for _ in range(2):
            rows = await house.rows(MORNING, MORNING + 300, "1m", location=LOCATION)
            assert [row.occupancy for row in rows] == [1, 2, 3, 1, 2]
            assert [row.adjustment for row in rows][3] == (Adjustment("operator", -3),)
            await house.follow()

    run(story, MORNING)


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ([("evidence", 5, 9), ("device", 6, 1)], 6),
        ([("device", 6, 9), ("operator", 7, 1)], 7),
        ([("operator", 7, 1), ("operator", 8, 2)], 8),
        ([("operator", 8, 2), ("operator", 7, 1)], 8),
        ([("evidence", 5, 1)], 5),  # beside the schedule
    ],
)
def test_of_two_anchors_at_one_minute_one_acts(
    run: Any, told: list[tuple[str, int, int]], value: int
) -> None:
    async def story(house: House) -> None:
        await busy(house, RESET - 180)
        anchors = [
            anchor(n, RESET, people, cause=cause, told_s=told_s)
            for n, (cause, people, told_s) in enumerate(told)
        ]
        await know(house, *anchors)
        for _ in range(2):
            assert await levels(house, RESET - 60, 2) == [3, value + 1]
            await house.follow()

    run(story, RESET)


def test_an_anchor_is_of_the_zone_or_the_whole_location_that_it_names(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await busy(house, MORNING)
        await know(
            house,
            anchor(1, MORNING + 120, 50, zone_id=zone),
            anchor(2, MORNING + 120, 70),
        )
        for _ in range(2):
            assert await levels(house, MORNING, 4) == [1, 2, 71, 72]
            assert await levels(house, MORNING, 4, zone=zone) == [1, 2, 51, 52]
            assert await levels(house, MORNING, 4, sensor="S1") == [1, 2, 71, 72]
            assert await levels(house, MORNING, 4, sensor="S1", zone=zone) == [1, 2, 51, 52]
            await house.follow()

    run(story, MORNING)


def test_an_anchor_of_the_past_is_a_revision_of_all_that_follows_up_to_the_next(run: Any) -> None:
    async def story(house: House) -> None:
        await busy(house, MORNING, 60)
        next_day = MORNING + DAY_S
        await house.counts("S1", *(passing(next_day + 60 * n, 1) for n in range(60)))
        await house.follow()
        span = MORNING, next_day + HOUR_S
        before = await house.rows(*span, fill="none", location=LOCATION)
        await know(house, anchor(1, MORNING + 30 * 60, 100))
        await house.follow()
        after = await house.rows(*span, fill="none", location=LOCATION)
        assert [row.occupancy for row in before] == [60, 60]
        assert [row.occupancy for row in after] == [130, 60]
        assert after[0].revision > before[0].revision
        assert after[1].revision == before[1].revision

    run(story, MORNING)
