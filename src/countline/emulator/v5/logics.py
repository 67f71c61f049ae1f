"""Logics, and what a template makes of one: its counters and its modifiers, all at once."""

from typing import Any

from countline.emulator.v5.ask import Refused, invalid
from countline.emulator.v5.configuration import Body
from countline.emulator.v5.device import Device
from countline.emulator.v5.drafts import Logic, Templated
from countline.emulator.v5.resources import Collection, most_of
from countline.emulator.v5.scene import GEOMETRIES
from countline.emulator.v5.templates import (
    FEATURES,
    LINE,
    TEMPLATES,
    Template,
    counters_of,
    filters_of,
)

CUSTOM = {"type": "XLT_CUSTOM"}


def _keep_template(device: Device, root: str, body: Body) -> Body:
    """A logic that was made from a template stays so, whatever it is called."""
    old = device.config.item(LOGICS.at(root), body["id"]) or {}
    kept = {**body, "template": old.get("template", CUSTOM)}
    return device.personality.trimmed(kept, layer_id="5.9")


def _shown(device: Device, body: Body) -> Body:
    template = body.pop("template")
    return device.personality.trimmed({**body, "type": template["type"]}, type="5.9")


def dependants(device: Device, root: str, logic: int) -> dict[str, list[int]]:
    """The counters and modifiers of a logic."""
    return {
        kind: [
            id_
            for id_, item in device.config.items(f"{root}/analysis/{kind}").items()
            if item["logic_id"] == logic
        ]
        for kind in ("modifiers", "counters")
    }


def _alone(device: Device, root: str, logic: int, force: bool) -> None:
    found = dependants(device, root, logic)
    if not force and any(found.values()):
        words = [f"{kind} {ids}" for kind, ids in found.items() if ids]
        raise Refused(409, 409, "Logic has dependants", *words)
    for kind, ids in found.items():
        for id_ in ids:
            device.config.remove(f"{root}/analysis/{kind}", id_)


LOGICS = Collection(
    path="{root}/analysis/logics",
    key="logics",
    name="Logic",
    shape=Logic,
    most="logics",
    check=_keep_template,
    free=_alone,
    shown=_shown,
    limits=most_of("logics"),
)


def _check_template(device: Device, root: str, body: Body) -> Body:
    """Known to the firmware, licensed, and above geometries that are there."""
    chosen = body["template"]
    template = TEMPLATES.get(chosen["type"])
    if template is None or not device.personality.has(template.since):
        raise invalid(f"template.type: {chosen['type']} is unknown to firmware {device.firmware}")
    since = template.options
    options = {
        name: value
        for name, value in chosen.get("options", {}).items()
        if name in since and device.personality.has(since[name])
    }
    _check_geometries(device, root, template, options)
    for id_ in template.licences(options):
        if not device.licences.get(id_):
            raise Refused(403, 403, "License missing", f"{FEATURES[id_]} ({id_})")
    kept = {"type": template.type, "options": options} if since else dict(CUSTOM)
    name = body.get("name") or template.type
    return device.personality.trimmed({**body, "name": name, "template": kept}, layer_id="5.9")


def _check_geometries(
    device: Device, root: str, template: Template, options: dict[str, Any]
) -> None:
    drawn = device.config.items(GEOMETRIES.at(root))
    for name in template.needs:
        if name not in options:
            raise invalid(f"template.options.{name}: {template.type} needs it")
    for name, value in options.items():
        if not name.endswith(("_line_id", "zone_id", "_1_id", "_2_id")):
            continue
        shape = LINE if name == "count_line_id" else "ZONE"
        if drawn.get(value, {}).get("type") != shape:
            raise invalid(f"template.options.{name}: there is no {shape} {value}")


def _shown_template(device: Device, body: Body) -> Body:
    return device.personality.trimmed(body, layer_id="5.9")


TEMPLATED = Collection(
    path="{root}/analysis/logics/templates",
    kept_at="{root}/analysis/logics",
    key="logics",
    name="Logic",
    shape=Templated,
    most="logics",
    check=_check_template,
    free=lambda device, root, id_, force: _alone(device, root, id_, True),
    shown=_shown_template,
)


def counter_id(device: Device, root: str, body: Body) -> int:
    """`logic * 1000 + n`, n being its place among the logic's; early firmware counts on."""
    counters = device.config.items(f"{root}/analysis/counters")
    if device.small_ids:
        return device.config.free_id(f"{root}/analysis/counters", 1)
    logic = body["logic_id"]
    nth = 1 + sum(counter["logic_id"] == logic for counter in counters.values())
    while logic * 1000 + nth in counters:
        nth += 1
    return int(logic * 1000 + nth)


def furnish(device: Device, root: str, logic: Body) -> None:
    """Make the counters and modifiers of a logic's template; counters of a known name stay."""
    config, limits = device.config, device.personality.limits
    counters, modifiers = f"{root}/analysis/counters", f"{root}/analysis/modifiers"
    id_, template = logic["id"], logic["template"]
    options = template.get("options", {})
    made = counters_of(template["type"], options, device.personality)
    mine = {c["name"]: c for c in config.items(counters).values() if c["logic_id"] == id_}
    new = sum(counter.name not in mine for counter in made)
    _check_room("counters", len(config.items(counters)) + new, limits.counters)
    moves = sum(len(counter.moves) for counter in made)
    _check_room("modifiers", len(config.items(modifiers)) + moves, limits.modifiers)
    for old in dependants(device, root, id_)["modifiers"]:
        config.remove(modifiers, old)
    for name in mine.keys() - {counter.name for counter in made}:
        config.remove(counters, mine[name]["id"])
    for counter in made:
        body = {"name": counter.name, "logic_id": id_, "type": counter.type, **counter.more}
        body = device.personality.trimmed(body, quantity="5.9", histogram="5.9")
        known = mine.get(counter.name, {}).get("id")
        number = counter_id(device, root, body) if known is None else known
        config.put(counters, number, {"id": number, **body})
        for trigger, event in counter.moves:
            moved = {
                "logic_id": id_,
                "name": f"{counter.name} {trigger['type']}",
                "object_type": options.get("object_type", TEMPLATES[template["type"]].object_type),
                "trigger": trigger,
                "filter": filters_of(options) if "line_id" in trigger else [],
                "count_events": [{"type": event, "counter_id": number}],
            }
            nth = config.free_id(modifiers, device.personality.id_first)
            config.put(modifiers, nth, {"id": nth, **moved})


def _check_room(what: str, wanted: int, most: int) -> None:
    if wanted > most:
        raise Refused(400, 10010, f"Max number of {what} reached", f"at most {most}")


def make_logic(device: Device, root: str, body: Body, mode: str = "SERVER") -> Body:
    """A logic from a template, counters and modifiers and all; or nothing at all."""
    before = len(device.config.items(TEMPLATED.at(root)))
    logic = TEMPLATED.add(device, root, body, mode)
    try:
        furnish(device, root, logic)
    except Refused:
        if len(device.config.items(TEMPLATED.at(root))) > before:
            device.config.remove(TEMPLATED.at(root), logic["id"])
        raise
    return logic


def remake_logic(device: Device, root: str, id_: int, body: Body) -> Body:
    """Another template or other options for a logic."""
    before = TEMPLATED.one(device, root, id_)
    logic = TEMPLATED.replace(device, root, id_, body)
    try:
        furnish(device, root, logic)
    except Refused:
        device.config.put(TEMPLATED.at(root), id_, before)
        raise
    return logic
