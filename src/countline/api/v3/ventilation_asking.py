"""The parameters of outdoor air."""

from typing import Annotated

from msgspec import Meta

from countline.api.parameters import Asking
from countline.wire import Instant


class DemandAsking(Asking, frozen=True, kw_only=True):
    """For when."""

    at: (
        Annotated[
            Instant,
            Meta(description="A past instant, to see what was asked for then and why; else now."),
        ]
        | None
    ) = None


class PreviewAsking(Asking, frozen=True, kw_only=True):
    """Over which stretch."""

    start_ts: Annotated[
        Instant,
        Meta(description="From when: ISO 8601 with an offset.", examples=["2025-12-01T00:00:00Z"]),
    ]
    end_ts: Annotated[
        Instant,
        Meta(
            description="Until when, itself not included; 31 days at most.",
            examples=["2025-12-02T00:00:00Z"],
        ),
    ]
