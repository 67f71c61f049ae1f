"""A counter that others reset, whose live events get lost, doubled, shuffled and late beside its records."""

from dataclasses import dataclass
from random import Random

import pytest

from countline.drivers import Decoded, Total
from countline.drivers.xovis_v5 import DRIVER
from countline.emulator.chance import chance
from countline.model.ids import DeviceKey
from tests.engine_house import (
    LOCATION,
    MINUTE_S,
    SERIAL,
    House,
    at,
    on_disk,
    package,
    passing,
)
from tests.simulation.test_day import SEEDS, SHORT_SEEDS

NOON = at("2026-06-02 12:00")
MINUTES = 20
NOWHERE: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """Who passed when, and what arrives when: (at_s, package)."""

    passed_s: list[int]
    arrivals: list[tuple[int, Decoded]]
    resets_s: set[int]


def story_of(seed: int, *, resets_lost: bool) -> Story:
    dice = chance("resets", seed)
    end_s = NOON + MINUTES * MINUTE_S
    passed_s = sorted(dice.sample(range(NOON + 2 * MINUTE_S, end_s), dice.choice((20, 80, 300))))
    resets_s = set(dice.sample(range(NOON + 2 * MINUTE_S, end_s), 4)) - set(passed_s)
    arrivals: list[tuple[int, Decoded]] = [(NOON + 65, record(NOON, 0))]
    total = dice.choice((0, 60_000))
    for at_s in sorted({*passed_s, *resets_s}):
        was_reset = at_s in resets_s
        total = 0 if was_reset else total + 1
        lost = dice.random() < 0.2 and (resets_lost or not was_reset)
        for arrives_s in NOWHERE if lost else fate(dice, at_s):
            arrivals.append((arrives_s, live(at_s, total, was_reset=was_reset)))
    for start_s in range(NOON + MINUTE_S, end_s, MINUTE_S):
        count = sum(start_s <= one < start_s + MINUTE_S for one in passed_s)
        if dice.random() < 0.8:
            for arrives_s in fate(dice, start_s + MINUTE_S + 3):
                arrivals.append((arrives_s, record(start_s, count)))
    return Story(passed_s, sorted(arrivals, key=lambda one: one[0]), resets_s)


def fate(dice: Random, at_s: int) -> list[int]:
    """When a package arrives: soon, or minutes late; once or twice."""
    late_s = dice.choice((0, 0, 0, 0, 30, 90, 200))
    return [at_s + 1 + late_s, *([at_s + late_s + 40] if dice.random() < 0.1 else [])]


def record(start_s: int, count: int) -> Decoded:
    return package(passing(start_s, count), sequence=start_s // MINUTE_S)


def live(at_s: int, total: int, *, was_reset: bool) -> Decoded:
    told = Total("1000", "1000001", "fw", ("forward",), at_s * 1000, 0, total, 1, was_reset)
    return Decoded(
        purpose="live",
        device=DeviceKey(vendor=DRIVER.vendor, serial=SERIAL),
        agent="1002",
        totals=(told._replace(step=0 if was_reset else 1),),
    )


@pytest.mark.parametrize("resets_lost", [False, True], ids=["resets told", "resets lost"])
@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(n, marks=[pytest.mark.long] if n >= SHORT_SEEDS and len(SEEDS) > 1 else [])
        for n in SEEDS
    ],
)
def test_a_counter_that_others_reset(seed: int, resets_lost: bool) -> None:
    story = story_of(seed, resets_lost=resets_lost)

    async def told(house: House) -> None:
        await house.location()
        await house.sensor("S1", serial=SERIAL)
        minutes: set[int] = set()
        events: set[int] = set()
        for now_s, said in story.arrivals:
            await house.push("S1", said, at_s=now_s)
            minutes |= {reading.start_s for reading in said.readings}
            events |= {one.at_ms // 1000 for one in said.totals}
            under_way = {at_s for at_s in story.resets_s - events if at_s < max(events, default=0)}
            known = sum(
                at_s // MINUTE_S * MINUTE_S in minutes or at_s in events for at_s in story.passed_s
            )
            rows = await house.rows(NOON, NOON + 3_600, "1h", location=LOCATION)
            counted = sum(row.ins or 0 for row in rows)
            true = sum(at_s <= now_s for at_s in story.passed_s)
            assert counted <= true, now_s
            assert counted >= known or under_way, now_s  # a total that fell says nothing yet

    on_disk(told, NOON)
