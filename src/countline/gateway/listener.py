"""The short way of a push: answered where its bytes are parsed, without ASGI, a task or a future.

It is for what sensors send all day: a POST of HTTP/1.1 that says its length and carries a secret
that is known. Everything else - the API, a refusal, a body in chunks, `Expect`, a request behind
one that is not answered yet - is uvicorn's, whose protocol this is, and comes to the same `Gate`
by way of `http`.
"""

import asyncio
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from countline.engine.headstart import begin
from countline.errors import CountlineError
from countline.gateway.gate import Gate, Given, Ticket, given_of, is_push
from countline.gateway.refusals import Refusal, refusal_of

ABORT = "countline.abort"  # in the ASGI scope: drops the connection, whatever is still to be sent
PLAIN_PATH = re.compile(rb"/[\w/.~-]*")  # nothing to decode, and nothing after it
HEAD_END = b"\r\n\r\n"
HEADS_MAX = 10_000  # 3,000 sensors with three lengths of body each: 5 MB
HEAD_BYTES_MAX = 1_000
TAKEN = Refusal(204, [], b"")
STATUS_LINE = {s.value: b"HTTP/1.1 %d %s\r\n" % (s, s.phrase.encode()) for s in HTTPStatus}


def listener(gate: Gate) -> type[HttpToolsProtocol]:
    """A protocol for uvicorn that takes pushes itself."""

    class Listening(PushListener):
        """With its gate."""

    Listening.heads = Heads(gate)
    return Listening


class PushListener(HttpToolsProtocol):
    """One connection. A push under way on it stands in `cycle`, as every request does."""

    heads: ClassVar["Heads"]
    between: bool = True  # the parser is, two requests
    answered_s: float = 0.0  # when the last push was
    reading: "TakenPush | None" = None  # its body is not complete
    complete: "TakenPush | None" = None  # its body is, and nobody has it yet

    def data_received(self, data: bytes) -> None:
        """A push is handed on when the parser, if it is needed, is through with what came."""
        push = self._known(data) if self.between else None
        if push is None:
            fresh = self.between
            super().data_received(data)
            push, self.complete = self.complete, None
            if push is not None and fresh:
                self.heads.remember(data, push)
        if push is not None:
            gate = push.ticket.gate
            gate.patience.end(push)
            if not push.response_complete:
                gate.take(push.ticket, bytes(push.body), push.told)
        if self.reading is not None:
            self.reading.ticket.gate.patience.begin(self.reading)

    def connection_lost(self, exc: Exception | None) -> None:
        """A body that is not complete is nothing to keep; a complete one goes its way."""
        super().connection_lost(exc)
        if self.reading is not None:
            self.reading.ticket.gate.patience.end(self.reading)
            self.reading.ticket.end()
        # Nothing holds a lost connection that only the collector could free: it seldom comes.
        self.cycle = None  # type: ignore[assignment]
        self.reading = self.complete = None
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None

    def _known(self, data: bytes) -> "TakenPush | None":
        """The push whose head was parsed before, where this is all of it and nothing else."""
        at = data.find(HEAD_END) + len(HEAD_END)
        given = self.heads.get(data[:at])
        if given is None or len(data) - at != given.length or not self._is_free():
            return None
        ticket = self._admitted(given)
        if ticket is None:
            return None
        push = TakenPush(self, given, ticket, keep_alive=True)
        push.body = data[at:]
        self.cycle = push  # type: ignore[assignment]  # as far as uvicorn looks
        return push

    # -- what the parser calls --------------------------------------------------------------------
    def on_message_begin(self) -> None:
        """A request begins."""
        self.between = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Choose the way of a request."""
        given = self._given()
        ticket = None if given is None else self._admitted(given)
        if given is None or ticket is None:
            self.scope[ABORT] = self.transport.abort  # type: ignore[literal-required]
            super().on_headers_complete()
        else:
            push = TakenPush(self, given, ticket, keep_alive=self.parser.should_keep_alive())
            push.body = bytearray()
            self.cycle = self.reading = push  # type: ignore[assignment]  # as far as uvicorn looks

    def on_body(self, body: bytes) -> None:
        """A part of a body. That of a push has its room already."""
        if self.reading is None:
            super().on_body(body)
        elif not self.reading.response_complete:
            self.reading.body += body

    def on_message_complete(self) -> None:
        """The end of a body."""
        self.between = True
        if self.reading is None:
            super().on_message_complete()
        else:
            self.complete, self.reading = self.reading, None

    # -- pushes -----------------------------------------------------------------------------------
    def _is_free(self) -> bool:
        """Whether everything is answered that was asked here."""
        cycle: TakenPush | RequestResponseCycle | None = self.cycle
        return (cycle is None or cycle.response_complete) and not self.flow.write_paused

    def _given(self) -> Given | None:
        """What the head of a push says; None for whatever else a request may be."""
        parser = self.parser
        if (
            parser.get_method() != b"POST"
            or parser.get_http_version() != "1.1"
            or parser.should_upgrade()
            or self.expect_100_continue
            or not self._is_free()
            or PLAIN_PATH.fullmatch(self.url) is None
        ):
            return None
        path = self.url.decode()
        if not is_push("POST", path, self.headers):
            return None
        given = given_of(path, self.headers)
        return given if given.length and not given.chunked else None

    def _admitted(self, given: Given) -> Ticket | None:
        """Let a push in; None for one that is refused, by the other way."""
        try:
            gate = self.heads.gate
            ticket = gate.admit_again(given) or begin(gate.admit(given))
        except CountlineError:
            return None
        if isinstance(ticket, asyncio.Task):  # it would have to wait
            ticket.cancel()
            return None
        return ticket

    def answer(self, push: "TakenPush", error: BaseException | None) -> None:
        """204, or why not."""
        status, headers, body = TAKEN if error is None else refusal_of(error)
        push.ticket.gate.answered(status, push.ticket)
        if self.transport.is_closing():
            return
        if error is None and push.keep_alive:
            self.transport.write(self.heads.no_content(self.server_state.default_headers))
        else:
            headers = [*self.server_state.default_headers, *headers]
            if error is not None:
                headers.append((b"content-length", b"%d" % len(body)))
            if not push.keep_alive:
                headers.append((b"connection", b"close"))
            self.transport.write(head(status, headers) + body)
            if not push.keep_alive:
                self.transport.close()
        self.answered_s = self.loop.time()
        if self.pipeline or self.timeout_keep_alive_task is None:
            self.on_response_complete()
        else:  # its timer looks again, which costs less than a new one for each push
            self.server_state.total_requests += 1
            self.flow.resume_reading()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection on which nothing is asked; look again later at one that is in use."""
        self.timeout_keep_alive_task = None
        left_s = self.answered_s + self.timeout_keep_alive - self.loop.time()
        if left_s <= 0 and self._is_free():
            super().timeout_keep_alive_handler()
        elif self._is_free():
            self.timeout_keep_alive_task = self.loop.call_later(
                left_s, self.timeout_keep_alive_handler
            )


