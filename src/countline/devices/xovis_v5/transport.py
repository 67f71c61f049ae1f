"""Bytes to a sensor and back."""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from countline.devices.guard import AllowedNetworks, Resolve
from countline.devices.xovis_v5.address import Address


class Answer(NamedTuple):
    """What came back: status, kind of content, body."""

    status: int
    media_type: str
    body: bytes


class Transport:
    """One sensor's wire."""

    def __init__(
        self,
        address: Address,
        *,
        networks: AllowedNetworks,
        fingerprint: str,
        sensor_id: str,
        timeout_s: float,
        retry_delays_s: tuple[float, ...],
        resolve: Resolve,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.address = address
        self.fingerprint = fingerprint

    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """The sensor's answer."""
        raise NotImplementedError

    async def close(self) -> None:
        """Hang up."""
