"""Both clients against a scripted server: answers, pages, waits, refusals. No network, no waiting."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx2
import msgspec
import pytest

from countline import clock
from countline.client import ApiError, AsyncClient, Client, ZoneNew
from countline.errors import NotReady
from tests.unit.client.bodies import COUNTS

DAY = {"start_ts": "2023-10-01T00:00:00Z", "end_ts": "2023-10-02T00:00:00Z"}
Answer = httpx2.Response | Exception


class Script:
    """Gives the answers of a script one by one, and remembers what was asked and how long waited."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[httpx2.Request] = []
        self.waits: list[float] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def nap(self, seconds: float) -> None:
        self.waits.append(seconds)


Ask = Callable[..., Any]


def ask_waiting(script: Script, operation: str, *args: Any, **asked: Any) -> Any:
    transport = httpx2.MockTransport(script.answer)
    with Client(key="cl_k", transport=transport, sleep=script.waits.append) as client:
        answer = getattr(client, operation)(*args, **asked)
        return list(answer) if isinstance(answer, Iterator) else answer


def ask_awaiting(script: Script, operation: str, *args: Any, **asked: Any) -> Any:
    async def run() -> Any:
        transport = httpx2.MockTransport(script.answer)
        async with AsyncClient(key="cl_k", transport=transport, sleep=script.nap) as client:
            answer = getattr(client, operation)(*args, **asked)
            return [x async for x in answer] if hasattr(answer, "__aiter__") else await answer

    return asyncio.run(run())


