"""Bodies kept with a reason: once for each push, and within bounds, the oldest making room."""

from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from countline.drivers.reading import Driver, Push
from countline.errors import StoreError
from countline.model.ids import DeviceKey, SensorNo
from countline.store.seam import KeptPush, PushState, Store, Transaction, View

_log = structlog.get_logger("countline.keeping")

SHELVED: tuple[PushState, ...] = ("failed", "clock", "late")
PAGE = 20  # kept bodies in memory at once; most have a few kB, the largest 10 MB
ROOM_PART = 10  # a tenth is freed at once, so that making room is rare
DETAIL_MAX = 500


@dataclass(slots=True)
class _Reason:
    code: str
    detail: str
    sensor: SensorNo | None
    more: int = 0


class Aside:
    """What one push leaves behind uncounted: its body once in each state, with the first reason."""

    def __init__(self, push: Push, driver: Driver) -> None:
        self._push = push
        self._driver = driver
        self._reasons: dict[PushState, _Reason] = {}
        self.waiting: set[DeviceKey] = set()  # discovered devices for which it is kept already

    def put(self, state: PushState, code: str, detail: str, sensor: SensorNo | None) -> None:
        """A part of the push is not counted."""
        first = self._reasons.get(state)
        if first is None:
            self._reasons[state] = _Reason(code, detail, sensor)
        else:
            first.more += 1

    def rows(self) -> list[KeptPush]:
        """The push as it is kept; nothing where all of it was counted."""
        if not self._reasons:
            return []
        body = bare_body(self._driver, self._push.body)
        return [
            KeptPush(
                push_id=0,
                state=state,
                driver=self._push.driver,
                received_ms=self._push.received_ms,
                code=why.code,
                detail=_sentence(why),
                body=body,
                sensor=why.sensor,
            )
            for state, why in self._reasons.items()
        ]


def bare_body(driver: Driver, body: bytes) -> bytes:
    """A body without persons; empty where even that fails, for a person's trace must not stay."""
    try:
        return driver.strip_persons(body)
    except Exception:
        _log.exception("persons_not_stripped", driver=driver.name)
        return b""


def _sentence(why: _Reason) -> str:
    detail = why.detail if len(why.detail) <= DETAIL_MAX else f"{why.detail[:DETAIL_MAX]}..."
    return f"{detail} And {why.more} more." if why.more else detail


# -- bounds ---------------------------------------------------------------------------------------
class Shelf:
    """Knows how much is kept of what could not be counted, and makes room when it is too much."""

    def __init__(self, store: Store, *, bytes_max: int) -> None:
        self._store = store
        self._bytes_max = bytes_max
        self._held: int | None = None  # nobody looked yet

    async def took(self, size: int) -> None:
        """So many bytes more are kept now. Never raises: what is kept is safe already."""
        try:
            if self._held is None:
                self._held = await self._store.read(shelved_bytes)
            else:
                self._held += size
            if self._held > self._bytes_max:
                self._held = await self._store.write(self._make_room)
        except StoreError as error:
            _log.warning("no_room_made", detail=error.detail)

    def _make_room(self, tx: Transaction) -> int:
        """Drop the oldest; another process may have dropped some meanwhile. Gives what is left."""
        held = shelved_bytes(tx)
        if held <= self._bytes_max:
            return held
        wanted = self._bytes_max - self._bytes_max // ROOM_PART
        dropped: list[int] = []
        for push in oldest_first(tx, None):
            if held <= wanted:
                break
            if push.state in SHELVED:
                dropped.append(push.push_id)
                held -= len(push.body)
        tx.drop_pushes(dropped)
        _log.warning("kept_pushes_dropped", dropped=len(dropped), bytes_max=self._bytes_max)
        return held


def shelved_bytes(view: View) -> int:
    """Bytes of all bodies that are kept and wait for nobody's registration."""
    return sum(size for state in SHELVED for size in view.push_bytes(state).values())


def oldest_first(view: View, state: PushState | None) -> Iterator[KeptPush]:
    """Kept pushes by id, a few in memory at a time."""
    after = 0
    while page := view.pushes(state, after=after, limit=PAGE):
        yield from page
        after = page[-1].push_id
