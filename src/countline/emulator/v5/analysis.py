"""`/analysis`: logics, templates, counters, modifiers and doors, and their resets."""

from collections.abc import Iterator
from typing import Any

from countline.emulator.v5.ask import DONE, Ask, Refused, Reply, invalid, replied, unknown
from countline.emulator.v5.configuration import Body
from countline.emulator.v5.device import Device
from countline.emulator.v5.drafts import Counter, Door, Modifier
from countline.emulator.v5.logics import (
    LOGICS,
    TEMPLATED,
    counter_id,
    make_logic,
    remake_logic,
)
from countline.emulator.v5.resources import Collection, most_of
from countline.emulator.v5.routes import Route, route
from countline.emulator.v5.scene import GEOMETRIES

LINE_TRIGGERS = ("line_cross", "line_cross_forward", "line_cross_backward")
ZONE_TRIGGERS = ("zone_entry", "zone_exit", "dwell_time_reached", "cumulated_dwell_time_reached")
TRIGGERS = (*LINE_TRIGGERS, *ZONE_TRIGGERS, "track_created", "track_deleted", "reset")
EVENTS = ("COUNT_INCREMENT", "COUNT_DECREMENT", "WRONG_WAY_DETECTED")
TIME_EVENTS = tuple(
    f"COUNT_{way}_BY_{what}"
    for way in ("INCREMENT", "DECREMENT")
    for what in ("DWELL_TIME", "TOTAL_DWELL_TIME")
)
OPERATORS = {"NOT": 1, "AND": 2, "OR": 2}


def _logic_is_there(device: Device, root: str, body: Body) -> None:
    if body["logic_id"] not in device.config.items(LOGICS.at(root)):
        raise invalid(f"logic_id: there is no logic {body['logic_id']}")


def check_counter(device: Device, root: str, body: Body) -> Body:
    _logic_is_there(device, root, body)
    bins = body.get("histogram")
    if bins is not None and not (1 <= len(bins) <= 19 and sorted(set(bins)) == bins):
        raise invalid("histogram: 1 to 19 boundaries, each above the one before")
    return device.personality.trimmed(body, quantity="5.9", histogram="5.9")


def _unmoved(device: Device, root: str, counter: int, force: bool) -> None:
    """Refuse to remove a counter that modifiers move, or remove those too."""
    at = MODIFIERS.at(root)
    movers = [
        id_
        for id_, modifier in device.config.items(at).items()
        if any(event["counter_id"] == counter for event in modifier["count_events"])
    ]
    if movers and not force:
        raise Refused(409, 409, "Counter has dependants", f"modifiers {movers}")
    for id_ in movers:
        device.config.remove(at, id_)


def check_modifier(device: Device, root: str, body: Body) -> Body:
    _logic_is_there(device, root, body)
    drawn = device.config.items(GEOMETRIES.at(root))
    trigger = body["trigger"]
    kind = trigger["type"]
    if kind not in TRIGGERS:
        raise invalid(f"trigger.type: '{kind}' is none of {', '.join(TRIGGERS)}")
    shape = "LINE" if kind in LINE_TRIGGERS else "ZONE" if kind in ZONE_TRIGGERS else ""
    field = f"{shape.lower()}_id"
    if shape and drawn.get(trigger.get(field), {}).get("type") != shape:
        raise invalid(f"trigger.{field}: there is no {shape} {trigger.get(field)}")
    events = EVENTS + (TIME_EVENTS if device.personality.has("5.9") else ())
    counters = device.config.items(COUNTERS.at(root))
    for event in body.get("count_events", ()):
        if event["type"] not in events:
            raise invalid(f"count_events.type: '{event['type']}' is none of {events}")
        if event["counter_id"] not in counters:
            raise invalid(f"count_events: there is no counter {event['counter_id']}")
    _check_filter(body.get("filter", []))
    kept = {"name": "", "object_type": "PERSON", "filter": [], "count_events": [], **body}
    return device.personality.trimmed(kept, zone_of_interest="5.9")


def _check_filter(items: list[dict[str, Any]]) -> None:
    """Reverse Polish: every operator finds its operands, and one value is left."""
    depth = 0
    for item in items:
        taken = OPERATORS.get(item["type"], 0)
        if taken > depth:
            raise invalid(f"filter: {item['type']} has too few operands before it")
        depth += 1 - taken
    if depth > 1:
        raise invalid(f"filter: {depth} values are left, join them with AND or OR")


COUNTERS = Collection(
    path="{root}/analysis/counters", key="counters", name="Counter", shape=Counter,
    most="counters", check=check_counter, free=_unmoved, limits=most_of("counters"),
    new_id=counter_id,
)  # fmt: skip
MODIFIERS = Collection(
    path="{root}/analysis/modifiers", key="modifiers", name="Modifier", shape=Modifier,
    most="modifiers", check=check_modifier, limits=most_of("modifiers"),
)  # fmt: skip
DOORS = Collection(
    path="{root}/analysis/doors", key="doors", name="Door", shape=Door, most="doors", since="5.6",
    limits=most_of("doors"),
)  # fmt: skip
EARLY_DOORS = Collection(
    path="{root}/experimental/analysis/doors", kept_at="{root}/analysis/doors", key="doors",
    name="Door", shape=Door, most="doors", until="5.3",
)  # fmt: skip


def post_template(device: Device, ask: Ask) -> Reply:
    mode = ask.query.get("id_mode", "SERVER")
    return replied(make_logic(device, ask.root, ask.object(), mode), 201)


def put_template(device: Device, ask: Ask) -> Reply:
    return replied(remake_logic(device, ask.root, ask.id(), ask.object()))


def _template_rows() -> Iterator[Route]:
    """Those of the collection, but POST and PUT make counters and modifiers too."""
    own = {"POST": post_template, "PUT": put_template}
    for row in TEMPLATED.rows():
        answer = own.get(row.method, row.answer)
        yield route(row.method, row.path, answer, row.privilege)


def reset_all(device: Device, ask: Ask) -> Reply:
    device.reset_counters(ask.root, sorted(device.config.items(COUNTERS.at(ask.root))))
    return DONE


def reset_one(device: Device, ask: Ask) -> Reply:
    COUNTERS.one(device, ask.root, ask.id())
    device.reset_counters(ask.root, [ask.id()])
    return DONE


def reset_logic(device: Device, ask: Ask) -> Reply:
    if ask.id() not in device.config.items(LOGICS.at(ask.root)):
        raise unknown("Logic", ask.id())
    counters = device.config.items(COUNTERS.at(ask.root)).values()
    mine = [c["id"] for c in counters if c["logic_id"] == ask.id()]
    device.reset_counters(ask.root, sorted(mine))
    return DONE


def rows() -> Iterator[Route]:
    write, at = "application_write", "{root}/analysis"
    yield from _template_rows()
    for collection in (LOGICS, COUNTERS, MODIFIERS, DOORS, EARLY_DOORS):
        yield from collection.rows()
    yield route("POST", f"{at}/counters/reset", reset_all, write, changes=False)
    yield route("POST", f"{at}/counters/{{id}}/reset", reset_one, write, changes=False)
    yield route("POST", f"{at}/logics/{{id}}/reset", reset_logic, write, changes=False)


ROUTES = tuple(rows())
