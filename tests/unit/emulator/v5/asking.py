"""A device asked without a socket, one request at a time."""

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import Any

from countline import clock
from countline.emulator.v5 import Device, Release, answer, emulated_sensor


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    kind: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> int:
        return int(self.json["code"])


def basic(user: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


ADMIN = basic("admin", "pass")


def try_asking(
    device: Device, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> Answer | None:
    """The answer, or None where the device said nothing."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    sent = {"content-type": "application/json", **(ADMIN if headers is None else headers)}
    target = path if path.startswith("/api") else f"/api/v5{path}"
    reply = asyncio.run(answer(device, method, target, sent, raw))
    if reply is None:
        return None
    return Answer(reply.status, reply.body, reply.content_type, dict(reply.headers))


def ask(
    device: Device, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> Answer:
    found = try_asking(device, method, path, body, headers)
    assert found is not None
    return found


def fresh(release: Release = "5.6", **more: Any) -> Device:
    """A device with an hour of history: quick to make, quick to change."""
    return emulated_sensor(release, installed_s=clock.now_s() - 3600, **more)
