"""Streams: one reader of the event log tells all who listen, each no faster than it takes.

A listener that is up to date gets what the reader has read and written once for everybody. One that
resumes, or takes too slowly, holds nothing: it reads the log for itself, from its own mark on, until
it has caught up. Either way the next thing it gets is what stands behind its mark.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

import msgspec
import structlog

from countline import clock, limits
from countline.engine.catalogue import Catalogue
from countline.engine.engine import Engine
from countline.engine.feed import POLL_S, Feed, Visit, next_batch, pause
from countline.engine.filters import Filter
from countline.engine.marks import Mark, read_mark
from countline.engine.messages import Document, write_documents, write_instant
from countline.engine.telling import Snapshots, Teller, Telling
from countline.errors import NotAllowed, TooMuch
from countline.model.access import Key
from countline.model.event import TOLD_KINDS, Event
from countline.store.seam import Store, View
from countline.wire.events import Lost, ResyncData, ResyncMessage

READER = "streams"
PAUSE_S = 1.0  # after a failure
NOWHERE = Mark.at(0)

_log = structlog.get_logger("countline.streams")


class Message(NamedTuple):
    """What a listener is told, and the mark behind it."""

    mark: Mark
    document: Document


@dataclass(slots=True, eq=False, kw_only=True)
class Listener:
    """Somebody who listens. `mark` is behind what it has been given; `queue` is what comes next.

    `joined`: the reader fills the queue. `ended`: nothing more will come. `caller` names who
    listens by which credential, and `still_allowed` raises `NotAllowed` when that is over.
    """

    filter: Filter
    key_id: str
    caller: str
    still_allowed: Callable[[], Awaitable[Key]]
    mark: Mark = NOWHERE
    joined: bool = False
    ended: bool = False
    queue: deque[Message] = field(default_factory=deque)
    queued_bytes: int = 0
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, messages: Sequence[Message]) -> None:
        """Put messages into the queue; one that is too full is thrown away, to be read again."""
        self.queue.extend(messages)
        self.queued_bytes += sum(len(m.document.body) for m in messages)
        if self.queued_bytes > limits.STREAM_QUEUE_BYTES_MAX:
            self.joined = False
            self._empty()
        self.woken.set()

    def take(self) -> list[Message]:
        """All of the queue."""
        taken = list(self.queue)
        self._empty()
        if taken:
            self.mark = taken[-1].mark
        return taken

    def end(self) -> None:
        """Nothing more comes."""
        self.ended = True
        self.woken.set()

    def _empty(self) -> None:
        self.queue.clear()
        self.queued_bytes = 0


class Streams:
    """All who listen in this process. The reader runs while there is somebody."""

    def __init__(
        self, store: Store, desk: Snapshots, feed: Feed, *, now_s: Callable[[], int] = clock.now_s
    ) -> None:
        self._store = store
        self._desk = desk
        self._feed = feed
        self._now_s = now_s
        self._teller = Teller(store, desk)
        self._listeners: set[Listener] = set()
        self._mark = NOWHERE  # behind what the reader has told
        self._tasks: list[asyncio.Task[None]] = []
        self._catching_up = asyncio.Semaphore(limits.STREAMS_CATCHING_UP_MAX)
        self._stop = asyncio.Event()

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    # -- who listens ------------------------------------------------------------------------------
    async def begin(self, listener: Listener, last_id: str | None = None) -> Document | None:
        """Begin to listen, behind the message that had this id; None: from now on.

        Where that cannot be, the answer says so, and the stream goes on from now. Raises `TooMuch`.
        After it, `leave` must follow.
        """
        self._check_room(listener.key_id)
        self._listeners.add(listener)
        try:
            head, oldest = await self._store.read(_ends)
        except BaseException:
            self.leave(listener)
            raise
        mark = Mark.at(head) if last_id is None else read_mark(last_id)
        lost: Lost | None = None
        if mark is None or mark.seq > head:
            lost = "unknown"
        elif mark.after < oldest - 1:
            lost = "forgotten"
        listener.mark = Mark.at(head) if mark is None or lost else mark
        if self._stop.is_set():
            listener.end()
        elif not self._tasks:
            self._mark = Mark.at(head)
            self._tasks = [
                asyncio.create_task(self._read(head)),
                asyncio.create_task(self._watch_keys()),
            ]
        return self._resync(lost, mark, head) if lost else None

    def leave(self, listener: Listener) -> None:
        """Listen no more; the last one stops the reader."""
        listener.end()
        self._listeners.discard(listener)
        if not self._listeners:
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    def close(self) -> None:
        """End all streams, and those that begin later at once."""
        self._stop.set()
        for listener in self._listeners:
            listener.end()

    def _check_room(self, key_id: str) -> None:
        of_key = sum(one.key_id == key_id for one in self._listeners)
        for found, most, whose in (
            (of_key, limits.STREAMS_OF_KEY_MAX, "This key has"),
            (len(self._listeners), limits.STREAMS_MAX, "This server has"),
        ):
            if found >= most:
                detail = f"{whose} {found} streams open; there can be {most}."
                raise TooMuch(detail, code="too_many_streams")

    def _resync(self, reason: Lost, mark: Mark | None, head: int) -> Document:
        data = ResyncData(reason=reason, after=mark.seq if mark else None, sequence=head)
        message = ResyncMessage(type="resync", timestamp=write_instant(self._now_s()), data=data)
        return Document(message.type, msgspec.json.encode(message))

    # -- what a listener gets ---------------------------------------------------------------------
    async def follow(self, listener: Listener) -> AsyncGenerator[list[Message], None]:
        """What is told, in order; an empty list when it is time for a heartbeat."""
        while not listener.ended:
            if listener.joined:
                if messages := listener.take():
                    yield messages
                    continue
                listener.mark = max(listener.mark, self._mark)
                listener.woken.clear()
                if not await clock.set_within(listener.woken, limits.STREAM_HEARTBEAT_S):
                    yield []
            elif listener.mark >= self._mark:
                listener.joined = True
            else:
                async with aclosing(self._catch_up(listener)) as batches:
                    async for messages in batches:
                        yield messages

    async def _catch_up(self, listener: Listener) -> AsyncGenerator[list[Message], None]:
        """What stands in the log behind a listener's mark, some commits at a time."""
        after = listener.mark.after
        async with self._catching_up:
            found = await self._store.read(lambda view: next_batch(view, after))
        for _, commit in groupby(found, key=lambda event: event.commit):
            events = list(commit)
            wanted = [event for event in events if listener.filter.wants(event)]
            async with aclosing(self._teller.tell(wanted)) as tellings:
                while not listener.ended:
                    async with self._catching_up:
                        telling = await anext(tellings, None)
                    if telling is None:
                        break
                    rest = listener.mark.rest_of(telling)
                    messages = await self._written(rest, listener.filter, after) if rest else []
                    if messages:
                        listener.mark = messages[-1].mark
                        yield messages
            if listener.ended:
                return
            after = events[-1].seq
            listener.mark = Mark.at(after)

    async def _written(self, telling: Telling, wanted: Filter, after: int) -> list[Message]:
        return write_messages(telling, wanted, await self._desk.fresh(), after)

    # -- the reader -------------------------------------------------------------------------------
    async def _read(self, head: int) -> None:
        """Read the log once for everybody who is up to date, until there is nobody."""
        with self._feed.visiting(READER, head) as visit:
            while not self._stop.is_set():
                visit.woken.clear()
                try:
                    idle = not await self._step(visit)
                except Exception:
                    _log.exception("events not told", reader=READER)
                    await pause(PAUSE_S, self._stop)
                    continue
                if idle:
                    await pause(POLL_S, visit.woken, self._stop)

    async def _step(self, visit: Visit) -> bool:
        """Tell what is new, commit by commit; whether there was something."""
        found = await self._store.read(lambda view: next_batch(view, visit.told))
        for _, commit in groupby(found, key=lambda event: event.commit):
            events = list(commit)
            told = [event for event in events if event.kind in TOLD_KINDS]
            if told:
                await self._tell(told, visit.told)
            visit.told = events[-1].seq
            self._mark = Mark.at(visit.told)
        return bool(found)

    async def _tell(self, events: Sequence[Event], after: int) -> None:
        async with aclosing(self._teller.tell(events)) as tellings:
            async for telling in tellings:
                if self._mark.rest_of(telling) is not None:  # else told before something failed
                    self._offer(telling, await self._desk.fresh(), after)
                    self._mark = Mark.behind(telling, after)

    def _offer(self, telling: Telling, catalogue: Catalogue, after: int) -> None:
        """Give a telling to all who are up to date; it is written once for each filter."""
        written: dict[Filter, list[Message]] = {}
        for listener in self._listeners:
            if not listener.joined:
                continue
            wanted, rest = listener.filter, listener.mark.rest_of(telling)
            if rest is not telling:  # it had a part of this before it came here
                messages = write_messages(rest, wanted, catalogue, after) if rest else []
            elif wanted in written:
                messages = written[wanted]
            else:
                messages = written[wanted] = write_messages(telling, wanted, catalogue, after)
            if messages:
                listener.offer(messages)

    async def _watch_keys(self) -> None:
        """End the streams of keys and sessions that have ended."""
        while True:
            await pause(limits.STREAM_KEY_CHECK_S, self._stop)
            callers = {one.caller: one.still_allowed for one in self._listeners}
            for caller, still_allowed in callers.items():
                try:
                    await still_allowed()
                except NotAllowed:
                    for listener in [x for x in self._listeners if x.caller == caller]:
                        listener.end()
                except Exception:
                    _log.exception("keys not checked", reader=READER)
            if self._stop.is_set():
                return


def write_messages(
    telling: Telling, wanted: Filter, catalogue: Catalogue, after: int
) -> list[Message]:
    """What a filter leaves of a telling, each part with the mark behind it."""
    part = wanted.part_of(telling, catalogue)
    if part is None:
        return []
    whole = Mark.behind(telling, after)
    *others, last = write_documents(part)
    return [*(Message(whole.in_front_of(d.last), d) for d in others), Message(whole, last)]


def _ends(view: View) -> tuple[int, int]:
    """The newest event of the log, and the oldest that it still holds."""
    head, kept = view.head()[1], view.events(0, 1)
    return head, kept[0].seq if kept else head + 1


def streams_of(engine: Engine) -> Streams:
    """Streams of what an engine commits."""
    return Streams(engine.store, engine.desk, engine.feed, now_s=lambda: engine.now_ms() // 1000)
