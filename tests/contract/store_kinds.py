"""The stores that the contract is for, and how a test drives them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest

from countline.model.claim import Claim, Minute
from countline.model.ids import LocationId, SensorNo, SeriesNo
from countline.store import Accepted, Store, Transaction, open_store
from countline.testing.reference_store import ReferenceStore
from tests.contract.store_world import BASE_S, DAY_S, LOCATIONS, NOW_S, SENSORS, SERIES, full_look

T = TypeVar("T")
Opener = Callable[[Path], Store]

# A store that keeps its data elsewhere joins by a line here; `folder` is a test's own.
DURABLE: dict[str, Opener] = {
    "sqlite": lambda folder: open_store(f"sqlite:///{folder}/countline.db", threads=False),
}
ALL: dict[str, Opener] = {"reference": lambda folder: ReferenceStore(), **DURABLE}

each_store = pytest.mark.parametrize("opener", ALL.values(), ids=ALL.keys())
each_durable = pytest.mark.parametrize("opener", DURABLE.values(), ids=DURABLE.keys())

# Thousands of commits: a folder in memory, where there is one, spares the disk and the clock.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


def run(step: Awaitable[T]) -> T:
    """Finish one asynchronous step."""

    async def whole() -> T:
        return await step

    return asyncio.run(whole())


@contextmanager
def empty_store(opener: Opener) -> Iterator[Store]:
    """A store that knows the world's catalogue, and nothing else."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        store = opener(Path(folder))
        run(store.write(furnish))
        yield store
        run(store.close())


def furnish(tx: Transaction) -> None:
    """Save the world's catalogue."""
    tx.save(*LOCATIONS, *SENSORS, *SERIES)


def minute(at: int, *values: int | None, **changes: Any) -> Accepted:
    """A push of sensor 1, received on the first day, about minute `at` of it."""
    fields: dict[str, Any] = {"rank": 1, "covered_s": 60, "sequence": 1, "sensor": SensorNo(1)}
    one = Minute(minute=BASE_S // 60 + at, values=values, **fields | changes)
    return Accepted(
        received_ms=(BASE_S + DAY_S) * 1000,
        driver="xovis_v5",
        sensor=one.sensor,
        location_id=LocationId("ZRH"),
        minutes=[one],
    )


def long(at_s: int, length_s: int, value: int, **changes: int) -> Accepted:
    """A push about a bin of series 10 that starts `at_s` seconds into the first day."""
    fields: dict[str, Any] = {"series": SeriesNo(10), "rank": 1, "sequence": 1}
    fields |= {"covered_s": length_s} | changes
    claim = Claim(start_s=BASE_S + at_s, length_s=length_s, value=value, **fields)
    return Accepted(received_ms=(BASE_S + DAY_S) * 1000, claims=[claim])


class Pair:
    """A store and the reference, told the same."""

    def __init__(self, opener: Opener, folder: str) -> None:
        self._opener, self._folder = opener, Path(folder)
        self.store = opener(self._folder)
        self.reference = ReferenceStore()
        self.both(lambda store: store.write(furnish))

    def both(self, step: Callable[[Store], Awaitable[T]]) -> T:
        """Do a step with both; they must answer the same."""
        answer, right = run(step(self.store)), run(step(self.reference))
        assert answer == right
        return answer

    def agree(self) -> None:
        """Look at everything in both."""
        answer, right = run(self.store.read(full_look)), run(self.reference.read(full_look))
        for verb in right:
            assert answer[verb] == right[verb], verb

    def do(self, step: str) -> None:
        """Something that may change no answer."""
        if step == "reopen":
            run(self.store.close())
            self.store = self._opener(self._folder)
        elif step == "rebuild":
            run(self.store.rebuild())
        else:
            run(self.store.compact(NOW_S if step == "compact all" else BASE_S + 4 * DAY_S))
