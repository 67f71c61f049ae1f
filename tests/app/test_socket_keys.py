"""Who may listen by WebSocket: keys in headers, sessions of pages, and keys said first."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any
from unittest.mock import patch

import httpx2
import pytest

from countline import limits
from tests.app.socket_ear import SocketEar, socket_ear
from tests.app.streaming import Gateway, gateway
from tests.held_time import until
from tests.told_house import LONDON, ROME, discovered


def run(test: Callable[[Gateway], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with gateway() as house:
            await test(house)

    asyncio.run(main())


def test_a_key_hears_of_its_own_locations_only() -> None:
    async def test(house: Gateway) -> None:
        _, roman = await house.key_for(locations=(ROME,))
        async with socket_ear(house, roman) as rome, socket_ear(house) as admin:
            await house.engine.store.write(lambda tx: tx.emit(discovered()))
            await house.push(0, 7)
            await admin.until_heard(2)
            assert rome.heard == []
        async with socket_ear(house, roman, location_id=LONDON) as refused:
            assert (refused.status, refused.problem["code"]) == (404, "location_not_found")

    run(test)


@pytest.mark.parametrize(
    ("headers", "asked", "status", "code"),
    [
        (None, {"kinds": "counts.recoded"}, 400, "bad_query"),
        (None, {"sensor_id": "S_NONE"}, 404, "sensor_not_found"),
        (None, {"zone_id": 9}, 404, "zone_not_found"),
        (None, {"zoneid": 1}, 400, "bad_query"),
        ({"x-api-key": "cl_wrong"}, {}, 401, "key_wrong"),
        ({"x-api-key": "a", "authorization": "Bearer b"}, {}, 400, "two_keys"),
        ({"authorization": "Basic b"}, {}, 401, "key_missing"),
        ({}, {"token": "cl_given_away"}, 400, "key_in_query"),
        (None, {"path": "/v3/wss"}, 404, "path_not_found"),
    ],
)
def test_what_is_wrong_is_told_in_the_answer_to_the_handshake(
    headers: dict[str, str] | None,
    asked: dict[str, Any],
    status: int,
    code: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def test(house: Gateway) -> None:
        async with socket_ear(house, headers=headers, **asked) as ear:
            assert (ear.status, ear.problem["code"], ear.problem["status"]) == (
                status,
                code,
                status,
            )
            assert ear.answered["content-type"] == "application/problem+json"
            assert ("www-authenticate" in ear.answered) == (status == 401)
            assert "ratelimit" in ear.answered
        assert house.streams.listeners == 0

    run(test)
    assert [line.message for line in caplog.records if line.levelname != "INFO"] == []


def test_there_is_a_most_of_streams_for_each_key_in_both_ways_together() -> None:
    async def test(house: Gateway) -> None:
        _, secret = await house.key_for()
        async with socket_ear(house), house.listening():
            async with socket_ear(house) as refused:
                assert (refused.status, refused.problem["code"]) == (429, "too_many_streams")
                assert int(refused.answered["retry-after"]) > 0
            async with socket_ear(house, secret) as other:
                assert other.status == 101
        await until(lambda: house.streams.listeners == 0)

    with patch.object(limits, "STREAMS_OF_KEY_MAX", 2):
        run(test)


def test_a_withdrawn_key_ends_its_connections_and_no_others() -> None:
    async def test(house: Gateway) -> None:
        key_id, secret = await house.key_for()
        first = json.dumps({"authenticate": secret})
        async with (
            socket_ear(house, secret) as ear,
            socket_ear(house, headers={}, first=first) as said,
            socket_ear(house) as other,
        ):
            await house.engine.access.withdraw_key(key_id)
            await until(lambda: ear.ended and said.ended)
            assert (ear.code, ear.reason) == (4001, "the key or session has ended")
            assert said.code == 4001
            await house.push(0, 7)
            await other.until_heard(1)

    with patch.object(limits, "STREAM_KEY_CHECK_S", 0.01):
        run(test)


async def session_of(house: Gateway) -> str:
    async with httpx2.AsyncClient(base_url=house.url) as client:
        made = await client.post("/v3/session", headers={"x-api-key": house.key})
    return made.headers["set-cookie"].partition(";")[0]


def test_a_session_may_listen_from_pages_of_this_address_until_it_is_closed() -> None:
    async def test(house: Gateway) -> None:
        cookie = await session_of(house)
        headers = {"cookie": cookie, "origin": house.url}
        async with socket_ear(house, headers=headers) as ear:
            await house.push(0, 7)
            await ear.until_heard(1)
            await house.engine.access.close_session(cookie.partition("=")[2])
            await until(lambda: ear.ended)
            assert ear.code == 4001
        async with socket_ear(house, headers=headers) as late:
            assert (late.status, late.problem["code"]) == (401, "session_ended")

    with patch.object(limits, "STREAM_KEY_CHECK_S", 0.01):
        run(test)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", None])
def test_a_session_is_of_no_use_to_pages_of_other_addresses(origin: str | None) -> None:
    async def test(house: Gateway) -> None:
        headers = {"cookie": await session_of(house)} | ({"origin": origin} if origin else {})
        async with socket_ear(house, headers=headers) as ear:
            assert (ear.status, ear.problem["code"]) == (403, "origin_not_allowed")
        if origin is not None:  # whoever has the key itself may be anywhere
            keyed = {"origin": origin, "x-api-key": house.key}
            async with socket_ear(house, headers=keyed) as ear:
                assert ear.status == 101

    run(test)


def test_the_key_may_come_as_the_first_message() -> None:
    async def test(house: Gateway) -> None:
        first = json.dumps({"authenticate": house.key})
        async with socket_ear(house, headers={}, first=first, sensor_id="S_DOOR") as ear:
            await house.push(0, 7)
            (told,) = await ear.until_heard(1)
            assert told["data"]["rows"][0]["sensor_id"] == "S_DOOR"

    run(test)


@pytest.mark.parametrize(
    ("first", "asked", "code", "reason"),
    [
        ('{"authenticate": "cl_wrong"}', {}, 4401, "key_wrong: "),
        ('{"authenticate": "cl_schlüssel…"}', {}, 4401, "key_wrong: "),
        ('{"authenticate": ""}', {}, 4401, "key_missing: "),
        ('{"key": "x"}', {}, 4401, "key_missing: The first message is"),
        ('{"authenticate": "x", "and": 1}', {}, 4401, "key_missing: "),
        ("hello", {}, 4401, "key_missing: "),
        (b'{"authenticate": "x"}', {}, 4401, "key_missing: "),
        ("KEY", {"zone_id": "x"}, 4400, "bad_query: zone_id: 'x'"),
        ("KEY", {"zone_id": 9}, 4404, "zone_not_found: "),
        ("x" * 5_000, {}, 1009, ""),
    ],
)
def test_what_is_wrong_behind_the_handshake_is_told_by_how_it_is_closed(
    first: str | bytes, asked: dict[str, Any], code: int, reason: str
) -> None:
    async def test(house: Gateway) -> None:
        said = json.dumps({"authenticate": house.key}) if first == "KEY" else first
        async with socket_ear(house, headers={}, first=said, **asked) as ear:
            await until(lambda: ear.ended)
            assert (ear.status, ear.code) == (101, code)
            assert ear.reason.startswith(reason)
            assert ear.last_id == ""
        assert house.streams.listeners == 0

    run(test)


def test_a_key_that_does_not_come_is_not_waited_for_long() -> None:
    async def test(house: Gateway) -> None:
        async with socket_ear(house, headers={}) as ear:
            await until(lambda: ear.ended)
            assert (ear.code, ear.reason[:12]) == (4401, "key_missing:")

    with patch("countline.api.sockets.SOCKET_KEY_S_MAX", 0.05):
        run(test)


def test_only_so_many_may_have_yet_to_say_their_key() -> None:
    async def test(house: Gateway) -> None:
        silent = SocketEar(house.url.replace("http", "ws") + "/v3/ws", {})
        waiting = asyncio.create_task(silent.__aenter__())
        await until(lambda: silent.status == 101)
        async with socket_ear(house, headers={}) as refused, socket_ear(house) as keyed:
            assert (refused.status, refused.problem["code"]) == (503, "not_ready")
            assert keyed.status == 101
        silent.cut()
        await waiting
        first = json.dumps({"authenticate": house.key})
        async with socket_ear(house, headers={}, first=first) as again:
            assert again.status == 101

    with patch("countline.api.sockets.SOCKETS_WITHOUT_KEY_MAX", 1):
        run(test)


def test_wrong_keys_are_counted_in_first_messages_too() -> None:
    async def test(house: Gateway) -> None:
        codes = []
        for _ in range(limits.WRONG_KEYS_MAX + 1):
            first = '{"authenticate": "cl_wrong"}'
            async with socket_ear(house, headers={}, first=first) as ear:
                await until(lambda: ear.ended)
                codes.append(ear.code)
        assert codes == [*[4401] * limits.WRONG_KEYS_MAX, 4429]

    run(test)