@pytest.fixture(params=[ask_waiting, ask_awaiting], ids=["waiting", "awaiting"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Asks one operation of a script, with either client."""
    found: Ask = request.param
    return found


def ok(content: Any) -> httpx2.Response:
    return httpx2.Response(200, content=msgspec.json.encode(content))


def problem(status: int, headers: dict[str, str] | None = None, **more: Any) -> httpx2.Response:
    content = {"type": "/errors/x", "title": "X", "status": status, "detail": "No.", "code": "x"}
    body = msgspec.json.encode(content | more)
    return httpx2.Response(status, headers=headers or {}, content=body)


def test_counts_are_typed(ask: Ask) -> None:
    script = Script(ok(COUNTS))
    answer = ask(script, "count", sensor_id="SNSR_001", **DAY)
    (row,) = answer.data
    assert (row.ins, row.outs, row.passby, row.occupancy) == (145, 132, 50, 13)
    assert row.timestamp == datetime(2023, 10, 1, 8, tzinfo=UTC)
    (request,) = script.asked
    assert request.url == (
        "http://127.0.0.1:8080/v3/data/count?sensor_id=SNSR_001"
        "&start_ts=2023-10-01T00%3A00%3A00Z&end_ts=2023-10-02T00%3A00%3A00Z"
    )
    assert request.headers["x-api-key"] == "cl_k"
    assert request.headers["user-agent"].startswith("countline-client/")


def test_lists_go_on_over_pages(ask: Ask) -> None:
    def zone(zone_id: int) -> dict[str, Any]:
        nulls: dict[str, Any] = dict.fromkeys(("parent_id", "area_m2", "capacity", "category"))
        nulls |= {"amber_percent": 80, "red_percent": 100, "hysteresis_percent": 5}
        known = {"zone_id": zone_id, "location_id": "L", "name": "Hall", "sensors": []}
        return nulls | known | {"created_at": "2023-10-01T00:00:00Z"}

    script = Script(
        ok({"data": [zone(1), zone(2)], "next": "c2"}),
        ok({"data": [], "next": "c3"}),
        ok({"data": [zone(3)], "next": None}),
    )
    zones = ask(script, "zones", location_id="L", limit=2)
    assert [z.zone_id for z in zones] == [1, 2, 3]
    assert [dict(r.url.params).get("cursor") for r in script.asked] == [None, "c2", "c3"]
    assert all(dict(r.url.params)["location_id"] == "L" for r in script.asked)


def test_a_page_is_fetched_only_when_it_is_needed() -> None:
    script = Script(ok({"data": [], "next": None}))
    transport = httpx2.MockTransport(script.answer)
    with Client(transport=transport) as client:
        listing = client.sensors()
        assert not script.asked
        assert list(listing) == []
        assert len(script.asked) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_told(ask: Ask, status: int) -> None:
    script = Script(problem(status, {"retry-after": "7"}), ok(COUNTS))
    assert ask(script, "count", sensor_id="S", **DAY).sensor_id == "SNSR_001"
    assert script.waits == [7]
    assert script.asked[0].url == script.asked[1].url


def test_it_waits_until_the_date_it_is_told(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 1_700_000_000
    monkeypatch.setattr(clock, "now_s", lambda: now_s)
    date = format_datetime(datetime.fromtimestamp(now_s + 9, UTC), usegmt=True)
    script = Script(problem(503, {"retry-after": date}), ok(COUNTS))
    ask(script, "count", sensor_id="S", **DAY)
    assert script.waits == [9]


def test_where_nobody_says_how_long_waits_double(ask: Ask) -> None:
    script = Script(problem(503), problem(503, {"retry-after": "soon"}), ok(COUNTS))
    ask(script, "count", sensor_id="S", **DAY)
    assert script.waits == [0.5, 1.0]


def test_it_gives_up_after_a_few_waits(ask: Ask) -> None:
    script = Script(*[problem(429, {"retry-after": "1"}, code="quota_exceeded")] * 9)
    with pytest.raises(ApiError) as caught:
        ask(script, "count", sensor_id="S", **DAY)
    assert (caught.value.status, caught.value.error_code) == (429, "quota_exceeded")
    assert caught.value.retry_after_s == 1
    assert script.waits == [1, 1, 1]


def test_a_wait_that_is_too_long_is_the_callers_to_decide(ask: Ask) -> None:
    script = Script(problem(503, {"retry-after": "3600"}))
    with pytest.raises(ApiError) as caught:
        ask(script, "count", sensor_id="S", **DAY)
    assert caught.value.retry_after_s == 3600
    assert not script.waits


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500])
def test_a_refusal_is_an_error_with_its_fields(ask: Ask, status: int) -> None:
    errors = [{"field": "sensor_id", "code": "unknown", "detail": "did you mean SNSR_001?"}]
    script = Script(problem(status, detail="Wrong.", code="bad_query", errors=errors, finest="1h"))
    with pytest.raises(ApiError, match=r"^Wrong\.$") as caught:
        ask(script, "count", sensor_id="S", **DAY)
    error = caught.value
    assert (error.status, error.error_code, error.extra["finest"]) == (status, "bad_query", "1h")
    assert [(e.field, e.detail) for e in error.errors] == [("sensor_id", "did you mean SNSR_001?")]
    assert not script.waits


def test_a_strangers_error_is_told_too(ask: Ask) -> None:
    script = Script(httpx2.Response(502, text="<html>\n  Bad gateway\n</html>"))
    with pytest.raises(ApiError, match=r"^HTTP 502: <html> Bad gateway </html>$") as caught:
        ask(script, "health")
    assert caught.value.error_code == "http_502"


def test_an_answer_that_is_not_ours_is_an_error(ask: Ask) -> None:
    with pytest.raises(ApiError, match="/v3/health answered something else"):
        ask(Script(httpx2.Response(200, text="<html></html>")), "health")


@pytest.mark.parametrize(
    ("failure", "code"),
    [(httpx2.ConnectError("refused"), "unreachable"), (httpx2.ReadTimeout(""), "timeout")],
)
def test_a_server_that_is_not_there_is_an_error_of_ours(
    ask: Ask, failure: Exception, code: str
) -> None:
    with pytest.raises(NotReady, match=r"^http://127\.0\.0\.1:8080/? (cannot|did not)") as caught:
        ask(Script(failure), "health")
    assert caught.value.error_code == code


def test_a_body_says_what_it_is(ask: Ask) -> None:
    script = Script(problem(409))
    with pytest.raises(ApiError):
        ask(script, "add_zone", ZoneNew(location_id="L", name="Hall"))
    (request,) = script.asked
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert msgspec.json.decode(request.content)["name"] == "Hall"