def head(status: int, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The head of an answer."""
    lines = (b"%s: %s\r\n" % header for header in headers)
    return b"".join((STATUS_LINE[status], *lines, b"\r\n"))


class Heads:
    """What all connections of a gate share: heads of pushes and of answers, told again and again.

    A sensor says the same in each of its heads, so one that was parsed needs no parser again.
    """

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._known: dict[bytes, Given] = {}
        self.get = self._known.get
        self._default: list[tuple[bytes, bytes]] = []
        self._no_content = head(204, ())

    def remember(self, data: bytes, push: "TakenPush") -> None:
        """Remember the head of a push, where `data` is all of that push and nothing else."""
        at = data.find(HEAD_END) + len(HEAD_END)
        if len(data) - at == push.given.length and at <= HEAD_BYTES_MAX and push.keep_alive:
            if len(self._known) >= HEADS_MAX:
                self._known.clear()
            self._known[data[:at]] = push.given

    def no_content(self, default: list[tuple[bytes, bytes]]) -> bytes:
        """The answer to a push that is on disk. uvicorn makes new default headers each second."""
        if default is not self._default:
            self._default, self._no_content = default, head(204, default)
        return self._no_content


class TakenPush:
    """A push that was let in. It has what uvicorn looks at in a request that is under way."""

    __slots__ = (
        "_protocol", "body", "disconnected", "given", "keep_alive", "response_complete", "ticket",
    )  # fmt: skip
    message_event: Any = asyncio.Event()  # nobody waits for it

    def __init__(
        self, protocol: PushListener, given: Given, ticket: Ticket, *, keep_alive: bool
    ) -> None:
        self._protocol = protocol
        self.given = given
        self.ticket = ticket
        self.body: bytes | bytearray = b""
        self.keep_alive = keep_alive
        self.response_complete = False
        self.disconnected = False

    def too_late(self) -> None:
        """The body did not come in time."""
        self.told(self.ticket.gate.too_slow())

    def told(self, error: BaseException | None) -> None:
        """It is on disk, or has failed: that is its answer."""
        if not self.response_complete:
            self.response_complete = True
            self.ticket.end()
            self._protocol.answer(self, error)
