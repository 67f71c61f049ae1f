"""The client of sensors against what is no sensor, is broken, or is elsewhere."""

import asyncio

import pytest

from countline import limits
from countline.devices.guard import AllowedNetworks
from countline.devices.xovis_v5 import Devices, recognise
from countline.errors import CountlineError, DeviceGone, DeviceUnreachable
from tests.app.answering import Heard, answering, html, in_loop, json, whole
from tests.app.invented_sensors import (
    INFO,
    LOGIN,
    Sleeps,
    devices,
    info,
    refusal,
    rename,
    sensor,
)

# -- answers that are none ------------------------------------------------------------------------

DEEP = b'{"fw_version":' + b"[" * 200_000 + b"]" * 200_000 + b"}"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(whole(b"<html>hello</html>", media_type="text/html"), id="a page"),
        pytest.param(whole(b""), id="empty"),
        pytest.param(whole(b"[]"), id="a list"),
        pytest.param(whole(b'{"fw_version":"5.6.2"'), id="cut JSON"),
        pytest.param(whole(b'{"serial":7,"fw_version":"5"}'), id="wrong types"),
        pytest.param(whole(b"\xff\xfe\x00"), id="no UTF-8"),
        pytest.param(whole(DEEP), id="too deep"),
        pytest.param(b"220 FTP server ready\r\n\r\n", id="no HTTP"),
        pytest.param(
            b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n",
            id="a redirect",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
            id="compressed",
        ),
    ],
)
@in_loop
async def test_nonsense_is_told_as_such(answer: bytes) -> None:
    async with answering(answer) as served:
        error = await refusal(served.url, info)
    assert error.error_code == "device_answer_invalid"
    assert "Check that" in error.detail, "the next step"
    assert len(served.heard) == 1, "nothing is asked again, nothing is followed"


@in_loop
async def test_a_huge_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DEVICE_ANSWER_BYTES_MAX", 1_000_000)

    async def endless(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        while True:
            writer.write(chunk)
            await writer.drain()

    async with answering(endless) as served:
        error = await refusal(served.url, info)
    assert error.error_code == "device_answer_invalid"
    assert "1 MB" in error.detail


@in_loop
async def test_a_slow_drip_ends_with_the_whole_time() -> None:
    async def drip(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with answering(drip) as served:
        error = await refusal(served.url, info, timeout_s=0.2, retry_delays_s=())
    assert isinstance(error, DeviceUnreachable)
    assert "0.2 s" in error.detail


# -- hanging up -----------------------------------------------------------------------------------


async def hang_up(heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.close()


@in_loop
async def test_a_question_is_asked_again_and_then_given_up() -> None:
    sleeps = Sleeps()
    async with answering(hang_up) as served:
        error = await refusal(served.url, info, sleeps=sleeps, retry_delays_s=(0.5, 2))
    assert isinstance(error, DeviceUnreachable)
    assert (served.asked, sleeps) == (["GET /device/info"] * 3, [0.5, 2])


@in_loop
async def test_an_answer_that_comes_later_is_taken() -> None:
    answers = iter([None, whole(b"", 503), json(INFO)])

    async def reply(heard: Heard, writer: asyncio.StreamWriter) -> None:
        answer = next(answers)
        writer.close() if answer is None else writer.write(answer)

    async with answering(reply) as served, devices().client(served.url) as client:
        assert (await client.device.info()).fw_version == INFO["fw_version"]


@in_loop
async def test_a_change_that_may_have_happened_is_not_made_twice() -> None:
    usual = sensor()

    async def reply(heard: Heard, writer: asyncio.StreamWriter) -> None:
        if heard.method == "POST" and "connections" in heard.path:
            writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{")
            writer.close()
        else:
            await usual(heard, writer)

    async with answering(reply) as served:
        error = await refusal(served.url, lambda client: client.at().push.create_connection({}))
    assert isinstance(error, DeviceGone)
    assert "do the same again" in error.detail
    assert served.asked.count("POST /singlesensor/data/push/connections") == 1


@in_loop
async def test_a_whole_resource_may_be_written_twice() -> None:
    puts = 0
    usual = sensor()

    async def reply(heard: Heard, writer: asyncio.StreamWriter) -> None:
        nonlocal puts
        if heard.method != "PUT":
            return await usual(heard, writer)
        puts += 1
        if puts == 1:
            return writer.close()
        return writer.write(whole(b""))

    async with answering(reply) as served, devices().client(served.url, login=LOGIN) as client:
        await rename(client)
    assert puts == 2


@in_loop
async def test_a_sensor_that_is_too_busy_for_a_change_is_asked_again() -> None:
    sleeps = Sleeps()
    busy = json({"code": 503, "info": "Busy with the last change"}, 503)
    async with answering(sensor({"POST /singlesensor/data/push/agents": busy})) as served:
        error = await refusal(
            served.url,
            lambda client: client.at().push.create_agent({}),
            sleeps=sleeps,
            retry_delays_s=(0.5, 2),
        )
    assert error.error_code == "device_busy"
    assert sleeps == [0.5, 2]


@in_loop
async def test_nobody_there() -> None:
    async with answering(b"") as served:
        url = served.url
    error = await refusal(url, rename)
    assert isinstance(error, DeviceUnreachable)
    assert f"{url} does not answer: connection refused (tried 3 times)" in error.detail
    assert "check its power" in error.detail


@pytest.mark.parametrize("answer", [html(403), html(404), json({}, 401), json({}, 404)])
@in_loop
async def test_what_does_not_say_what_it_is_is_no_sensor_that_is_known(answer: bytes) -> None:
    async with answering(answer) as served:
        error = await refusal(served.url, recognise)
    assert error.error_code == "device_not_recognised"
    assert "older generations" in error.detail
    assert [one.credentials for one in served.heard] == [""]


@in_loop
async def test_https_where_plain_http_is_spoken() -> None:
    async with answering(json(INFO)) as served:
        error = await refusal(served.url.replace("http:", "https:"), info)
    assert isinstance(error, DeviceUnreachable)
    assert "write http://127.0.0.1" in error.detail


# -- addresses ------------------------------------------------------------------------------------


@in_loop
async def test_an_address_outside_the_networks_is_not_contacted() -> None:
    async with answering(json(INFO)) as served:
        client = Devices(AllowedNetworks.of()).client(served.url)
        with pytest.raises(CountlineError) as caught:
            await client.device.info()
    assert caught.value.error_code == "address_not_allowed"
    assert "devices.allowed_networks" in caught.value.detail
    assert served.connections == 0


@in_loop
async def test_of_several_addresses_one_that_answers() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    async with answering(json(INFO)) as served:
        url = served.url.replace("127.0.0.1", "sensor.example")
        async with devices(resolve=resolve).client(url) as client:
            await client.device.info()
    assert len(served.heard) == 1


@in_loop
async def test_a_name_is_resolved_once_for_each_connection() -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["169.254.169.254"] if len(asked) > 1 else ["127.0.0.1"]

    async with answering(json(INFO)) as served:
        url = served.url.replace("127.0.0.1", "sensor.example")
        async with devices(resolve=resolve).client(url) as client:
            await client.device.info()
    assert asked == ["sensor.example"]
    assert served.heard[0].headers["host"].startswith("sensor.example")
