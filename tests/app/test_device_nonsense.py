"""The client of sensors against what is no sensor, is broken, or means ill."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from countline import limits
from countline.api.codes import CODES
from countline.devices.guard import AllowedNetworks
from countline.devices.xovis_v5 import Devices, Login, SensorClient, Ways, recognise
from countline.errors import CountlineError, DeviceError, DeviceGone, DeviceUnreachable
from countline.vault import Secret
from tests.app.answering import Heard, answering, html, in_loop, json, whole

PASSWORD = "a-Password-nobody-else-has"
LOGIN = Login("admin", Secret(PASSWORD))
LOOPBACK = AllowedNetworks.of(["127.0.0.0/8"])
INFO = {"fw_version": "5.6.2-0123abcd", "serial": "00:6E:02:1A:2B:3C", "variant": "PC2SE"}
TOKEN = {"token": "tok", "valid_for": 86400, "max_unused_for": 3600}
Action = Callable[[SensorClient], Awaitable[Any]]


class Sleeps(list[float]):
    """How long was slept, without sleeping."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def devices(*, sleeps: Sleeps | None = None, timeout_s: float = 5, **ways: Any) -> Devices:
    usual: dict[str, Any] = {
        "write_pause_s": 0,
        "timeout_s": timeout_s,
        "sleep": Sleeps() if sleeps is None else sleeps,
    }
    return Devices(LOOPBACK, Ways(**usual | ways))


async def refusal(
    url: str, action: Action, *, login: Login | None = LOGIN, **ways: Any
) -> CountlineError:
    """The error that an action ends with."""
    async with devices(**ways).client(url, login=login) as client:
        with pytest.raises(CountlineError) as caught:
            await action(client)
    assert PASSWORD not in str(caught.value)
    return caught.value


def info(client: SensorClient) -> Awaitable[Any]:
    return client.device.info()


def time(client: SensorClient) -> Awaitable[Any]:
    return client.device.time()


def rename(client: SensorClient) -> Awaitable[Any]:
    return client.device.write_id({"name": "North", "group": ""})


