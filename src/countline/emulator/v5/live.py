"""Live data over REST: totals since the last reset, doors, and what is under the sensor now."""

from typing import Any

from countline.emulator.v5.ask import DONE, Ask, Reply, plain, replied, unknown
from countline.emulator.v5.device import Device
from countline.emulator.v5.frames import Camera, Wanted, latency_ms
from countline.emulator.v5.observing import Context, Observer
from countline.emulator.v5.routes import Route, route
from countline.emulator.v5.rules import listed_geometries

TAIL = 3


def _context(device: Device, ask: Ask) -> Context:
    return device.part(Observer).context(ask.root)


def count(context: Context, counter: dict[str, Any]) -> dict[str, Any]:
    """A counter with its live total."""
    id_ = counter["id"]
    body = {key: counter[key] for key in ("id", "name", "logic_id")}
    body["value"] = context.rules.told(id_, context.live(id_))
    if id_ in context.rules.bins:
        body["bins"] = [context.live(key) for key in context.rules.bins[id_]]
        body["histogram"] = counter["histogram"]
    return body


def _counts(device: Device, ask: Ask) -> Reply:
    context = _context(device, ask)
    counts = [count(context, c) for _, c in sorted(context.rules.counters.items())]
    return replied({"time": device.rfc3339(), "counts": counts})


def _count_of(device: Device, ask: Ask) -> Reply:
    context = _context(device, ask)
    counter = context.rules.counters.get(ask.id())
    if counter is None:
        raise unknown("Counter", ask.id())
    return replied({"time": device.rfc3339(), "count": count(context, counter)})


def _logic(device: Device, root: str, context: Context, id_: int) -> dict[str, Any]:
    logic = device.config.items(f"{root}/analysis/logics")[id_]
    body = {
        "id": id_,
        "name": logic["name"],
        "info": context.rules.channels[id_].template,
        "geometries": listed_geometries(device, root, logic),
        "counts": [
            count(context, c)
            for _, c in sorted(context.rules.counters.items())
            if c["logic_id"] == id_
        ],
    }
    options = (logic.get("template") or {}).get("options") or {}
    if device.personality.has("5.9") and "zone_of_interest_id" in options:
        body["zone_of_interest_id"] = options["zone_of_interest_id"]
    return body


def _logics(device: Device, ask: Ask) -> Reply:
    context = _context(device, ask)
    logics = [_logic(device, ask.root, context, id_) for id_ in sorted(context.rules.channels)]
    return replied({"time": device.rfc3339(), "logics": logics})


def _logic_of(device: Device, ask: Ask) -> Reply:
    context = _context(device, ask)
    if ask.id() not in context.rules.channels:
        raise unknown("Logic", ask.id())
    logic = _logic(device, ask.root, context, ask.id())
    return replied({"time": device.rfc3339(), "logic": logic})


def reset_counters(device: Device, ask: Ask) -> Reply:
    """All counters of a context, or the one in the path."""
    context = _context(device, ask)
    chosen = [ask.id()] if "id" in ask.params else sorted(context.rules.counters)
    if any(id_ not in context.rules.counters for id_ in chosen):
        raise unknown("Counter", chosen[0])
    context.reset(chosen)
    return DONE


def reset_logic(device: Device, ask: Ask) -> Reply:
    """Every counter of the logic in the path."""
    context = _context(device, ask)
    if ask.id() not in context.rules.channels:
        raise unknown("Logic", ask.id())
    context.reset([id_ for id_, c in context.rules.counters.items() if c["logic_id"] == ask.id()])
    return DONE


def _doors(device: Device, ask: Ask) -> Reply:
    """No door is wired up: each is there, and says nothing."""
    doors = device.config.items(f"{ask.root}/analysis/doors")
    return replied(
        {
            "doors": [
                {
                    "id": id_,
                    "name": door.get("name", ""),
                    "status": "NOT_AVAILABLE",
                    "timestamp": device.rfc3339(),
                }
                for id_, door in sorted(doors.items())
            ]
        }
    )


IMAGE_METADATA = {
    "width_px": 320,
    "height_px": 240,
    "pixel_to_ref": {"linear": [[0.025, 0.0], [0.0, -0.025]], "translation": [-4.0, 3.0]},
    "ref_to_pixel": {"linear": [[40.0, 0.0], [0.0, -40.0]], "translation": [160.0, 120.0]},
    "ref_coordinate_system": "SCENE",
}


def _image_data(device: Device, ask: Ask) -> Reply:
    """The newest frame; events that happened between two looks are lost."""
    true_ms = device.running.true_ms() - latency_ms(device, ask.root)
    camera = Camera(device, ask.root)
    wanted = Wanted(empty_frames=True)
    shots = [camera.frames(true_ms - n * 80, true_ms - (n - 1) * 80, wanted) for n in range(TAIL)]
    (newest,) = shots[0]
    body: dict[str, Any] = {
        "framenumber": newest.framenumber,
        "time": newest.time,
        "mac_address": device.serial.upper(),
        "image_metadata": IMAGE_METADATA,
        "projections": [],
    }
    if ask.flag("tracked_objects", default=True):
        body["tracked_objects"] = [
            _with_tail(plain(seen), shots, as_text=ask.flag("json_int64_workaround"))
            for seen in newest.tracked_objects
        ]
    if ask.flag("events"):
        body["events"] = plain(newest.events)
    return replied(body)


def _with_tail(seen: dict[str, Any], shots: list[Any], *, as_text: bool) -> dict[str, Any]:
    seen.setdefault("type", "PERSON")
    seen["tail"] = [
        list(before.position)
        for (frame,) in shots
        for before in frame.tracked_objects
        if before.track_id == seen["track_id"]
    ]
    if as_text:
        seen["track_id_str"] = str(seen["track_id"])
    return seen


READ, WRITE = "application_read", "application_write"
LIVE = "{root}/data/live"
ROUTES: tuple[Route, ...] = (
    route("GET", f"{LIVE}/counts", _counts, READ),
    route("GET", f"{LIVE}/counts/{{id}}", _count_of, READ),
    route("GET", f"{LIVE}/logics", _logics, READ),
    route("GET", f"{LIVE}/logics/{{id}}", _logic_of, READ),
    route("POST", f"{LIVE}/counts/reset", reset_counters, WRITE, changes=False),
    route("POST", f"{LIVE}/counts/{{id}}/reset", reset_counters, WRITE, changes=False),
    route("POST", f"{LIVE}/logics/{{id}}/reset", reset_logic, WRITE, changes=False),
    route("GET", f"{LIVE}/doors", _doors, READ, since="5.6"),
    route("GET", "{root}/scene/images/data", _image_data, READ, privacy=2),
)
