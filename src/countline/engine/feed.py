"""The event log's readers: each reads on from its own cursor, and moves it once it has told."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import structlog

from countline import clock, limits
from countline.errors import Conflict
from countline.model.event import Event, EventKind
from countline.model.query import Reason
from countline.store.seam import Store, Transaction, View

Deliver = Callable[[Sequence[Event]], Awaitable[None]]
Sleep = Callable[[float], Coroutine[Any, Any, None]]

POLL_S = 1.0  # another process may write, and cannot wake us
BACKOFF_S = 0.5  # after the first failure; then twice as long each time

_log = structlog.get_logger("countline.feed")


class Lag(NamedTuple):
    """How far a reader is behind: events it has not told, and the age of the oldest of them."""

    events: int
    seconds: float


@dataclass(slots=True)
class _Place:
    """Where one reader is: what it has been told, what of that is on disk, and what comes next."""

    reader: str
    told: int
    saved: int
    saved_at_s: float = float("-inf")
    batch: list[Event] = field(default_factory=list)  # read, and not wholly told


@dataclass(slots=True)
class Visit:
    """A reader that keeps no cursor: what it has told, and what wakes it."""

    told: int
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Feed:
    """Gives each reader the events after its cursor, in order, at least once.

    `wake` is a hint that there may be something new; the log itself carries the events, so a
    missed wake-up costs a second and nothing else.
    """

    def __init__(
        self,
        store: Store,
        *,
        now_ms: Callable[[], int] = clock.now_ms,
        elapsed_s: Callable[[], float] = clock.elapsed_s,
        sleep: Sleep = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._now_ms = now_ms
        self._elapsed_s = elapsed_s
        self._sleep = sleep
        self._jitter = jitter
        self._following: set[str] = set()
        self._woken: set[asyncio.Event] = set()
        self._places: dict[str, _Place | Visit] = {}
        self._troubles: dict[str, Reason] = {}

    def wake(self) -> None:
        """Say that events may have been written. Called on the event loop's own thread."""
        for woken in self._woken:
            woken.set()

    async def follow(
        self,
        reader: str,
        deliver: Deliver,
        *,
        stop: asyncio.Event,
        kinds: Collection[EventKind] | None = None,
        from_seq: int | None = None,
    ) -> None:
        """Deliver batches of whole commits until `stop` is set.

        Whatever `deliver` raises means "not told": after a growing pause the same batch comes
        again. A reader the store does not know starts after `from_seq`; None is after the newest
        event. The cursor moves once a second at most, and when the reader stops. Raises `Conflict`
        where the reader is followed already: two would move one cursor.
        """
        if reader in self._following:
            raise Conflict(f"Two outlets are both {reader!r}; name each address once.")
        self._following.add(reader)
        woken = asyncio.Event()
        self._woken.add(woken)
        failures = 0
        place: _Place | None = None
        try:
            while not stop.is_set():
                woken.clear()
                try:
                    place = place or await self._open(reader, from_seq)
                    idle = not await self._step(place, deliver, kinds)
                except Exception as error:
                    if stop.is_set():
                        break
                    failures += 1
                    await self._back_off(reader, error, failures, stop)
                    continue
                if failures:
                    failures = 0
                    self.report(reader, None)
                if idle:
                    await pause(POLL_S, woken, stop, sleep=self._sleep)
            if place:
                await self._save(place)
        finally:
            self._following.discard(reader)
            self._woken.discard(woken)
            self._places.pop(reader, None)

    @contextmanager
    def visiting(self, reader: str, told: int) -> Iterator[Visit]:
        """Be counted among the readers, and woken, without a cursor of one's own on disk."""
        visit = self._places[reader] = Visit(told)
        self._woken.add(visit.woken)
        try:
            yield visit
        finally:
            self._woken.discard(visit.woken)
            if self._places.get(reader) is visit:
                del self._places[reader]

    def readers(self) -> list[str]:
        """Who follows this feed at the moment, by name."""
        return sorted(self._following | self._places.keys())

    async def lag(self, reader: str) -> Lag:
        """How far a reader is behind, whichever process it reads in."""
        place = self._places.get(reader)

        def work(view: View) -> tuple[int, list[Event]]:
            told = place.told if place else view.cursor(reader)
            return view.head()[1] - told, view.events(told, 1)

        events, oldest = await self._store.read(work)
        waited_ms = self._now_ms() - oldest[0].at_ms if oldest and oldest[0].at_ms else 0
        return Lag(events, max(0, waited_ms) / 1000)

    def report(self, reader: str, trouble: Reason | None) -> None:
        """Say why a reader gets nothing, or None when it does again; health shows it."""
        if trouble is None:
            self._troubles.pop(reader, None)
        else:
            self._troubles[reader] = trouble

    def troubles(self) -> dict[str, Reason]:
        """Readers that fail at the moment, and why."""
        return dict(self._troubles)

    async def _open(self, reader: str, from_seq: int | None) -> _Place:
        """A reader's place. A new one's start is put on disk before anything is read.

        A cursor at 0 does not say whether the reader is new, hence the second one.
        """
        begun = f"{reader}:begun"

        def known(view: View) -> int | None:
            return view.cursor(reader) if view.cursor(reader) or view.cursor(begun) else None

        def begin(tx: Transaction) -> int:
            start = tx.head()[1] if from_seq is None else from_seq
            tx.move_cursor(reader, start)
            tx.move_cursor(begun, 1)
            return start

        told = await self._store.read(known)
        if told is None:
            told = await self._store.write(begin)
        place = self._places[reader] = _Place(reader, told=told, saved=told)
        return place

    async def _step(
        self, place: _Place, deliver: Deliver, kinds: Collection[EventKind] | None
    ) -> bool:
        """Tell one batch; whether there was one."""
        if not place.batch:
            place.batch = await self._store.read(lambda view: next_batch(view, place.told))
        told_any = bool(place.batch)
        if told_any:
            wanted = [e for e in place.batch if kinds is None or e.kind in kinds]
            if wanted:
                await deliver(wanted)
            place.told = place.batch[-1].seq
            place.batch = []
        if self._elapsed_s() - place.saved_at_s >= limits.CURSOR_SAVE_S:
            await self._save(place)
        return told_any

    async def _save(self, place: _Place) -> None:
        if place.told != place.saved:
            told = place.told
            await self._store.write(lambda tx: tx.move_cursor(place.reader, told))
            place.saved, place.saved_at_s = told, self._elapsed_s()

    async def _back_off(
        self, reader: str, error: Exception, failures: int, stop: asyncio.Event
    ) -> None:
        longest_s = min(limits.FEED_BACKOFF_S_MAX, BACKOFF_S * 2 ** min(failures - 1, 16))
        again_s = longest_s * (0.5 + self._jitter() / 2)
        detail = f"{type(error).__name__}: {error}"
        if failures == 1:
            since_s = self._now_ms() // 1000
            self.report(reader, Reason("reader_failing", f"{reader}: {detail}", since_s))
        _log.warning(
            "events not told", reader=reader, failures=failures, again_s=again_s, exc_info=error
        )
        await pause(again_s, stop, sleep=self._sleep)


def next_batch(view: View, after: int, limit: int = limits.FEED_BATCH_MAX) -> list[Event]:
    """About `limit` events after `after`, never a part of a commit."""
    events = view.events(after, limit)
    if len(events) < limit:
        return events
    last = events[-1].commit
    whole = [e for e in events if e.commit != last]
    if whole:
        return whole
    while more := view.events(events[-1].seq, limit):
        rest = [e for e in more if e.commit == last]
        events += rest
        if len(rest) < limit:
            break
    return events


async def pause(
    seconds: float | None, *signals: asyncio.Event, sleep: Sleep = asyncio.sleep
) -> None:
    """Sleep, but no longer than until one of the signals is set; None waits for these alone."""
    sleeps = () if seconds is None else (sleep(seconds),)
    waits = [asyncio.ensure_future(w) for w in (*sleeps, *(s.wait() for s in signals))]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
