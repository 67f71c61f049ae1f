"""Data push connections: where agents send to, kept or volatile, and the test of one."""

from typing import Any

from countline.emulator.v5.ask import Ask, Reply, invalid, plain, replied, shaped
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
from countline.emulator.v5.push_sets import WRITE, PushSet, whole
from countline.emulator.v5.routes import Route, route

TEST_BODY = b'{"connection_test":{"data":"xsensor_connection_test"}}'


class Connection(Shape):
    """A connection as it is given; `config` is checked by its protocol's shape."""

    name: Name
    protocol: str
    config: dict[str, Any]
    id: int = 0


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


async def _test(device: Device, ask: Ask) -> Reply:
    """Send something to see whether it arrives."""
    connection = CONNECTIONS.one(device, ask)
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


CONNECTIONS = PushSet(
    plural="connections",
    singular="Connection",
    check=checked,
    most=lambda device: device.personality.limits.connections,
)
ROUTES: tuple[Route, ...] = (
    *CONNECTIONS.routes(),
    route("POST", CONNECTIONS.at("{root}") + "/{id}/test", _test, WRITE, changes=False),
)
