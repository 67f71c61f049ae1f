"""The numbers that the documentation shows, and what occupancy means beside them."""

from typing import Any

from countline.emulator import DOCUMENTED
from countline.model.ids import SensorId
from countline.model.query import Adjustment
from tests.engine_house import DAY_S, HOUR_S, House, at, passing

NEW_YORK = "LOC_NYC_05"
DAY = at("2023-10-01")
RESET = DAY + 8 * HOUR_S  # 04:00 in New York
NOW = at("2026-01-01")


async def documented(house: House) -> None:
    await house.location(NEW_YORK, time_zone="America/New_York")
    for sensor_id in ("SNSR_001", "S12345"):
        await house.file(DOCUMENTED[SensorId(sensor_id)])


def test_the_two_hours_of_the_first_request(run: Any) -> None:
    async def story(house: House) -> None:
        await documented(house)
        first, second = await house.rows(DAY, DAY + DAY_S - 1, sensor="SNSR_001")
        assert (first.start_s, first.ins, first.outs, first.passby) == (RESET, 145, 132, 50)
        assert (second.start_s, second.ins, second.outs) == (RESET + HOUR_S, 210, 195)
        assert (second.passby, second.passby_source) == (65, "measured")
        assert (first.occupancy, second.occupancy) == (13, 28)
        assert (first.final, first.coverage, first.reason) == (True, 1.0, None)

    run(story, NOW)


def test_the_two_hours_of_the_third_request(run: Any) -> None:
    async def story(house: House) -> None:
        await documented(house)
        day = at("2025-01-01")
        rows = await house.rows(day, day + DAY_S, sensor="S12345")
        assert [(r.start_s - day, r.ins, r.outs) for r in rows] == [(0, 12, 8), (HOUR_S, 3, 2)]

    run(story, NOW)


def test_a_second_import_changes_nothing(run: Any) -> None:
    async def story(house: House) -> None:
        await documented(house)
        before = await house.rows(DAY, NOW, "1d", location=NEW_YORK)
        catalogue = await house.engine.desk.fresh()
        for sensor_id in ("SNSR_001", "S12345"):
            report = await house.file(DOCUMENTED[SensorId(sensor_id)])
            assert (report.fresh, report.duplicates, report.created) == (0, report.readings, ())
        assert await house.rows(DAY, NOW, "1d", location=NEW_YORK) == before
        again = await house.engine.desk.fresh()
        for kind in ("lines", "zones", "sources", "expected_of", "channels"):
            assert getattr(again, kind) == getattr(catalogue, kind)

    run(story, NOW)


def test_occupancy_begins_at_the_reset_which_belongs_to_the_row_that_begins_there(
    run: Any,
) -> None:
    async def story(house: House) -> None:
        await house.location(NEW_YORK, time_zone="America/New_York")
        await house.sensor("S1", location_id=NEW_YORK)
        await house.counts(
            "S1",
            *(
                passing(RESET - 120, 5),
                passing(RESET - 60, 2),  # ends where the reset is: acts first
                passing(RESET, 1),
            ),
        )
        rows = await house.rows(RESET - 120, RESET + 60, "1m", sensor="S1")
        assert [row.occupancy for row in rows] == [5, 7, 1]
        assert [row.adjustment for row in rows] == [(), (), (Adjustment("reset", -7),)]
        before, after = await house.rows(RESET - HOUR_S, RESET + HOUR_S, sensor="S1")
        assert (before.occupancy, before.adjustment) == (7, ())
        assert (after.occupancy, after.adjustment) == (1, (Adjustment("reset", -7),))
        assert (after.occupancy_min, after.occupancy_max) == (0, 1)

    run(story, DAY)


def test_occupancy_never_falls_below_zero_and_raw_does(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(NEW_YORK, time_zone="America/New_York")
        await house.sensor("S1", location_id=NEW_YORK)
        await house.counts("S1", passing(RESET, 1, 4), passing(RESET + 60, 3))
        span = RESET, RESET + 120
        live = await house.rows(*span, "1m", sensor="S1")
        assert [row.occupancy for row in live] == [0, 3]
        assert live[0].adjustment == (Adjustment("clamp", 3),)
        raw = await house.rows(*span, "1m", sensor="S1", series="raw")
        assert [row.occupancy for row in raw] == [-3, 0]
        assert [row.occupancy_max for row in raw] == [None, None]

    run(story, DAY)


def test_a_reset_after_the_last_count_is_in_the_days_occupancy(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(NEW_YORK, time_zone="America/New_York")
        await house.sensor("S1", location_id=NEW_YORK)
        midnight = DAY + 4 * HOUR_S
        await house.counts("S1", passing(midnight + 60, 7), at_s=midnight + 3 * HOUR_S)
        for follow in (False, True):
            if follow:
                await house.follow()
            (row,) = await house.rows(midnight, midnight + DAY_S, "1d", sensor="S1")
            assert row.occupancy == 7  # the reset is still to come
        house.clock.set(midnight + 5 * HOUR_S)
        (row,) = await house.rows(midnight, midnight + DAY_S, "1d", sensor="S1")
        assert (row.occupancy, row.adjustment) == (0, (Adjustment("reset", -7),))

    run(story, DAY)


def test_a_place_that_never_closes_has_no_reset(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(NEW_YORK, time_zone="America/New_York", resets_s=())
        await house.sensor("S1", location_id=NEW_YORK)
        await house.counts("S1", passing(RESET - 60, 7), passing(RESET, 1))
        rows = await house.rows(RESET - 60, RESET + 60, "1m", sensor="S1")
        assert [row.occupancy for row in rows] == [7, 8]

    run(story, DAY)


def test_resets_that_are_changed_change_occupancy(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(NEW_YORK, time_zone="America/New_York")
        await house.sensor("S1", location_id=NEW_YORK)
        await house.counts("S1", passing(RESET - 60, 7), passing(RESET + HOUR_S, 1))
        await house.follow()
        await house.engine.desk.change_location(NEW_YORK, resets_s=(5 * HOUR_S,))
        for _ in range(2):
            rows = await house.rows(RESET - HOUR_S, RESET + 2 * HOUR_S, sensor="S1")
            assert [row.occupancy for row in rows] == [7, None, 1]
            await house.follow()
        await house.engine.desk.change_location(NEW_YORK, resets_s=())
        for _ in range(2):
            rows = await house.rows(RESET - HOUR_S, RESET + 2 * HOUR_S, sensor="S1")
            assert [row.occupancy for row in rows] == [7, None, 8]
            await house.follow()

    run(story, DAY)
