"""Heat map, height map, and where tracks begin and end: all from the people who walked by."""

import json
from itertools import islice
from math import exp
from typing import Any

from countline.emulator.v5.ask import DONE, Ask, Reply, replied, told
from countline.emulator.v5.device import Device
from countline.emulator.v5.frames import APPEARS_MS, SPEED_M_S
from countline.emulator.v5.happenings import Happening, happenings
from countline.emulator.v5.history import DAY_MS
from countline.emulator.v5.live import IMAGE_METADATA
from countline.emulator.v5.observing import Observer
from countline.emulator.v5.recordings import JPEG
from countline.emulator.v5.routes import Route, route
from countline.emulator.v5.rules import DELETED_MS

WIDTH, HEIGHT = 32, 24  # a tenth of the image
METRES = 0.25  # of a pixel
HOURS_WEIGHED = 24
POINTS_MAX = 10_000


class Maps:
    """Since when the maps of a device gather, by path of the map."""

    def __init__(self, device: Device) -> None:
        self.since_ms: dict[str, int] = {}


def _ground_y(device: Device, happening: Happening) -> float:
    return min(y for _, y in device.ground.drawn(happening.place))


def _grid(device: Device, ask: Ask) -> tuple[list[list[float]], int, int]:
    """People per pixel over the last day, the later the heavier; begin and end in true time."""
    end_ms = device.running.true_ms()
    path = ask.path.removesuffix(".jpg")
    since_ms = device.part(Maps).since_ms.get(path, device.sensor.installed_s * 1000)
    begin_ms = max(since_ms, end_ms - HOURS_WEIGHED * 3_600_000)
    grid = [[0.0] * WIDTH for _ in range(HEIGHT)]
    for happening in happenings(device.sensor, begin_ms, end_ms):
        weight = exp((happening.at_ms - end_ms) / (HOURS_WEIGHED * 3_600_000))
        column = WIDTH // 2 + happening.at_ms % 7 - 3
        middle = HEIGHT // 2 - round(_ground_y(device, happening) / METRES)
        for row in range(middle - 7, middle + 8):
            if 0 <= row < HEIGHT:
                grid[row][column] += weight / 100
    return grid, begin_ms, end_ms


def _map(device: Device, ask: Ask) -> dict[str, Any]:
    grid, begin_ms, end_ms = _grid(device, ask)
    if "height_map" in ask.path:
        grid = [[1.7 if value else 0.0 for value in row] for row in grid]
    values = [value for row in grid for value in row]
    body: dict[str, Any] = {
        "info": {
            "begin": device.running.own_ms(begin_ms),
            "end": device.running.own_ms(end_ms),
            "min": min(values),
            "max": max(values),
        },
        "metadata": IMAGE_METADATA | {"width_px": WIDTH, "height_px": HEIGHT},
    }
    if ask.flag("data", default=True):
        body["data"] = [[round(value, 4) for value in row] for row in grid]
    return body


def _as_json(device: Device, ask: Ask) -> Reply:
    return replied(_map(device, ask))


def _as_image(device: Device, ask: Ask) -> Reply:
    """One grey pixel: what counts is the header."""
    metadata = json.dumps(_map(device, ask)["metadata"])
    reply = told(JPEG, "image/jpeg")
    return Reply(
        body=reply.body, content_type=reply.content_type, headers={"X-Image-Metadata": metadata}
    )


def _reset(device: Device, ask: Ask) -> Reply:
    device.part(Maps).since_ms[ask.path] = device.running.true_ms()
    return DONE


def _start_stop(device: Device, ask: Ask) -> Reply:
    """Where tracks began and ended, at most `max` of each, the oldest first."""
    device.part(Observer).context(ask.root)
    now_ms = device.running.now_ms()
    begin_ms, end_ms = ask.number("begin", -DAY_MS), ask.number("end", 0)
    begin_ms = begin_ms + now_ms if begin_ms < 0 else begin_ms
    begin_ms = max(begin_ms, device.sensor.installed_s * 1000)
    end_ms = end_ms + now_ms if end_ms <= 0 else min(end_ms, now_ms)
    offset_ms = device.running.offset_ms()
    most = min(ask.number("max", 1_000), POINTS_MAX) if ask.flag("points", default=True) else 0
    seen = happenings(device.sensor, begin_ms - offset_ms, end_ms - offset_ms)
    ends = [_ends(device, happening) for happening in islice(seen, max(0, most))]
    return replied(
        {
            "begin": begin_ms,
            "end": end_ms,
            "start_points": [start for start, _ in ends],
            "stop_points": [stop for _, stop in ends],
        }
    )


def _ends(device: Device, happening: Happening) -> tuple[list[float], list[float]]:
    way = 1 if happening.what in ("forward", "entry") else -1
    y = _ground_y(device, happening)
    x = round((happening.at_ms % 180 - 90) / 100, 2)
    before, after = (SPEED_M_S * ms / 1000 for ms in (APPEARS_MS, DELETED_MS))
    return [x, round(y - way * before, 3), 1.7], [x, round(y + way * after, 3), 1.7]


READ, WRITE = "application_read", "application_write"
HISTORY = "{root}/data/history"
ROUTES: tuple[Route, ...] = (
    *(
        row
        for name in ("heat_map", "height_map")
        for row in (
            route("GET", f"{HISTORY}/{name}", _as_json, READ, privacy=2),
            route("GET", f"{HISTORY}/{name}.jpg", _as_image, READ, privacy=1, since="5.6"),
            route("DELETE", f"{HISTORY}/{name}", _reset, WRITE, changes=False),
        )
    ),
    route("GET", f"{HISTORY}/start_stop", _start_stop, READ, privacy=2),
)
