"""Which happening moves which counter: a scene's logics, read as rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from countline.drivers import ChannelInfo, Measured
from countline.drivers.xovis_v5.names import SECONDS, TEMPLATES, measured
from countline.emulator.sensor import Sensor
from countline.emulator.v5.happenings import Happening, What
from countline.emulator.v5.persons import traits_of
from countline.emulator.v5.scene import geometries_of

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device

ANY_HEIGHT, ANY_AGE = (0.0, 9.0), (0.0, 999.0)
DELETED_MS = 1_200  # a track ends so long after its line was crossed
OTHER_OBJECTS = ("BICYCLE", "PRAM", "WHEELCHAIR", "SHOPPING_CART")  # none of these ever comes by
TRAITS = ("MALE", "FEMALE", "MASK", "NO_MASK")
TRIGGERED: Mapping[str, tuple[What, ...]] = {
    "line_cross": ("forward", "backward"),
    "line_cross_forward": ("forward",),
    "line_cross_backward": ("backward",),
    "zone_entry": ("entry",),
    "zone_exit": ("exit",),
}
OTHER_WAY: Mapping[What, What] = {"forward": "backward", "backward": "forward"}
CUSTOM = "XLT_CUSTOM"
EVENT_BY = {"COUNT_INCREMENT": 1, "COUNT_DECREMENT": -1}
ZONE_RULES: Mapping[str, tuple[tuple[What, int], ...]] = {
    "present": (("entry", 1), ("exit", -1)),
    "queue_length": (("entry", 1), ("exit", -1)),
    "visits": (("entry", 1),),
    "in": (("entry", 1),),
    "outflow": (("exit", 1),),
    "out": (("exit", 1),),
    "dwell_ms": (("exit", 0),),
    "queue_ms": (("exit", 0),),
}


class Rule(NamedTuple):
    """One counter and what moves it; `by` 0: the milliseconds that the person was in the zone."""

    counter: int
    logic: int
    place: int
    what: What
    by: int
    delay_ms: int = 0
    trait: str = ""  # MALE, FEMALE, MASK, NO_MASK: only those
    heights_m: tuple[float, float] = (0.0, 9.0)
    ages: tuple[float, float] = (0.0, 999.0)  # from, and below

    def counts(self, sensor: Sensor, happening: Happening) -> bool:
        """Whether it is for a person like this."""
        if not self.trait and (self.heights_m, self.ages) == (ANY_HEIGHT, ANY_AGE):
            return True
        traits = traits_of(sensor, happening)
        low, high = self.heights_m
        youngest, older = self.ages
        return (
            low <= traits.height_m <= high
            and youngest <= traits.age < older
            and (not self.trait or self.trait in (traits.gender, traits.face_mask))
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """All that a scene counts. Times are kept in milliseconds, told in seconds."""

    counters: Mapping[int, dict[str, Any]] = field(default_factory=dict)  # as configured
    channels: Mapping[int, ChannelInfo] = field(default_factory=dict)  # by logic id
    rules: tuple[Rule, ...] = ()
    states: Mapping[int, int] = field(default_factory=dict)  # state counter -> place of its zone
    seconds: frozenset[int] = frozenset()
    geometries: Mapping[int, tuple[int, bool]] = field(default_factory=dict)  # id -> place, turned
    bins: Mapping[int, tuple[int, ...]] = field(default_factory=dict)  # counter -> keys of its bins

    def told(self, counter: int, value: int) -> int | float:
        """A counter's value as the device says it."""
        return round(value / 1000, 3) if counter in self.seconds else value


