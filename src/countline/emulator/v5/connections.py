"""Data push connections: where agents send to, kept or volatile, and the test of one."""

from typing import Any

from countline.emulator.v5.ask import (
    DONE,
    Ask,
    Refused,
    Reply,
    invalid,
    plain,
    replied,
    shaped,
    unknown,
)
from countline.emulator.v5.delivering import Outcome
from countline.emulator.v5.device import Device
from countline.emulator.v5.link import Link
from countline.emulator.v5.protocols import (
    LEGACY_PORTS,
    PROTOCOLS,
    Name,
    Shape,
    as_letters,
    wrong_timeouts,
)
from countline.emulator.v5.routes import Route, route

ID_MODE_ERROR = 31_000
TEST_BODY = b'{"connection_test":{"data":"xsensor_connection_test"}}'


class Connection(Shape):
    """A connection as it is given; `config` is checked by its protocol's shape."""

    name: Name
    protocol: str
    config: dict[str, Any]
    id: int = 0


def at(root: str) -> str:
    """Where the connections of a root are kept."""
    return f"{root}/data/push/connections"


def checked(device: Device, root: str, body: dict[str, Any]) -> dict[str, Any]:
    """A connection with its defaults filled in. Raises `Refused` naming the field."""
    given = shaped(whole(body), Connection)
    shape = PROTOCOLS.get(given.protocol)
    if shape is None:
        raise invalid(f"protocol: '{given.protocol}' is none of {', '.join(PROTOCOLS)}")
    config: dict[str, Any] = plain(shaped(given.config, shape))
    if wrong := wrong_timeouts(config, device.personality.timeout_s):
        raise invalid(wrong)
    _check_address(given.protocol, config, root)
    for field in ("new_file_permission", "new_directory_permission"):
        if field in config:
            config[field] = as_letters(config[field])
    return {"name": given.name, "protocol": given.protocol, "config": config}


def _check_address(protocol: str, config: dict[str, Any], root: str) -> None:
    if protocol in ("TCP", "UDP"):
        if config["mode"] == "CLIENT":
            for field in ("uri", "port"):
                if field not in config:
                    raise invalid(f"{field}: a {protocol} client needs it")
        else:
            config.setdefault(
                "port", LEGACY_PORTS["single" if root == "/singlesensor" else "multi"]
            )
    if "uri" in config and not config["uri"].strip():
        raise invalid("uri: must not be empty")


# what agents and connections have in common


def whole(body: Any) -> Any:
    """JSON with 5 for each 5.0: in JSON these are one number."""
    if isinstance(body, dict):
        return {key: whole(value) for key, value in body.items()}
    if isinstance(body, list):
        return [whole(item) for item in body]
    return int(body) if isinstance(body, float) and body.is_integer() else body


def new_id(device: Device, ask: Ask, path: str, body: dict[str, Any], *, volatile: bool) -> int:
    """The id of a new object by `id_mode`. Raises `Refused` where it is taken or missing."""
    mode = ask.query.get("id_mode", "SERVER")
    if mode not in ("SERVER", "CLIENT", "CLIENT_FORCE"):
        raise Refused(400, ID_MODE_ERROR, "Id mode error", f"id_mode: '{mode}'")
    if mode == "SERVER":
        return device.config.free_id(path, device.personality.id_first, volatile=volatile)
    id_ = body.get("id")
    if not isinstance(id_, int) or isinstance(id_, bool) or id_ < 1:
        raise Refused(400, ID_MODE_ERROR, "Id mode error", f"id: {mode} needs a positive number")
    there = device.config.item(path, id_) is not None
    if there and mode == "CLIENT":
        raise Refused(409, ID_MODE_ERROR, "Id mode error", f"id: {id_} is taken")
    if there and device.config.is_volatile(path, id_) != volatile:
        device.config.remove(path, id_)
    return id_


def in_order(items: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": id_, **body} for id_, body in sorted(items.items())]


def merged(body: dict[str, Any], updates: dict[str, Any]) -> dict[str, Any]:
    """A body with some of its fields replaced, at any depth; null removes one."""
    result = dict(body)
    for key, value in updates.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def _list(device: Device, ask: Ask) -> Reply:
    items = device.config.items(at(ask.root), volatile=ask.flag("volatile"))
    return replied({"connections": in_order(items)})


def _post(device: Device, ask: Ask) -> Reply:
    body, path, volatile = ask.object(), at(ask.root), ask.flag("volatile")
    kept = checked(device, ask.root, body)
    id_ = new_id(device, ask, path, body, volatile=volatile)
    items = device.config.items(path, volatile=volatile)
    if id_ not in items and len(items) >= device.personality.limits.connections:
        raise Refused(400, 10010, "Max number of connections reached")
    device.config.put(path, id_, kept, volatile=volatile)
    return replied({"id": id_, **kept}, 201)


def _one(device: Device, ask: Ask) -> dict[str, Any]:
    body = device.config.item(at(ask.root), ask.id())
    if body is None:
        raise unknown("Connection", ask.id())
    return body


def _get(device: Device, ask: Ask) -> Reply:
    return replied({"id": ask.id(), **_one(device, ask)})


def _replace(device: Device, ask: Ask, body: dict[str, Any]) -> Reply:
    path = at(ask.root)
    kept = checked(device, ask.root, body)
    volatile = device.config.is_volatile(path, ask.id())
    device.config.put(path, ask.id(), kept, volatile=volatile)
    return replied({"id": ask.id(), **kept})


def _put(device: Device, ask: Ask) -> Reply:
    _one(device, ask)
    return _replace(device, ask, ask.object())


def _patch(device: Device, ask: Ask) -> Reply:
    return _replace(device, ask, merged(_one(device, ask), ask.object()))


def _delete(device: Device, ask: Ask) -> Reply:
    """Its agents stay and go on collecting; they just cannot send."""
    _one(device, ask)
    device.config.remove(at(ask.root), ask.id())
    return DONE


def _delete_all(device: Device, ask: Ask) -> Reply:
    for id_ in list(device.config.items(at(ask.root), volatile=ask.flag("volatile"))):
        device.config.remove(at(ask.root), id_)
    return DONE


async def _test(device: Device, ask: Ask) -> Reply:
    """Send something to see whether it arrives."""
    connection = _one(device, ask)
    link = device.part(Link)
    outcome = link.trouble() or await link.carry(connection, TEST_BODY)
    result = {
        "status": verdict(outcome),
        "server_response": {"code": outcome.code, "info": outcome.info},
    }
    return replied({"connection_test": result})


def verdict(outcome: Outcome) -> str:
    """What a connection test calls an outcome."""
    if outcome.acknowledged:
        return "OK"
    if outcome.code < 100:
        return "NOT_CONNECTED" if outcome.code else "UNKNOWN"
    return {4: "CLIENT_ERROR", 5: "SERVER_ERROR"}.get(outcome.code // 100, "UNKNOWN")


READ, WRITE = "application_read", "application_write"
ALL, ONE = "{root}/data/push/connections", "{root}/data/push/connections/{id}"
ROUTES: tuple[Route, ...] = (
    route("GET", ALL, _list, READ),
    route("POST", ALL, _post, WRITE),
    route("DELETE", ALL, _delete_all, WRITE),
    route("GET", ONE, _get, READ),
    route("PUT", ONE, _put, WRITE),
    route("PATCH", ONE, _patch, WRITE),
    route("DELETE", ONE, _delete, WRITE),
    route("POST", f"{ONE}/test", _test, WRITE, changes=False),
)
