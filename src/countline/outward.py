"""Builds what tells and shows beside webhooks: each outlet of the settings, as a coroutine to run."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

from countline.engine.engine import Engine
from countline.settings import Settings


def outlets_of(
    settings: Settings, engine: Engine, stop: asyncio.Event
) -> Iterator[Coroutine[Any, Any, None]]:
    """What is to run until `stop` is set. Raises `Conflict` where a port that it needs is taken."""
    if settings.bacnet.enabled:  # first: where its port is taken, nothing else has begun
        yield _bacnet(settings, engine, stop)
    if settings.modbus.enabled:
        yield _modbus(settings, engine, stop)
    if settings.mqtt.url:
        from countline.mqtt import tell_broker  # seldom needed

        yield tell_broker(settings, engine, stop)


async def _modbus(settings: Settings, engine: Engine, stop: asyncio.Event) -> None:
    from countline.outlets.modbus import ModbusSettings, run_modbus  # seldom needed, and large

    wanted = settings.modbus
    await run_modbus(
        ModbusSettings(host=wanted.host, port=wanted.port, unit=wanted.unit),
        board=engine.board,
        report=engine.feed.report,
        stop=stop,
    )


def _bacnet(settings: Settings, engine: Engine, stop: asyncio.Event) -> Coroutine[Any, Any, None]:
    """The BACnet device. Raises `Conflict` where its port is taken."""
    from countline.outlets.bacnet import BacnetSettings
    from countline.outlets.bacnet.outlet import BacnetOutlet, Ways

    async def set_occupancy(zone_id: int, people: int, reason: str) -> None:
        await engine.desk.set_occupancy(zone_id, people, reason=reason)

    wanted = asdict(settings.bacnet)
    del wanted["enabled"]
    report = partial(engine.watch.trouble, "bacnet")
    ways = Ways(set_occupancy=set_occupancy, report=report)
    return BacnetOutlet(BacnetSettings(**wanted), board=engine.board, ways=ways).run(stop)
