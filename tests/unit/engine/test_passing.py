"""Pass-by: measured where it is measured, else derived hour by hour from a frontage line."""

from typing import Any

import pytest

from tests.engine_house import DAY_S, HOUR_S, LOCATION, House, at, passing

DAY = at("2026-06-02")
MORNING = DAY + 8 * HOUR_S


async def a_shop(house: House, visitors_cross: str = "none") -> int:
    """A door (S1/1000) and a line along the street (S1/1001)."""
    zone = await house.location(time_zone="UTC")
    await house.sensor("S1")
    known = [passing(MORNING, 0, channel=channel) for channel in ("1000", "1001")]
    await house.counts("S1", *known, geometry=False)
    await house.line(None, zone, "S1/1000")
    await house.line(
        None, None, "S1/1001", role="frontage", frontage_of=zone, visitors_cross=visitors_cross
    )
    return zone


async def street(house: House, start_s: int, door: tuple[int, int], front: tuple[int, int]) -> None:
    await house.counts(
        "S1", passing(start_s, *door), passing(start_s, *front, channel="1001"), geometry=False
    )


@pytest.mark.parametrize(
    ("visitors_cross", "hours"),
    [("none", (30, 5)), ("in", (20, 3)), ("in_and_out", (14, 0))],
)
def test_derived_passby_is_by_the_hour_never_below_zero_and_then_only_summed(
    run: Any, visitors_cross: str, hours: tuple[int, int]
) -> None:
    async def story(house: House) -> None:
        zone = await a_shop(house, visitors_cross)
        await street(house, MORNING + 60, (10, 6), (20, 10))
        await street(house, MORNING + HOUR_S, (2, 9), (3, 2))
        for subject in ({"zone": zone}, {"sensor": "S1"}, {"location": LOCATION}):
            rows = await house.rows(MORNING, MORNING + 2 * HOUR_S, **subject)
            assert [row.passby for row in rows] == list(hours)
            assert {row.passby_source for row in rows} == {"derived"}
            for granularity in ("1d", "1w", "1mo"):
                rows = await house.rows(DAY - 40 * DAY_S, DAY + DAY_S, granularity, **subject)
                assert [row.passby for row in rows] == [sum(hours)]
            for granularity in ("1m", "15m"):
                rows = await house.rows(MORNING, MORNING + 2 * HOUR_S, granularity, **subject)
                assert {row.passby for row in rows} == {None}
        assert (await house.present(zone=zone)).passby_today == sum(hours)

    run(story, MORNING)


def test_a_frontage_line_bounds_nothing(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await a_shop(house)
        await street(house, MORNING + 60, (10, 6), (200, 100))
        for subject in ({"zone": zone}, {"sensor": "S1"}, {"location": LOCATION}):
            (row,) = await house.rows(MORNING, MORNING + HOUR_S, **subject)
            assert (row.ins, row.outs, row.occupancy) == (10, 6, 4)
        assert (await house.answer(MORNING, MORNING + 60, sensor="S1")).boundary == "complete"

    run(story, MORNING)


def test_without_frontage_or_measurement_there_is_none(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.sensor("S1")
        await house.counts("S1", passing(MORNING, 5))
        (row,) = await house.rows(MORNING, MORNING + HOUR_S, sensor="S1")
        assert (row.passby, row.passby_source) == (None, None)

    run(story, MORNING)


def test_a_measured_passby_goes_before_a_derived_one(run: Any) -> None:
    async def story(house: House) -> None:
        zone = await a_shop(house)
        await street(house, MORNING + 60, (10, 6), (20, 10))
        await street(house, MORNING + HOUR_S, (1, 1), (4, 4))
        house.clock.set(MORNING + 3 * HOUR_S)
        text = "start,end,in,out,passby\n2026-06-02T08:00:00Z,2026-06-02T09:00:00Z,0,0,77\n"
        await house.file(text, location=LOCATION, sensor="S2")
        rows = await house.rows(MORNING, MORNING + 2 * HOUR_S, zone=zone)
        assert [(row.passby, row.passby_source) for row in rows] == [
            (77, "measured"),
            (8, "derived"),
        ]
        (day,) = await house.rows(DAY, DAY + DAY_S, "1d", zone=zone)
        assert day.passby == 85

    run(story, MORNING)


def test_the_passby_of_a_zone_is_that_of_its_children_too(run: Any) -> None:
    async def story(house: House) -> None:
        outer = await house.location(time_zone="UTC")
        inner = await house.zone("Shop", outer)
        await house.sensor("S1")
        known = [passing(MORNING, 0, channel=c) for c in ("1000", "1001", "1002")]
        await house.counts("S1", *known, geometry=False)
        await house.line(None, outer, "S1/1000")
        await house.line(None, None, "S1/1001", role="frontage", frontage_of=outer)
        await house.line(outer, outer, "S1/1002", role="frontage", frontage_of=inner)
        await house.counts(
            "S1",
            passing(MORNING + 60, 1),
            passing(MORNING + 60, 20, 1, channel="1001"),
            passing(MORNING + 60, 5, 1, channel="1002"),
            geometry=False,
        )
        for subject, passby in (
            ({"zone": outer}, 27),
            ({"zone": inner}, 6),
            ({"location": LOCATION}, 27),
            ({"sensor": "S1"}, 27),
            ({"sensor": "S1", "zone": inner}, 6),
        ):
            (row,) = await house.rows(MORNING, MORNING + HOUR_S, **subject)
            assert row.passby == passby, subject

    run(story, MORNING)
