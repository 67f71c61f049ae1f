"""Pushes with something wrong in them: none breaks the gateway, none vanishes."""

import asyncio
import os
from array import array
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from countline.clock import now_s
from countline.engine.engine import make_engine
from countline.gateway.gate import PushLimits
from countline.limits import WAITING_BYTES_MAX
from countline.store.opening import open_store
from countline.store.seam import View
from tests.chaos import corpus
from tests.chaos.connection import send_raw
from tests.chaos.gatehouse import (
    Fates,
    Gatehouse,
    Senders,
    every_kept,
    open_gatehouse,
    resident_bytes,
)
from tests.chaos.killable import Server, free_port
from tests.chaos.knocking import Answer, knock
from tests.chaos.mutations import Request

MANY = int(os.environ.get("COUNTLINE_MUTATIONS", "200000"))
FEW = 2_000
AT_ONCE = 32
PUSHES_OF_SENSOR = 300  # more would meet ever more bins of odd lengths that overlap theirs
LOOKED_AT = 10_000  # pushes whose fate is looked at, spread over all
GROWTH_BYTES_MAX = 400_000_000  # SQLite's caches, the driver's plans, the catalogue


def check_answer(asked: Request, answer: Answer) -> None:
    """2xx, or a refusal that says what to do."""
    if asked.breaks_off and not answer.status:
        return
    assert 200 <= answer.status < 500, f"answered {answer.status}: {answer.body!r}"
    if answer.status >= 400 and asked.method != "HEAD":
        problem = answer.problem
        assert problem["status"] == answer.status
        assert problem["code"], problem
        assert len(problem["detail"]) > 15, problem
        assert len(answer.body) < 20_000, "an error does not echo what was sent"


async def send_all(house: Gatehouse, seed: int, count: int) -> "array[int]":
    """Send all mutated pushes of the seed; the status that each was answered with."""
    statuses = array("H", bytes(2 * count))
    numbers = iter(range(count))

    async def sender() -> None:
        for n in numbers:
            asked = house.senders.wrong(seed, n)
            try:
                answer = await knock(house.app, asked)
                check_answer(asked, answer)
            except BaseException as error:
                error.add_note(f"push {n} of seed {seed}, {asked.how}: {asked.body[:2_000]!r}")
                raise
            statuses[n] = answer.status
            house.clock.ms += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(sender())
    return statuses


async def complaints(house: Gatehouse, seed: int, statuses: "array[int]") -> list[str]:
    """Pushes that were taken, and are neither counted nor kept."""

    def work(view: View) -> list[str]:
        fates = Fates(view, house)
        found: list[str] = []
        for n in range(0, len(statuses), max(1, len(statuses) // LOOKED_AT)):
            asked = house.senders.wrong(seed, n)
            if asked.method == "POST" and statuses[n] == 204 and (wrong := fates.complaint(asked)):
                found.append(f"push {n} of seed {seed}, {asked.how}, {wrong}")
        return found

    return await house.engine.store.read(work)


async def check_kept(house: Gatehouse) -> dict[str, int]:
    """What is kept has a reason and names nobody; how much of each code."""

    def work(view: View) -> dict[str, int]:
        codes: dict[str, int] = {}
        for push in every_kept(view):
            assert push.code and push.detail, push
            assert b"person_height" not in push.body, push
            codes[push.code] = codes.get(push.code, 0) + 1
        assert sum(view.push_bytes("waiting").values()) <= WAITING_BYTES_MAX
        return codes

    return await house.engine.store.read(work)


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.chaos)])
def test_no_push_breaks_the_gateway_or_vanishes(
    count: int, seed: int, tmp_path: Path, told: Callable[[str], None]
) -> None:
    sensors = max(4, count // PUSHES_OF_SENSOR)

    async def main() -> None:
        async with open_gatehouse(tmp_path, PushLimits(), sensors=sensors) as house:
            await send_all(house, seed, min(count, 1_000))  # fills what is remembered
            before = resident_bytes()
            statuses = await send_all(house, seed, count)
            grown = resident_bytes() - before
            await house.engine.settled()
            codes = await check_kept(house)
            answered = {status: statuses.count(status) for status in sorted(set(statuses))}
            told(f"answered {answered}, kept {codes}, memory grew by {grown // 10**6} MB")
            assert not (found := await complaints(house, seed, statuses)), "\n".join(found[:20])
            assert grown < GROWTH_BYTES_MAX
            await house.engine.watch.flush()
            told_by_health = {r.code for r in (await house.engine.watch.system()).reasons}
            assert told_by_health <= {"sensors_offline", "sensors_degraded"}

    asyncio.run(main())


@pytest.mark.parametrize("count", [200, pytest.param(MANY // 50, marks=pytest.mark.chaos)])
def test_no_push_breaks_a_server(
    count: int, seed: int, tmp_path: Path, told: Callable[[str], None]
) -> None:
    """The same through real sockets, torn ones too: what the HTTP server makes of them is ours."""
    server = Server(tmp_path, free_port())
    senders = Senders(4, now_s())

    async def main() -> None:
        engine = make_engine(open_store(tmp_path / "data" / "countline.db"))
        await engine.start(follow=False)
        await senders.register(engine)
        await engine.close()
        server.spawn()
        await server.up()
        statuses: Counter[int] = Counter()
        numbers = iter(range(count))

        async def sender() -> None:
            for n in numbers:
                asked = senders.wrong(seed, n)
                status = await send_raw(server.port, asked)
                assert status < 500, f"push {n} of seed {seed}, {asked.how}, answered {status}"
                statuses[status] += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(sender())
        told(f"answered {dict(sorted(statuses.items()))}")
        body = corpus.counts(1, now_s() // 60 * 60 - 600, sequence=10**6)
        assert await send_raw(server.port, senders.right(1, body)) == 204
        assert await server.stop() == 0

    try:
        asyncio.run(main())
        assert not server.troubles()
    finally:
        server.end()
