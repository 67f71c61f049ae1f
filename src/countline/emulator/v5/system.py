"""The device as a machine: reboot, resets, backup and restore, diagnosis, `/config/state`."""

import json
from typing import Any, Literal

from countline.emulator.v5.ask import DONE, Ask, Refused, Reply, invalid, replied, told
from countline.emulator.v5.configuration import checksum, from_text, in_order
from countline.emulator.v5.device import Device
from countline.emulator.v5.routes import Route, route

TAR = "application/octet-stream"
Archive = Literal["backup", "diag_bundle"]
ARCHIVE_MS = 1_000  # how long one takes to be made


class Archives:
    """What was made of a device's configuration, and since when."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self.begun_ms: dict[Archive, int] = {}
        self.made: dict[Archive, bytes] = {}

    def begin(self, kind: Archive) -> None:
        self.begun_ms[kind] = self._device.running.true_ms()
        self.made[kind] = json.dumps(
            {
                "version": self._device.personality.firmware,
                "kept": json.loads(self._device.config.snapshot()),
            }
        ).encode()

    def state(self, kind: Archive) -> str:
        begun_ms = self.begun_ms.get(kind)
        if begun_ms is None:
            return "UNINITIALIZED"
        busy = self._device.running.true_ms() - begun_ms < ARCHIVE_MS
        return "IN_PROGRESS" if busy else "AVAILABLE"


def reboot(device: Device, ask: Ask) -> Reply:
    device.reboot()
    return DONE


def reset(device: Device, ask: Ask) -> Reply:
    device.reset_scene()
    return DONE


def reset_hard(device: Device, ask: Ask) -> Reply:
    check_smk(device, ask.object())
    device.reset_hard()
    return DONE


def check_smk(device: Device, body: dict[str, Any]) -> None:
    """The sensor master key is needed, whoever asks."""
    if body.get("smk") != device.smk:
        raise Refused(403, 403, "Wrong SMK")


def _archive_rows(kind: Archive, read: str, write: str) -> tuple[Route, ...]:
    def begin(device: Device, ask: Ask) -> Reply:
        device.part(Archives).begin(kind)
        return DONE

    def state(device: Device, ask: Ask) -> Reply:
        return replied({"state": device.part(Archives).state(kind)})

    def get(device: Device, ask: Ask) -> Reply:
        archives = device.part(Archives)
        if archives.state(kind) != "AVAILABLE":
            raise Refused(404, 10000, f"No {kind} available")
        return told(archives.made[kind], TAR)

    at = f"/device/{kind}"
    return (
        route("POST", at, begin, write, changes=False),
        route("GET", at, get, read),
        route("GET", f"{at}/state", state, read),
    )


def restore(device: Device, ask: Ask) -> Reply:
    """Everything as it was when a backup was made; `ip` says what becomes of the address."""
    mode = ask.query.get("ip", "check")
    if mode not in ("check", "keep", "overwrite"):
        raise invalid(f"ip: '{mode}' is none of check, keep, overwrite")
    if not ask.body:
        raise Refused(400, 11001, "Request is empty")
    try:
        backup = json.loads(ask.body)
        kept, version = from_text(backup["kept"]), str(backup["version"])
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise invalid("this is no backup") from wrong
    if _number(version) > _number(device.personality.firmware):
        raise Refused(412, 21101, "Backup is of a newer version", version)
    now = device.config.kept["/network/ipv4"]
    if mode == "check" and kept["/network/ipv4"] != now:
        raise Refused(412, 21100, "Backup has other IP settings")
    if mode == "keep":
        kept["/network/ipv4"] = now
    device.config.load(kept)
    device.reboot()
    return DONE


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-")[0].split(".") if part.isdecimal())


def config_state(device: Device, ask: Ask) -> Reply:
    """What is configured, as a checksum of everything and of each resource."""
    config = device.config
    shown = in_order(config.kept)
    changed = {path: config.changed_ms.get(path, 0) for path in shown}
    body: dict[str, Any] = {
        "checksum": checksum(shown),
        "last_change": device.rfc3339(max(config.changed_ms.values(), default=0)),
    }
    if "contents" in ask.query or "details" in ask.query:
        body["details"] = [
            {
                "url": f"/api/v5{path}",
                "checksum": checksum(content),
                "last_change": device.rfc3339(changed[path]),
                **({"content": content} if ask.flag("contents") else {}),
            }
            for path, content in sorted(shown.items())
        ]
    return replied(body)


ROUTES = (
    route("POST", "/device/reboot", reboot, "dev_reboot", changes=False),
    route("POST", "/device/reboot/rescue", reboot, "dev_reboot", changes=False),
    route("POST", "/device/reset", reset, "reset"),
    route("POST", "/device/reset/hard", reset_hard, "hard_reset"),
    *_archive_rows("backup", "backup_read", "backup_write"),
    *_archive_rows("diag_bundle", "dev_cfg_read", "dev_cfg_write"),
    route("PUT", "/device/restore", restore, "backup_write"),
    route("GET", "/config/state", config_state, "www_config_read"),
)
