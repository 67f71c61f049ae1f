"""One contract for every store: whatever is told, in whatever order, it agrees with the reference."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline.model.claim import Claim, Minute
from countline.model.ids import SensorNo, SeriesNo
from countline.store import Accepted, Store, Transaction, open_store
from countline.testing.reference_store import ReferenceStore
from tests.contract.store_world import (
    BASE_S,
    DAY_S,
    LOCATIONS,
    NOW_S,
    SENSORS,
    SERIES,
    backlogs,
    full_look,
    pushes,
)

T = TypeVar("T")
Opener = Callable[[Path], Store]

# A store that PostgreSQL or another keeps joins by a line here; `folder` is its own for one test.
DURABLE: dict[str, Opener] = {
    "sqlite": lambda folder: open_store(f"sqlite:///{folder}/countline.db", threads=False),
}
ALL: dict[str, Opener] = {"reference": lambda folder: ReferenceStore(), **DURABLE}


@pytest.fixture(params=ALL.values(), ids=ALL.keys())
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind, with the world's catalogue."""
    store: Store = request.param(tmp_path)
    run(store.write(furnish))
    yield store
    run(store.close())


# Thousands of commits: a folder in memory, where there is one, spares the disk and the clock.
MEMORY = next((folder for folder in ("/dev/shm",) if Path(folder).is_dir()), None)

each_durable = pytest.mark.parametrize("opener", DURABLE.values(), ids=DURABLE.keys())


def run(step: Awaitable[T]) -> T:
    """Finish one asynchronous step."""

    async def whole() -> T:
        return await step

    return asyncio.run(whole())


def furnish(tx: Transaction) -> None:
    tx.save(*LOCATIONS, *SENSORS, *SERIES)


def minute(at: int, *values: int | None, **changes: Any) -> Accepted:
    """A push of sensor 1 about minute `at` of the first day."""
    fields: dict[str, Any] = {"rank": 1, "covered_s": 60, "sequence": 1, "sensor": SensorNo(1)}
    fields |= changes
    one = Minute(minute=BASE_S // 60 + at, values=values, **fields)
    return Accepted(received_ms=BASE_S * 1000, sensor=one.sensor, minutes=[one])


def long(at_s: int, length_s: int, value: int, **changes: int) -> Accepted:
    """A push about a long bin of series 10."""
    fields: dict[str, Any] = {"series": SeriesNo(10), "rank": 1, "sequence": 1}
    fields |= {"covered_s": length_s} | changes
    claim = Claim(start_s=BASE_S + at_s, length_s=length_s, value=value, **fields)
    return Accepted(received_ms=BASE_S * 1000, claims=[claim])


class Pair:
    """A store and the reference, told the same."""

    def __init__(self, opener: Opener, folder: Path) -> None:
        self._opener, self._folder = opener, folder
        self.store = opener(folder)
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


def told_in_turn(opener: Opener, steps: list[Any]) -> None:
    """Groups and interruptions, one after the other, with a full look after each interruption."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        pair = Pair(opener, Path(folder))
        for step in steps:
            if isinstance(step, str):
                pair.do(step)
                pair.agree()
            else:
                pair.both(lambda store, group=step: store.apply(group))  # type: ignore[misc]
        pair.agree()
        run(pair.store.close())


SHORT = pushes(long_ones=False)
GROUPS = st.one_of(st.lists(pushes(), max_size=6), st.lists(backlogs(), min_size=1, max_size=2))
QUIET_STEPS = st.sampled_from(["compact", "compact all", "reopen", "rebuild"])


@each_durable
@settings(max_examples=150)
@given(steps=st.lists(st.one_of(QUIET_STEPS, GROUPS), max_size=8))
def test_anything_in_any_order_agrees_with_the_reference(opener: Opener, steps: list[Any]) -> None:
    told_in_turn(opener, steps)


@each_durable
@settings(max_examples=100)
@given(
    steps=st.lists(
        st.one_of(QUIET_STEPS, st.lists(st.one_of(SHORT, SHORT, backlogs()), max_size=8)),
        max_size=8,
    )
)
def test_minutes_alone_agree_with_the_reference(opener: Opener, steps: list[Any]) -> None:
    told_in_turn(opener, steps)


@each_durable
@settings(max_examples=60)
@given(data=st.data(), batch=st.lists(pushes(), min_size=1, max_size=8))
def test_doubled_shuffled_and_split_batches_end_in_the_same_numbers(
    opener: Opener, data: st.DataObject, batch: list[Accepted]
) -> None:
    """I3 and I4: winners, what counts, coverage and sums are functions of the set of claims."""
    shuffled = data.draw(st.permutations([*batch, *batch]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    with TemporaryDirectory(dir=MEMORY) as one, TemporaryDirectory(dir=MEMORY) as other:
        straight, mixed = Pair(opener, Path(one)), Pair(opener, Path(other))
        straight.both(lambda store: store.apply(batch))
        for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True):
            mixed.both(lambda store, part=shuffled[start:end]: store.apply(part))  # type: ignore[misc]
        for pair in (straight, mixed):
            pair.agree()
        assert numbers(straight.store) == numbers(mixed.store)
        run(straight.store.close())
        run(mixed.store.close())


def numbers(store: Store) -> dict[str, Any]:
    """All that tells nothing of arrival: everything but commits, events and bodies."""
    look = run(store.read(full_look))
    told = {verb: look[verb] for verb in ("claims", "span")}
    for verb in ("bins", "long"):
        told[verb] = [one._replace(commit=0) for one in look[verb]]
    told["overlapped"] = [[b._replace(commit=0) for b in part] for part in look["overlapped"]]
    for verb in ("quarters", "hours"):
        told[verb] = {
            series: [bucket._replace(commit=0) for bucket in buckets]
            for series, buckets in look[verb].items()
        }
    return told
