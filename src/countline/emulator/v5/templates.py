"""The logic templates: what each needs, which licence, and which counters and modifiers it makes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from countline.emulator.v5.personality import Personality, Release

Options = dict[str, Any]  # of a template, as kept
LINE, ZONE = "LINE", "ZONE"
FEATURES: Mapping[int, str] = {
    104: "PIFLT", 112: "PIGES", 113: "PISTE", 114: "PIBCL", 116: "PIVID", 117: "PIFMD",
    1000: "PIPAB",
}  # fmt: skip
LICENCE_OF = {"BICYCLE": 114, "PRAM": 112, "WHEELCHAIR": 113}
ATTRIBUTES_LICENCE = 117
LINE_OPTIONS: Mapping[str, Release] = {
    "count_line_id": "5.0", "activation_zone_id": "5.0", "deactivation_zone_id": "5.0",
    "zone_of_interest_id": "5.0", "min_dwell_zone_id": "5.0", "min_dwell_time": "5.0",
    "door_id": "5.6",
}  # fmt: skip
PERSON_OPTIONS: Mapping[str, Release] = {
    "min_person_height": "5.0", "max_person_height": "5.0", "recognize_gender": "5.0",
    "recognize_face_mask": "5.0", "exclude_staff": "5.0", "age_histogram": "5.9",
}  # fmt: skip
ZONE_OPTIONS: Mapping[str, Release] = {"zone_id": "5.0", "zone_of_interest_id": "5.0"}


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `needs` are the options that name a geometry it cannot do without."""

    type: str
    needs: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Release] = field(default_factory=dict)
    object_type: str = "PERSON"
    since: Release = "5.0"

    def licences(self, options: Options) -> Iterator[int]:
        """The features without which it cannot be made."""
        kind = options.get("object_type", self.object_type)
        if kind in LICENCE_OF:
            yield LICENCE_OF[kind]
        if any(
            options.get(word)
            for word in ("recognize_gender", "recognize_face_mask", "count_face_mask")
        ):
            yield ATTRIBUTES_LICENCE


@dataclass(frozen=True, slots=True)
class Made:
    """A counter to be made, and what moves it: (trigger, event), both without ids."""

    name: str
    type: Literal["accumulation", "state"] = "accumulation"
    moves: tuple[tuple[Options, str], ...] = ()
    more: Options = field(default_factory=dict)


def _templates() -> Iterator[Template]:
    line = {"count_line_id": LINE}
    zone = {"zone_id": ZONE}
    heights: dict[str, Release] = {"min_person_height": "5.0", "max_person_height": "5.0"}
    dwell: dict[str, Release] = {"min_dwell_time": "5.0", "max_dwell_time": "5.0"}
    for late in ("IN_OUT", "LATE"):
        person = {**LINE_OPTIONS, **PERSON_OPTIONS}
        yield Template(f"XLT_LINE_{late}_COUNT", line, person)
        of_4x: dict[str, Release] = {"object_type": "5.0", "count_face_mask": "5.0"}
        yield Template(f"XLT_4X_LINE_{late}_COUNT", line, {**person, **of_4x})
        for kind in ("GROUP", "BICYCLE", "PRAM", "WHEELCHAIR", "SHOPPING_CART"):
            since: Release = "5.9" if kind == "SHOPPING_CART" else "5.0"
            yield Template(f"XLT_{kind}_LINE_{late}_COUNT", line, LINE_OPTIONS, kind, since)
    yield Template("XLT_ZONE_OCCUPANCY_COUNT", zone, {**ZONE_OPTIONS, **dwell, **heights})
    yield Template("XLT_4X_ZONE_COUNT", zone, {**ZONE_OPTIONS, **dwell, "dwell_time": "5.9"})
    yield Template("XLT_ZONE_IN_OUT_COUNT", zone, {**ZONE_OPTIONS, **heights})
    doors = ("door_id", "count_bicycles", "count_prams", "count_wheelchairs", "max_child_height")
    of_doors: dict[str, Release] = dict.fromkeys(doors, "5.6")
    yield Template("XLT_ZONE_DOOR_COUNT", zone, {**ZONE_OPTIONS, **of_doors}, since="5.6")
    both: dict[str, Release] = {"zone_1_id": "5.0", "zone_2_id": "5.0"}
    yield Template("XLT_WRONG_WAY_DETECTION", dict.fromkeys(both, ZONE), both)
    yield Template("XLT_QUEUE_STATISTICS", zone, {**ZONE_OPTIONS, **dwell}, since="5.9")
    yield Template("XLT_CUSTOM")


