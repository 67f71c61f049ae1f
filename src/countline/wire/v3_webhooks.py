"""Webhooks in API version 3: what each is told, how far it is, and what came of each attempt."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from countline import limits
from countline.wire import Instant, Sent, Told
from countline.wire.v3_catalogue import Id, Next, ZoneId

WebhookState = Literal["active", "paused", "disabled"]
WebhookKind = Literal[
    "counts.recorded",
    "counts.revised",
    "occupancy.changed",
    "zone.occupied",
    "zone.empty",
    "capacity.reached",
    "capacity.cleared",
    "ventilation.request",
    "ventilation.fallback",
    "sensor.discovered",
    "sensor.silent",
    "sensor.back",
    "sensor.degraded",
    "sensor.config_changed",
    "gap.opened",
    "gap.healed",
    "gap.permanent",
    "webhook.disabled",
]
Url = Annotated[
    str,
    Meta(
        min_length=8,
        max_length=2_000,
        description="Where messages are posted, `https://...`. Whoever may not change webhooks sees"
        " no more of it than the host.",
    ),
]
WebhookName = Annotated[str, Meta(max_length=200, description="What people call it.")]
Kinds = Annotated[
    tuple[WebhookKind, ...], Meta(max_length=100, description="Which events; none named: all.")
]
Secret = Annotated[
    str, Meta(description="Signs each message, by Standard Webhooks. Only here: keep it.")
]
State = Annotated[
    WebhookState,
    Meta(
        description="`disabled`: by the server, which says why in `reason`; set it `active` again."
    ),
]
Origin = Annotated[
    Literal["api", "settings"],
    Meta(description="What the server's settings say of a webhook is changed only there."),
]


class WebhookFilter(
    Told, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Of which places and sensors, and how often; all conditions hold at once."""

    locations: Annotated[
        tuple[Id, ...],
        Meta(max_length=1000, description="None named: all that the key sees that made it."),
    ] = ()
    zones: Annotated[
        tuple[ZoneId, ...],
        Meta(max_length=1000, description="Events of these zones, and rows of lines around them."),
    ] = ()
    sensors: Annotated[
        tuple[Id, ...], Meta(max_length=1000, description="Events and rows of these sensors.")
    ] = ()
    threshold: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=10_000_000,
                description="`occupancy.changed` is told while so many people or more are in the"
                " zone, and once when that ends.",
            ),
        ]
        | None
    ) = None
    rate_seconds: Annotated[
        int,
        Meta(
            ge=0,
            le=limits.WEBHOOK_RATE_S_MAX,
            description="`occupancy.changed` is told at most once in so long for each zone: the"
            " newest, later, in place of those before it. 0: each one at once.",
        ),
    ] = 0


