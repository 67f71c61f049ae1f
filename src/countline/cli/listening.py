"""`countline emulate --listen`: emulated sensors as devices that are found, adopted and configured."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter

from countline.cli import show
from countline.cli.exits import DONE
from countline.errors import ConfigError, FieldError

if TYPE_CHECKING:
    from countline.emulator.v5.fleet import Addresses


@Parameter(name="*", group=Group("As devices", sort_key=50))
@dataclass(frozen=True, slots=True, kw_only=True)
class AsDevices:
    """Where emulated sensors listen, if they do, and as which firmware."""

    listen: Annotated[
        str | None,
        Parameter(
            help="Be devices instead: HTTPS at this address, each next sensor one port higher;"
            " they push only where a client of theirs tells them to."
        ),
    ] = None
    http: Annotated[str | None, Parameter(help="Plain HTTP as well, from this address on.")] = None
    personality: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="The firmware: 5.0, 5.3, 5.6 (if none is named) or 5.9; repeat for a mixed fleet.",
        ),
    ] = ("5.6",)


NO_DEVICES = AsDevices()


async def listen(
    asked: AsDevices,
    *,
    sensors: int,
    seed: int,
    faults: Sequence[str],
    stop: asyncio.Event,
    as_json: bool,
) -> int:
    """Until `stop`: devices at consecutive ports, which push where they are told to."""
    from countline.emulator.v5.fleet import fleet_listening, make_devices

    host, port = address(asked.listen or "", "listen")
    plain = None if asked.http is None else address(asked.http, "http")
    devices = make_devices(sensors, asked.personality, seed=seed, faults=faults)
    try:
        async with fleet_listening(devices, host=host, port=port, http=plain) as found:
            _tell(found, as_json=as_json)
            await stop.wait()
    except OSError as wrong:
        detail = f"{asked.listen}: {wrong.strerror or wrong}; choose another address for --listen"
        raise ConfigError(detail, errors=(FieldError(field="listen", detail=detail),)) from wrong
    return DONE


def address(text: str, field: str) -> tuple[str, int]:
    """`127.0.0.1:9443` as host and port."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) <= 65_535:
        detail = f"--{field} '{text}' is no address with a port; write 127.0.0.1:9443"
        raise ConfigError(detail, errors=(FieldError(field=field, detail=detail),))
    return host.strip("[]"), int(port)


def _tell(found: "Sequence[Addresses]", *, as_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {
            "sensor": one.device.sensor.plan.sensor_id,
            "serial": one.device.serial,
            "firmware": one.device.firmware,
            "https": one.https,
            "http": one.http,
        }
        for one in found
    ]
    if as_json:
        show.document({"sensors": rows, "user": "admin", "password": "pass"})
        return
    for row in rows:
        also = f" and {row['http']}" if row["http"] else ""
        show.say(f"{row['sensor']} {row['firmware']} at {row['https']}{also}")
    show.say("log in as admin, password pass")