def sensor(
    answers: Mapping[str, bytes] = MappingProxyType({}),
) -> Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]:
    """A sensor that logs in, tells what it is, and answers the rest by method and path."""
    known = {
        "GET /device/info": json(INFO),
        "POST /users/login": json(TOKEN, 201),
        "POST /users/logout": whole(b""),
    } | dict(answers)

    async def reply(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(known.get(f"{heard.method} {heard.path}", html(403)))

    return reply


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
    assert url in error.detail
    assert "check its power" in error.detail


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


# -- certificates ---------------------------------------------------------------------------------


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    """A self-signed certificate, as sensors have one."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=1))  # long over: sensors have no calendar for it
        .sign(key, SHA256())
    )
    path = folder / f"{name}.pem"
    kept = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(kept + made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@in_loop
async def test_a_changed_certificate_is_refused_before_anything_is_said(tmp_path: Path) -> None:
    house = devices()
    async with answering(sensor(), tls=certificate(tmp_path, "one")) as served:
        async with house.client(served.url) as client:
            await client.device.info()
            first = client.fingerprint
        async with house.client(served.url, fingerprint=first, login=LOGIN) as client:
            await client.device.info()
    assert len(first) == 64

    async with answering(sensor(), tls=certificate(tmp_path, "two")) as served:
        client = house.client(served.url, fingerprint=first, login=LOGIN, sensor_id="door-3")
        async with client:
            with pytest.raises(DeviceError) as caught:
                await client.device.time()
    error = caught.value
    assert error.error_code == "certificate_changed"
    assert "countline sensors trust door-3" in error.detail
    assert error.extra["known"] == first
    assert served.heard == []


@in_loop
async def test_a_certificate_that_changes_while_a_client_lives_is_refused(tmp_path: Path) -> None:
    context = certificate(tmp_path, "one")

    async def reply(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(json(INFO))
        writer.close()  # so that the next request makes a connection of its own

    async with answering(reply, tls=context) as served, devices().client(served.url) as client:
        await client.device.info()
        certificate(tmp_path, "two")
        context.load_cert_chain(tmp_path / "two.pem")
        with pytest.raises(DeviceError, match="another certificate"):
            await client.device.info()


# -- logging in -----------------------------------------------------------------------------------


@in_loop
async def test_a_wrong_password_is_tried_once() -> None:
    async with answering(sensor({"POST /users/login": json({}, 401)})) as served:
        house = devices()
        for _ in range(3):
            async with house.client(served.url, login=LOGIN) as client:
                with pytest.raises(DeviceError) as caught:
                    await client.device.time()
                assert caught.value.error_code == "device_login_failed"
        assert served.asked == ["POST /users/login"]
        async with house.client(served.url, login=LOGIN, again=True) as client:
            with pytest.raises(DeviceError):
                await client.device.time()
        assert served.asked == ["POST /users/login"] * 2


def open_sensor(passed: list[str]) -> Any:
    """Takes only the credentials of a list."""

    async def reply(heard: Heard, writer: asyncio.StreamWriter) -> None:
        if heard.path == "/users/login":
            writer.write(json(TOKEN | {"token": f"tok{len(passed)}"}, 201))
            passed.append(f"Bearer tok{len(passed)}")
        elif heard.credentials in passed:
            writer.write(json({"time_zone": "Europe/Zurich", "ntp_enabled": True}))
        else:
            writer.write(json({"code": 401, "info": "Not authorized"}, 401))

    return reply


@in_loop
async def test_a_forgotten_token_is_renewed() -> None:
    passed: list[str] = []
    async with (
        answering(open_sensor(passed)) as served,
        devices().client(served.url, login=LOGIN) as client,
    ):
        await client.device.time()
        passed[0] = "forgotten"
        await asyncio.gather(client.device.time(), client.device.time())
    assert served.asked.count("POST /users/login") == 2
    assert served.asked[-1] == "POST /users/logout"


@in_loop
async def test_a_token_is_renewed_before_it_ends() -> None:
    now_s = 0.0
    async with (
        answering(open_sensor([])) as served,
        devices(elapsed_s=lambda: now_s).client(served.url, login=LOGIN) as client,
    ):
        await client.device.time()
        now_s += 0.85 * 3600
        await client.device.time()
        assert served.asked.count("POST /users/login") == 1
        now_s += 0.95 * 3600
        await client.device.time()
        assert served.asked.count("POST /users/login") == 2


@in_loop
async def test_a_sensor_without_sessions_gets_the_password_each_time() -> None:
    async def reply(heard: Heard, writer: asyncio.StreamWriter) -> None:
        if heard.path == "/users/login":
            writer.write(html(403))
        else:
            writer.write(json({"time_zone": "UTC", "ntp_enabled": False}))

    async with answering(reply) as served, devices().client(served.url, login=LOGIN) as client:
        await client.device.time()
        await client.device.time()
    assert [one.credentials[:5] for one in served.heard] == ["Basic"] * 3


@in_loop
async def test_no_password_goes_to_what_is_no_sensor() -> None:
    async with answering(json({"fw_version": "1.0", "serial": "printer"})) as served:
        error = await refusal(served.url, recognise)
    assert error.error_code == "device_not_recognised"
    assert all(not one.credentials for one in served.heard)


@in_loop
async def test_a_token_is_not_put_into_a_header_unread() -> None:
    evil = TOKEN | {"token": "x\r\nHost: elsewhere"}
    async with answering(sensor({"POST /users/login": json(evil, 201)})) as served:
        error = await refusal(served.url, time)
    assert error.error_code == "device_answer_invalid"


@in_loop
async def test_without_a_login_only_the_open_operations_work() -> None:
    async with answering(sensor()) as served:
        error = await refusal(served.url, time, login=None)
        assert error.error_code == "device_login_missing"
        assert served.heard == []


# -- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (
            json({"code": 403, "info": "Missing privilege: device_write"}, 403),
            "device_privilege_missing",
        ),
        (json({"code": 7, "info": "No license for PIGES"}, 403), "device_license_missing"),
        (json({"code": 7, "info": "Max number of modifiers reached"}, 400), "device_limit_reached"),
        (json({"code": 7, "info": "full"}, 507), "device_limit_reached"),
        (json({"code": 21002, "info": "installing"}, 423), "device_busy"),
        (json({"code": 31001, "info": "busy"}, 400), "device_busy"),
        (json({"code": 451, "info": "privacy"}, 451), "device_privacy_mode"),
        (json({"code": 10000, "info": "no such id"}, 404), "device_element_missing"),
        (json({"code": 1, "info": "id taken"}, 409), "device_conflict"),
        (json({"code": 10010, "info": "invalid settings"}, 400), "device_refused"),
        (whole(b"oops", 500, "text/plain"), "device_failed"),
        (html(403), "firmware_unsupported"),
        (html(404), "firmware_unsupported"),
    ],
)
@in_loop
async def test_each_refusal_has_a_code(answer: bytes, code: str) -> None:
    async with answering(sensor({"PUT /device/id": answer})) as served:
        error = await refusal(served.url, rename)
    assert error.error_code == code
    assert code in CODES
    assert "write its name and group" in error.detail or code == "device_busy"


@in_loop
async def test_what_a_sensor_repeats_of_our_secrets_is_blanked() -> None:
    said = json({"code": 10010, "info": "bad", "detail": [f"{PASSWORD} and push-secret"]}, 400)
    path = "POST /singlesensor/data/push/connections"
    body = {"name": "n", "config": {"uri": "http://gateway", "password": "push-secret"}}
    async with answering(sensor({path: said})) as served:
        error = await refusal(served.url, lambda c: c.at().push.create_connection(body))
    assert "*** and ***" in error.detail


@in_loop
async def test_what_a_firmware_lacks_is_not_asked() -> None:
    old = json(INFO | {"fw_version": "5.3.1-9738700b2d"})
    async with answering(sensor({"GET /device/info": old})) as served:
        error = await refusal(served.url, lambda client: client.at().scene.limits())
    assert error.error_code == "firmware_unsupported"
    assert (error.extra["found"], error.extra["needed"]) == ("5.3.1", "5.6.0 or newer")
    assert served.asked == ["GET /device/info"]


@in_loop
async def test_removing_what_is_gone_is_well() -> None:
    gone = json({"code": 10000, "info": "no such id"}, 404)
    path = "DELETE /singlesensor/data/push/agents/1000"
    async with (
        answering(sensor({path: gone})) as served,
        devices().client(served.url, login=LOGIN) as client,
    ):
        await client.at().push.delete_agent(1000)
