"""`/updates`: packages uploaded, installed and scheduled. A device stays what it is otherwise."""

import re
from typing import Any

from msgspec import Struct

from countline.emulator.v5.ask import DONE, Ask, Refused, Reply, invalid, plain, replied, unknown
from countline.emulator.v5.device import Device
from countline.emulator.v5.routes import route

DOWNGRADE, INVALID = 21000, 21003
NAMED = re.compile(rb"(\d+\.\d+\.\d+(?:-[0-9a-z]+)?)")
READ_MAX = 4096  # the version is looked for at the package's beginning
INSTALL_MS = 60_000


class Schedule(Struct):
    version: str
    time_utc: str


class Updates:
    """The packages that a device holds, and what became of them."""

    def __init__(self, device: Device) -> None:
        self.packages: list[str] = []
        self.history: list[dict[str, Any]] = []
        self.version = device.personality.build
        self.schedule: dict[str, Any] | None = None
        self.began_ms: int | None = None


def upload(device: Device, ask: Ask) -> Reply:
    """A package: bytes in which its version is to be found."""
    if not ask.body:
        raise Refused(400, 11001, "Request is empty")
    found = NAMED.search(ask.body[:READ_MAX])
    if found is None:
        raise Refused(400, INVALID, "Update is invalid")
    version, packages = found[1].decode(), device.part(Updates).packages
    if version in packages:
        raise Refused(409, 409, f"Package {version} is present")
    packages.append(version)
    return replied({"version": version}, 201)


def listed(device: Device, ask: Ask) -> Reply:
    return replied({"updates": list(device.part(Updates).packages)})


def remove(device: Device, ask: Ask) -> Reply:
    version, packages = ask.params["version"], device.part(Updates).packages
    if version not in packages:
        raise unknown("Update", version)
    packages.remove(version)
    return DONE


def install(device: Device, ask: Ask) -> Reply:
    """Install a package: the device goes away and comes back. An older one needs `force`."""
    updates = device.part(Updates)
    version = ask.params.get("version") or (updates.packages or [""])[-1]
    if version not in updates.packages:
        raise unknown("Update", version)
    if _busy(device):
        raise Refused(423, 21002, "Installing an update")
    if _number(version) < _number(device.firmware) and not ask.flag("force"):
        raise Refused(412, DOWNGRADE, "Downgrade", f"{version} is older than {device.firmware}")
    updates.began_ms = device.running.true_ms()
    entry = {"version": version, "date_utc": device.rfc3339(), "failed": False}
    updates.history.append(entry)
    updates.version = version
    device.reboot()
    return replied({"version": version})


def _busy(device: Device) -> bool:
    began_ms = device.part(Updates).began_ms
    return began_ms is not None and device.running.true_ms() - began_ms < INSTALL_MS


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split("."))


def state_of(device: Device) -> dict[str, Any]:
    """`/updates/state`, also a part of status packages."""
    updates = device.part(Updates)
    body = {"state": "INSTALLING" if _busy(device) else "OK", "version": updates.version}
    if not updates.history:
        return body
    last = updates.history[-1]
    done = {"version": last["version"], "time": last["date_utc"], "successful": True}
    return {**body, "last_update": done}


def state(device: Device, ask: Ask) -> Reply:
    return replied(state_of(device))


def available(device: Device, ask: Ask) -> Reply:
    body = {"available_updates": [], "last_refresh_time": device.rfc3339(), "refreshing": False}
    return replied(body)


def refresh(device: Device, ask: Ask) -> Reply:
    return DONE


def download(device: Device, ask: Ask) -> Reply:
    raise unknown("Update", ask.params["version"])


def download_state(device: Device, ask: Ask) -> Reply:
    return replied({"state": "UNDEFINED"})


def get_schedule(device: Device, ask: Ask) -> Reply:
    schedule = device.part(Updates).schedule
    if schedule is None:
        raise unknown("Schedule", "")
    return replied(schedule)


def put_schedule(device: Device, ask: Ask) -> Reply:
    wanted = ask.fields(Schedule)
    if not wanted.version:
        raise invalid("version: none is named")
    device.part(Updates).schedule = plain(wanted)
    return DONE


def delete_schedule(device: Device, ask: Ask) -> Reply:
    device.part(Updates).schedule = None
    return DONE


def history(device: Device, ask: Ask) -> Reply:
    return replied({"updates": device.part(Updates).history})


def info(device: Device, ask: Ask) -> Reply:
    return replied({"version": device.part(Updates).version, "min_sw_version": "5.0.0"})


READ, WRITE = "update_read", "update_write"
ROUTES = (
    route("POST", "/updates", upload, WRITE),
    route("GET", "/updates", listed, READ),
    route("POST", "/updates/install", install, WRITE),
    route("GET", "/updates/state", state, READ),
    route("GET", "/updates/available", available, READ),
    route("POST", "/updates/available/refresh", refresh, WRITE, changes=False),
    route("GET", "/updates/download/state", download_state, READ),
    route("POST", "/updates/download/{version}", download, WRITE),
    route("GET", "/updates/schedule", get_schedule, READ),
    route("PUT", "/updates/schedule", put_schedule, WRITE),
    route("DELETE", "/updates/schedule", delete_schedule, WRITE),
    route("GET", "/updates/history", history, READ, since="5.6"),
    route("GET", "/updates/info", info, READ, since="5.6"),
    route("POST", "/updates/{version}/install", install, WRITE),
    route("DELETE", "/updates/{version}", remove, WRITE),
)
