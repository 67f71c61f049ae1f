"""Bodies of the operations that reach devices: adoption."""

from typing import Annotated, Literal

from msgspec import Meta

from countline.wire import Instant, Sent, Told
from countline.wire.v3_catalogue import Id

Short = Annotated[str, Meta(min_length=1, max_length=200)]


class AdoptionAsked(Sent, frozen=True, kw_only=True):
    """A device to adopt. Asked again for the same device, it repairs what differs, and no more."""

    address: Annotated[
        Short, Meta(description="`https://192.0.2.17`; without a scheme it is https.")
    ]
    password: Annotated[
        Annotated[str, Meta(max_length=200)] | None,
        Meta(description="Kept encrypted, never shown. Left out: the one that is known."),
    ] = None
    user: Short = "admin"
    sensor_id: Annotated[
        Id | None, Meta(description="Left out: the device's name, else its serial number.")
    ] = None
    location_id: Annotated[
        Id | None,
        Meta(description="Left out: the only one. A new one is made in the device's time zone."),
    ] = None
    name: Short | None = None
    context: Annotated[
        str, Meta(pattern=r"^(single|multi:[0-9]{1,3})$", description="`single`, or `multi:1`.")
    ] = "single"
    push_url: Annotated[
        Short | None, Meta(description="Where it shall push; left out: here, as it sees us.")
    ] = None
    lines: Annotated[
        Literal["first", "all", "none"],
        Meta(
            description="Which of its counting lines become lines of the location: two on one way"
            " would count everybody twice."
        ),
    ] = "first"
    create_logics: Annotated[
        bool, Meta(description="Make it count at lines and zones at which nothing counts.")
    ] = False
    history: Annotated[bool, Meta(description="Fetch what it remembers.")] = True
    live: Annotated[bool, Meta(description="Have it push count events at once.")] = True
    accept_certificate: Annotated[
        bool, Meta(description="Accept another certificate than before.")
    ] = False
    dry_run: Annotated[bool, Meta(description="Change nothing, and tell what would be.")] = False


class AdoptionStep(Told, frozen=True, kw_only=True):
    """One thing that was made or changed, or would be."""

    where: Literal["device", "catalogue"]
    action: Literal["create", "change", "keep", "remove"]
    what: str


class FetchedHistory(Told, frozen=True, kw_only=True):
    """What the device remembered."""

    oldest_at: Annotated[Instant | None, Meta(description="As far as it reached back.")]
    fresh: Annotated[int, Meta(description="Values that were not known.")]
    duplicates: Annotated[int, Meta(description="Values that were known so.")]


class AdoptionReport(Told, frozen=True, kw_only=True):
    """What adoption did, or (dry run) would do."""

    sensor_id: str
    location_id: str
    address: str
    vendor: str
    serial: str
    model: str
    firmware: str
    certificate: Annotated[
        str, Meta(description="SHA-256 of its certificate, which alone is taken from now on.")
    ]
    push_url: str
    dry_run: bool
    changed: bool
    steps: list[AdoptionStep]
    connection_test: Annotated[
        str | None, Meta(description="`OK`; null where nothing had to be tested.")
    ]
    history: FetchedHistory
    warnings: list[str]
