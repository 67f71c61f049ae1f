"""The bodies of logics, templates, counters and modifiers, as a client sends them."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Name = Annotated[str, Meta(max_length=128)]
Id = int | UnsetType
Metres = float | UnsetType
Seconds = float | UnsetType
Flag = bool | UnsetType
Word = str | UnsetType


class Logic(Struct, omit_defaults=True):
    name: Name
    optional_data: Word = UNSET
    layer_id: Id = UNSET


class Options(Struct, omit_defaults=True):
    """Of every template; which of them one has, and since when, says `templates`."""

    count_line_id: Id = UNSET
    zone_id: Id = UNSET
    zone_1_id: Id = UNSET
    zone_2_id: Id = UNSET
    activation_zone_id: Id = UNSET
    deactivation_zone_id: Id = UNSET
    zone_of_interest_id: Id = UNSET
    min_dwell_zone_id: Id = UNSET
    door_id: Id = UNSET
    min_dwell_time: Seconds = UNSET
    max_dwell_time: Seconds = UNSET
    min_person_height: Metres = UNSET
    max_person_height: Metres = UNSET
    max_child_height: Metres = UNSET
    recognize_gender: Flag = UNSET
    recognize_face_mask: Flag = UNSET
    count_face_mask: Flag = UNSET
    exclude_staff: Flag = UNSET
    dwell_time: Flag = UNSET
    count_bicycles: Flag = UNSET
    count_prams: Flag = UNSET
    count_wheelchairs: Flag = UNSET
    object_type: Literal["PERSON", "GROUP", "BICYCLE"] | UnsetType = UNSET
    age_histogram: Annotated[list[float], Meta(min_length=1, max_length=19)] | UnsetType = UNSET


class Chosen(Struct, omit_defaults=True):
    type: str
    options: Options | UnsetType = UNSET


class Templated(Struct, omit_defaults=True):
    template: Chosen
    name: Name = ""
    optional_data: Word = UNSET
    layer_id: Id = UNSET


class Counter(Struct, omit_defaults=True):
    name: Name
    logic_id: int
    type: Literal["accumulation", "state"]
    quantity: Literal["count", "time"] | UnsetType = UNSET
    histogram: list[float] | UnsetType = UNSET


class Trigger(Struct, omit_defaults=True):
    type: str
    line_id: Id = UNSET
    zone_id: Id = UNSET
    counter_id: Id = UNSET
    time: Seconds = UNSET


class CountEvent(Struct, omit_defaults=True):
    type: str
    counter_id: int
    dwell_zone_id: Id = UNSET
    histogram: Word = UNSET


class Operand(Struct, omit_defaults=True):
    """One step of a filter in reverse Polish order: an operator, or something to be asked."""

    type: str
    line_id: Id = UNSET
    zone_id: Id = UNSET
    geometry_id: Id = UNSET
    value: Id = UNSET
    time: Seconds = UNSET
    height: Metres = UNSET
    direction: Word = UNSET
    gender: Word = UNSET
    face_mask: Word = UNSET
    tag: Word = UNSET


class Interest(Struct, omit_defaults=True):
    enabled: Flag = UNSET
    zoi_id: Id = UNSET


class Modifier(Struct, omit_defaults=True):
    logic_id: int
    trigger: Trigger
    name: Name = ""
    object_type: (
        Literal["PERSON", "GROUP", "BICYCLE", "PRAM", "WHEELCHAIR", "SHOPPING_CART"] | UnsetType
    ) = UNSET
    filter: list[Operand] | UnsetType = UNSET
    count_events: list[CountEvent] | UnsetType = UNSET
    zone_of_interest: Interest | UnsetType = UNSET


class Door(Struct):
    name: Name
    source: Literal["EXTERNAL", "DIGITAL_IO"] = "EXTERNAL"
    open_signal: Literal["HIGH", "LOW"] = "HIGH"
    ignore_timestamp: bool = False