TEMPLATES = {template.type: template for template in _templates()}


def counters_of(template: str, options: Options, personality: Personality) -> list[Made]:
    """The counters that a template makes, in the order of their ids."""
    if "_LINE_" in template:
        return list(_of_line(options))
    zone = options.get("zone_id")
    enters = {"type": "zone_entry", "zone_id": zone}
    leaves = {"type": "zone_exit", "zone_id": zone}
    inside = ((enters, "COUNT_INCREMENT"), (leaves, "COUNT_DECREMENT"))
    came, went = ((enters, "COUNT_INCREMENT"),), ((leaves, "COUNT_INCREMENT"),)
    stayed = ((leaves, "COUNT_INCREMENT_BY_DWELL_TIME"),)
    time = {"quantity": "time"}
    if template == "XLT_ZONE_OCCUPANCY_COUNT":
        newer = [Made("visits", moves=came), Made("dwell_time", moves=stayed, more=time)]
        return [Made("balance", "state", inside), *(newer if personality.has("5.9") else ())]
    if template == "XLT_4X_ZONE_COUNT":
        return [Made("balance", "state", inside)]
    if template == "XLT_ZONE_IN_OUT_COUNT":
        return [Made("in", moves=came), Made("out", moves=went)]
    if template == "XLT_ZONE_DOOR_COUNT":
        kinds = ("bicycles", "prams", "wheelchairs")
        ends = [f"-{kind[:-1]}" for kind in kinds if options.get(f"count_{kind}")]
        return [
            Made(name + end, moves=moves)
            for end in ("", *ends)
            for name, moves in (("in", came), ("out", went))
        ]
    if template == "XLT_WRONG_WAY_DETECTION":
        second = {"type": "zone_entry", "zone_id": options.get("zone_2_id")}
        return [Made("wrong-way", moves=((second, "WRONG_WAY_DETECTED"),))]
    if template == "XLT_QUEUE_STATISTICS":
        queueing = Made("queueing-time", moves=stayed, more=time)
        return [Made("queue-length", "state", inside), Made("outflow", moves=went), queueing]
    return []


def _of_line(options: Options) -> Iterator[Made]:
    def ways(end: str, **more: Any) -> Iterator[Made]:
        for name, way in (("fw", "forward"), ("bw", "backward")):
            crossing = {"type": f"line_cross_{way}", "line_id": options.get("count_line_id")}
            yield Made(name + end, moves=((crossing, "COUNT_INCREMENT"),), more=more)

    yield from ways("")
    if options.get("recognize_gender"):
        yield from (*ways("-male"), *ways("-female"))
    if options.get("recognize_face_mask") or options.get("count_face_mask"):
        yield from (*ways("-mask"), *ways("-no_mask"))
    if options.get("age_histogram"):
        yield from ways("-age", histogram=list(options["age_histogram"]))


def filters_of(options: Options) -> list[Options]:
    """What a modifier of a line asks of a person, in reverse Polish order."""
    found: list[Options] = []
    for option, word in (("min_person_height", "bigger"), ("max_person_height", "smaller")):
        if option in options:
            found.append({"type": f"person_height_{word}_than", "height": options[option]})
    if "activation_zone_id" in options:
        found.append({"type": "has_visited_zone", "zone_id": options["activation_zone_id"]})
    if "deactivation_zone_id" in options:
        found.append({"type": "has_visited_zone", "zone_id": options["deactivation_zone_id"]})
        found.append({"type": "NOT"})
    operands = sum(item["type"] != "NOT" for item in found)
    return found + [{"type": "AND"}] * (operands - 1)
