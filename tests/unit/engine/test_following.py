"""The follower: whatever stops it and whenever, what it has stored in the end is right."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from countline.engine import followers
from countline.errors import StoreError
from countline.store.seam import Transaction
from tests.engine_house import HOUR_S, LOCATION, House, at, passing, source_named

T = TypeVar("T")
MORNING = at("2026-06-02 06:00")
HOURS = 6
END = MORNING + HOURS * HOUR_S


async def a_busy_morning(house: House) -> None:
    """Somebody comes in every quarter, so that each quarter hangs on those before it."""
    zone = await house.location(time_zone="UTC")
    await house.zone("Room", zone)
    await house.sensor("S1")
    await house.counts("S1", *(passing(MORNING + 900 * n, 1) for n in range(4 * HOURS)), at_s=END)


async def folds(house: House) -> list[Any]:
    def work(view: Any) -> list[Any]:
        subjects = (f"location:{LOCATION}", "zone:1", "sensor:S1", "sensor:S1/zone:1")
        return [
            fold[:-1]
            for subject in subjects
            for fold in (*view.folds(subject, 0, 2**40), *view.day_folds(subject, 0, 2**40))
        ]

    return await house.engine.store.read(work)


class Failing:
    """The follower's writes, of which the n-th and all later ones fail."""

    def __init__(self, house: House, allowed: int) -> None:
        self._write = house.engine.store.write
        self.allowed = allowed

    async def write(self, work: Callable[[Transaction], T]) -> T:
        if self.allowed <= 0:
            raise StoreError("told to fail")
        self.allowed -= 1
        return await self._write(work)


@pytest.mark.parametrize("allowed", range(0, 14, 2))
def test_a_step_that_is_cut_short_is_done_again_and_ends_right(
    run: Any, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    monkeypatch.setattr(followers, "WRITE_FOLDS_MAX", 5)

    async def story(house: House) -> None:
        await a_busy_morning(house)
        await house.follow()
        await house.counts(
            "S1", passing(MORNING, 4), sequence=2**50, at_s=END
        )  # more than was said before
        with monkeypatch.context() as patched:
            patched.setattr(house.engine.store, "write", Failing(house, allowed).write)
            with pytest.raises(StoreError):
                await house.engine.follower.step()
        await house.follow()
        after_crash = await folds(house)
        rows = await house.rows(MORNING, MORNING + HOURS * HOUR_S, location=LOCATION)
        assert [row.occupancy for row in rows] == [3 + 4 * n for n in range(1, HOURS + 1)]
        await house.engine.follower.rebuild()
        assert await folds(house) == after_crash

    run(story, MORNING)


def test_a_late_bin_changes_its_own_row_and_the_occupancy_that_follows(run: Any) -> None:
    async def story(house: House) -> None:
        await a_busy_morning(house)
        await house.follow()
        span = MORNING, MORNING + HOURS * HOUR_S
        before = await house.rows(*span, sensor="S1")
        await house.counts("S1", passing(MORNING + 2 * HOUR_S + 60, 0, 1), sequence=2**50, at_s=END)
        await house.follow()
        after = await house.rows(*span, sensor="S1")
        assert [a == b for a, b in zip(before, after, strict=True)] == [True] * 2 + [False] * 4
        assert [row.occupancy for row in after] == [4, 8, 11, 15, 19, 23]
        assert [row.ins for row in after] == [row.ins for row in before]
        # a person who comes in just after makes what follows as it was: those rows stay untouched
        still = after
        both = [passing(MORNING + 2 * HOUR_S + 120, 1), passing(MORNING + 2 * HOUR_S + 180, 0, 1)]
        await house.counts("S1", *both, sequence=2**50, at_s=END)
        await house.follow()
        after = await house.rows(*span, sensor="S1")
        assert [a == b for a, b in zip(still, after, strict=True)] == [True] * 2 + [False] + [
            True
        ] * 3

    run(story, MORNING)


def test_a_duplicate_changes_no_revision_and_wakes_nobody(run: Any) -> None:
    async def story(house: House) -> None:
        await a_busy_morning(house)
        await house.follow()
        span = MORNING, MORNING + HOURS * HOUR_S
        before = [await house.rows(*span, g, sensor="S1") for g in ("1m", "15m", "1h", "1d")]
        head = await house.engine.store.read(lambda view: view.head())
        for sequence in (1, None, 2**50):
            outcomes = await house.counts("S1", passing(MORNING, 1), sequence=sequence, at_s=END)
            assert [outcome.changed for outcome in outcomes] == [0]
        assert (await house.engine.store.read(lambda view: view.head()))[1] == head[1]
        assert not await house.engine.follower.step()
        after = [await house.rows(*span, g, sensor="S1") for g in ("1m", "15m", "1h", "1d")]
        assert after == before

    run(story, MORNING)


def test_a_row_is_final_a_day_after_its_end_when_whole_else_when_the_late_window_closes(
    run: Any,
) -> None:
    day_s = 86_400

    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.sensor("S1")
        whole = [passing(MORNING + 60 * n, 1) for n in range(60)]
        await house.counts("S1", *whole, passing(MORNING + HOUR_S, 1))
        span = MORNING, MORNING + 2 * HOUR_S
        ends_s = MORNING + HOUR_S
        for now_s, expected in (
            (ends_s + day_s - 1, [False, False]),
            (ends_s + day_s, [True, False]),
            (ends_s + HOUR_S + day_s, [True, False]),
            (ends_s + HOUR_S + 60 * day_s - 1, [True, False]),
            (ends_s + HOUR_S + 60 * day_s, [True, True]),
        ):
            house.clock.set(now_s)
            rows = await house.rows(*span, sensor="S1")
            assert [row.final for row in rows] == expected

    run(story, MORNING)


def test_a_change_for_the_future_does_not_hide_what_was_counted_before_it(run: Any) -> None:
    async def story(house: House) -> None:
        await a_busy_morning(house)
        await house.follow()
        (line,) = (await house.engine.desk.fresh()).lines
        turned = [source_named("S1/!1000")]
        await house.counts("S1", passing(MORNING, 4), sequence=2**50, at_s=END)
        await house.engine.desk.change_line(line, sources=turned, valid_from_s=END + HOUR_S)
        await house.follow()  # both in one step
        rows = await house.rows(MORNING, END, location=LOCATION)
        assert [row.occupancy for row in rows] == [3 + 4 * n for n in range(1, HOURS + 1)]
        assert (await house.present(location=LOCATION)).last_known == 3 + 4 * HOURS

    run(story, MORNING)
