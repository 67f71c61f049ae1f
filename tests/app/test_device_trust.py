"""Whom the client of sensors trusts, and what it tells whom."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from countline.devices.xovis_v5 import recognise
from countline.errors import DeviceError
from tests.app.answering import Heard, answering, html, in_loop, json
from tests.app.invented_sensors import (
    INFO,
    LOGIN,
    TOKEN,
    devices,
    refusal,
    sensor,
    time,
)

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
