"""Events over WebSocket: the streams of `/v3/events`, for whom server-sent events do not suit.

A handshake is a GET, so it passes the same door as one. What is wrong is told in its answer, or,
where the key comes as the first message, by the code with which the connection is closed.
"""

import asyncio
from contextlib import aclosing
from typing import Any, cast

import msgspec
import structlog
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from countline.api.auth import find_cookie, find_secret, refuse_key_in_query
from countline.api.door import STANDING, Door
from countline.api.edge import App, Receive, Scope, Send, headers_of
from countline.api.operation import Operation
from countline.api.origin import check_origin
from countline.api.parameters import split_query
from countline.api.problems import problem_answer
from countline.api.request import ApiRequest
from countline.api.v3 import events
from countline.api.websocket import Closing, Gone, WebSocket
from countline.engine.marks import Mark
from countline.engine.messages import Document
from countline.engine.streams import End, Listener, Streams
from countline.errors import BadQuery, CountlineError, NotAllowed, NotFound, NotReady
from countline.limits import SOCKET_KEY_S_MAX, SOCKETS_WITHOUT_KEY_MAX
from countline.wire.events import Authenticate
from countline.wire.problem import MEDIA_TYPE

PATH = "/v3/ws"
OPERATION = Operation("GET", PATH, events.listen, None, "Events")
OWN_CODES = 4000  # an HTTP status behind it is the code of an error after the handshake

STOPS = Closing(1001, "the server stops")
SAID_BYTES = Closing(1003, "bytes are not understood")
FAILED = Closing(1011, "the server failed; its log has the details")
SAID_MORE = Closing(1008, "nothing is to be sent here")
KEY_ENDED = Closing(4001, "the key or session has ended")
ENDINGS: dict[End | None, Closing] = {"key": KEY_ENDED, "stop": STOPS}

log = structlog.get_logger(__name__)


def with_sockets(app: App, door: Door, streams: Streams, docs: str) -> App:
    """The app, and WebSocket beside it."""
    sockets = Sockets(door, streams, docs)

    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await sockets.serve(WebSocket(scope, receive, send))
        else:
            await app(scope, receive, send)

    return chosen


def without_upgrade() -> HTTPRouteHandler:
    """What a request is told that asks for no WebSocket."""

    async def upgrade_needed() -> Response[None]:
        raise BadQuery("Here events are told over WebSocket only.", code="upgrade_needed")

    return get(PATH)(upgrade_needed)


class Sockets:
    """Lets listeners in, and tells them."""

    def __init__(self, door: Door, streams: Streams, docs: str) -> None:
        self._door = door
        self._streams = streams
        self._docs = docs
        self._without_key = 0

    async def serve(self, socket: WebSocket) -> None:
        """One connection, from its handshake to its end. The server drops what hangs."""
        try:
            listener, first = await self._let_in(socket)
        except Gone:
            return
        except Exception as error:
            await self._refuse(socket, error)
            return
        leaving = asyncio.create_task(_notice(socket, listener))
        try:
            await socket.accept(headers_of(socket.scope, self._door.standing))
            closing = await self._tell(socket, listener, first)
            if leaving.done():
                closing = leaving.result()
            if closing is not None:
                await socket.close(closing)
        except Gone:
            return
        finally:
            leaving.cancel()
            self._streams.leave(listener)

    # -- who is let in ----------------------------------------------------------------------------
    async def _let_in(self, socket: WebSocket) -> tuple[Listener, Document | None]:
        """A listener that has begun, and what it is told first."""
        scope, headers = socket.scope, socket.scope["headers"]
        if scope["path"].rstrip("/") != PATH:
            raise NotFound(f"There is no WebSocket at {scope['path']}.", code="path_not_found")
        refuse_key_in_query(name for name, _ in split_query(scope["query_string"]))
        if find_secret(headers) is None:
            if find_cookie(headers) is not None:
                check_origin(scope)
            else:
                headers = [*headers, (b"x-api-key", await self._said_key(socket))]
        handshake = {**scope, "type": "http", "method": "GET", "headers": headers}
        request: ApiRequest[Any] = ApiRequest(cast(Any, handshake))
        try:
            await self._door.admit(request, OPERATION)
        finally:
            scope[STANDING] = handshake.get(STANDING)
        return cast(tuple[Listener, Document | None], await OPERATION.run(request))

    async def _said_key(self, socket: WebSocket) -> bytes:
        """The key of a first message, from a caller that can send no headers."""
        if self._without_key >= SOCKETS_WITHOUT_KEY_MAX:
            raise NotReady("Too many have yet to say their key; send it in a header.")
        self._without_key += 1
        try:
            await socket.accept(headers_of(socket.scope, self._door.standing))
            async with asyncio.timeout(SOCKET_KEY_S_MAX):
                said = await socket.heard()
            key = msgspec.json.decode(said or "", type=Authenticate).authenticate
        except TimeoutError:
            late = f"No key came within {SOCKET_KEY_S_MAX} seconds."
            raise NotAllowed(late, code="key_missing") from None
        except msgspec.MsgspecError as error:
            how = 'The first message is {"authenticate": "KEY"}.'
            raise NotAllowed(how, code="key_missing") from error
        finally:
            self._without_key -= 1
        return key.strip().encode("latin-1", "replace")

    async def _refuse(self, socket: WebSocket, error: Exception) -> None:
        if not isinstance(error, CountlineError):
            log.error("handshake failed", exc_info=error)
            error = CountlineError("Something went wrong here.")
        status, more, body = problem_answer(error, docs=self._docs)
        try:
            if socket.accepted:
                reason = f"{error.error_code}: {error.detail}"
                await socket.close(Closing(OWN_CODES + status, reason))
            else:
                told = {"Content-Type": MEDIA_TYPE} | more
                headers = [(k.lower().encode(), v.encode("latin-1")) for k, v in told.items()]
                headers += headers_of(socket.scope, self._door.standing)
                await socket.refuse(status, headers, body)
        except Gone:
            return

    # -- what it is told --------------------------------------------------------------------------
    async def _tell(
        self, socket: WebSocket, listener: Listener, first: Document | None
    ) -> Closing | None:
        """Tell until there is nothing more to tell, and how to close then."""
        streams = self._streams
        try:
            await socket.tell(text_of(listener.mark, first or streams.heartbeat(listener)))
            async with aclosing(streams.follow(listener)) as batches:
                async for messages in batches:
                    for message in messages:
                        await socket.tell(text_of(message.mark, message.document))
                    if not messages:
                        await socket.tell(text_of(listener.mark, streams.heartbeat(listener)))
        except Gone:
            raise
        except Exception as error:
            log.error("events not told", exc_info=error)
            return FAILED
        return ENDINGS.get(listener.ended)


async def _notice(socket: WebSocket, listener: Listener) -> Closing | None:
    """End a listener when it leaves (None), or says something it should not."""
    try:
        said = await socket.heard()
    except Gone:
        return None
    finally:
        listener.end()
    return SAID_BYTES if said is None else SAID_MORE


def text_of(mark: Mark, document: Document) -> str:
    """One message: a document, with the id behind it in front."""
    return f'{{"id":"{mark.write()}",{document.body[1:].decode()}'
