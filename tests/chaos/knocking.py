"""Requests put before an ASGI app as a server would put them, without a server."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tests.chaos.mutations import Request

ANSWER_S_MAX = 120  # a request that takes longer hangs


@dataclass(slots=True)
class Answer:
    """What came back; status 0: nothing, since the sender had gone."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""

    @property
    def problem(self) -> dict[str, Any]:
        """The problem details of a refusal."""
        assert self.headers[b"content-type"].startswith(b"application/problem+json")
        return dict(msgspec.json.decode(self.body))


async def knock(app: Any, asked: Request) -> Answer:
    """Send one request; raises what the app raises, which a server would answer 500."""
    answer = Answer()
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in asked.parts]
    last = "http.disconnect" if asked.breaks_off else "http.request"
    messages.append({"type": last, "body": b"", "more_body": False})

    async def receive() -> Any:
        if messages:
            return messages.pop(0)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = dict(message["headers"])
        else:
            answer.body += message.get("body", b"")

    async with asyncio.timeout(ANSWER_S_MAX):
        await app(_scope(asked), receive, send)
    return answer


def _scope(asked: Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": asked.path,
        "raw_path": asked.path.encode("utf-8", "replace"),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), *asked.headers],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8_080),
        "state": {},
    }
