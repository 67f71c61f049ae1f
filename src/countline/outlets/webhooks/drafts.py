"""Messages on their way: single or together in a batch, and with the number of this webhook."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from countline import limits
from countline.engine.marks import Mark
from countline.engine.messages import write_instant
from countline.model.webhook import DeadLetter
from countline.outlets.webhooks.choosing import Memory
from countline.outlets.webhooks.messages import message_id

BATCH = "batch"
BATCH_ENVELOPE_BYTES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document that is to be sent, and what is so once it is: mark, memory, letter that rose."""

    id: str
    type: str
    body: bytes
    mark: Mark
    memory: Memory
    letter: DeadLetter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """One body to post, without its number, made of one draft or several."""

    id: str
    type: str
    body: bytes
    drafts: tuple[Draft, ...]


def numbered(body: bytes, sequence: int) -> bytes:
    """A document with its number among the messages of one webhook: they have no gap."""
    assert body.endswith(b"}")
    return b'%b,"sequence":%d}' % (body[:-1], sequence)


def compose(drafts: Sequence[Draft], *, items_max: int, now_s: int) -> Composed:
    """The next message of what waits. Dead letters go alone, as they were."""
    first = drafts[0]
    if items_max == 1 or first.letter:
        return Composed(id=first.id, type=first.type, body=first.body, drafts=(first,))
    taken = list(_fitting(drafts, items_max))
    items = [msgspec.Raw(_item(one)) for one in taken]
    timestamp = write_instant(now_s)
    document = {"type": BATCH, "timestamp": timestamp, "data": {"items": items}}
    key = (BATCH, *(one.id for one in taken))
    return Composed(
        id=message_id(*key),
        type=BATCH,
        body=msgspec.json.encode(document),
        drafts=tuple(taken),
    )


def _fitting(drafts: Sequence[Draft], items_max: int) -> list[Draft]:
    room = limits.WEBHOOK_BATCH_BYTES_MAX - BATCH_ENVELOPE_BYTES
    taken: list[Draft] = []
    for one in drafts[:items_max]:
        room -= len(_item(one)) + 1
        if one.letter or (taken and room < 0):
            break
        taken.append(one)
    return taken


def _item(draft: Draft) -> bytes:
    return b'{"id":"%b",%b' % (draft.id.encode(), draft.body[1:])
