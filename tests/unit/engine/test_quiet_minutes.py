"""Minutes that a sensor leaves out because nobody came: gaps, or zeros where it is set so."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from countline.model.query import Row
from tests.engine_house import HOUR_S, LOCATION, House, at, in_memory, passing

MORNING = at("2026-06-02 08:00")
Said = tuple[int, tuple[int, ...]]  # package id, minutes with a record


async def a_door(house: House, quiet: str) -> None:
    await house.location(time_zone="UTC")
    await house.sensor("S1")
    await house.engine.desk.change_sensor("S1", quiet=quiet)


async def say(house: House, said: Said) -> None:
    sequence, minutes = said
    readings = [passing(MORNING + 60 * minute, 1) for minute in minutes]
    await house.counts("S1", *readings, sequence=sequence, at_s=MORNING + HOUR_S)


async def minutes(house: House) -> list[int | None]:
    rows = await house.rows(MORNING, MORNING + 600, "1m", location=LOCATION)
    return [row.ins for row in rows]


def test_between_packages_with_consecutive_ids_nobody_came(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house, "zero")
        for said in ((1, (0,)), (2, (3, 5)), (4, (7,))):
            await say(house, said)
        assert await minutes(house) == [1, 0, 0, 1, 0, 1, None, 1, None, None]
        await say(house, (3, (6,)))
        assert await minutes(house) == [1, 0, 0, 1, 0, 1, 1, 1, None, None]

    run(story, MORNING)


def test_by_default_they_are_a_gap_and_both_remedies_are_told(run: Any) -> None:
    async def story(house: House) -> None:
        await a_door(house, "gap")
        for said in ((1, (0,)), (2, (3,))):
            await say(house, said)
        assert await minutes(house) == [1, None, None, 1] + [None] * 6
        assert "quiet_minutes_missing" in (await house.health("S1"))["codes"]

    run(story, MORNING)


@st.composite
def nights(draw: st.DrawFn) -> tuple[list[Said], list[Said]]:
    """Packages with rising ids, some of which are lost; and the others in any order, repeated."""
    minute, sent = 0, []
    for sequence in range(1, draw(st.integers(2, 7))):
        told = []
        for _ in range(draw(st.integers(1, 2))):
            minute += draw(st.integers(1, 3))
            told.append(minute)
        if draw(st.integers(0, 4)):
            sent.append((sequence, tuple(told)))
    return sent, draw(st.permutations(sent + draw(st.lists(st.sampled_from(sent or [(1, (0,))])))))


@settings(max_examples=20)
@given(nights())
def test_the_order_in_which_packages_come_does_not_matter(
    case: tuple[list[Said], list[Said]],
) -> None:
    async def look(house: House, packages: list[Said]) -> list[Row]:
        await a_door(house, "zero")
        for said in packages:
            await say(house, said)
        await house.follow()
        rows = await house.rows(MORNING, MORNING + 3_600, "1m", location=LOCATION)
        return [row._replace(revision=0) for row in rows]

    sent, arrived = case
    if not sent:
        return
    in_order = in_memory(lambda house: look(house, sent), MORNING)
    assert in_memory(lambda house: look(house, arrived), MORNING) == in_order
