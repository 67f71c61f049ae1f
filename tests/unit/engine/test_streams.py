"""I11 for streams: whoever comes and goes with the last id has, in the end, the numbers of the store."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from countline import limits
from countline.engine import messages
from countline.engine.catalogue import read_catalogue
from countline.engine.feed import Feed
from countline.engine.filters import Filter
from countline.engine.marks import Mark, read_mark
from countline.engine.streams import Listener, Streams
from countline.model.access import Key
from countline.outlets.webhooks.messages import Message
from countline.store.seam import Store
from countline.testing.reference_store import ReferenceStore
from tests.told_house import records
from tests.unit.outlets.webhooks.test_rebuilding import Consumer, accepted, of_store, steps


@dataclass(slots=True)
class House:
    """A store, its streams, and a listener that goes away and comes back."""

    store: Store = field(default_factory=ReferenceStore)
    consumer: Consumer = field(default_factory=Consumer)
    last_id: str = "0"

    async def fresh(self) -> Any:
        return await self.store.read(read_catalogue)

    async def _allowed(self) -> Key:
        raise AssertionError("nobody asks so soon")

    async def listen(self, streams: Streams, most: int | None) -> None:
        """Take so many messages, or all there are, and go."""
        listener = Listener(filter=Filter(), key_id="k", caller="k", still_allowed=self._allowed)
        assert await streams.begin(listener, self.last_id) is None
        taken = 0
        async with aclosing(streams.follow(listener)) as batches:
            while taken != most:
                batch = await anext(batches)
                for mark, document in batch:
                    if taken == most:
                        break
                    assert mark.write() not in self.consumer.seen, "told twice"
                    self.last_id = mark.write()
                    self.consumer.take(Message(self.last_id, document.type, document.body))
                    taken += 1
                head = await self.store.read(lambda view: view.head()[1])
                if not batch and listener.mark == Mark.at(head):
                    self.last_id = listener.mark.write()
                    break
        streams.leave(listener)

    async def live(self, steps: list[Any], other: int) -> None:
        """Another listener keeps the reader going, so that there is always somebody to join."""
        await self.store.write(lambda tx: tx.save(*records()))
        feed = Feed(self.store)
        streams = Streams(self.store, self, feed)
        beside = Listener(filter=Filter(), key_id="k", caller="k", still_allowed=self._allowed)
        await streams.begin(beside)
        for sequence, step in enumerate(steps):
            if isinstance(step, int):
                await self.listen(streams, most=step)
            else:
                await self.store.apply([one for push in step for one in accepted(push, sequence)])
                feed.wake()
                for _ in range(other):
                    await asyncio.sleep(0)
        await self.listen(streams, most=None)
        streams.leave(beside)


@given(steps=steps, other=st.integers(0, 8), queue=st.sampled_from([1, 2_000, 256_000]))
@settings(deadline=None, max_examples=60)
def test_whoever_comes_and_goes_has_the_numbers_of_the_store(
    steps: list[Any], other: int, queue: int
) -> None:
    house = House()
    with (
        patch.object(messages, "WEBHOOK_BODY_BYTES_MAX", 900),  # one to three rows in a document
        patch.object(limits, "STREAM_QUEUE_BYTES_MAX", queue),
        patch.object(limits, "STREAM_HEARTBEAT_S", 0.001),
    ):
        asyncio.run(house.live(steps, other))
    assert house.consumer.numbers() == asyncio.run(house.store.read(of_store))


texts = st.text(max_size=12)
rows = st.tuples(st.integers(0, 2**40), texts, texts, st.integers(1, 86_400))


@given(
    seq=st.integers(0, 10**15), into=st.integers(0, 1_000), day=st.integers(0, 800_000), row=rows
)
def test_every_mark_can_be_read_again(seq: int, into: int, day: int, row: Any) -> None:
    telling = Mark(seq + into, day, after=seq)
    for mark in (Mark.at(seq), telling, telling.in_front_of(row)):
        assert read_mark(mark.write()) == mark
        assert mark.write().isascii() and "\n" not in mark.write()


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,20}(-[0-9A-Za-z_.]{0,8}){0,4}"))
def test_any_text_is_a_mark_or_none(text: str) -> None:
    mark = read_mark(text)
    assert mark is None or 0 <= mark.after <= mark.seq
