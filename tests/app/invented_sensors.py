"""Sensors that a test invents, and a client of them that waits for nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

import pytest

from countline.devices.guard import AllowedNetworks
from countline.devices.xovis_v5 import Devices, Login, SensorClient, Ways
from countline.errors import CountlineError
from countline.vault import Secret
from tests.app.answering import Heard, html, json, whole

PASSWORD = "a-Password-nobody-else-has"
LOGIN = Login("admin", Secret(PASSWORD))
LOOPBACK = AllowedNetworks.of(["127.0.0.0/8"])
INFO = {"fw_version": "5.6.2-0123abcd", "serial": "00:6E:02:1A:2B:3C", "variant": "PC2SE"}
TOKEN = {"token": "tok", "valid_for": 86400, "max_unused_for": 3600}
Action = Callable[[SensorClient], Awaitable[Any]]


class Sleeps(list[float]):
    """How long was slept, without sleeping."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def devices(*, sleeps: Sleeps | None = None, timeout_s: float = 5, **ways: Any) -> Devices:
    usual: dict[str, Any] = {
        "write_pause_s": 0,
        "timeout_s": timeout_s,
        "sleep": Sleeps() if sleeps is None else sleeps,
    }
    return Devices(LOOPBACK, Ways(**usual | ways))


async def refusal(
    url: str, action: Action, *, login: Login | None = LOGIN, **ways: Any
) -> CountlineError:
    """The error that an action ends with."""
    async with devices(**ways).client(url, login=login) as client:
        with pytest.raises(CountlineError) as caught:
            await action(client)
    assert PASSWORD not in str(caught.value)
    return caught.value


def info(client: SensorClient) -> Awaitable[Any]:
    return client.device.info()


def time(client: SensorClient) -> Awaitable[Any]:
    return client.device.time()


def rename(client: SensorClient) -> Awaitable[Any]:
    return client.device.write_id({"name": "North", "group": ""})


def sensor(
    answers: Mapping[str, bytes] = MappingProxyType({}),
) -> Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]:
    """A sensor that logs in, tells what it is, and answers the rest by method and path."""
    known = {
        "GET /device/info": json(INFO),
        "POST /users/login": json(TOKEN, 201),
        "POST /users/logout": whole(b""),
    } | dict(answers)

    async def reply(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(known.get(f"{heard.method} {heard.path}", html(403)))

    return reply
