"""What an agent is configured with: data, filters and schedule, with their bounds and defaults."""

from typing import Annotated, Any, Literal, get_args

from msgspec import UNSET, Meta, Struct, UnsetType

from countline.emulator.v5.ask import invalid, plain, shaped
from countline.emulator.v5.device import Device
from countline.emulator.v5.push_sets import whole
from countline.emulator.v5.retries import Mode
from countline.emulator.v5.schedules import check_schedule

AgentType = Literal[
    "LOGICS", "LIVE_DATA", "STATUS", "WIFI_BT", "RECORDING", "LEGACY_LINE_COUNT",
    "LEGACY_ZONE_OCCUPANCY_COUNT", "LEGACY_ZONE_IN_OUT_COUNT", "LEGACY_EVENT",
    "LEGACY_EVENT_STREAM", "LEGACY_COORDINATE", "LEGACY_OBJECT_STREAM", "LEGACY_WIFI_BT",
    "GENERIC",
]  # fmt: skip
Resolution = Literal[
    "ONE_DAY", "TWELVE_HOURS", "SIX_HOURS", "ONE_HOUR", "THIRTY_MINUTES", "FIFTEEN_MINUTES",
    "FIVE_MINUTES", "ONE_MINUTE", "FIVE_SECONDS", "TWO_AND_A_HALF_SECONDS", "ONE_SECOND",
    "HALF_SECOND", "QUARTER_SECOND", "MAX",
]  # fmt: skip
RESOLUTION_S: dict[str, float] = dict(
    zip(
        get_args(Resolution),
        (86_400, 43_200, 21_600, 3_600, 1_800, 900, 300, 60, 5, 2.5, 1, 0.5, 0.25, 0),
        strict=True,
    )
)
OBJECTS = ("PERSON", "GROUP", "BICYCLE", "PRAM", "WHEELCHAIR", "SHOPPING_CART")
SCENE_EVENTS = (
    "TRACK_CREATE", "TRACK_DELETE", "LINE_CROSS_FORWARD", "LINE_CROSS_BACKWARD", "ZONE_ENTRY",
    "ZONE_EXIT", "DOOR_OPEN", "DOOR_CLOSED",
)  # fmt: skip
COUNT_EVENTS = ("COUNT_INCREMENT", "COUNT_DECREMENT", "COUNT_RESET", "WRONG_WAY_DETECTED")
INFO_EVENTS = (
    "SENSOR_FAILURE", "DIGITAL_INPUT_HIGH", "DIGITAL_INPUT_LOW", "BLOCKED_SPACE_ABOVE",
    "BLOCKED_SPACE_BELOW", "ILLUMINATION_SUFFICIENT", "ILLUMINATION_INSUFFICIENT",
)  # fmt: skip
Delay = Annotated[float, Meta(ge=0, le=86_400)]
ALL_OR_NONE = ("ALL", "NONE")


class Format(Struct, frozen=True, kw_only=True):
    """How bodies are written."""

    type: Literal["JSON", "PROTOBUF", "BINARY", "XML", "RECORDING"]
    version: Annotated[str, Meta(max_length=128)] = "5.0"
    time: Literal["UNIX_TIME_MS", "UNIX_TIME_S", "RFC3339"] = "UNIX_TIME_MS"
    pretty: bool = False


class Data(Struct, frozen=True, kw_only=True):
    """What is collected."""

    resolution: Resolution
    format: Format
    package_size: Annotated[int, Meta(ge=1, le=10_000)] = 1
    include_empty: bool = False
    meta_data_config: Literal["NONE", "REFERENCED", "FULL"] = "NONE"
    meta_data_package_full: bool = False
    meta_data_sensor_full: bool = False
    normalization: Literal["NONE", "LEVEL_1"] = "NONE"


