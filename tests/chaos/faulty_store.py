"""A store that does what it is told to, except once."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

from countline.errors import StoreError
from countline.store.seam import Accepted, Commit, Store, StoreFacts, Transaction, View

T = TypeVar("T")

Verb = Literal["apply", "write", "read"]


class FaultyStore:
    """Fails at the n-th call of one verb: before it did anything, or after all is on disk.

    `poison` raises for groups that hold certain pushes; `gate` holds up every `apply` while closed.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.calls: dict[Verb, int] = {"apply": 0, "write": 0, "read": 0}
        self.verb: Verb | None = None
        self.at = 0
        self.afterwards = False
        self.failed = 0
        self.poison: Callable[[Accepted], Exception | None] = lambda accepted: None
        self.gate = asyncio.Event()
        self.gate.set()

    def fail(self, verb: Verb, at: int, *, afterwards: bool = False) -> None:
        """Count calls from now on, and fail at the n-th of one verb."""
        self.calls = {"apply": 0, "write": 0, "read": 0}
        self.verb, self.at, self.afterwards, self.failed = verb, at, afterwards, 0

    def _due(self, verb: Verb) -> bool:
        self.calls[verb] += 1
        return verb == self.verb and self.calls[verb] == self.at

    def _fail(self) -> StoreError:
        self.failed += 1
        return StoreError("the disk was told to refuse")

    async def apply(self, group: Sequence[Accepted]) -> Commit:
        due = self._due("apply")
        await self.gate.wait()
        for accepted in group:
            if error := self.poison(accepted):
                raise error
        if due and not self.afterwards:
            raise self._fail()
        commit = await self.store.apply(group)
        if due:
            raise self._fail()
        return commit

    async def write(self, work: Callable[[Transaction], T]) -> T:
        due = self._due("write")
        if due and not self.afterwards:
            raise self._fail()
        result = await self.store.write(work)
        if due:
            raise self._fail()
        return result

    async def read(self, work: Callable[[View], T], *, heavy: bool = False) -> T:
        if self._due("read"):
            raise self._fail()
        return await self.store.read(work, heavy=heavy)

    async def compact(self, now_s: int) -> int:
        return await self.store.compact(now_s)

    async def rebuild(self) -> None:
        await self.store.rebuild()

    def facts(self) -> StoreFacts:
        return self.store.facts()

    async def close(self) -> None:
        await self.store.close()
