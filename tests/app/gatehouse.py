"""A gateway that serves on loopback in this loop, with what it needs to reach emulated sensors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from countline.devices.adopting import Adopter
from countline.devices.adoptions import Adoptions
from countline.devices.guard import AllowedNetworks
from countline.devices.letting_go import Releaser
from countline.devices.xovis_v5 import Devices, Ways
from countline.engine.engine import Engine
from countline.fieldwork import Fieldwork
from countline.server import Serving, serve
from countline.settings import DeviceSettings, LogSettings, Settings
from countline.vault import Vault, new_key

LOOPBACK = ("127.0.0.0/8",)


@dataclass(frozen=True, slots=True)
class Gatehouse:
    """A running gateway, and the parts that reach sensors, unhurried by pauses between writes.

    `fieldwork` is what the server itself runs, with a key of its own.
    """

    url: str
    engine: Engine
    adoptions: Adoptions
    adopter: Adopter
    releaser: Releaser
    fieldwork: Fieldwork


@asynccontextmanager
async def gatehouse(folder: Path, **more: Any) -> AsyncIterator[Gatehouse]:
    """Runs until the block ends; `more` are further settings."""
    settings = Settings(
        data=folder,
        port=0,
        devices=DeviceSettings(allowed_networks=LOOPBACK, write_pause_ms=0),
        log=LogSettings(level="error"),
        **more,
    )
    stop = asyncio.Event()
    up = asyncio.Event()
    started: list[Serving] = []

    async def when_up(serving: Serving) -> None:
        started.append(serving)
        up.set()

    task = asyncio.create_task(serve(settings, stop=stop, when_up=when_up))
    task.add_done_callback(lambda _: up.set())
    await up.wait()
    if task.done():
        task.result()
    (serving,) = started
    devices = Devices(AllowedNetworks.of(LOOPBACK), Ways(write_pause_s=0))
    vault = Vault({1: new_key()})
    adoptions = Adoptions(serving.engine, devices, lambda: vault)
    releaser = Releaser(adoptions)
    adopter = Adopter(adoptions, releaser, seen_from=lambda host: serving.url)
    try:
        yield Gatehouse(
            serving.url, serving.engine, adoptions, adopter, releaser, serving.fieldwork
        )
    finally:
        stop.set()
        await task
