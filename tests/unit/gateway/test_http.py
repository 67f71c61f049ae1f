"""What the gateway answers to requests that are odd, too large, too slow or not a sensor's."""

import asyncio
import base64
import gzip
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from countline.drivers.xovis_v5 import DRIVER
from countline.errors import TooMuch
from countline.gateway.gate import GZIP_MEMBERS_MAX, Gate, PushLimits, gunzip
from countline.gateway.http import with_pushes
from countline.gateway.refusals import Unreadable
from tests.chaos.knocking import Answer, knock
from tests.chaos.mutations import Headers, Request
from tests.engine_house import House, at, in_memory, package, passing

USUAL = PushLimits()
START_S = at("2026-06-02 08:00")
BODY = DRIVER.encode([package(passing(START_S, 4), sequence=1, serial=None)])


async def elsewhere(scope: Any, receive: Any, send: Any) -> None:
    """The API behind the gateway: it knows no keys but its own."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def app_of(house: House, limits: PushLimits = USUAL) -> tuple[Any, bytes]:
    """The gateway, and the secret of a sensor."""
    await house.location()
    await house.sensor("S1")
    secret = (await house.secret("S1")).encode()
    return with_pushes(elsewhere, Gate(house.engine, limits)), secret


def asked(headers: Headers, body: bytes = BODY, **more: Any) -> Request:
    return Request(headers=headers, parts=(body,), **more)


def told(story: Callable[[House], Awaitable[Any]]) -> None:
    in_memory(story, START_S + 600)


# -- secrets --------------------------------------------------------------------------------------
def ways(secret: bytes) -> list[tuple[str, Headers]]:
    """(path, headers) of every way to carry a secret."""
    basic = base64.b64encode(b"anybody:" + secret)
    return [
        ("/push/xovis_v5", ((b"x-push-key", secret),)),
        ("/push/xovis_v5", ((b"authorization", b"Bearer " + secret),)),
        ("/push/xovis_v5", ((b"authorization", b"Basic " + basic),)),
        (f"/{secret.decode()}/push/xovis_v5", ()),
        (f"/{secret.decode()}", ()),
        ("/some/other/path", ((b"x-push-key", secret),)),  # a sensor that loses its path
    ]


def test_every_way_to_carry_a_secret() -> None:
    async def story(house: House) -> None:
        app, secret = await app_of(house)
        for path, headers in ways(secret):
            assert (await knock(app, asked(headers, path=path))).status == 204, path

    told(story)


@pytest.mark.parametrize(
    "value",
    [b"Basic \xff\xe9", b"Basic " + base64.b64encode(b"\xff:\xff"), b"Basic !", b"Basic", b"\xff"],
)
def test_odd_authorization_is_refused_like_a_missing_one(value: bytes) -> None:
    async def story(house: House) -> None:
        app, _ = await app_of(house)
        answer = await knock(app, asked(((b"authorization", value),)))
        assert (answer.status, answer.problem["code"]) == (401, "push_secret_missing")
        elsewhere_too = await knock(app, asked(((b"authorization", value),), path="/v3/keys"))
        assert elsewhere_too.status == 418
        assert await house.kept() == []

    told(story)


@pytest.mark.parametrize("length", [b"9" * 5_000, b"-1", b"many", "٣".encode(), b""])
def test_a_length_that_is_none_is_passed_over(length: bytes) -> None:
    async def story(house: House) -> None:
        app, secret = await app_of(house)
        headers = ((b"x-push-key", secret), (b"content-length", length))
        assert (await knock(app, asked(headers))).status == 204

    told(story)


# -- packing --------------------------------------------------------------------------------------
def test_gzip_of_several_members_is_whole() -> None:
    plain = b"a" * 1_000 + b"b" * 1_000
    members = gzip.compress(plain[:700]) + gzip.compress(plain[700:]) + bytes(20)
    assert gunzip(members, 2_000) == plain
    with pytest.raises(TooMuch):
        gunzip(members, 1_999)
    with pytest.raises(Unreadable, match="members"):
        gunzip(gzip.compress(b"") * (GZIP_MEMBERS_MAX + 1), 2_000)


@pytest.mark.parametrize(
    "body",
    [b"", BODY, gzip.compress(BODY)[:-5], gzip.compress(BODY) + b"rest", zlib.compress(BODY)],
)
def test_what_is_no_gzip_is_refused(body: bytes) -> None:
    async def story(house: House) -> None:
        app, secret = await app_of(house)
        headers = ((b"x-push-key", secret), (b"content-encoding", b"gzip"))
        answer = await knock(app, asked(headers, body))
        assert (answer.status, answer.problem["code"]) == (400, "push_unreadable")
        assert await house.kept() == []

    told(story)


# -- bounds ---------------------------------------------------------------------------------------
def test_a_body_that_does_not_come_gives_up_its_room() -> None:
    limits = PushLimits(body_bytes_max=10_000, in_flight_bytes_max=10_000, read_s_max=0.05)

    async def story(house: House) -> None:
        app, secret = await app_of(house, limits)
        headers = ((b"x-push-key", secret), (b"content-length", b"9000"))
        silent = asyncio.create_task(answered(app, asked(headers)))
        await asyncio.sleep(0)  # it holds its room now
        refused = await knock(app, asked(headers))
        assert (refused.status, refused.headers[b"retry-after"]) == (503, b"5")
        late = await silent
        assert (late.status, late.problem["code"]) == (408, "push_too_slow")
        assert (await knock(app, asked(headers))).status == 204

    told(story)


async def answered(app: Any, request: Request) -> Answer:
    """What comes back to a sender that has lost its power."""
    answer = Answer()

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], dict(message["headers"])
        else:
            answer.body += message["body"]

    scope = {"type": "http", "method": "POST", "path": request.path}
    await app({**scope, "headers": list(request.headers)}, receive, send)
    return answer


def test_what_gunzip_makes_counts_as_in_flight() -> None:
    limits = PushLimits(body_bytes_max=50_000, in_flight_bytes_max=30_000)

    async def story(house: House) -> None:
        app, secret = await app_of(house, limits)
        headers = ((b"x-push-key", secret), (b"content-encoding", b"gzip"))
        for size, status in ((40_000, 503), (60_000, 413), (20_000, 204)):
            answer = await knock(app, asked(headers, gzip.compress(b" " * size)))
            assert answer.status == status, answer.body

    told(story)


def test_refusals_are_problem_details() -> None:
    async def story(house: House) -> None:
        app, secret = await app_of(house, PushLimits(body_bytes_max=100))
        key = ((b"x-push-key", secret),)
        refusals = {
            401: asked(((b"x-push-key", b"pt_wrong"),)),
            405: asked(key, method="PUT"),
            413: asked(key),
        }
        for status, request in refusals.items():
            answer = await knock(app, request)
            assert answer.status == status
            assert answer.headers[b"content-type"] == b"application/problem+json"
            assert msgspec.json.decode(answer.body)["status"] == status
        unbound = await house.engine.access.create_push_secret()
        answer = await knock(app, asked(((b"x-push-key", unbound.encode()),), path="/push/acme"))
        assert (answer.status, answer.problem["code"]) == (404, "driver_unknown")

    told(story)
