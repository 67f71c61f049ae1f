"""Group commit: everything that came while the last commit ran shares the next one."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

import structlog

from countline.drivers.reading import Driver, Push
from countline.engine.keeping import Aside, Shelf
from countline.engine.watch import Watch
from countline.errors import NotReady, StoreError
from countline.limits import GROUP_MINUTES_MAX, GROUP_PUSHES_MAX, INTAKE_QUEUE_MAX
from countline.store.seam import Accepted, Commit, Outcome, Store

_log = structlog.get_logger("countline.grouping")


Told = Callable[[Outcome | StoreError], None]


@dataclass(slots=True)
class Queued:
    """A package on its way to disk, the push that it came in, and who is told how it went."""

    accepted: Accepted
    push: Push | None
    told: Told
    is_told: bool = False

    def tell(self, what: Outcome | StoreError) -> None:
        """Tell it, once; one that cannot hear it does not break its group."""
        if self.is_told:
            return
        self.is_told = True
        try:
            self.told(what)
        except Exception:
            _log.exception("push_not_answered")


def told_to(future: asyncio.Future[Outcome]) -> Told:
    """Tells whoever waits for a future; one that hung up is left alone."""

    def tell(what: Outcome | StoreError) -> None:
        if future.done():
            return
        if isinstance(what, StoreError):
            future.set_exception(what)
        else:
            future.set_result(what)

    return tell


class GroupCommit:
    """Commits one group after the other, and tells everybody in it how it went."""

    def __init__(
        self,
        store: Store,
        watch: Watch,
        drivers: Mapping[str, Driver],
        *,
        on_commit: Callable[[Commit], None],
        linger_ms: int,
        failed_bytes_max: int,
    ) -> None:
        self._store = store
        self._watch = watch
        self._drivers = drivers
        self._on_commit = on_commit
        self._linger_s = linger_ms / 1000
        self._shelf = Shelf(store, bytes_max=failed_bytes_max)
        self._queue: deque[Queued] = deque()
        self._more = asyncio.Event()
        self.commits = 0  # groups that are on disk
        self.packages = 0  # in these

    # -- the queue --------------------------------------------------------------------------------
    def check_room(self) -> None:
        """Raises `NotReady` while the queue is full."""
        if len(self._queue) >= INTAKE_QUEUE_MAX:
            raise NotReady("Too many pushes are waiting for the disk.", retry_after_s=5)

    async def commit(self, accepted: Sequence[Accepted], push: Push | None = None) -> list[Outcome]:
        """Return once all of it is on disk. Raises `StoreError`: then some of it may be."""
        if not accepted:
            return []
        loop = asyncio.get_running_loop()
        waits: list[asyncio.Future[Outcome]] = [loop.create_future() for _ in accepted]
        for one, wait in zip(accepted, waits, strict=True):
            self.queue(one, push, told_to(wait))
        return list(await asyncio.gather(*waits))

    def queue(self, accepted: Accepted, push: Push | None, told: Told) -> None:
        """Commit with the next group, and tell how it went."""
        self._queue.append(Queued(accepted, push, told))
        self._more.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Commit groups until told to stop; what is queued by then is still committed."""
        stopping = asyncio.create_task(stop.wait())
        try:
            while not (stop.is_set() and not self._queue):
                if not self._queue:
                    more = asyncio.create_task(self._more.wait())
                    await asyncio.wait({more, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    more.cancel()
                    self._more.clear()
                    continue
                if self._linger_s:
                    await asyncio.sleep(self._linger_s)
                await self._commit_group(self._next_group())
        finally:
            stopping.cancel()

    def _next_group(self) -> list[Queued]:
        group: list[Queued] = []
        minutes = 0
        while self._queue and len(group) < GROUP_PUSHES_MAX and minutes < GROUP_MINUTES_MAX:
            group.append(self._queue.popleft())
            minutes += len(group[-1].accepted.minutes) + len(group[-1].accepted.claims)
        return group

    # -- one group --------------------------------------------------------------------------------
    async def _commit_group(self, group: Sequence[Queued]) -> None:
        """Commit, and answer everyone. Whatever happens, nobody waits for ever."""
        try:
            try:
                commit = await self._store.apply([one.accepted for one in group])
            except Exception as error:
                await self._after_failure(group, error)
            else:
                self.commits += 1
                self.packages += len(group)
                self._answer(group, commit)
            kept = (push for one in group for push in one.accepted.kept)
            if size := sum(len(push.body) for push in kept):
                await self._shelf.took(size)
        except Exception:
            _log.exception("group_not_answered")
        finally:
            for one in group:
                if not one.is_told:
                    one.tell(StoreError("It is not known whether this is on disk; send it again."))

    def _answer(self, group: Sequence[Queued], commit: Commit) -> None:
        for one, outcome in zip(group, commit.outcomes, strict=True):
            self._heard(one.accepted)
            one.tell(outcome)
        self._on_commit(commit)

    def _heard(self, accepted: Accepted) -> None:
        if accepted.sensor is None:
            return
        ends_s = [60 * m.minute + 60 for m in accepted.minutes]
        if accepted.claims:
            ends_s += [c.start_s + c.length_s for c in accepted.claims]
        if accepted.frames:
            ends_s += [60 * f.minute + f.seconds.bit_length() for f in accepted.frames if f.always]
        if ends_s:
            self._watch.counted(accepted.sensor, max(ends_s))

    async def _after_failure(self, group: Sequence[Queued], error: Exception) -> None:
        """A disk that refuses fails the whole group; anything else is one push's own fault."""
        if is_of_disk(error):
            for one in group:
                one.tell(error)
            return
        for at, one in enumerate(group):
            try:
                self._answer([one], await self._apply_alone(one))
            except StoreError as refused:
                for other in group[at:]:
                    other.tell(refused)
                return

    async def _apply_alone(self, one: Queued) -> Commit:
        """One push of a group that failed; the one that is at fault is kept with its error."""
        accepted, push = one.accepted, one.push
        try:
            return await self._store.apply([accepted])
        except Exception as error:
            if is_of_disk(error):
                raise
            _log.exception("push_not_counted", driver=accepted.driver, sensor=accepted.sensor)
            if push is None:  # of a file, whose import tells it
                raise StoreError(f"The store could not count this: {error!r}") from error
            aside = Aside(push, self._drivers[push.driver])
            detail = f"The store could not count this body: {error!r}"
            aside.put("failed", "not_counted", detail, accepted.sensor)
            one.accepted = replace(accepted, minutes=(), claims=(), body=None, kept=aside.rows())
            return await self._store.apply([one.accepted])


def is_of_disk(error: Exception) -> TypeGuard[StoreError]:
    """Whether the same may go well the next time: the store refused, and not for what was in it."""
    return isinstance(error, StoreError) and not error.extra.get("unfit")
