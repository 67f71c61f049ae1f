"""A stream of events, followed over any number of connections: what is asked, read and waited. No I/O.

The rules are those of the standard for event streams; an id is remembered with or without an event.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from countline.client._requests import pairs
from countline.client._responses import TRY_AGAIN, ApiError, refusal, retry_after_s
from countline.wire.events import MESSAGES, Message, OtherMessage, ResyncMessage

PATH = "/v3/events"
SILENCE_S_MAX = 45.0  # three heartbeats: a connection that says nothing for so long is dead
RETRY_S_FIRST = 1.0
RETRY_S_MAX = 60.0

EventMessage = Message | ResyncMessage | OtherMessage


class StreamEvent(NamedTuple):
    """One event. A listener that gives `id` as `last_event_id` is told what came after it."""

    id: str
    message: EventMessage


class Following:
    """A stream as its reader sees it: connections come and go, and `last_id` joins them."""

    def __init__(self, last_id: str | None, asked: Mapping[str, Any]) -> None:
        self.last_id = last_id
        self._parameters = pairs(asked)
        self._retry_s = RETRY_S_FIRST
        self._failures = 0
        self._id: str | None = None
        self._type = ""
        self._data: list[str] = []

    def request(self) -> dict[str, Any]:
        """What to send for the next connection."""
        self._id, self._type, self._data = None, "", []
        headers = {"accept": "text/event-stream"}
        if self.last_id is not None:
            headers["last-event-id"] = self.last_id
        return {
            "method": "GET",
            "url": PATH,
            "params": self._parameters,
            "headers": headers,
            "timeout": SILENCE_S_MAX,
        }

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> float:
        """How long to wait after an answer that is no stream. Raises `ApiError` where that is vain."""
        asked_s = retry_after_s(headers)
        if status in TRY_AGAIN:
            return max(self.broken(), asked_s or 0.0)
        raise refusal(status, body, asked_s)

    def broken(self) -> float:
        """How long to wait after a connection that ended, or did not come about."""
        self._failures += 1
        return min(RETRY_S_MAX, self._retry_s * 2.0 ** min(self._failures - 1, 16))

    def take(self, line: str) -> StreamEvent | None:
        """Read one line, without its end; an event where one is complete."""
        if not line:
            return self._complete()
        self._failures = 0
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isdecimal():
            self._retry_s = min(RETRY_S_MAX, int(value) / 1000)
        return None

    def _complete(self) -> StreamEvent | None:
        if self._id is not None:
            self.last_id, self._id = self._id, None
        kind, data, self._type, self._data = self._type, "\n".join(self._data), "", []
        if not data:
            return None
        try:
            message = msgspec.json.decode(data, type=struct_of(kind))
        except msgspec.MsgspecError as error:
            detail = f"{PATH} told something else than documented: {error}"
            raise ApiError(200, detail, code="answer_unreadable") from error
        return StreamEvent(self.last_id or "", message)


def struct_of(kind: str) -> type[EventMessage]:
    """The struct of messages of a type; those of a later server are told as they are."""
    return ResyncMessage if kind == "resync" else MESSAGES.get(kind, OtherMessage)
