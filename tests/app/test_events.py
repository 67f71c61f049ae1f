"""Streams of events over real sockets: what is told, to whom, from where on, and how they end."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from unittest.mock import patch

import httpx2
import pytest

from countline import limits
from countline.engine import messages
from countline.model.event import Event
from tests.app.streaming import Gateway, accepted, gateway
from tests.held_time import until
from tests.told_house import BACK, LONDON, ROME, discovered


def run(test: Callable[[Gateway], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with gateway() as house:
            await test(house)

    asyncio.run(main())


def values_of(heard: list[dict[str, Any]]) -> list[Any]:
    return [row["values"]["forward"] for told in heard for row in told["data"]["rows"]]


def test_what_is_committed_is_told_in_the_shape_of_webhooks() -> None:
    async def test(house: Gateway) -> None:
        async with house.listening() as ear:
            await house.push(0, 7)
            (told,) = await ear.until_heard(1)
            assert ear.headers["content-type"].startswith("text/event-stream")
            assert ear.headers["cache-control"] == "no-store"
            assert 2_000 <= ear.retry_ms <= 5_000
            assert (told["type"], told["data"]["location_id"]) == ("counts.recorded", LONDON)
            (row,) = told["data"]["rows"]
            assert (row["sensor_id"], row["values"], row["line_id"]) == (
                "S_DOOR",
                {"forward": 7},
                1,
            )

    run(test)


def test_who_comes_back_is_told_what_it_missed_and_nothing_twice() -> None:
    async def test(house: Gateway) -> None:
        async with house.listening() as ear:
            await house.push(0, 7)
            await ear.until_heard(1)
        await house.push(1, 8)
        await house.push(2, 9)
        async with house.listening(last_id=ear.last_id) as again:
            await house.push(3, 10)
            assert values_of(await again.until_heard(3)) == [8, 9, 10]

    run(test)


def test_before_the_first_event_nothing_is_lost_either() -> None:
    async def test(house: Gateway) -> None:
        async with house.listening() as ear:
            assert ear.last_id is not None
        await house.push(0, 7)
        async with house.listening(last_event_id=ear.last_id) as again:
            assert values_of(await again.until_heard(1)) == [7]

    run(test)


def test_one_commit_can_be_left_and_resumed_between_all_of_its_messages() -> None:
    """Two locations, one of them in parts: every id resumes exactly behind its message."""

    async def test(house: Gateway) -> None:
        async with house.listening() as ear:
            start_id = ear.last_id
            await house.apply(
                *(accepted(minute, 100 + minute, late=minute > 2) for minute in range(8)),
                *(accepted(minute, 200 + minute, sensor=BACK) for minute in range(3)),
            )
            heard = list(await ear.until_heard(5))
        assert len({told["data"]["revision"] for told in heard}) == 1
        rows = [row for told in heard for row in told["data"]["rows"]]
        for at, last_id in enumerate([start_id, *ear.ids[:-1]]):
            behind = [row for told in heard[at:] for row in told["data"]["rows"]]
            async with house.listening(last_id=last_id) as again:
                await until(lambda: len(_rows(again.heard)) >= len(behind))  # noqa: B023
                assert _rows(again.heard) == behind
        assert len(rows) == 11

    with patch.object(messages, "WEBHOOK_BODY_BYTES_MAX", 1_000):  # two rows in a document
        run(test)


def _rows(heard: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for told in heard for row in told["data"]["rows"]]


@pytest.mark.parametrize("last_id", ["nonsense", "999", "5-9", "1-1-0-xx"])
def test_an_id_that_nobody_gave_is_told_to_begin_anew(last_id: str) -> None:
    async def test(house: Gateway) -> None:
        await house.push(0, 7)
        async with house.listening(last_id=last_id) as ear:
            await house.push(1, 8)
            first, second = await ear.until_heard(2)
            assert (first["type"], first["data"]["reason"]) == ("resync", "unknown")
            assert values_of([second]) == [8]

    run(test)


def test_what_the_log_has_forgotten_is_said_first() -> None:
    async def test(house: Gateway) -> None:
        async with house.listening() as ear:
            pass
        await house.push(0, 7)
        await house.push(1, 8)
        await house.engine.store.write(
            lambda tx: tx.forget(bodies_before_ms=0, events_before_ms=2**50)
        )
        async with house.listening(last_id=ear.last_id) as again:
            await house.push(2, 9)
            first, second = await again.until_heard(2)
            assert first["type"] == "resync"
            assert first["data"] == {"reason": "forgotten", "after": 0, "sequence": 2}
            assert values_of([second]) == [9]
        async with house.listening(last_id=again.ids[0]) as third:
            assert values_of(await third.until_heard(1)) == [9]

    run(test)


def test_filters_by_kind_sensor_zone_and_location() -> None:
    async def test(house: Gateway) -> None:
        async with (
            house.listening(kinds="counts.revised") as revised,
            house.listening(sensor_id="S_BACK") as back,
            house.listening(zone_id=1) as zone,
            house.listening(location_id=ROME) as rome,
            house.listening() as everything,
        ):
            await house.apply(accepted(0, 1), accepted(0, 2, sensor=BACK))
            await house.push(1, 3, late=True)
            await everything.until_heard(2)
            assert [told["type"] for told in await revised.until_heard(1)] == ["counts.revised"]
            (told,) = await back.until_heard(1)
            assert [row["sensor_id"] for row in told["data"]["rows"]] == ["S_BACK"]
            assert len(_rows(await zone.until_heard(2))) == 3
            assert rome.heard == []

    run(test)


def test_a_key_hears_of_its_own_locations_only() -> None:
    async def test(house: Gateway) -> None:
        _, roman = await house.key_for(locations=(ROME,))
        _, reader = await house.key_for()
        async with (
            house.listening(roman) as rome,
            house.listening(reader) as every,
            house.listening() as admin,
        ):
            await house.engine.store.write(lambda tx: tx.emit(discovered()))
            await house.push(0, 7)
            await admin.until_heard(2)
            await every.until_heard(1)
            assert [told["type"] for told in admin.heard] == [
                "sensor.discovered",
                "counts.recorded",
            ]
            assert [told["type"] for told in every.heard] == ["counts.recorded"]
            assert rome.heard == []
        async with house.listening(roman, location_id=LONDON) as refused:
            assert (refused.status, refused.problem["code"]) == (404, "location_not_found")

    run(test)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"kinds": "counts.recoded"}, "bad_query"),
        ({"sensor_id": "S_NONE"}, "sensor_not_found"),
        ({"zone_id": 9}, "zone_not_found"),
        ({"zoneid": 1}, "bad_query"),
    ],
)
def test_wrong_questions_are_refused_before_the_stream(asked: dict[str, Any], code: str) -> None:
    async def test(house: Gateway) -> None:
        async with house.listening(**asked) as ear:
            assert ear.problem["code"] == code
        assert house.streams.listeners == 0

    run(test)


def test_a_withdrawn_key_ends_its_streams_and_no_others() -> None:
    async def test(house: Gateway) -> None:
        key_id, secret = await house.key_for()
        async with house.listening(secret) as ear, house.listening() as other:
            await house.engine.access.withdraw_key(key_id)
            await until(lambda: ear.ended)
            await house.push(0, 7)
            await other.until_heard(1)
            assert ear.heard == []

    with patch.object(limits, "STREAM_KEY_CHECK_S", 0.01):
        run(test)


def test_a_browsers_session_may_listen_until_it_is_closed() -> None:
    async def test(house: Gateway) -> None:
        async with httpx2.AsyncClient(base_url=house.url) as client:
            made = await client.post("/v3/session", headers={"x-api-key": house.key})
        cookie = made.headers["set-cookie"].partition(";")[0]
        ear = house.listening()
        ear.cookie = cookie
        async with ear:
            await house.push(0, 7)
            await ear.until_heard(1)
            await house.engine.access.close_session(cookie.partition("=")[2])
            await until(lambda: ear.ended)

    with patch.object(limits, "STREAM_KEY_CHECK_S", 0.01):
        run(test)


def test_there_is_a_most_of_streams_for_each_key() -> None:
    async def test(house: Gateway) -> None:
        _, secret = await house.key_for()
        async with house.listening() as one, house.listening() as two:
            async with house.listening() as refused:
                assert (refused.status, refused.problem["code"]) == (429, "too_many_streams")
                assert int(refused.headers["retry-after"]) > 0
            async with house.listening(secret) as other:
                assert (one.status, two.status, other.status) == (200, 200, 200)
        await until(lambda: house.streams.listeners == 0)

    with patch.object(limits, "STREAMS_OF_KEY_MAX", 2):
        run(test)


def test_a_quiet_stream_has_heartbeats_and_they_move_the_id() -> None:
    async def test(house: Gateway) -> None:
        async with house.listening(location_id=ROME) as ear:
            began_at = ear.last_id
            await house.push(0, 7)
            await until(lambda: ear.last_id != began_at and ear.comments > 0)
            assert ear.heard == []

    with patch.object(limits, "STREAM_HEARTBEAT_S", 0.02):
        run(test)


def test_health_counts_listeners_and_tells_how_far_their_reader_is() -> None:
    async def test(house: Gateway) -> None:
        async with (
            house.listening(),
            house.listening(),
            httpx2.AsyncClient(base_url=house.url, headers={"x-api-key": house.key}) as client,
        ):
            told = (await client.get("/v3/health")).json()
            assert told["listeners"] == 2
            assert told["followers"]["streams"] == {"lag_events": 0, "lag_s": 0.0}

    run(test)


def test_only_the_head_can_be_asked_for() -> None:
    async def test(house: Gateway) -> None:
        async with httpx2.AsyncClient(
            base_url=house.url, headers={"x-api-key": house.key}
        ) as client:
            answer = await client.head("/v3/events")
        assert (answer.status_code, answer.content) == (200, b"")
        await until(lambda: house.streams.listeners == 0)

    run(test)


def test_streams_end_when_the_server_stops() -> None:
    async def test(house: Gateway) -> None:
        async with house.listening() as ear:
            house.streams.close()
            await until(lambda: ear.ended)
        async with house.listening() as late:
            await until(lambda: late.ended)

    run(test)


def test_who_does_not_read_is_let_go_and_harms_nobody() -> None:
    """Its connection is dropped with all that was to be sent; another hears every event."""

    async def test(house: Gateway) -> None:
        host, port = house.url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1)
        head = f"GET /v3/events HTTP/1.1\r\nHost: x\r\nX-API-Key: {house.key}\r\n\r\n"
        writer.write(head.encode())
        await until(lambda: house.streams.listeners == 1)
        async with house.listening(kinds="sensor.discovered") as ear:
            event = discovered()
            long = Event(kind=event.kind, detail={**event.detail, "serial": "x" * 100_000})
            for count in range(1, 101):
                await house.engine.store.write(lambda tx: tx.emit(long))
                house.engine.woke()
                await ear.until_heard(count)
            await until(lambda: house.streams.listeners == 1)
        writer.close()

    with (
        patch("countline.api.event_stream.STREAM_SEND_S_MAX", 0.2),
        patch.object(limits, "STREAM_QUEUE_BYTES_MAX", 1_000_000),
    ):
        run(test)


def test_who_falls_behind_reads_the_log_for_itself_and_misses_nothing() -> None:
    async def test(house: Gateway) -> None:
        async with house.listening() as ear:
            for minute in range(30):
                await house.push(minute, minute)
            assert values_of(await ear.until_heard(30)) == list(range(30))

    with patch.object(limits, "STREAM_QUEUE_BYTES_MAX", 1):
        run(test)
