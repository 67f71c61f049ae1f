"""`/schemas/datapush`: JSON Schemas of the packages that a device pushes, from 5.6 on.

The maker's own are not public; these say what is known of the packages.
"""

from typing import Any

from countline.emulator.v5.ask import Ask, Reply, replied
from countline.emulator.v5.device import Device
from countline.emulator.v5.routes import route

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NUMBER, TEXT = {"type": "number"}, {"type": "string"}
INSTANT = {"type": ["integer", "string"]}


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


PACKAGE = _object(("version", "id", "agent_id"), version=TEXT, id=NUMBER, agent_id=NUMBER)
SENSOR = _object(("serial_number", "type"), serial_number=TEXT, type=TEXT)
COUNT = _object(("id", "value"), id=NUMBER, name=TEXT, value=NUMBER, unit=TEXT)
RECORD = _object(("from", "to", "counts"), to=INSTANT, counts=_list(COUNT), **{"from": INSTANT})
LOGIC = _object(("id", "records"), id=NUMBER, name=TEXT, info=TEXT, records=_list(RECORD))
TRACKED = _object(("track_id", "type", "position"), track_id=NUMBER, type=TEXT)
EVENT = _object(("category", "type"), category=TEXT, type=TEXT, attributes={"type": "object"})
FRAME = _object(
    ("framenumber", "time", "tracked_objects"),
    framenumber=NUMBER,
    time=INSTANT,
    tracked_objects=_list(TRACKED),
    events=_list(EVENT),
)
CONTENTS = {
    "live": ("live_data", {"frames": _list(FRAME)}),
    "logics": ("logics_data", {"logics": _list(LOGIC)}),
    "status": ("status_data", {"states": {"type": "object"}}),
    "wifibt": ("wifi_bt_data", {}),
}


def schema_of(kind: str) -> dict[str, Any]:
    """The schema of one kind of package."""
    key, more = CONTENTS[kind]
    body = _object(("package_info", *more), package_info=PACKAGE, sensor_info=SENSOR, **more)
    return {"$schema": DIALECT, "title": key, **_object((key,), **{key: body})}


def get_schema(device: Device, ask: Ask) -> Reply:
    return replied(schema_of(ask.path.rpartition("/")[2]))


ROUTES = tuple(
    route("GET", f"/schemas/datapush/{kind}", get_schema, "application_read", since="5.6")
    for kind in CONTENTS
)