class WebhookBatch(Told, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several documents in one message of the type `batch`."""

    items: Annotated[
        int,
        Meta(
            ge=2, le=limits.WEBHOOK_BATCH_ITEMS_MAX, description="Documents in a message, at most."
        ),
    ]
    wait_seconds: Annotated[
        int,
        Meta(
            ge=0,
            le=limits.WEBHOOK_BATCH_WAIT_S_MAX,
            description="How long the first may wait for others. 0: for those already there.",
        ),
    ] = 0


class WebhookWaiting(Told, frozen=True, kw_only=True):
    """The message that was posted and not taken; those behind it wait for it."""

    message_id: str
    type: str
    attempts: Annotated[int, Meta(description="How often it was tried.")]
    first_attempt_at: Instant
    next_attempt_at: Instant
    detail: Annotated[str, Meta(description="Why the last attempt failed.")]


class Webhook(Told, frozen=True, kw_only=True):
    """An address that is told of events."""

    webhook_id: str
    url: Url
    kinds: Kinds
    filter: WebhookFilter
    state: State
    name: WebhookName
    batch: WebhookBatch | None
    reason: Annotated[str | None, Meta(description="Why the server disabled it.")]
    state_since: Instant | None
    origin: Origin
    messages: Annotated[
        int, Meta(description="The `sequence` of its newest message: they are numbered from 1.")
    ]
    last_taken_at: Annotated[Instant | None, Meta(description="When a message was last taken.")]
    waiting: WebhookWaiting | None
    lag_events: Annotated[int, Meta(description="Events in the log that it has not been told.")]
    lag_s: Annotated[float, Meta(description="How old the oldest of them is.")]
    old_secret_until: Annotated[
        Instant | None, Meta(description="Until when the secret before the last rotation signs.")
    ]
    created_at: Instant | None
    changed_at: Instant | None


class WebhookPage(Told, frozen=True, kw_only=True):
    """Webhooks by id."""

    data: list[Webhook]
    next: Next = None


class WebhookMade(Told, frozen=True, kw_only=True):
    """A webhook with its new secret, which is shown here and never again."""

    webhook_id: str
    url: Url
    kinds: Kinds
    filter: WebhookFilter
    secret: Secret
    state: State
    name: WebhookName
    batch: WebhookBatch | None
    old_secret_until: Instant | None
    created_at: Instant | None


class WebhookNew(Sent, frozen=True, kw_only=True):
    """An address to be told of what happens from now on."""

    url: Url
    kinds: Kinds = ()
    filter: WebhookFilter = WebhookFilter()
    name: WebhookName = ""
    batch: WebhookBatch | None = None
    state: Annotated[Literal["active", "paused"], Meta(description="Paused: nothing yet.")] = (
        "active"
    )


class WebhookChange(Sent, frozen=True, kw_only=True):
    """What to change; what is left out stays. A `filter` replaces the whole filter."""

    url: Url | UnsetType = UNSET
    kinds: Kinds | UnsetType = UNSET
    filter: WebhookFilter | UnsetType = UNSET
    name: WebhookName | UnsetType = UNSET
    batch: WebhookBatch | UnsetType | None = UNSET
    state: (
        Annotated[
            Literal["active", "paused"],
            Meta(
                description="`active` switches a paused or disabled one on: it goes on where it was."
            ),
        ]
        | UnsetType
    ) = UNSET


# -- what came of it ------------------------------------------------------------------------------
class DeliveryRequest(Told, frozen=True, kw_only=True):
    """What was posted, without its signatures."""

    headers: dict[str, str]
    body_bytes: int
    body_start: Annotated[str, Meta(description="The first 500 characters.")]


class Delivery(Told, frozen=True, kw_only=True):
    """One attempt."""

    delivery: Annotated[int, Meta(description="Its number; the greatest is the newest.")]
    at: Instant
    message_id: Annotated[str, Meta(description="The header `webhook-id`.")]
    type: str
    sequence: Annotated[
        int | None, Meta(description="Null for a test, which is outside the order.")
    ]
    attempt: Annotated[int, Meta(description="Which attempt at this message, from 1.")]
    taken: Annotated[bool, Meta(description="Whether the answer was 2xx.")]
    status: Annotated[int | None, Meta(description="Of the answer; null where none came.")]
    detail: Annotated[str, Meta(description="Why it was not taken; empty where it was.")]
    duration_ms: int
    request: DeliveryRequest
    answer_start: Annotated[str, Meta(description="The first 500 characters of the answer's body.")]


class DeliveryPage(Told, frozen=True, kw_only=True):
    """Attempts, newest first: the last 500 of a webhook are kept."""

    data: list[Delivery]
    next: Next = None


class DeadLetter(Told, frozen=True, kw_only=True):
    """A message that was given up after its last attempt."""

    letter: Annotated[int, Meta(description="Its number; the greatest is the newest.")]
    message_id: str
    type: str
    detail: Annotated[str, Meta(description="Why the last attempt failed.")]
    attempts: int
    first_attempt_at: Instant
    given_up_at: Instant
    replaying: Annotated[bool, Meta(description="Whether it is about to be sent again.")]
    body_bytes: int
    body_start: Annotated[str, Meta(description="The first 500 characters.")]


class DeadLetterPage(Told, frozen=True, kw_only=True):
    """Messages that were given up, newest first: the last 100 of a webhook are kept."""

    data: list[DeadLetter]
    next: Next = None


class ReplayAsked(Sent, frozen=True, kw_only=True):
    """What to tell again: exactly one of these."""

    after_event: (
        Annotated[
            int,
            Meta(ge=0, le=2**53, description="Events after this `data.sequence` of the log."),
        ]
        | None
    ) = None
    since: Annotated[Instant, Meta(description="Events of this instant and later.")] | None = None
    dead_letters: Annotated[bool, Meta(description="All dead letters of the webhook.")] = False


class ReplayBegun(Told, frozen=True, kw_only=True):
    """What is being told again."""

    webhook_id: str
    after_event: Annotated[int | None, Meta(description="Events after this one.")]
    events: Annotated[
        int, Meta(description="Events in the log behind that; those it asked for are told.")
    ]
    dead_letters: int
