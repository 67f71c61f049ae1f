"""Emulated sensors that listen, and a client of them."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from countline.devices.guard import AllowedNetworks
from countline.devices.xovis_v5 import Devices, Login, SensorClient, Ways
from countline.emulator.v5.device import Device
from countline.emulator.v5.fixture import emulated_sensor
from countline.emulator.v5.listening import listening
from countline.emulator.v5.personality import PERSONALITIES, Release
from countline.errors import DeviceError
from countline.vault import Secret

LOGIN = Login("admin", Secret("pass"))
NOW_MS = 1_773_480_425_000  # 2026-03-14 09:27:05 UTC
MINUTE_S = NOW_MS // 60_000 * 60
SETTLED_S = MINUTE_S - 120  # what was counted before is in the sensor's database
EVERY = pytest.mark.parametrize("release", list(PERSONALITIES))
LINE = {"name": "Second", "type": "LINE", "geometry": [[-1.0, 1.0], [1.0, 1.0]]}


def devices(**ways: Any) -> Devices:
    usual: dict[str, Any] = {"write_pause_s": 0, "timeout_s": 20, "retry_delays_s": ()}
    return Devices(AllowedNetworks.of(["127.0.0.0/8"]), Ways(**usual | ways))


def sensor(release: Release = "5.6", **changes: Any) -> Device:
    return emulated_sensor(release, true_ms=lambda: NOW_MS, **changes)


@asynccontextmanager
async def asked(
    device: Device, *, tls: bool = False, login: Login = LOGIN, **ways: Any
) -> AsyncIterator[SensorClient]:
    """A client of a device that listens."""
    async with (
        listening(device, tls=tls) as url,
        devices(**ways).client(url, login=login, again=True) as client,
    ):
        yield client


async def refused(action: Awaitable[Any]) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        await action
    return caught.value
