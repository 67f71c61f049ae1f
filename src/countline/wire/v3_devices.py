"""Bodies of the operations that reach devices: adoption and configuration."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, field

from countline.wire import Instant, Sent, Told
from countline.wire.v3_catalogue import Id, Next

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


# -- configuration --------------------------------------------------------------------------------
Name128 = Annotated[str, Meta(max_length=128)]
Metre = Annotated[float, Meta(ge=-1000, le=1000)]
PointM = tuple[Metre, Metre]
Number = Annotated[int, Meta(ge=0, le=2**31)]
PrivacyMode = Annotated[int, Meta(ge=0, le=3, description="0: all may be seen; 3: numbers only.")]
MasterKey = Annotated[
    Annotated[str, Meta(max_length=200)] | None,
    Meta(description="Needed to lower the privacy mode: it came with the device. Never kept."),
]


class ClockConfig(Sent, frozen=True, kw_only=True):
    """How the device keeps its clock."""

    time_zone: Annotated[str, Meta(max_length=64)]
    ntp_enabled: bool = True
    ntp_servers: Annotated[
        tuple[Annotated[str, Meta(max_length=255)], ...], Meta(max_length=16)
    ] = ()


class ClockChange(Sent, frozen=True, kw_only=True):
    """What to change of how the device keeps its clock; fields left out stay."""

    time_zone: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    ntp_enabled: bool | UnsetType = UNSET
    ntp_servers: (
        Annotated[tuple[Annotated[str, Meta(max_length=255)], ...], Meta(max_length=16)] | UnsetType
    ) = UNSET


class GeometryConfig(Sent, frozen=True, kw_only=True):
    """A line or zone in the device's own frame: metres on the floor, from below the device."""

    id: Annotated[Number | None, Meta(description="Left out: a new one.")] = None
    name: Name128
    kind: Literal["line", "zone"]
    points: Annotated[
        tuple[PointM, ...],
        Meta(min_length=2, max_length=1000, description="Two of a line; a zone's are not closed."),
    ]


class LogicConfig(Sent, frozen=True, kw_only=True):
    """What counts at a line or in a zone."""

    id: Annotated[Number | None, Meta(description="Left out: a new one.")] = None
    name: Name128
    template: Annotated[
        Annotated[str, Meta(max_length=64)],
        Meta(description="Empty for one that was made by hand: only its name changes."),
    ] = ""
    options: Annotated[
        dict[str, Any], Meta(description="As the template takes them: `count_line_id`, `zone_id`.")
    ] = field(default_factory=dict)


class AgentConfig(Sent, frozen=True, kw_only=True):
    """What the device pushes, when, and over which of its connections."""

    id: Annotated[Number | None, Meta(description="Left out: a new one.")] = None
    name: Name128
    type: Annotated[str, Meta(max_length=64)]
    enabled: bool = True
    connection: Number | None = None
    config: Annotated[dict[str, Any], Meta(description="As the device takes it.")] = field(
        default_factory=dict
    )
    ours: Annotated[
        bool, Meta(description="One by which the device pushes here: adoption makes and mends it.")
    ] = False


class ConfigWanted(Sent, frozen=True, kw_only=True):
    """A whole configuration: what it leaves out of the lists is removed from the device."""

    name: Name128
    group: Name128
    time: ClockConfig
    privacy_mode: PrivacyMode
    geometries: Annotated[tuple[GeometryConfig, ...], Meta(max_length=1000)]
    logics: Annotated[tuple[LogicConfig, ...], Meta(max_length=1000)]
    agents: Annotated[tuple[AgentConfig, ...], Meta(max_length=1000)]
    master_key: MasterKey = None


class ConfigChange(Sent, frozen=True, kw_only=True):
    """What to change of a configuration; fields left out stay, lists are given whole."""

    name: Name128 | UnsetType = UNSET
    group: Name128 | UnsetType = UNSET
    time: ClockChange | UnsetType = UNSET
    privacy_mode: PrivacyMode | UnsetType = UNSET
    geometries: Annotated[tuple[GeometryConfig, ...], Meta(max_length=1000)] | UnsetType = UNSET
    logics: Annotated[tuple[LogicConfig, ...], Meta(max_length=1000)] | UnsetType = UNSET
    agents: Annotated[tuple[AgentConfig, ...], Meta(max_length=1000)] | UnsetType = UNSET
    master_key: MasterKey = None


class ConfigDifference(Told, frozen=True, kw_only=True):
    """One thing that somebody changed on the device itself."""

    path: str
    before: Any
    after: Any


class SensorConfig(Told, frozen=True, kw_only=True):
    """A device's configuration. `ETag` names this state of it."""

    sensor_id: str
    name: str
    group: str
    time: ClockConfig
    privacy_mode: int
    geometries: list[GeometryConfig]
    logics: list[LogicConfig]
    agents: list[AgentConfig]
    checksum: Annotated[str, Meta(description="The device's own, over all that it is set to.")]
    drift: Annotated[
        list[ConfigDifference],
        Meta(
            description="What is not as we last left or accepted it, without secrets. A change that"
            " names this state by `If-Match`, an empty one too, accepts it."
        ),
    ]
    steps: Annotated[list[str], Meta(description="What this change did, or (dry run) would do.")]


class ConfigLogEntry(Told, frozen=True, kw_only=True):
    """One change of a device."""

    at: Instant
    who: Annotated[
        str, Meta(description="A key's name, `command line`, or `device`: somebody did it there.")
    ]
    what: str
    before: dict[str, Any]
    after: dict[str, Any]


class ConfigLog(Told, frozen=True, kw_only=True):
    """Changes of a device, newest first."""

    data: list[ConfigLogEntry]
    next: Next = None
