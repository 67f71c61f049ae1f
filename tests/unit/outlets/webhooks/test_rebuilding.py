"""A receiver that drops ids it knows has, in the end, exactly the numbers of the store."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from countline.engine import messages
from countline.engine.catalogue import read_catalogue
from countline.engine.feed import next_batch
from countline.engine.telling import Teller
from countline.model.claim import Claim, Minute
from countline.model.ids import SeriesNo
from countline.outlets.webhooks.messages import Message, write_messages
from countline.store.seam import Accepted, Store, View
from countline.testing.reference_store import ReferenceStore
from tests.told_house import BACK, DOOR, LONDON, NOON_S, records

SERIES = {DOOR: (10, 11), BACK: (20, 21)}
LENGTHS_S = (60, 60, 60, 120)
VALUES = (0, 1, 2_000_000_000)  # of different lengths, so that parts shift when they change


@dataclass(slots=True)
class Consumer:
    """What a receiver is told to do: drop known ids, keep each row with its greatest revision."""

    seen: set[str] = field(default_factory=set)
    rows: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    sequence: int = 0

    def take(self, message: Message) -> None:
        if message.id in self.seen:
            return
        self.seen.add(message.id)
        data = json.loads(message.body)["data"]
        for row in data["rows"]:
            key = (row["sensor_id"], row["channel"], row["timestamp"], row["duration_seconds"])
            if key not in self.rows or row["revision"] >= self.rows[key]["revision"]:
                self.rows[key] = row

    def numbers(self) -> dict[tuple[Any, ...], dict[str, int]]:
        """The values that count, by row."""
        values = {
            key: {measure: value for measure, value in row["values"].items() if value is not None}
            for key, row in self.rows.items()
        }
        return {key: value for key, value in values.items() if value}


def of_store(view: View) -> dict[tuple[Any, ...], dict[str, int]]:
    """The same, straight from the bins that count."""
    catalogue = read_catalogue(view)
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    for one in view.bins(list(catalogue.series), 0, 2**40):
        series = catalogue.series[one.series]
        sensor_id = catalogue.sensors[series.sensor].sensor_id
        turned = {"forward": "backward", "backward": "forward"}
        measure = turned[series.measure] if series.sensor == BACK else series.measure
        key = (sensor_id, series.channel, messages.write_instant(one.start_s), one.length_s)
        found.setdefault(key, {})[measure] = one.value
    return found


claims = st.tuples(
    st.sampled_from([DOOR, BACK]),
    st.integers(0, 1),  # which of its series
    st.integers(0, 4),  # minutes after noon
    st.sampled_from(LENGTHS_S),
    st.integers(1, 2),  # rank
    st.sampled_from(VALUES),
)
pushes = st.tuples(st.lists(claims, min_size=1, max_size=8), st.sampled_from([False, True, True]))
groups = st.lists(pushes, min_size=1, max_size=3)
crashes = st.integers(0, 6)  # after how many messages; the cursor is then not moved
steps = st.lists(st.one_of(groups, crashes), min_size=3, max_size=14)


def accepted(push: tuple[Any, bool], sequence: int) -> Iterator[Accepted]:
    """What a push brings in, one sensor at a time, in time or two days late."""
    listed, late = push
    for sensor, numbers in SERIES.items():
        mine = [claim for claim in listed if claim[0] == sensor]
        minutes, longer = [], []
        for _, which, minute, length_s, rank, value in mine:
            start_s = NOON_S + 60 * minute
            if length_s == 60:
                values = [value if n == numbers[which] else None for n in range(31)]
                minutes.append(Minute(sensor, start_s // 60, rank, 60, sequence, tuple(values)))
            else:
                series = SeriesNo(numbers[which])
                longer.append(Claim(series, start_s, length_s, rank, length_s, sequence, value))
        if mine:
            yield Accepted(
                received_ms=(NOON_S + 172_800 * late) * 1000,
                sensor=sensor,
                location_id=LONDON,
                minutes=minutes,
                claims=longer,
            )


@dataclass(slots=True)
class House:
    """A store, a consumer, and a cursor that moves when a whole batch was taken."""

    store: Store = field(default_factory=ReferenceStore)
    consumer: Consumer = field(default_factory=Consumer)
    cursor: int = 0

    async def fresh(self) -> Any:
        return await self.store.read(read_catalogue)

    async def deliver(self, crash_after: int | None) -> bool:
        """Tell the next batch; False when there is none."""
        events = await self.store.read(lambda view: next_batch(view, self.cursor, limit=3))
        told = 0
        async for telling in Teller(self.store, self).tell(events):
            for message in write_messages(telling, "webhook:abc"):
                if told == crash_after:
                    return True
                self.consumer.take(message)
                told += 1
        self.cursor = events[-1].seq if events else self.cursor
        return bool(events)

    async def live(self, steps: list[Any]) -> None:
        await self.store.write(lambda tx: tx.save(*records()))
        for sequence, step in enumerate(steps):
            if isinstance(step, int):
                await self.deliver(crash_after=step)
            else:
                group = [one for push in step for one in accepted(push, sequence)]
                await self.store.apply(group)
        while await self.deliver(crash_after=None):
            pass


@given(steps=steps)
@settings(deadline=None, max_examples=80)
def test_whatever_crashes_in_between(steps: list[Any]) -> None:
    house = House()
    with patch.object(messages, "WEBHOOK_BODY_BYTES_MAX", 900):  # one to three rows in a body
        asyncio.run(house.live(steps))
    assert house.consumer.numbers() == asyncio.run(house.store.read(of_store))
