"""`/recordings` and the images: scheduled recordings, and small pictures of nothing."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from countline.emulator.v5.ask import DONE, Ask, Refused, Reply, replied, told, unknown
from countline.emulator.v5.device import Device
from countline.emulator.v5.routes import Route, route

QUOTA_BYTES = 1 << 30
BYTES_PER_S = 40_000
JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "01" * 64 + "ffc0000b080001000101011100"
    "ffc40014000100000000000000000000000000000009ffc40014100100000000000000000000000000000000"
    "ffda0008010100003f0054ffd9"
)  # one grey point
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)


class Schedule(Struct):
    time_start: int
    time_end: int
    include_singlesensor_recordings: bool = False


class Recordings:
    """The recordings of a device, of every root; they survive a reboot."""

    def __init__(self, device: Device) -> None:
        self.by_root: dict[str, dict[int, Schedule]] = {}

    def of(self, root: str) -> dict[int, Schedule]:
        return self.by_root.setdefault(root, {})


def described(device: Device, id_: int, schedule: Schedule) -> dict[str, Any]:
    now_ms = device.running.now_ms()
    done_ms = min(now_ms, schedule.time_end) - schedule.time_start
    state = "scheduled" if done_ms <= 0 else "in_progress"
    return {
        "id": id_,
        "time_start": schedule.time_start,
        "time_end": schedule.time_end,
        "status": "complete" if now_ms >= schedule.time_end else state,
        "size": max(0, done_ms) * BYTES_PER_S // 1000,
    }


def post(device: Device, ask: Ask) -> Reply:
    wanted = ask.fields(Schedule)
    if wanted.time_end <= wanted.time_start:
        raise Refused(417, 417, "time_end is not after time_start")
    if wanted.time_start < device.running.now_ms():
        raise Refused(417, 417, "time_start is in the past")
    here = device.part(Recordings).of(ask.root)
    id_ = max(here, default=0) + 1
    here[id_] = wanted
    return replied(described(device, id_, wanted), 201)


def listed(device: Device, ask: Ask) -> Reply:
    here = device.part(Recordings).of(ask.root)
    return replied({"recordings": [described(device, id_, one) for id_, one in here.items()]})


def _one(device: Device, ask: Ask) -> Schedule:
    found = device.part(Recordings).of(ask.root).get(ask.id())
    if found is None:
        raise unknown("Recording", ask.id())
    return found


def get(device: Device, ask: Ask) -> Reply:
    return replied(described(device, ask.id(), _one(device, ask)))


def delete(device: Device, ask: Ask) -> Reply:
    _one(device, ask)
    del device.part(Recordings).of(ask.root)[ask.id()]
    return DONE


def download(device: Device, ask: Ask) -> Reply:
    if _one(device, ask).time_end > device.running.now_ms():
        raise unknown("Recording", ask.id())
    return told(b"XVR\x00", "application/octet-stream")


def quota(device: Device, ask: Ask) -> Reply:
    here = device.part(Recordings).of(ask.root)
    used = sum(described(device, id_, one)["size"] for id_, one in here.items())
    return replied({"quota": QUOTA_BYTES, "used": used})


def picture(device: Device, ask: Ask) -> Reply:
    """The kind of image that the path's end names."""
    kind = ask.path.rpartition(".")[2]
    if kind == "png":
        return told(PNG, "image/png")
    return told(JPEG, "image/jpeg") if kind == "jpg" else told(b"\0" * 1024, "application/x-tar")


def rows() -> Iterator[Route]:
    read, write, at = "application_read", "application_write", "{root}/recordings"
    yield route("POST", at, post, write, privacy=0)
    yield route("GET", at, listed, read, privacy=0)
    yield route("GET", f"{at}/quota", quota, read, privacy=0)
    yield route("GET", f"{at}/{{id}}", get, read, privacy=0)
    yield route("DELETE", f"{at}/{{id}}", delete, write, privacy=0)
    yield route("GET", f"{at}/{{id}}/download", download, read, privacy=0)
    for view in ("scene", "view"):
        for name, privacy in (("background", 1), ("live", 0)):
            for end in ("jpg", "tar"):
                path = f"{{root}}/{view}/images/{name}.{end}"
                yield route("GET", path, picture, read, privacy=privacy)
    for name in ("raw_left.jpg", "raw_right.jpg", "stereo.png"):
        yield route("GET", f"/singlesensor/images/{name}", picture, read, privacy=0)


ROUTES = tuple(rows())
