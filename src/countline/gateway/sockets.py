"""What uvicorn needs to speak WebSocket here: how, and what becomes of connections that hang.

Who listens, and to what, is the API's; pushes do not come this way.
"""

import asyncio
from typing import Any

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from countline.limits import SOCKET_MESSAGE_BYTES_MAX, STREAM_HEARTBEAT_S, STREAM_SEND_S_MAX

LINGER_S = 15.0  # what could not be sent so long after the end is dropped
UNREADABLE = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def socket_settings() -> dict[str, Any]:
    """Settings of uvicorn. A listener is pinged as often as it hears a heartbeat.

    Nothing is compressed: that would be done, and kept in memory, for each listener anew.
    """
    return {
        "ws": SocketListener,
        "ws_max_size": SOCKET_MESSAGE_BYTES_MAX,
        "ws_ping_interval": STREAM_HEARTBEAT_S,
        "ws_ping_timeout": STREAM_SEND_S_MAX,
        "ws_per_message_deflate": False,
    }


class SocketListener(WebSocketsSansIOProtocol):
    """One connection. uvicorn waits for ever for a peer that neither reads nor goes; this does not."""

    def data_received(self, data: bytes) -> None:
        """A handshake that is none is answered, and the connection closed."""
        super().data_received(data)
        unread = self.conn.handshake_exc is not None and not self.handshake_initiated
        if unread and not self.transport.is_closing():
            self.transport.write(b"".join(self.conn.data_to_send()) or UNREADABLE)
            self.transport.close()

    def handle_connect(self, event: Request) -> None:
        """A handshake."""
        super().handle_connect(event)
        if self.response.status_code != 101:
            self._drop_later()

    async def send(self, event: ASGISendEvent) -> None:
        """A handshake that was refused is answered: uvicorn takes it for one that was forgotten."""
        await super().send(event)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Nothing more will be said."""
        super().on_task_complete(task)
        self._drop_later()

    def shutdown(self) -> None:
        """The server stops: who does not read cannot be told so."""
        if self.writable.is_set():
            super().shutdown()
        else:
            self.transport.abort()

    def _drop_later(self) -> None:
        self.loop.call_later(LINGER_S, self.transport.abort)
