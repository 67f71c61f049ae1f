"""Both clients follow a stream over scripted connections, and come back by themselves."""

import asyncio
from collections.abc import Callable
from itertools import islice
from typing import Any

import httpx2
import pytest

from countline.client import ApiError, AsyncClient, Client, StreamEvent
from tests.unit.client.test_clients import Script, problem

DISCOVERED = (
    '{"type":"sensor.discovered","timestamp":"2023-10-01T08:00:00Z","data":{"vendor":"xovis",'
    '"serial":"00:6e:02:1a:2b:3c","context":"single","driver":"xovis_v5","sequence":%d}}'
)


def stream(*blocks: str) -> httpx2.Response:
    text = "".join(block + "\n\n" for block in blocks)
    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, text=text)


def told(seq: int) -> str:
    return f"id: {seq}\nevent: sensor.discovered\ndata: {DISCOVERED % seq}"


def follow_waiting(script: Script, count: int, **asked: Any) -> list[StreamEvent]:
    transport = httpx2.MockTransport(script.answer)
    with Client(key="cl_k", transport=transport, sleep=script.waits.append) as client:
        return list(islice(client.events(**asked), count))


def follow_awaiting(script: Script, count: int, **asked: Any) -> list[StreamEvent]:
    async def run() -> list[StreamEvent]:
        transport = httpx2.MockTransport(script.answer)
        found = []
        async with AsyncClient(key="cl_k", transport=transport, sleep=script.nap) as client:
            async for event in client.events(**asked):
                found.append(event)
                if len(found) == count:
                    break
        return found

    return asyncio.run(run())


Follow = Callable[..., list[StreamEvent]]


@pytest.fixture(params=[follow_waiting, follow_awaiting], ids=["waiting", "awaiting"])
def follow(request: pytest.FixtureRequest) -> Follow:
    found: Follow = request.param
    return found


def test_it_comes_back_with_the_last_id_after_as_long_as_was_asked(follow: Follow) -> None:
    script = Script(
        stream("retry: 2500\nid: 4", told(5), ":\nid: 7"),
        httpx2.ConnectError("refused"),
        stream(told(8)),
    )
    events = follow(script, 2, kinds="sensor.discovered")
    assert [event.id for event in events] == ["5", "8"]
    assert events[0].message.data.sequence == 5  # type: ignore[union-attr]
    sent = [request.headers.get("last-event-id") for request in script.asked]
    assert sent == [None, "7", "7"]
    assert script.asked[0].url.params["kinds"] == "sensor.discovered"
    assert script.waits == [2.5, 5.0]


def test_it_begins_behind_an_id_that_was_kept(follow: Follow) -> None:
    script = Script(stream(told(6)))
    follow(script, 1, last_event_id="5-1")
    assert script.asked[0].headers["last-event-id"] == "5-1"


def test_it_waits_when_told_to_and_gives_up_when_refused(follow: Follow) -> None:
    script = Script(problem(429, {"retry-after": "9"}), problem(401))
    with pytest.raises(ApiError) as refused:
        follow(script, 1)
    assert (refused.value.status, script.waits) == (401, [9.0])


def test_kinds_of_a_later_server_are_told_as_they_are(follow: Follow) -> None:
    later = '{"type":"weather.changed","timestamp":"2023-10-01T08:00:00Z","data":{"zone_id":1}}'
    (event,) = follow(Script(stream(f"id: 9\nevent: weather.changed\ndata: {later}")), 1)
    assert event.message.data == {"zone_id": 1}


def test_what_is_no_event_is_said(follow: Follow) -> None:
    with pytest.raises(ApiError, match="something else than documented"):
        follow(Script(stream("event: counts.recorded\ndata: {}")), 1)
