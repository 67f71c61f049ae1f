"""Server-sent events: a listener's messages as `text/event-stream`, until it leaves or is let go."""

import asyncio
import random
from contextlib import aclosing
from typing import Any

from litestar import Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from countline.engine.messages import Document
from countline.engine.streams import Listener, Message, Streams
from countline.limits import STREAM_SEND_S_MAX

MEDIA_TYPE = "text/event-stream"
ABORT = "countline.abort"  # in the ASGI scope, where the server can: drops the connection at once
HEAD = "countline.head"  # in the ASGI scope: only the head is asked for
RETRY_MS = (2_000, 5_000)  # after a restart not everybody comes back in the same moment
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class EventStream(Response[None]):
    """The answer that does not end. `first` is told before anything else."""

    def __init__(self, streams: Streams, listener: Listener, first: Document | None) -> None:
        super().__init__(None, media_type=MEDIA_TYPE)
        self._made = _Stream(streams, listener, first)

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        """What Litestar calls."""
        return self._made


class _Stream(ASGIResponse):
    _should_set_content_length = False

    def __init__(self, streams: Streams, listener: Listener, first: Document | None) -> None:
        super().__init__(media_type=MEDIA_TYPE, headers=HEADERS)
        self._streams = streams
        self._listener = listener
        self._first = first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the listener has gone, or has taken nothing for too long."""
        leaving = asyncio.create_task(self._notice(receive))
        try:
            await self.start_response(send)
            if HEAD not in scope:
                await self._tell(send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            abort = scope.get(ABORT)
            if callable(abort):
                abort()
        finally:
            leaving.cancel()
            self._streams.leave(self._listener)

    async def _notice(self, receive: Receive) -> None:
        """End the listener when its connection ends."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._listener.end()

    async def _tell(self, send: Send) -> None:
        sent = self._listener.mark
        await _send(send, beginning(sent.write(), self._first))
        async with aclosing(self._streams.follow(self._listener)) as batches:
            async for messages in batches:
                mark = self._listener.mark
                if messages:
                    await _send(send, b"".join(map(frame, messages)))
                else:
                    await _send(send, heartbeat(None if mark == sent else mark.write()))
                sent = mark


async def _send(send: Send, text: bytes) -> None:
    """Hand text over. Raises `TimeoutError` when the other side takes nothing."""
    async with asyncio.timeout(STREAM_SEND_S_MAX):
        await send({"type": "http.response.body", "body": text, "more_body": True})


def beginning(mark: str, first: Document | None) -> bytes:
    """How soon to come back, and from where on; an id alone is remembered, and not an event."""
    retry = f"retry: {random.randint(*RETRY_MS)}\n".encode()
    return retry + (block(mark, first) if first else f"id: {mark}\n\n".encode())


def frame(message: Message) -> bytes:
    """One event."""
    return block(message.mark.write(), message.document)


def block(mark: str, document: Document) -> bytes:
    """One event: documents are JSON without line ends."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (
        mark.encode(),
        document.type.encode(),
        document.body,
    )


def heartbeat(mark: str | None) -> bytes:
    """A comment, with where the listener is by now: what it was not to be told is behind it, too."""
    return b":\n\n" if mark is None else b":\nid: %b\n\n" % mark.encode()
