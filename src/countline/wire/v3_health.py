"""Answers of API version 3 about health: states, reasons, what devices say, what to do."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from countline.wire import Instant, Told

Health = Literal["healthy", "degraded", "offline", "unknown"]
Severity = Literal["error", "warning", "info"]


class Reason(Told, frozen=True, kw_only=True):
    """Why something is not healthy."""

    code: Annotated[str, Meta(description="For programs; never changes.")]
    detail: Annotated[str, Meta(description="What is wrong, and what to do.")]
    since: Instant | None


class Licence(Told, frozen=True, kw_only=True):
    """One licensed feature of a device."""

    feature: str
    state: Annotated[
        Literal["enabled", "test", "expired", "missing"], Meta(description="By the device's word.")
    ]
    remaining_days: Annotated[int | None, Meta(description="Null: for good.")]


class Agent(Told, frozen=True, kw_only=True):
    """How one push agent of a device delivers, by its own account."""

    agent_id: str
    name: str
    last_ok_at: Annotated[Instant | None, Meta(description="When a delivery last went well.")]
    last_failed_at: Annotated[Instant | None, Meta(description="When one last did not.")]
    error: Annotated[str, Meta(description="Why it did not; empty where nothing failed.")]
    cached: Annotated[int | None, Meta(description="Packages that wait for another try.")]
    dropped: Annotated[int | None, Meta(description="Packages that it gave up.")]


class SensorHealth(Told, frozen=True, kw_only=True):
    """The health of one sensor, judged by its own rhythm. Null: it did not say."""

    sensor_id: str
    health: Health
    reasons: list[Reason]
    last_push_at: Instant | None
    push_delay_s: Annotated[float | None, Meta(description="From end of a bin to its arrival.")]
    clock_offset_s: Annotated[float | None, Meta(description="Its clock minus ours.")]
    uptime_s: int | None
    temperature_c: int | None
    firmware: str | None
    location_id: str
    stale_after_s: Annotated[
        int, Meta(description="How long it may be silent: 15 minutes, or 2.5 usual intervals.")
    ]
    reachable: Annotated[
        bool | None, Meta(description="Whether the device answered when last asked; null: never.")
    ]
    asked_at: Annotated[Instant | None, Meta(description="When the device was last asked.")]
    answered_at: Annotated[Instant | None, Meta(description="When it last answered.")]
    reboots: Annotated[int, Meta(description="How often it was seen to start anew.")]
    rebooted_at: Annotated[Instant | None, Meta(description="When it last did.")]
    licences: list[Licence] | None
    agents: Annotated[list[Agent] | None, Meta(description="Its push agents, as it sees them.")]
    tilt_degrees: Annotated[float | None, Meta(description="How far it hangs aslant.")]
    height_m: Annotated[float | None, Meta(description="How high it hangs.")]
    illumination: Annotated[str | None, Meta(description="As the maker calls it.")]
    storage_percent: Annotated[float | None, Meta(description="How full its history is.")]
    storage_oldest_at: Annotated[Instant | None, Meta(description="Its oldest record.")]
    config_checksum: Annotated[str | None, Meta(description="Of its configuration.")]
    unmapped: Annotated[
        list[str], Meta(description="Channels of which nobody has said what they count.")
    ]
    overlapped: Annotated[
        int | None,
        Meta(
            description="Bins of the last week that are kept and not added up, since others overlap"
            " them; null in lists."
        ),
    ] = None


class SensorsByHealth(Told, frozen=True, kw_only=True):
    """How many sensors are in which state."""

    healthy: int = 0
    degraded: int = 0
    offline: int = 0
    unknown: int = 0


class LocationHealth(Told, frozen=True, kw_only=True):
    """The health of a location is that of its worst sensor."""

    location_id: str
    health: Health
    sensors: SensorsByHealth
    data: list[SensorHealth]


class StoreHealth(Told, frozen=True, kw_only=True):
    """What keeps the data."""

    kind: str
    bytes: Annotated[int | None, Meta(description="Size on disk.")]
    flush_ms: Annotated[float | None, Meta(description="How long the last flush to disk took.")]
    free_bytes: Annotated[int | None, Meta(description="Room left on its disk.")] = None


class FollowerHealth(Told, frozen=True, kw_only=True):
    """How far what follows from counts is behind them."""

    lag_events: int
    lag_s: float


class SystemHealth(Told, frozen=True, kw_only=True):
    """The health of the whole installation."""

    health: Health
    version: str
    store: StoreHealth
    followers: dict[str, FollowerHealth]
    sensors: SensorsByHealth
    reasons: list[Reason]
    listeners: Annotated[int, Meta(description="Open streams of `GET /v3/events`.")] = 0


class Diagnosis(Told, frozen=True, kw_only=True):
    """One thing that is wrong, or worth knowing, and what to do about it."""

    subject: Annotated[
        Literal["sensor", "device", "system"],
        Meta(
            description="`device`: one that nobody registered; `system`: the installation itself."
        ),
    ]
    sensor_id: str | None
    location_id: str | None
    part: Annotated[str | None, Meta(description="Which device, or which part of the system.")]
    code: Annotated[str, Meta(description="For programs; never changes.")]
    severity: Annotated[
        Severity, Meta(description="`error`: counts are missing; `info`: only worth knowing.")
    ]
    sentence: Annotated[str, Meta(description="What is wrong.")]
    remedy: Annotated[str, Meta(description="What to do about it.")]
    since: Annotated[Instant | None, Meta(description="Since when, where that is known.")]
    evidence: Annotated[dict[str, Any], Meta(description="What the sentence was made of.")]


class DiagnosisPage(Told, frozen=True, kw_only=True):
    """What is wrong, gravest first."""

    data: list[Diagnosis]
    next: str | None


class CompatibilityRow(Told, frozen=True, kw_only=True):
    """One thing that sensors can be asked for, and by which firmware."""

    operation: str
    says: Annotated[str, Meta(description="In words, as after `cannot`.")]
    vendor: str
    method: str
    path: Annotated[str, Meta(description="On the sensor, not here; `{root}` is its instance.")]
    since: Annotated[str, Meta(description="The first firmware that has it.")]
    until: Annotated[str | None, Meta(description="The first that lacks it again; null: none.")]
    works: Annotated[dict[str, bool], Meta(description="By the firmwares in `firmwares`.")]


class Compatibility(Told, frozen=True, kw_only=True):
    """What works with which firmware of sensors."""

    firmwares: Annotated[list[str], Meta(description="Versions that are shown, oldest first.")]
    data: list[CompatibilityRow]
