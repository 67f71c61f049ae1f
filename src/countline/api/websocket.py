"""One WebSocket connection, in the words of ASGI: answered, told, heard, closed."""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from countline.api.edge import Message, Receive, Scope, Send
from countline.limits import STREAM_SEND_S_MAX

REASON_BYTES_MAX = 123  # what a closing frame has room for
Headers = Iterable[tuple[bytes, bytes]]


class Closing(NamedTuple):
    """How a connection is closed: a code of the protocol, or one of ours, and a reason to read."""

    code: int
    reason: str


class Gone(Exception):
    """The other side has gone, or takes nothing: nothing more can be said to it."""


class WebSocket:
    """A connection whose handshake has come, and is not answered yet."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.accepted = False
        self._receive = receive
        self._send = send

    async def accept(self, headers: Headers) -> None:
        """Answer the handshake with yes; once is enough."""
        if not self.accepted:
            await self._say({"type": "websocket.accept", "headers": list(headers)})
            self.accepted = True

    async def refuse(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer the handshake with no, in HTTP."""
        start = {"status": status, "headers": list(headers)}
        await self._say({"type": "websocket.http.response.start", **start})
        await self._say({"type": "websocket.http.response.body", "body": body})

    async def tell(self, text: str) -> None:
        """Send a message. Raises `Gone`, also for a peer that has read nothing for too long."""
        await self._say({"type": "websocket.send", "text": text})

    async def heard(self) -> str | None:
        """The next message; None for one of bytes. Raises `Gone`."""
        message = await self._receive()
        while message["type"] == "websocket.connect":  # the handshake, which is known
            message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise Gone
        text: str | None = message.get("text")
        return text

    async def close(self, closing: Closing) -> None:
        """Say why nothing more comes."""
        reason = closing.reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore")
        await self._say({"type": "websocket.close", "code": closing.code, "reason": reason})

    async def _say(self, message: Message) -> None:
        try:
            async with asyncio.timeout(STREAM_SEND_S_MAX):
                await self._send(message)
        except OSError as error:  # a timeout is one, and so is what ASGI raises
            raise Gone from error
