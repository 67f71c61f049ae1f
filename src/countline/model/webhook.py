"""Addresses that are told of events: what each wants, how far it is, and what came of each attempt."""

from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from countline.model.event import ToldKind
from countline.model.ids import LocationId, SensorId, ZoneId

WebhookState = Literal["active", "paused", "disabled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One address and what it is told; no kinds, locations, zones or sensors means all of them.

    `threshold` and `rate_s` are about `occupancy.changed`: told while at least so many people are in
    a zone and when that ends, and at most once in so long for a zone, the newest of it. Secrets are
    sealed. `devices`: whether devices that nobody registered are told.
    """

    webhook_id: str
    url: str
    name: str = ""
    kinds: tuple[ToldKind, ...] = ()
    locations: tuple[LocationId, ...] = ()
    zones: tuple[ZoneId, ...] = ()
    sensors: tuple[SensorId, ...] = ()
    threshold: int | None = None
    rate_s: int = 0
    batch_items: int = 1
    batch_wait_s: int = 0
    devices: bool = False
    secret: bytes = b""
    old_secret: bytes = b""
    old_until_s: int = 0
    created_s: int = 0
    changed_s: int = 0

    @property
    def reader(self) -> str:
        """Its name among the readers of the event log."""
        return "webhook:" + self.webhook_id.removeprefix("wh_")

    @property
    def host(self) -> str:
        """What logs call it: the rest of an address may hold a secret."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookProgress:
    """How far an address has been told, and the message that waits for it.

    All up to `mark` has been told, given up, or is in the message that waits; that one has the number
    `sequence`, and `message_id` is "" where none waits. `filters` is what thresholds and rates
    remember. `epoch` rises when somebody else changes this: then its sender begins anew.
    """

    reader: str
    epoch: int = 0
    state: WebhookState = "active"
    reason: str = ""  # why it is disabled, in words
    state_s: int | None = None  # since when
    mark: str = "0"
    sequence: int = 0
    filters: dict[str, Any] = field(default_factory=dict)
    message_id: str = ""
    message_type: str = ""
    message_body: bytes = b""  # without its number
    attempts: int = 0
    first_attempt_s: int = 0
    next_try_s: int = 0
    error: str = ""  # of the last attempt, in words
    given_up: int = 0  # messages given up since the last one that was taken
    taken_s: int | None = None  # when the last one was taken


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery:
    """One attempt: what was sent, and what came back. Kept in `slot`, until that is used again."""

    webhook_id: str
    slot: int
    number: int
    at_s: int
    message_id: str
    type: str
    attempt: int
    taken: bool
    sequence: int | None = None  # None: outside the order, a test
    status: int | None = None  # None: no answer
    detail: str = ""  # why it was not taken, in words
    duration_ms: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body_bytes: int = 0
    body_start: str = ""
    answer_start: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message past its last attempt. `again`: somebody asked for it to be sent again."""

    letter_id: int
    webhook_id: str
    message_id: str
    type: str
    detail: str
    attempts: int
    first_attempt_s: int
    given_up_s: int
    body: bytes  # without its number
    again: bool = False
