"""`kill -9` of a server that tells a webhook, again and again: everything is heard, once, in order."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from countline import clock
from countline.client import AsyncClient, WebhookNew, verify_webhook
from countline.engine.engine import open_engine
from countline.engine.reporting import fact
from countline.model.event import Event
from countline.model.ids import LocationId
from countline.store import Store, Transaction, open_store
from countline.wire.events import OccupancyData
from tests.app.receiver import Receiver, Reply
from tests.chaos.killable import Server, free_port

KEY = "cl_" + "k" * 43
HERE = LocationId("LOC_1")
COMMITS_OF_LIFE = 15


async def furnish(store_url: str) -> None:
    """A location, and a key that may do everything."""
    engine = await open_engine(store_url)
    await engine.desk.add_location(location_id=HERE)
    scopes = ("read", "write", "admin")
    await engine.access.create_key(name="chaos", scopes=scopes, quota=10**6, secret=KEY)
    await engine.close()


async def happen(store: Store, first: int, count: int) -> None:
    """Commits of another process: each says how many people are in a zone."""
    for people in range(first, first + count):
        data = OccupancyData(
            location_id=HERE,
            zone_id=1,
            as_of=None,
            people=people,
            last_known=people,
            quality="good",
            in_today=None,
            out_today=None,
            sequence=0,
        )
        event = fact("occupancy.changed", data, at_s=clock.now_s())

        def work(tx: Transaction, event: Event = event) -> None:
            tx.emit(event)

        await store.write(work)


async def live_and_die(folder: Path, kills: int, seed: int) -> tuple[Receiver, str]:
    """Kill the server amid telling, so many times; then let it tell the rest."""
    dice = Random(seed)
    (folder / "countline.toml").write_text("[webhooks]\nallow_private = true\n")
    store_url = f"sqlite:///{folder / 'data' / 'countline.db'}"
    await furnish(store_url)
    server, store, secret = Server(folder, free_port()), open_store(store_url), ""
    async with Receiver() as receiver:
        try:
            for kill in range(kills + 1):
                server.spawn()
                await server.up()
                if not kill:
                    async with AsyncClient(f"http://127.0.0.1:{server.port}", KEY) as client:
                        secret = (await client.add_webhook(WebhookNew(url=receiver.url()))).secret
                if kill == kills:
                    break
                await happen(store, kill * COMMITS_OF_LIFE, COMMITS_OF_LIFE)
                taken_before_it_dies = dice.randrange(1, COMMITS_OF_LIFE)
                receiver.replies.extend([Reply()] * taken_before_it_dies)
                receiver.replies.append(Reply(hangs=True) if dice.random() < 0.7 else Reply(500))
                await receiver.until(len(receiver.received) + taken_before_it_dies + 1)
                server.kill()
                receiver.replies.clear()
            await heard(receiver, kills * COMMITS_OF_LIFE)
        finally:
            server.end()
            await store.close()
    return receiver, secret


async def heard(receiver: Receiver, events: int) -> None:
    """Wait until as many different messages have come as there were events."""
    while len(set(receiver.ids)) < events:
        await receiver.until(len(receiver.received) + 1)


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.chaos)])
def test_a_webhook_is_told_everything_once_over_kills(
    tmp_path: Path, kills: int, seed: int, told: Callable[[str], None]
) -> None:
    receiver, secret = asyncio.run(live_and_die(tmp_path, kills, seed))
    messages = [
        verify_webhook(one.body, one.headers, secret, tolerance_s=3_600)
        for one in receiver.received
    ]
    once = {one.id: one for one in messages}
    numbers = [one.sequence for one in once.values()]
    assert numbers == list(range(1, kills * COMMITS_OF_LIFE + 1)), "in order, without a gap"
    people = [one.json["data"]["people"] for one in {r.id: r for r in receiver.received}.values()]
    assert people == list(range(kills * COMMITS_OF_LIFE))
    assert len({(one.id, one.sequence) for one in messages}) == len(once), "an id has one number"
    bodies = {(one.id, one.body) for one in receiver.received}
    assert len(bodies) == len(once), "what comes again is the same to the byte"
    again = Counter(receiver.ids)
    assert all(count <= 2 for count in again.values()), "a kill repeats the message in hand alone"
    told(f"{kills} kills, {len(receiver.received) - len(once)} of {len(once)} messages came twice")
