"""What is told of events, by webhooks and streams alike: `{type, timestamp, data}`."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec

from countline.wire import Sent, Told

CountsKind = Literal["counts.recorded", "counts.revised"]
Lost = Literal["forgotten", "unknown"]


def _told(text: str) -> msgspec.Meta:
    """What the reference page says of a field."""
    return msgspec.Meta(description=text)


Place = Annotated[int, _told("Place of its last event in the event log.")]


class RowBody(Told, frozen=True, kw_only=True):
    """One channel's values over one bin."""

    sensor_id: Annotated[str, _told("The sensor that counted.")]
    channel: Annotated[str, _told("Which of its counting objects.")]
    line_id: Annotated[
        int | None, _told("The line it counts; null: none, or another source goes before it.")
    ]
    zone_id: Annotated[int | None, _told("The zone it measures.")]
    timestamp: Annotated[str, _told("Start of the bin, `YYYY-MM-DDTHH:MM:SSZ`.")]
    duration_seconds: Annotated[int, _told("Length of the bin.")]
    values: Annotated[
        dict[str, int | None],
        _told("By measure, in the line's direction; null: a better bin overlaps this one."),
    ]
    coverage: Annotated[float | None, _told("Seconds covered over seconds of the bin, 0 to 1.")]
    revision: Annotated[int, _told("The commit that last changed it; the greatest is the newest.")]


class CountsData(Told, frozen=True, kw_only=True, omit_defaults=True):
    """The `data` of both counts messages."""

    location_id: Annotated[str, _told("The location that all rows are of.")]
    local_date: Annotated[
        date | None, _told("The civil day that all rows start in; only in `counts.revised`.")
    ] = None
    revision: Annotated[int, _told("The newest commit that is told here.")]
    sequence: Place
    part: Annotated[int, _told("Which part of a longer message this is, from 1.")]
    parts: Annotated[int, _told("How many parts there are.")]
    rows: Annotated[list[RowBody], _told("By start, sensor and channel.")]


class DiscoveredData(Told, frozen=True, kw_only=True):
    """The `data` of `sensor.discovered`."""

    vendor: Annotated[str, _told("Who made the device.")]
    serial: Annotated[str, _told("Its serial number, in lower case.")]
    context: Annotated[str, _told("`single`, or which multisensor of it: `multi:1`.")]
    driver: Annotated[str, _told("The driver that read what it pushed.")]
    sequence: Place


# -- of zones -------------------------------------------------------------------------------------
At = Annotated[str, _told("`YYYY-MM-DDTHH:MM:SSZ`.")]
AsOf = Annotated[str | None, _told("The moment up to which people are known.")]
Quality = Literal["good", "fair", "poor", "stale", "unknown"]


class OccupancyData(Told, frozen=True, kw_only=True):
    """The `data` of `occupancy.changed`: how many are in a zone now, or that it is not known."""

    location_id: str
    zone_id: int
    as_of: AsOf
    people: Annotated[int | None, _told("Null when the quality is `unknown`.")]
    last_known: Annotated[int | None, _told("The last number that was known.")]
    quality: Annotated[Quality, _told("How far `people` can be trusted.")]
    in_today: Annotated[int | None, _told("Came in since the local day began.")]
    out_today: Annotated[int | None, _told("Went out since the local day began.")]
    sequence: Place


class PresenceData(Told, frozen=True, kw_only=True):
    """The `data` of `zone.occupied` and `zone.empty`."""

    location_id: str
    zone_id: int
    as_of: AsOf
    people: int
    sequence: Place


class CapacityData(Told, frozen=True, kw_only=True):
    """The `data` of `capacity.reached` and `capacity.cleared`."""

    location_id: str
    zone_id: int
    as_of: AsOf
    people: int
    capacity: int
    limit: Annotated[int, _told("At how many people the light is red.")]
    light: Annotated[Literal["green", "amber", "red"], _told("`red` when it is reached.")]
    sequence: Place


class SetpointData(Told, frozen=True, kw_only=True):
    """What a zone's curve gives at its density."""

    gives: Literal["setpoint_offset", "damper_position"]
    value: float
    unit: Literal["K", "degF", "percent"]


