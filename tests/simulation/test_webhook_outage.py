"""A receiver that is down for a day of simulated time, and comes back, has heard everything once."""

import asyncio
import itertools
import logging
from random import Random
from unittest.mock import patch

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from countline.engine import messages
from countline.model.webhook import Webhook
from countline.testing.simloop import simulate
from tests.hook_house import occupancy
from tests.simulation.hooked import Answer, HookedHouse, SimReceiver, check_order, detail_of
from tests.unit.outlets.webhooks.test_rebuilding import accepted, of_store, steps

HOUR_S = 3_600
TROUBLES: tuple[Answer, ...] = (500, "hangs", "redirects", "refuses", "later", 503, "breaks")


@pytest.fixture(autouse=True)
def quietly() -> None:
    """Thousands of failures are told in the log, each with all of its frames: longer than the day itself."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


async def day_of_trouble(house: HookedHouse, seed: int) -> None:
    """Good for an hour, down for a day, and good again; commits every twenty minutes or so.

    Meanwhile the senders die now and then.
    """
    dice = Random(seed)
    webhook_id = await house.open()
    loop = asyncio.get_running_loop()

    def answer() -> Answer:
        at_h = loop.time() / HOUR_S
        return dice.choice(TROUBLES) if 1 <= at_h < 25 else 204

    house.receiver.answer = answer
    sequence = 0
    while loop.time() < 30 * HOUR_S:
        async with house.living():
            dies_s = loop.time() + dice.randrange(HOUR_S, 8 * HOUR_S)
            while loop.time() < dies_s:
                sequence += 1
                claims = [(1 + n % 2, n % 2, n % 5, 60, 1, sequence) for n in range(3)]
                for one in accepted((claims, dice.random() < 0.2), sequence):
                    await house.store.apply([one])
                await house.emit(occupancy(1, sequence))
                await asyncio.sleep(dice.randrange(300, 2_400))
    async with house.living():
        await house.settled(webhook_id)
    told = [one for one in house.receiver.once() if one[1].message.type == "occupancy.changed"]
    assert detail_of(told, "people") == list(range(1, sequence + 1))
    check_order(house.receiver)
    assert house.receiver.elsewhere == 0, "no redirect was followed"
    assert house.receiver.numbers() == await house.store.read(of_store)


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in (1, 2, 3))])
def test_after_a_day_of_trouble_everything_was_heard_once_and_in_order(seed: int) -> None:
    async def main() -> None:
        await day_of_trouble(HookedHouse(), seed)

    simulate(main())


def test_a_receiver_that_hangs_stops_nobody_else() -> None:
    async def main() -> None:
        house = HookedHouse()
        await house.open()
        made, secret = await house.hooks.add(
            Webhook(webhook_id="", url="https://other.example.org/countline")
        )
        fine = SimReceiver(house.now_s, secret=secret)
        hangs, house.receiver.answer = house.receiver, lambda: "hangs"

        class Fork(SimReceiver):
            async def handle_async_request(self, request):  # type: ignore[no-untyped-def]
                to = fine if request.headers["host"].startswith("other") else hangs
                return await to.handle_async_request(request)

        house.receiver = Fork(house.now_s)
        async with house.living():
            for people in range(100):
                await house.emit(occupancy(1, people))
            await house.settled(made.webhook.webhook_id)
            assert detail_of(fine.once(), "people") == list(range(100))
            assert asyncio.get_running_loop().time() <= 120
        assert hangs.taken == []

    simulate(main())


# -- rates, thresholds, batches -------------------------------------------------------------------


@given(
    moves=st.lists(
        st.tuples(st.integers(1, 2), st.integers(0, 9), st.integers(0, 100)),
        min_size=1,
        max_size=30,
    ),
    rate_s=st.sampled_from([0, 60]),
    batch=st.sampled_from([(1, 0), (3, 0), (4, 30)]),
    deaths=st.sets(st.integers(0, 29), max_size=3),
)
@settings(deadline=None, max_examples=60)
def test_the_newest_of_a_zone_is_always_told_and_never_too_often(
    moves: list[tuple[int, int, int]], rate_s: int, batch: tuple[int, int], deaths: set[int]
) -> None:
    async def main() -> None:
        house = HookedHouse()
        webhook_id = await house.open(
            rate_s=rate_s, batch_items=batch[0], batch_wait_s=batch[1], kinds=("occupancy.changed",)
        )
        at = 0
        lives = sorted(deaths | {len(moves)})
        for until in lives:
            async with house.living():
                for zone, people, pause_s in moves[at:until]:
                    await house.emit(occupancy(zone, people))
                    await asyncio.sleep(pause_s)
                at = max(at, until)
        async with house.living():
            await asyncio.sleep(600)
            await house.settled(webhook_id)
        told = house.receiver.once()
        pairs = list(zip(detail_of(told, "zone_id"), detail_of(told, "people"), strict=True))
        for zone in (1, 2):
            wanted = [people for one, people, _ in moves if one == zone]
            heard = [people for one, people in pairs if one == zone]
            assert heard[-1:] == wanted[-1:], "the newest is told"
            if not rate_s:
                assert heard == wanted
        if batch[0] == 1:
            assert all(len(items) == 1 for _, items in house.receiver.taken)
        else:
            assert all(len(items) <= batch[0] for _, items in house.receiver.taken)

    simulate(main())


def test_a_rate_tells_a_zone_once_in_so_long_however_often_it_changes() -> None:
    async def main() -> None:
        house = HookedHouse()
        await house.open(rate_s=60, kinds=("occupancy.changed",))
        times: list[int] = []

        def answer() -> Answer:
            times.append(house.now_s())
            return 204

        house.receiver.answer = answer
        async with house.living():
            for people in range(300):
                await house.emit(occupancy(1, people))
                await asyncio.sleep(1)
            await asyncio.sleep(120)
        assert all(after - before >= 60 for before, after in itertools.pairwise(times))
        assert 5 <= len(times) <= 7
        assert detail_of(house.receiver.once(), "people")[-1] == 299

    simulate(main())


def test_a_batch_waits_no_longer_than_it_may_and_holds_no_more_than_asked_for() -> None:
    async def main() -> None:
        house = HookedHouse()
        await house.open(batch_items=10, batch_wait_s=30)
        async with house.living():
            await asyncio.sleep(1)
            for people in range(3):
                await house.emit(occupancy(1, people))
            await asyncio.sleep(29)
            assert house.receiver.taken == []
            await asyncio.sleep(3)
            assert [len(items) for _, items in house.receiver.taken] == [3]
            for people in range(10):
                await house.emit(occupancy(1, people))
            await asyncio.sleep(5)
            assert [len(items) for _, items in house.receiver.taken] == [3, 10]

    simulate(main())


# -- I11 ------------------------------------------------------------------------------------------


@given(
    steps=steps,
    answers=st.lists(st.sampled_from([204, 204, 204, 500, "breaks", "hangs"]), max_size=12),
    batch=st.sampled_from([1, 1, 4]),
)
@settings(deadline=None, max_examples=60)
def test_a_consumer_that_drops_known_ids_and_orders_by_sequence_has_the_numbers(
    steps: list[object], answers: list[Answer], batch: int
) -> None:
    async def main() -> None:
        house = HookedHouse()
        waiting = list(answers)
        house.receiver.answer = lambda: waiting.pop() if waiting else 204
        webhook_id = await house.open(batch_items=batch)
        sequence = 0
        for step in [*steps, 0]:
            if isinstance(step, int):
                async with house.living():
                    await asyncio.sleep(step)
                continue
            assert isinstance(step, list)
            sequence += 1
            group = [one for push in step for one in accepted(push, sequence)]
            await house.store.apply(group)
            house.feed.wake()
        async with house.living():
            await house.settled(webhook_id)
        check_order(house.receiver)
        assert house.receiver.numbers() == await house.store.read(of_store)

    with patch.object(messages, "WEBHOOK_BODY_BYTES_MAX", 900):  # one to three rows in a body
        simulate(main())
