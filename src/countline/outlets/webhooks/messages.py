"""The bodies a webhook posts, each with an id that a retry repeats."""

import base64
import hashlib
from typing import Any, NamedTuple

from countline.engine.messages import Document, RowPlace, write_documents
from countline.engine.telling import Counts, Telling


class Message(NamedTuple):
    """One body to post, and the id under which it may come again."""

    id: str
    type: str
    body: bytes
    last: RowPlace | None = None  # the place of its last row, if it has rows


def write_messages(telling: Telling, reader: str) -> list[Message]:
    """The messages of one telling, in order: one, or as many as its rows need.

    A part's id names the place of its telling in the log, and its first and last row. It does not
    depend on values. If rows have been added since a crash, parts hold other rows, and then they
    have other ids, so that a receiver who drops ids that it knows never drops a row.
    """
    messages = []
    for document in write_documents(telling):
        key: tuple[Any, ...] = (telling.seq,)
        if isinstance(telling, Counts):
            ends = (document.first, document.last)
            key = (telling.location_id, telling.local_date, telling.seq, *ends)
        messages.append(_message(document, reader, *key))
    return messages


def _message(document: Document, reader: str, *key: Any) -> Message:
    made = message_id(reader, document.type, *key)
    return Message(made, document.type, document.body, document.last)


def message_id(*key: Any) -> str:
    """The id that stands for a key; the same again for the same."""
    digest = hashlib.sha256(repr(key).encode()).digest()
    return "msg_" + base64.b32encode(digest[:20]).decode().lower()
