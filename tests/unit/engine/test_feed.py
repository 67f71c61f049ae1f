"""The feed: every event to every reader, in order, at least once, over failures and restarts."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from countline import limits
from countline.engine.feed import Feed, Lag, next_batch
from countline.errors import Conflict
from countline.model.event import Event, EventKind
from countline.model.query import Reason
from countline.testing.recording_outlet import RecordingOutlet
from tests.held_time import HeldTime
from tests.small_store import SmallStore

COUNTS = Event(kind="counts.recorded")
OTHER = Event(kind="catalogue.changed")


class Scene:
    """A feed over a small store, in held time."""

    def __init__(self) -> None:
        self.time = HeldTime()
        self.store = SmallStore()
        self.feed = self.new_feed()
        self.stop = asyncio.Event()
        self.outlet = RecordingOutlet("outlet")

    def new_feed(self) -> Feed:
        return Feed(
            self.store.as_store(),
            now_ms=self.time.now_ms,
            elapsed_s=self.time.elapsed_s,
            sleep=self.time.sleep,
            jitter=lambda: 1.0,
        )

    async def follow_until(self, done: Callable[[], bool], **options: Any) -> None:
        """Follow until a condition holds; fails when a thousand sleeps did not bring it about."""
        options.setdefault("from_seq", 0)
        following = asyncio.ensure_future(
            self.feed.follow("outlet", self.outlet.deliver, stop=self.stop, **options)
        )
        while not done() and not following.done():
            assert len(self.time.naps) < 1000, "it never came"
            await asyncio.sleep(0)
        self.stop.set()
        await following
        self.stop.clear()

    def told(self) -> list[int]:
        return [event.seq for event in self.outlet.events]


def run(test: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        await test(Scene())

    asyncio.run(main())


def test_a_reader_gets_everything_in_order_and_its_cursor_stands_at_the_end() -> None:
    async def test(scene: Scene) -> None:
        for _ in range(7):
            scene.store.add(COUNTS, COUNTS)
        await scene.follow_until(lambda: len(scene.told()) == 14)
        assert scene.told() == list(range(1, 15))
        assert scene.feed.readers() == []
        assert scene.store.cursors["outlet"] == 14

    run(test)


def test_a_restart_goes_on_where_the_reader_was() -> None:
    async def test(scene: Scene) -> None:
        scene.store.add(COUNTS)
        await scene.follow_until(lambda: scene.told() == [1])
        scene.store.add(COUNTS)
        scene.feed = scene.new_feed()
        await scene.follow_until(lambda: scene.told() == [1, 2])

    run(test)


def test_a_new_reader_starts_at_the_head_unless_told_otherwise() -> None:
    async def test(scene: Scene) -> None:
        scene.store.add(COUNTS)
        await scene.follow_until(lambda: len(scene.time.naps) > 0, from_seq=None)
        assert scene.told() == []
        scene.store.add(COUNTS)
        await scene.follow_until(lambda: len(scene.told()) > 0, from_seq=None)
        assert scene.told() == [2]

    run(test)


def test_a_reader_that_began_in_an_empty_store_misses_nothing_while_it_is_down() -> None:
    async def test(scene: Scene) -> None:
        await scene.follow_until(lambda: len(scene.time.naps) > 0, from_seq=None)
        scene.store.add(COUNTS)
        scene.feed = scene.new_feed()
        await scene.follow_until(lambda: scene.told() == [1], from_seq=None)

    run(test)


def test_a_batch_that_failed_comes_again_whole_and_the_cursor_waits() -> None:
    async def test(scene: Scene) -> None:
        scene.store.add(COUNTS, COUNTS)
        scene.outlet.failures = 3
        seen: list[int] = []
        deliver = scene.outlet.deliver

        async def watched(events: Sequence[Event]) -> None:
            seen.append(scene.store.cursors.get("outlet", 0))
            await deliver(events)

        scene.outlet.deliver = watched  # type: ignore[method-assign]
        await scene.follow_until(lambda: len(scene.told()) == 2)
        assert seen == [0, 0, 0, 0]
        assert [len(batch) for batch in scene.outlet.batches] == [2]
        assert scene.time.naps[:3] == [0.5, 1.0, 2.0]

    run(test)


def test_pauses_grow_to_a_minute_and_no_further() -> None:
    async def test(scene: Scene) -> None:
        scene.store.add(COUNTS)
        scene.outlet.failures = 20
        await scene.follow_until(lambda: len(scene.told()) == 1)
        assert max(scene.time.naps) == limits.FEED_BACKOFF_S_MAX
        assert scene.time.naps[:20] == sorted(scene.time.naps[:20])

    run(test)


def test_a_failing_reader_says_so_until_it_does_not_fail_any_more() -> None:
    async def test(scene: Scene) -> None:
        scene.store.add(COUNTS)
        scene.outlet.failures = 1
        await scene.follow_until(lambda: scene.outlet.refused == 1)
        trouble = scene.feed.troubles()["outlet"]
        assert trouble.code == "reader_failing"
        assert "told to fail" in trouble.detail
        await scene.follow_until(lambda: len(scene.told()) == 1)

    run(test)


def test_trouble_that_ended_is_forgotten() -> None:
    async def test(scene: Scene) -> None:
        scene.store.add(COUNTS)
        scene.outlet.failures = 1
        await scene.follow_until(lambda: bool(scene.told()) and not scene.feed.troubles())
        scene.feed.report("outlet", Reason("webhook_failing", "", None))
        scene.feed.report("outlet", None)
        assert scene.feed.troubles() == {}

    run(test)


def test_a_store_that_fails_is_asked_again_and_nothing_is_told_twice() -> None:
    async def test(scene: Scene) -> None:
        scene.store.add(COUNTS)
        scene.store.failures = 2
        deliver = scene.outlet.deliver

        async def breaks_the_store(events: Sequence[Event]) -> None:
            await deliver(events)
            scene.store.failures = 1  # the move of the cursor fails

        scene.outlet.deliver = breaks_the_store  # type: ignore[method-assign]
        await scene.follow_until(lambda: scene.store.cursors.get("outlet") == 1)
        assert scene.told() == [1]

    run(test)


def test_only_wanted_kinds_are_delivered_and_the_cursor_passes_the_others() -> None:
    async def test(scene: Scene) -> None:
        scene.store.add(OTHER)
        scene.store.add(COUNTS, OTHER)
        scene.store.add(OTHER)
        kinds: list[EventKind] = ["counts.recorded"]
        await scene.follow_until(lambda: len(scene.time.naps) > 2, kinds=kinds)
        assert scene.told() == [2]
        assert scene.store.cursors["outlet"] == 4

    run(test)


def test_waking_is_enough_to_be_told() -> None:
    async def test(scene: Scene) -> None:
        asleep, taken = asyncio.Event(), asyncio.Event()

        async def deliver(events: Sequence[Event]) -> None:
            await scene.outlet.deliver(events)
            taken.set()

        async def for_ever(seconds: float) -> None:
            asleep.set()
            await asyncio.Event().wait()

        scene.feed = Feed(scene.store.as_store(), sleep=for_ever)
        following = asyncio.ensure_future(scene.feed.follow("outlet", deliver, stop=scene.stop))
        await asleep.wait()
        assert scene.feed.readers() == ["outlet"]
        scene.store.add(COUNTS)
        scene.feed.wake()
        await taken.wait()
        scene.stop.set()
        await following
        assert scene.told() == [1]

    run(test)


def test_what_another_process_wrote_is_found_without_waking() -> None:
    async def test(scene: Scene) -> None:
        written = False

        def writes() -> bool:
            nonlocal written
            if scene.time.naps and not written:
                scene.store.add(COUNTS)
                written = True
            return bool(scene.told())

        await scene.follow_until(writes)
        assert scene.told() == [1]
        assert set(scene.time.naps) == {1.0}

    run(test)


def test_many_small_batches_move_the_cursor_once_a_second() -> None:
    async def test(scene: Scene) -> None:
        deliver = scene.outlet.deliver

        async def takes_a_while(events: Sequence[Event]) -> None:
            await deliver(events)
            await scene.time.sleep(0.01)
            if len(scene.told()) < 300:
                scene.store.add(COUNTS)

        scene.outlet.deliver = takes_a_while  # type: ignore[method-assign]
        scene.store.add(COUNTS)
        await scene.follow_until(lambda: len(scene.told()) == 300)
        moves = [seq for reader, seq in scene.store.moves if reader == "outlet"]
        assert moves[-1] == 300
        assert len(moves) <= 6  # the begin, three seconds, the end

    run(test)


@pytest.mark.parametrize("sizes", [(3, 3, 3), (1, 8), (5, 1), (12,), (12, 1), (5, 5), (1, 1, 12)])
def test_a_batch_holds_whole_commits(sizes: tuple[int, ...]) -> None:
    store = SmallStore()
    for size in sizes:
        store.add(*[COUNTS] * size)
    batches, after = [], 0
    while batch := next_batch(store, after, limit=5):  # type: ignore[arg-type]
        batches.append(batch)
        after = batch[-1].seq
    assert [e.seq for batch in batches for e in batch] == list(range(1, sum(sizes) + 1))
    for commit in range(1, len(sizes) + 1):
        assert sum(any(e.commit == commit for e in batch) for batch in batches) == 1


def test_a_reader_is_followed_once() -> None:
    async def test(scene: Scene) -> None:
        first = asyncio.ensure_future(
            scene.feed.follow("outlet", scene.outlet.deliver, stop=scene.stop)
        )
        await asyncio.sleep(0)
        with pytest.raises(Conflict, match="once"):
            await scene.feed.follow("outlet", scene.outlet.deliver, stop=scene.stop)
        scene.stop.set()
        await first
        await scene.feed.follow("outlet", scene.outlet.deliver, stop=scene.stop)

    run(test)


def test_the_lag_is_what_was_not_told_and_how_long_it_waits() -> None:
    async def test(scene: Scene) -> None:
        assert await scene.feed.lag("outlet") == Lag(0, 0.0)
        at_ms = scene.time.now_ms()
        scene.store.add(Event(kind="counts.recorded", at_ms=at_ms))
        scene.store.add(Event(kind="counts.recorded", at_ms=at_ms + 4000))
        await scene.time.sleep(10)
        assert await scene.feed.lag("outlet") == Lag(2, 10.0)
        scene.store.cursors["outlet"] = 1
        assert await scene.feed.lag("outlet") == Lag(1, 6.0)

    run(test)
