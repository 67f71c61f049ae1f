"""Tells one broker: what stands on the board whenever it changes, and events by a cursor of its own."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path

from countline.broker import USUAL, Broker, BrokerGone, Message, Ways, stay_connected
from countline.engine.board import Board, Changes
from countline.engine.feed import Feed, pause
from countline.engine.messages import write_documents
from countline.engine.telling import Teller
from countline.errors import NotReady
from countline.model.event import Event
from countline.model.query import Reason
from countline.outlets.mqtt.memory import Memory
from countline.outlets.mqtt.settings import MqttSettings
from countline.outlets.mqtt.standing import Standings
from countline.outlets.mqtt.topics import OFFLINE, ONLINE, Topics

SETTLE_S = 150  # the board is looked over each minute: after two of them it is whole
LOOK_S = 60.0
TOGETHER = 100  # events under way at once
FEW = 20  # messages of sensors before it is looked whether zones have changed

Report = Callable[[Reason | None], None]


class MqttOutlet:
    """An outlet. A batch of events is told once the broker has acknowledged each of its documents.

    Events wait for a connection, and a batch that was interrupted is told again from its beginning.
    """

    def __init__(
        self,
        settings: MqttSettings,
        *,
        board: Board,
        teller: Teller,
        memory: Path,
        stop: asyncio.Event,
        ways: Ways = USUAL,
        settle_s: float = SETTLE_S,
    ) -> None:
        self.name = settings.reader
        self._settings = settings
        self._board = board
        self._teller = teller
        self._stop = stop
        self._ways = ways
        self._topics = Topics(
            base=settings.base_topic,
            prefix=settings.discovery_prefix,
            installation=settings.installation,
        )
        self._standings = Standings(
            board,
            self._topics,
            Memory(memory, settings.broker.where),
            discovery=settings.discovery,
            settle_s=settle_s,
            elapsed_s=ways.elapsed_s,
        )
        self._believed = False  # the board, in what it does not show
        self._broker: Broker | None = None
        self._up = asyncio.Event()

    # -- events -----------------------------------------------------------------------------------
    async def deliver(self, events: Sequence[Event]) -> None:
        """Tell all of a batch. Raises `NotReady` when stopped before that, or refused."""
        while True:
            broker = await self._connection()
            try:
                await self._tell_events(broker, events)
            except BrokerGone:  # which health tells of
                continue
            return

    async def _connection(self) -> Broker:
        while self._broker is None or self._broker.lost.is_set():
            self._up.clear()
            await pause(LOOK_S, self._up, self._stop)
            if self._stop.is_set():
                raise NotReady("stopped")
        return self._broker

    async def _tell_events(self, broker: Broker, events: Sequence[Event]) -> None:
        waiting: list[Message] = []
        async with aclosing(self._teller.tell(events)) as tellings:
            async for telling in tellings:
                for document in write_documents(telling):
                    waiting.append(Message(self._topics.event(document.type), document.body))
                if len(waiting) >= TOGETHER:
                    await broker.publish(*waiting)
                    waiting = []
        await broker.publish(*waiting)

    # -- what is so now ---------------------------------------------------------------------------
    async def run(self, report: Report) -> None:
        """Keep a connection, and tell what stands on the board, until stopped."""
        await stay_connected(
            self._settings.broker,
            self._work,
            stop=self._stop,
            report=report,
            will=Message(self._topics.status, OFFLINE, keeps=True),
            ways=self._ways,
        )

    async def _work(self, broker: Broker, well: Callable[[], None]) -> None:
        """One connection. We are there once everything is: nobody takes old numbers for new ones."""
        self._standings.begin()
        self._broker = broker
        self._up.set()
        try:
            with self._board.watching() as changes:
                await self._tell(broker, changes)
                await broker.publish(Message(self._topics.status, ONLINE, keeps=True))
                well()
                while await self._changed(broker, changes):
                    await self._tell(broker, changes)
            await broker.publish(Message(self._topics.status, OFFLINE, keeps=True))
        finally:
            self._broker = None

    async def _changed(self, broker: Broker, changes: Changes) -> bool:
        """Wait until there is something to tell; False when stopped. Raises `BrokerGone`."""
        wait_s = LOOK_S
        if not self._believed:
            wait_s = min(LOOK_S, self._standings.settles_in_s or LOOK_S)
        await pause(wait_s, changes.woken, broker.lost, self._stop)
        broker.check()
        return not self._stop.is_set()

    async def _tell(self, broker: Broker, changes: Changes) -> None:
        zones, sensors = changes.take()
        if self._standings.settled and not self._believed:  # what was held back may go
            self._believed = True
            zones, sensors = set(self._board.zones), set(self._board.sensors)
        await broker.publish(*self._standings.to_tell(zones, ()))
        late = self._standings.to_tell((), sensors)
        for at in range(0, len(late), FEW):
            await broker.publish(*self._standings.to_tell(changes.take_zones(), ()))
            await broker.publish(*late[at : at + FEW])
        gone, doubtful = self._standings.to_take_away()
        await broker.publish(*gone, *doubtful)
        if gone:
            self._standings.taken_away(gone)


async def run_mqtt(
    settings: MqttSettings,
    *,
    board: Board,
    feed: Feed,
    teller: Teller,
    memory: Path,
    stop: asyncio.Event,
    from_seq: int | None = None,
    ways: Ways = USUAL,
    settle_s: float = SETTLE_S,
) -> None:
    """Tell one broker until `stop` is set. A new one hears of events that come after `from_seq`.

    `memory` is a file that remembers what stands at the broker because of us.
    """

    def report(trouble: Reason | None) -> None:
        feed.report("mqtt", trouble)

    outlet = MqttOutlet(
        settings, board=board, teller=teller, memory=memory, stop=stop, ways=ways, settle_s=settle_s
    )
    tasks = [outlet.run(report)]
    if settings.events:
        tasks.append(feed.follow(outlet.name, outlet.deliver, stop=stop, from_seq=from_seq))
    await asyncio.gather(*tasks)