class VentilationData(Told, frozen=True, kw_only=True):
    """The `data` of `ventilation.request`, and of `ventilation.fallback` when it begins or ends."""

    location_id: str
    zone_id: int
    as_of: Annotated[str, _told("The minute from which the request holds.")]
    outdoor_air: Annotated[float, _told("What is asked for, in `unit`.")]
    design_outdoor_air: Annotated[float, _told("What the design population needs.")]
    unit: Literal["L/s", "cfm"]
    population: Annotated[int, _told("People that the request is for.")]
    mode: Annotated[Literal["occupied", "standby"], _told("`standby`: empty, and may be without.")]
    fallback: Annotated[bool, _told("People are not known: asked for the design population.")]
    setpoint: SetpointData | None
    sequence: Place


# -- of sensors -----------------------------------------------------------------------------------
class ReasonData(Told, frozen=True, kw_only=True):
    """Why a sensor is not healthy."""

    code: str
    detail: str
    since: str | None


class SensorStateData(Told, frozen=True, kw_only=True):
    """The `data` of `sensor.silent`, `sensor.back` and `sensor.degraded`."""

    location_id: str
    sensor_id: str
    health: Annotated[Literal["healthy", "degraded", "offline", "unknown"], _told("From now on.")]
    reasons: list[ReasonData]
    sequence: Place


class ConfigChangedData(Told, frozen=True, kw_only=True):
    """The `data` of `sensor.config_changed`."""

    location_id: str
    sensor_id: str
    origin: Annotated[
        Literal["device", "countline"], _told("`device`: somebody changed it there, past us.")
    ]
    who: Annotated[str | None, _told("By whom, where it was changed here.")]
    what: Annotated[str, _told("In words.")]
    sequence: Place


class GapData(Told, frozen=True, kw_only=True):
    """The `data` of `gap.opened`, `gap.healed` and `gap.permanent`."""

    location_id: str
    sensor_id: str
    start: At
    end: Annotated[str, _told("As far as it is known by then.")]
    detail: Annotated[str, _told("What was done about it, in words; empty before the first try.")]
    sequence: Place


# -- of the house ---------------------------------------------------------------------------------
class WebhookDisabledData(Told, frozen=True, kw_only=True):
    """The `data` of `webhook.disabled`: it is told nothing more until somebody enables it."""

    webhook_id: str
    host: Annotated[str, _told("Where it goes.")]
    reason: Annotated[str, _told("Why, in words.")]
    sequence: Place


class ResyncData(Told, frozen=True, kw_only=True):
    """The `data` of `resync`: events between `after` and `sequence` are not told here."""

    reason: Annotated[
        Lost,
        _told("`forgotten`: the log no longer holds them; `unknown`: no such id was given here."),
    ]
    after: Annotated[int | None, _told("Place of the last event that the listener had.")]
    sequence: Annotated[int, _told("Place in the event log from which the stream goes on.")]


class HeartbeatData(Told, frozen=True, kw_only=True):
    """The `data` of `heartbeat`."""

    sequence: Annotated[int, _told("Place in the event log that the listener has come to.")]


class CountsMessage(Told, frozen=True, kw_only=True):
    """New or corrected numbers."""

    type: CountsKind
    timestamp: str
    data: CountsData


class DiscoveredMessage(Told, frozen=True, kw_only=True):
    """A device that nobody knows has pushed."""

    type: Literal["sensor.discovered"]
    timestamp: str
    data: DiscoveredData


class OccupancyMessage(Told, frozen=True, kw_only=True):
    """Another number of people is in a zone."""

    type: Literal["occupancy.changed"]
    timestamp: str
    data: OccupancyData


class PresenceMessage(Told, frozen=True, kw_only=True):
    """Somebody came into an empty zone, or the last one left."""

    type: Literal["zone.occupied", "zone.empty"]
    timestamp: str
    data: PresenceData


class CapacityMessage(Told, frozen=True, kw_only=True):
    """A zone is full, or no longer so."""

    type: Literal["capacity.reached", "capacity.cleared"]
    timestamp: str
    data: CapacityData


