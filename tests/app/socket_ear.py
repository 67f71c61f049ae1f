"""Listens by WebSocket, with a client that is not ours."""

import asyncio
import json
import ssl
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.app.streaming import Gateway
from tests.held_time import until


@dataclass(slots=True)
class SocketEar:
    """Somebody who listens as soon as it is entered. `heard` are events, `ids` are theirs, `beats` the
    heartbeats; `last_id` is what to come back with.

    `first` is sent as the first message. A handshake that was refused leaves `status` and `problem`, a
    connection that was closed `code` and `reason`.
    """

    address: str
    headers: dict[str, str]
    first: str | bytes | None = None
    tls: ssl.SSLContext | None = None
    status: int = 0
    answered: Any = None
    problem: Any = None
    heard: list[dict[str, Any]] = field(default_factory=list)
    beats: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    last_id: str = ""
    code: int | None = None
    reason: str = ""
    connection: ClientConnection | None = None
    _task: asyncio.Task[None] | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self._task is not None and self._task.done()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._listen())
        await until(lambda: bool(self.last_id) or self.ended)
        return self

    async def __aexit__(self, *_: Any) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def until_heard(self, count: int) -> list[dict[str, Any]]:
        """The events, when there are so many."""
        await until(lambda: len(self.heard) >= count or self.ended)
        assert len(self.heard) >= count, f"closed with {self.code} {self.reason}"
        return self.heard

    def cut(self) -> None:
        """Break the connection, and say nothing."""
        assert self.connection is not None
        self.connection.transport.abort()

    async def _listen(self) -> None:
        try:
            async with connect(
                self.address,
                additional_headers=self.headers,
                ssl=self.tls,
                proxy=None,
                compression=None,
                open_timeout=None,
            ) as connection:
                self.connection = connection
                assert connection.response is not None
                self.status = connection.response.status_code
                self.answered = connection.response.headers
                if self.first is not None:
                    await connection.send(self.first)
                async for text in connection:
                    self._take(text)
                self._closed(connection)
        except ConnectionClosed:
            assert self.connection is not None
            self._closed(self.connection)
        except InvalidStatus as error:
            self.status, self.answered = error.response.status_code, error.response.headers
            self.problem = json.loads(bytes(error.response.body))

    def _closed(self, connection: ClientConnection) -> None:
        self.code, self.reason = connection.close_code, connection.close_reason or ""

    def _take(self, text: str | bytes) -> None:
        assert isinstance(text, str)
        told = json.loads(text)
        assert list(told) == ["id", "type", "timestamp", "data"]
        self.last_id = told.pop("id")
        if told["type"] == "heartbeat":
            self.beats.append(told)
        else:
            self.heard.append(told)
            self.ids.append(self.last_id)


def socket_ear(
    house: Gateway,
    key: str | None = None,
    *,
    headers: dict[str, str] | None = None,
    first: str | bytes | None = None,
    path: str = "/v3/ws",
    **asked: Any,
) -> SocketEar:
    """Somebody who listens to a gateway, with its key in a header where nothing else is given."""
    if headers is None:
        headers = {"x-api-key": key or house.key}
    query = f"?{urlencode(asked)}" if asked else ""
    return SocketEar(house.url.replace("http", "ws", 1) + path + query, headers, first)
