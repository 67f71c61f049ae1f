"""Pushes over ASGI: a plain function, chosen before the API, that answers after the commit.

Nearly every push takes the shorter way of `listener`; what is unusual in its form comes here.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from countline.errors import CountlineError
from countline.gateway.gate import Gate, Ticket, given_of, is_push
from countline.gateway.refusals import Refusal, refusal, refusal_of

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

WRONG_METHOD = refusal(405, "method_not_allowed", "Pushes are sent by POST.", (b"allow", b"POST"))


def with_pushes(app: App, gate: Gate) -> App:
    """An app that takes pushes itself and leaves everything else to `app`."""

    async def chosen(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_push(scope["method"], scope["path"], scope["headers"]):
            await _push(gate, scope, receive, send)
        else:
            await app(scope, receive, send)

    return chosen


async def _push(gate: Gate, scope: Any, receive: Receive, send: Send) -> None:
    """One request. 204 once the body is on disk, whatever it holds."""
    if scope["method"] != "POST":
        gate.answered(WRONG_METHOD.status)
        await _refuse(send, WRONG_METHOD)
        return
    ticket = None
    try:
        ticket = await gate.admit(given_of(scope["path"], scope["headers"]))
        try:
            await gate.keep(ticket, await _body(gate, receive, ticket))
        finally:
            ticket.end()
    except CountlineError as error:
        refused = refusal_of(error)
        gate.answered(refused.status, ticket)
        await _refuse(send, refused)
        return
    except Disconnected:
        return
    gate.answered(204, ticket)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


class Disconnected(Exception):
    """The sender went away before its body was complete: nothing to keep, nobody to answer."""


async def _body(gate: Gate, receive: Receive, ticket: Ticket) -> bytes:
    """All parts of a body. A sender that falls silent gives up its room."""
    parts: list[bytes] = []
    size, more = 0, True
    task = asyncio.current_task()
    assert task is not None
    reading = _Reading(task)
    gate.patience.begin(reading)
    try:
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
            size += len(parts[-1])
            ticket.holds(size)
    except asyncio.CancelledError:
        if not reading.over:
            raise
        task.uncancel()
        raise gate.too_slow() from None
    finally:
        gate.patience.end(reading)
    return b"".join(parts)


class _Reading:
    """A task that reads a body; where its time is over it is cancelled, and may tell so."""

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self._task = task
        self.over = False

    def too_late(self) -> None:
        """Read no further."""
        self.over = True
        self._task.cancel()


async def _refuse(send: Send, answer: Refusal) -> None:
    status, headers, body = answer
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
