"""A board, a small event log, and the outlet that tells a broker of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from countline.engine.board import Board
from countline.engine.feed import Feed
from countline.engine.telling import Teller
from countline.model.board import AirNow, SensorNow, ZoneNow
from countline.model.ids import LocationId, SensorId, ZoneId
from countline.outlets.mqtt import MqttSettings, run_mqtt
from tests.app.mosquitto import Mosquitto
from tests.small_store import SmallStore
from tests.told_house import DOOR, LONDON, NOON_S, counts, one_bin, records

INSTALLATION = "ab12cd34ef"

HALL = ZoneNow(
    zone_id=ZoneId(1),
    location_id=LONDON,
    name="Hall",
    location_name="London",
    as_of_s=NOON_S,
    people=7,
    last_known=7,
    high=9.5,
    quality="good",
    in_today=40,
    out_today=33,
    in_total=1_040,
    out_total=1_033,
    area_m2=70.0,
    capacity=28,
    density=0.1,
    utilisation=0.25,
    light="green",
    air=AirNow(
        as_of_s=NOON_S,
        flow=45.123456,
        design_flow=120.0,
        unit="L/s",
        population=10,
        mode="occupied",
        fallback=False,
    ),
)
YARD = ZoneNow(
    zone_id=ZoneId(2), location_id=LONDON, name="Yard", location_name="London", people=0,
    quality="fair", in_total=5, out_total=5,
)  # fmt: skip
DOOR_NOW = SensorNow(
    sensor_id=SensorId("S.DOOR"),
    location_id=LONDON,
    name="Front door",
    health="healthy",
    last_push_s=NOON_S,
    firmware="5.9.1",
)


def unknown(zone: ZoneNow) -> ZoneNow:
    """The same zone, when nobody knows how many are in it."""
    return replace(zone, people=None, high=None, quality="unknown", density=None, utilisation=None)


class MqttHouse:
    """What an outlet tells; `running` is a run of it, and there may be one after the other."""

    def __init__(self, there: Mosquitto, folder: Path, **changes: Any) -> None:
        self.there = there
        self.folder = folder
        self.board = Board()
        self.store = SmallStore(*records())
        self.feed = Feed(self.store.as_store())
        self.settle_s = 0.0
        broker_settings = changes.pop("broker", there.settings())
        self.settings = MqttSettings(broker=broker_settings, installation=INSTALLATION, **changes)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The outlet, until the end of the block."""
        stop = asyncio.Event()
        task = asyncio.create_task(
            run_mqtt(
                self.settings,
                board=self.board,
                feed=self.feed,
                teller=Teller(self.store.as_store(), self.store),
                memory=self.folder / "topics.json",
                stop=stop,
                from_seq=0,
                settle_s=self.settle_s,
            )
        )
        try:
            yield
        finally:
            stop.set()
            self.feed.wake()
            await task

    def new_run(self) -> None:
        """As after a start: nothing hangs on the board yet."""
        self.board = Board()

    def commit(self, minute: int) -> None:
        """One event, of a minute that counts so many as it is old."""
        at_s = NOON_S + 60 * minute
        self.store.add(counts(DOOR, at_s, at_s + 60), bins=[one_bin(10, at_s, minute)])
        self.feed.wake()

    def trouble(self) -> str:
        """What health says of the broker."""
        said = self.feed.troubles().get("mqtt")
        return said.detail if said else ""


def moved(zone: ZoneNow, location_id: str) -> ZoneNow:
    """A zone at another location."""
    return replace(zone, location_id=LocationId(location_id))
