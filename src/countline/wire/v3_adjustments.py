"""An operator's word on how many people are in, in API version 3."""

from typing import Annotated, Literal

from msgspec import Meta

from countline.wire import Instant, Sent, Told
from countline.wire.v3_catalogue import Next

Reason = Annotated[str, Meta(min_length=1, max_length=500, examples=["counted by hand"])]


class AdjustmentNew(Sent, frozen=True, kw_only=True):
    """Either how many are in, or how many more than was counted; from when on, and why."""

    reason: Reason
    value: (
        Annotated[int, Meta(ge=0, le=1_000_000, description="So many are in at that moment.")]
        | None
    ) = None
    delta: (
        Annotated[
            int,
            Meta(
                ge=-1_000_000,
                le=1_000_000,
                description="So many more (below 0: fewer) are in than was counted. It stays a"
                " difference, whatever late data makes of what was counted.",
            ),
        ]
        | None
    ) = None
    at: (
        Annotated[
            Instant,
            Meta(description="Since when, to the nearest minute; left out: now."),
        ]
        | None
    ) = None


class Adjustment(Told, frozen=True, kw_only=True):
    """What was said of how many people are in."""

    adjustment_id: int
    location_id: str
    zone_id: Annotated[int | None, Meta(description="Null: the whole location.")]
    at: Annotated[Instant, Meta(description="The whole minute from which it holds.")]
    value: int | None
    delta: int | None
    cause: Literal["operator", "device", "evidence"]
    reason: str
    who: Annotated[str, Meta(description="The key's name, or what else told it.")]
    told_at: Instant


class AdjustmentPage(Told, frozen=True, kw_only=True):
    """Adjustments in the order in which they were told."""

    data: list[Adjustment]
    next: Next = None