class VentilationMessage(Told, frozen=True, kw_only=True):
    """A zone asks for another flow of outdoor air, or it is no longer (or again) known for whom."""

    type: Literal["ventilation.request", "ventilation.fallback"]
    timestamp: str
    data: VentilationData


class SensorStateMessage(Told, frozen=True, kw_only=True):
    """A sensor fell silent, is back, or is not well."""

    type: Literal["sensor.silent", "sensor.back", "sensor.degraded"]
    timestamp: str
    data: SensorStateData


class ConfigChangedMessage(Told, frozen=True, kw_only=True):
    """A device is configured differently from now on."""

    type: Literal["sensor.config_changed"]
    timestamp: str
    data: ConfigChangedData


class GapMessage(Told, frozen=True, kw_only=True):
    """Minutes of a sensor are missing, were found again, or are lost."""

    type: Literal["gap.opened", "gap.healed", "gap.permanent"]
    timestamp: str
    data: GapData


class WebhookDisabledMessage(Told, frozen=True, kw_only=True):
    """A webhook is told nothing more."""

    type: Literal["webhook.disabled"]
    timestamp: str
    data: WebhookDisabledData


class ResyncMessage(Told, frozen=True, kw_only=True):
    """A stream cannot go on where it was left: ask the API anew, then go on from here."""

    type: Literal["resync"]
    timestamp: str
    data: ResyncData


class HeartbeatMessage(Told, frozen=True, kw_only=True):
    """A WebSocket is open, and this is where its listener is."""

    type: Literal["heartbeat"]
    timestamp: str
    data: HeartbeatData


class Authenticate(Sent, frozen=True, kw_only=True):
    """What a WebSocket that opened without a key sends first, and the only thing it may send."""

    authenticate: Annotated[str, _told("The key.")]


class OtherMessage(Told, frozen=True, kw_only=True):
    """A kind of event that this version of the client does not know."""

    type: str
    timestamp: str
    data: dict[str, Any]


FactMessage = (
    OccupancyMessage
    | PresenceMessage
    | CapacityMessage
    | VentilationMessage
    | SensorStateMessage
    | ConfigChangedMessage
    | GapMessage
    | WebhookDisabledMessage
)
Message = CountsMessage | DiscoveredMessage | FactMessage


def _by_type(*structs: type[Message]) -> dict[str, type[Message]]:
    return {kind: one for one in structs for kind in get_args(get_type_hints(one)["type"])}


MESSAGES: Mapping[str, type[Message]] = _by_type(*get_args(Message))
"""Which struct a message is, by its `type`."""

SAYS: Mapping[str, str] = {
    "counts.recorded": "New numbers: one message per location and commit, or more where it grows long.",
    "counts.revised": "Numbers of the past are different now: one message per civil day that changed.",
    "occupancy.changed": "Another number of people is in a zone, or it is known less, or better.",
    "zone.occupied": "Somebody is in a zone that was empty.",
    "zone.empty": "Nobody is left in a zone.",
    "capacity.reached": "As many are in a zone as it may hold: its light is red.",
    "capacity.cleared": "People have fallen below the limit by the hysteresis.",
    "ventilation.request": "A zone asks for another flow of outdoor air, or another setpoint.",
    "ventilation.fallback": "It is no longer known for how many people air is asked, or it is again.",
    "sensor.discovered": "A device that nobody knows has pushed, and waits to be adopted.",
    "sensor.silent": "A sensor has said nothing for longer than it is used to.",
    "sensor.back": "A silent sensor is heard again.",
    "sensor.degraded": "A sensor counts, but something is wrong with it.",
    "sensor.config_changed": "A device is configured differently: by us, or by somebody past us.",
    "gap.opened": "Minutes of a sensor are missing.",
    "gap.healed": "Missing minutes have been found, and are counted.",
    "gap.permanent": "Missing minutes are lost, and answers say why.",
    "webhook.disabled": "A webhook is told nothing more until somebody enables it.",
}
"""What each kind tells of, in a sentence."""
