"""All parts of the engine, built once over a store and handed to the edges."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from countline import clock
from countline.drivers import DRIVERS
from countline.engine.access import AccessDesk
from countline.engine.arranged import ArrangedDesk
from countline.engine.board import Board
from countline.engine.desk import CatalogueDesk
from countline.engine.diagnosing import Diagnosing
from countline.engine.feed import Feed
from countline.engine.followers import OCCUPANCY, OccupancyFollower
from countline.engine.intake import Intake, IntakeSettings
from countline.engine.layouts import LayoutDesk
from countline.engine.noticing import Noticing
from countline.engine.pacing import rest
from countline.engine.questions import Questions
from countline.engine.replaying import Replaying
from countline.engine.tally import PushTally
from countline.engine.ventilating import Ventilating
from countline.engine.watch import Watch
from countline.store import Store, open_store

_log = structlog.get_logger("countline.engine")

AS_THEY_COME = IntakeSettings()
IDLE_S = 1.0  # how often the follower looks without being woken: another process may write


@dataclass(slots=True, kw_only=True)
class Engine:
    """The work between edges and store. `start` sets its tasks going, `close` ends them."""

    store: Store
    desk: CatalogueDesk
    layouts: LayoutDesk
    arranged: ArrangedDesk
    access: AccessDesk
    watch: Watch
    diagnosing: Diagnosing
    intake: Intake
    follower: OccupancyFollower
    questions: Questions
    ventilating: Ventilating
    feed: Feed
    board: Board
    noticing: Noticing
    replaying: Replaying
    now_ms: Callable[[], int]
    pushes: PushTally = field(default_factory=PushTally)
    _held: bool = False
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self, *, follow: bool = True) -> None:
        """Read the catalogue, then commit pushes, follow events and watch sensors until `close`.

        Without `follow` another process follows: a command beside a running server.
        """
        await self.desk.fresh()
        await self.watch.load()
        self._tasks.append(asyncio.create_task(self.intake.run(self._stop)))
        if follow:
            self._tasks.append(asyncio.create_task(self._follow()))
            self._tasks.append(asyncio.create_task(self.watch.run(self._stop)))

    def woke(self) -> None:
        """Something was committed: readers look at once."""
        self._woken.set()
        self.feed.wake()

    async def _follow(self) -> None:
        """Follow events until stopped. A step that fails is done again; its cursor has not moved."""
        while not self._stop.is_set():
            self._woken.clear()
            try:
                while not (self._held or self._stop.is_set()) and await self._step():
                    pass
            except Exception:
                self.watch.trouble(OCCUPANCY, "The last step failed; see the log.")
                _log.exception("follower_failed", follower=OCCUPANCY)
            else:
                self.watch.trouble(OCCUPANCY, None)
            await clock.set_within(self._woken, IDLE_S)

    async def _step(self) -> bool:
        """One step, and the rest that pushes are left after it."""
        began_s, before = clock.elapsed_s(), self.intake.packages
        stepped = await self.follower.step()
        told = await self.noticing.step()
        took_s, came = clock.elapsed_s() - began_s, self.intake.packages - before
        if stepped or told:
            self.feed.wake()
        if stepped:
            await rest(took_s, came, lambda: self.intake.packages, self._stop)
        return stepped or self.noticing.behind

    @contextmanager
    def holding_back(self) -> Iterator[None]:
        """Followers wait while much is imported: what they make is made once, afterwards."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self._woken.set()

    async def settled(self) -> None:
        """Return when followers have passed everything that is committed now."""
        _, head = await self.store.read(lambda view: view.head())
        self._woken.set()
        following = len(self._tasks) > 1
        while await self.store.read(lambda view: view.cursor(OCCUPANCY)) < head:
            if not following and not await self.follower.step():
                return
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """Commit what is queued, end the tasks, and let go of the store."""
        self._stop.set()
        self._woken.set()
        self.feed.wake()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if len(self._tasks) > 1:
            await self.watch.flush()
        await self.store.close()


def make_engine(
    store: Store,
    *,
    now_ms: Callable[[], int] = clock.now_ms,
    intake: IntakeSettings = AS_THEY_COME,
) -> Engine:
    """Build the engine over an open store; nothing runs yet."""

    def now_s() -> int:
        return now_ms() // 1000

    desk = CatalogueDesk(store, now_s=now_s)
    feed = Feed(store, now_ms=now_ms)
    watch = Watch(desk, feed, now_ms=now_ms)
    woken: list[Callable[[], None]] = []
    taking = Intake(
        desk,
        watch,
        DRIVERS,
        now_ms=now_ms,
        on_commit=lambda commit: woken[0](),
        settings=intake,
    )
    questions = Questions(desk, watch, now_s=now_s)
    ventilating = Ventilating(desk, watch, now_s=now_s)
    board = Board()
    engine = Engine(
        store=store,
        desk=desk,
        layouts=LayoutDesk(desk, now_s=now_s),
        arranged=ArrangedDesk(desk, now_s=now_s),
        access=AccessDesk(desk, now_s=now_s),
        watch=watch,
        diagnosing=Diagnosing(desk, watch),
        intake=taking,
        follower=OccupancyFollower(desk, now_s=now_s),
        questions=questions,
        ventilating=ventilating,
        feed=feed,
        board=board,
        noticing=Noticing(desk, watch, questions, ventilating, board, now_s=now_s),
        replaying=Replaying(desk, taking, now_ms=now_ms),
        now_ms=now_ms,
    )
    woken.append(engine.woke)
    desk.when_registered(engine.replaying.adopt)
    return engine


async def open_engine(
    store_url: str,
    *,
    follow: bool = True,
    now_ms: Callable[[], int] = clock.now_ms,
    intake: IntakeSettings = AS_THEY_COME,
) -> Engine:
    """Open a store and start the engine over it."""
    engine = make_engine(open_store(store_url), now_ms=now_ms, intake=intake)
    await engine.start(follow=follow)
    return engine