def rules_of(device: "Device", root: str, *, on_deletion: bool) -> Rules:
    """The rules of a shared sub-tree as it is configured now."""
    drawn = device.config.items(f"{root}/scene/geometries")
    places = {id_: spot for id_, g in drawn.items() if (spot := _spot(device, g)) is not None}
    counters = dict(device.config.items(f"{root}/analysis/counters"))
    by_logic: dict[int, list[dict[str, Any]]] = {}
    for counter in counters.values():
        by_logic.setdefault(counter["logic_id"], []).append(counter)
    channels, rules, states, seconds = {}, list[Rule](), dict[int, int](), set[int]()
    delay_ms = round(device.config.kept[f"{root}/settings/groups"]["delay"] * 1000)
    for id_, logic in device.config.items(f"{root}/analysis/logics").items():
        template = logic.get("template") or {}
        channel = channels[id_] = _channel(logic, by_logic.get(id_, []))
        seconds.update(int(m.counter) for m in channel.measures if m.measure in SECONDS)
        options = template.get("options") or {}
        spot = places.get(options.get("count_line_id") or options.get("zone_id") or 0)
        if spot is None or any(word in channel.template for word in OTHER_OBJECTS):
            continue
        late = DELETED_MS if on_deletion or "_LATE_" in channel.template else 0
        for_group = delay_ms if "_GROUP_" in channel.template else 0
        heights_m = (
            float(options.get("min_person_height", ANY_HEIGHT[0])),
            float(options.get("max_person_height", ANY_HEIGHT[1])),
        )
        for m in channel.measures:
            found = _rules(m, id_, spot, late + for_group)
            rules.extend(rule._replace(heights_m=heights_m) for rule in found)
            if m.kind == "state":
                states[int(m.counter)] = spot[0]
    bins = dict[int, tuple[int, ...]]()
    for rule in list(rules):
        if histogram := counters[rule.counter].get("histogram"):
            parts = _bins(rule, histogram)
            bins[rule.counter] = tuple(part.counter for part in parts)
            rules += parts
    for rule in _of_modifiers(device, root, places):
        rules.append(rule)
        if counters[rule.counter]["type"] == "state":
            states.setdefault(rule.counter, rule.place)
    return Rules(counters, channels, tuple(rules), states, frozenset(seconds), places, bins)


def _bins(rule: Rule, histogram: list[float]) -> list[Rule]:
    """The bins of an age counter as counters of their own, with keys below 0."""
    edges = [0.0, *histogram, ANY_AGE[1]]
    return [
        rule._replace(counter=-(rule.counter * 100 + nth), ages=ages)
        for nth, ages in enumerate(pairwise(edges))
    ]


def _spot(device: "Device", geometry: dict[str, Any]) -> tuple[int, bool] | None:
    """The logic of the plan that a geometry lies over, and whether it is turned round."""
    if geometry["type"] == "LINE":
        return device.ground.line_under(geometry["geometry"])
    place = device.ground.zone_under(geometry["geometry"])
    return None if place is None else (place, False)


def _channel(logic: dict[str, Any], counters: list[dict[str, Any]]) -> ChannelInfo:
    """A logic in the driver's words."""
    template = (logic.get("template") or {}).get("type", "XLT_CUSTOM")
    known = TEMPLATES.get(template)
    found = measured(
        template,
        logic["id"],
        [(c["id"], c["name"]) for c in sorted(counters, key=lambda c: int(c["id"]))],
        {c["id"]: c["type"] for c in counters},
    )
    return ChannelInfo(
        str(logic["id"]),
        logic["name"],
        template,
        known.shape if known else "other",
        tuple(found.values()),
    )


def _rules(m: Measured, logic: int, spot: tuple[int, bool], delay_ms: int) -> list[Rule]:
    place, turned = spot
    counter = int(m.counter)
    way, _, trait = m.measure.partition(":")
    if way in ("forward", "backward"):
        what: What = "forward" if (way == "forward") != turned else "backward"
        trait = trait.upper() if trait.upper() in TRAITS else ""
        return [Rule(counter, logic, place, what, 1, delay_ms, trait)]
    return [Rule(counter, logic, place, what, by) for what, by in ZONE_RULES.get(m.measure, ())]


def listed_geometries(device: "Device", root: str, logic: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines and zones that a logic is about, as live data and pushes list them."""
    drawn = device.config.items(f"{root}/scene/geometries")
    return [
        {"id": id_, "type": drawn[id_]["type"], "name": drawn[id_].get("name", "")}
        for id_ in dict.fromkeys(geometries_of(logic))
        if id_ in drawn
    ]


def _of_modifiers(
    device: "Device", root: str, places: Mapping[int, tuple[int, bool]]
) -> Iterator[Rule]:
    """The rules of logics that somebody put together by hand; filters are not looked at."""
    logics = device.config.items(f"{root}/analysis/logics")
    counters = device.config.items(f"{root}/analysis/counters")
    for _, modifier in sorted(device.config.items(f"{root}/analysis/modifiers").items()):
        logic = logics.get(modifier["logic_id"], {})
        trigger = modifier["trigger"]
        spot = places.get(trigger.get("line_id", trigger.get("zone_id", 0)))
        by_hand = (logic.get("template") or {}).get("type", CUSTOM) == CUSTOM
        if not by_hand or spot is None or modifier.get("object_type") not in ("PERSON", "", None):
            continue
        place, turned = spot
        for what in TRIGGERED.get(trigger["type"], ()):
            seen = OTHER_WAY.get(what, what) if turned else what
            for event in modifier["count_events"]:
                if event["type"] in EVENT_BY and event["counter_id"] in counters:
                    by = EVENT_BY[event["type"]]
                    yield Rule(event["counter_id"], modifier["logic_id"], place, seen, by)
