"""A process that writes into a store until it is killed, telling each commit that was durable."""

import asyncio
import random
import sys
from pathlib import Path

from countline.model.claim import Claim, Minute
from countline.store import Accepted, Store
from tests.contract.store_kinds import DURABLE, furnish
from tests.contract.store_world import BASE_S, DAY_S, NOW_S, NUMBERS, SENSORS


def group_of(number: int) -> list[Accepted]:
    """The n-th group: fresh minutes, late ones of days that may be cold, long bins, a backlog."""
    dice = random.Random(number)
    minutes = [
        Minute(
            dice.choice(SENSORS).sensor, BASE_S // 60 + day * 1_440 + dice.randrange(1_440),
            dice.randrange(3), 60, number, tuple(dice.randrange(4) for _ in range(3)),
        )
        for day in range(4)
        for _ in range(5)
    ]  # fmt: skip
    claims = [
        Claim(
            dice.choice(NUMBERS), BASE_S + dice.randrange(96) * 3_600, 3_600,
            dice.randrange(4), 3_600, number, dice.randrange(50),
        )
    ]  # fmt: skip
    first = BASE_S // 60 - number * 5 * 1_440
    backlog = [
        Minute(SENSORS[number % 3].sensor, first + at, 2, 60, at, (at % 5, 0, 1))
        for at in range(0, 4 * 1_440, 45)
    ]
    received_ms = NOW_S * 1000
    return [
        Accepted(received_ms=received_ms, minutes=minutes, body=b"{}" * 500),
        Accepted(received_ms=received_ms, claims=claims if number % 4 == 0 else ()),
        Accepted(received_ms=received_ms, minutes=backlog if number % 7 == 0 else ()),
    ]


async def write_until_killed(store: Store, number: int) -> None:
    """Groups from `number` on, with a compaction after each other one."""
    while True:
        await store.apply(group_of(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        if number % 2:
            await store.compact(BASE_S + DAY_S * 30)
        number += 1


async def main(kind: str, folder: str, number: str) -> None:
    """Open the store, furnish it when it is new, and write."""
    store = DURABLE[kind](Path(folder))
    if number == "0":
        await store.write(furnish)
    await write_until_killed(store, int(number))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
