"""A process killed while it tells a webhook: the next one goes on, under the same ids."""

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from countline.model.claim import Minute
from countline.store import Accepted, open_store
from tests.app.receiver import Receiver, Reply
from tests.told_house import DOOR, LONDON, NOON_S, records

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
COMMITS = 6


async def fill(store_url: str) -> None:
    """One commit for each of some minutes."""
    store = open_store(store_url)
    await store.write(lambda tx: tx.save(*records()))
    for n in range(COMMITS):
        at_s = NOON_S + 60 * n
        values = tuple(n if position in (10, 11) else None for position in range(14))
        minute = Minute(DOOR, at_s // 60, 1, 60, n, values)
        push = Accepted(
            received_ms=(at_s + 60) * 1000, sensor=DOOR, location_id=LONDON, minutes=[minute]
        )
        await store.apply([push])
    await store.close()


@asynccontextmanager
async def telling(store_url: str, url: str) -> AsyncIterator[None]:
    """A process of its own, killed at the end."""
    command = (sys.executable, "-m", "tests.app.webhook_process", store_url, url, SECRET)
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(*command, cwd=root)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


def test_a_killed_process_is_followed_by_one_that_goes_on(tmp_path: Path) -> None:
    async def main() -> None:
        store_url = f"sqlite:///{tmp_path / 'countline.db'}"
        await fill(store_url)
        async with Receiver(204, 204, 204, Reply(hangs=True)) as receiver:
            async with telling(store_url, receiver.url()):
                await receiver.until(4)  # three were taken, the fourth waits for its answer
            first = list(receiver.ids)
            async with telling(store_url, receiver.url()):
                await receiver.until(COMMITS + 1)
        assert receiver.ids[4] == first[3], "the message in hand comes again"
        assert receiver.received[4].body == receiver.received[3].body
        numbers = [one.json["sequence"] for one in receiver.received]
        assert numbers == [1, 2, 3, 4, 4, 5, 6]
        assert [one.json["data"]["sequence"] for one in receiver.received] == numbers

    asyncio.run(main())