class Retry(Struct, kw_only=True):
    """What is done after a push that failed."""

    mode: Mode
    max_number: Annotated[int, Meta(ge=0)] = 0
    reset_on_next_push_schedule: bool = False
    delay_start_min: Delay | UnsetType = UNSET
    delay_start_max: Delay | UnsetType = UNSET
    delay_interval_min: Delay | UnsetType = UNSET
    delay_interval_max: Delay | UnsetType = UNSET
    delay_increase_const: Delay | UnsetType = UNSET
    delay_increase_factor: Annotated[float, Meta(ge=0, le=10)] | UnsetType = UNSET


class Scheduler(Struct, kw_only=True):
    """When it is pushed."""

    type: Literal["IMMEDIATE", "PERIODIC", "INTERVAL"]
    cron: str | UnsetType | None = UNSET
    interval: str | UnsetType | None = UNSET
    retry: Retry | UnsetType | None = UNSET


class Config(Struct, kw_only=True):
    """The three parts of an agent."""

    scheduler: Scheduler
    data: Data = Data(resolution="ONE_MINUTE", format=Format(type="JSON"))
    filters: dict[str, Any] | None = None


class Agent(Struct, kw_only=True):
    """An agent as it is given; without `enabled` it does nothing."""

    name: Annotated[str, Meta(max_length=128)]
    type: AgentType
    connection: int
    config: Config
    enabled: bool | None = False


def checked_agent(device: Device, root: str, body: dict[str, Any]) -> dict[str, Any]:
    """An agent with its defaults filled in. Raises `Refused` naming the field."""
    given = shaped(whole(body), Agent)
    if given.type == "GENERIC":
        raise invalid("type: GENERIC agents need resources, and are not emulated")
    if given.type == "STATUS" and root != "/singlesensor":
        raise invalid("type: STATUS agents belong to the singlesensor")
    kept: dict[str, Any] = plain(given)
    kept["enabled"] = bool(kept["enabled"])
    config = kept["config"]
    if given.type == "LOGICS" and 0 < RESOLUTION_S[config["data"]["resolution"]] < 60:
        raise invalid("resolution: logics are recorded once a minute")
    try:
        check_schedule(config["scheduler"])
    except ValueError as wrong:
        raise invalid(str(wrong)) from wrong
    least = device.personality.delay_factor_min
    for field in ("delay_increase_const", "delay_increase_factor"):
        value = (config["scheduler"].get("retry") or {}).get(field, least)
        if value < least:
            raise invalid(f"{field}: {value} is less than {least}")
    config["filters"] = _filters(device, given.type, config["filters"] or {})
    if not device.personality.has("5.6"):
        del config["data"]["normalization"]
    return kept


def _filters(device: Device, kind: str, given: dict[str, Any]) -> dict[str, Any] | None:
    """The filters of a type, lists in an order of their own; None for types without."""
    if kind == "LOGICS":
        return {"included_logics": _included(given, "included_logics", None)}
    if kind != "LIVE_DATA":
        return None
    doors = {"DOOR_OPEN", "DOOR_CLOSED"} if not device.personality.has("5.6") else set()
    carts = {"SHOPPING_CART"} if not device.personality.has("5.9") else set()
    known = {
        "included_objects": set(OBJECTS) - carts,
        "included_scene_events": set(SCENE_EVENTS) - doors,
        "included_count_events": set(COUNT_EVENTS),
        "included_info_events": set(INFO_EVENTS),
    }
    filters: dict[str, Any] = {n: _included(given, n, words) for n, words in known.items()}
    by_objects = given.get("filter_events_by_objects", False)
    if not isinstance(by_objects, bool | None):
        raise invalid("filter_events_by_objects: true or false")
    return filters | {"filter_events_by_objects": bool(by_objects)}


def _included(given: dict[str, Any], name: str, known: set[str] | None) -> Any:
    value = given.get(name)
    if value is None:
        return "ALL"
    if value in ALL_OR_NONE:
        return value
    if not isinstance(value, list):
        raise invalid(f"{name}: a list, ALL or NONE")
    for item in value:
        named = isinstance(item, str) and item in known if known else isinstance(item, int)
        if not named:
            raise invalid(f"{name}: '{item}' is not known")
    return sorted(set(value))
