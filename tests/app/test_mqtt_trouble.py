"""Brokers that cannot be reached, trusted or used: health says so, and it mends itself."""

import asyncio
import datetime
import gc
import ipaddress
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from countline import broker as broker_module
from countline.broker import BrokerSettings
from tests.app.mosquitto import BINARY, Mosquitto, free_port, listener, mosquitto, needs_mosquitto
from tests.app.mqtt_house import HALL, MqttHouse
from tests.app.test_mqtt import STATUS, online
from tests.held_time import until

pytestmark = needs_mosquitto

LONG = datetime.timedelta(days=3650)
BEGIN = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def with_passwords(folder: Path) -> tuple[str, ...]:
    """A broker that knows one user."""
    assert BINARY is not None
    file = folder / "passwords"
    subprocess.run(
        ["mosquitto_passwd", "-b", "-c", str(file), "countline", "right"],
        check=True,
        capture_output=True,
    )
    return (f"password_file {file}",)


class Authority:
    """Signs certificates, and writes them to files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "our own authority")])
        self._write("ca", self.key, self._certificate(self.name, self.key, is_ca=True))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Files with a certificate for loopback, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._write(name, key, self._certificate(subject, key, is_ca=False))
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def _certificate(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, is_ca: bool
    ) -> x509.Certificate:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(BEGIN)
            .not_valid_after(BEGIN + LONG)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def _write(
        self, name: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
    ) -> None:
        encoding = serialization.Encoding.PEM
        (self.folder / f"{name}.pem").write_bytes(certificate.public_bytes(encoding))
        (self.folder / f"{name}.key").write_bytes(
            key.private_bytes(
                encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_wrong_password_is_told_in_health_and_a_right_one_is_let_in(
    tmp_path: Path, version: Any
) -> None:
    async def main() -> None:
        lines = with_passwords(tmp_path)
        async with mosquitto(tmp_path, *lines, anonymous=False) as there:
            wrong = there.settings(user="countline", password="wrong", version=version)
            house = MqttHouse(there, tmp_path, broker=wrong)
            house.board.put(zones=[HALL])
            async with house.running():
                await until(lambda: bool(house.trouble()))
                assert "refuses us" in house.trouble()
                assert "wrong" not in house.trouble()
                assert house.feed.troubles()["mqtt"].code == "broker_failing"
            right = there.settings(user="countline", password="right", version=version)
            house = MqttHouse(there, tmp_path, broker=right)
            house.board.put(zones=[HALL])
            more: dict[str, Any] = {"username": "countline", "password": "right"}
            async with house.running(), listener(there, STATUS, **more) as heard:
                await online(heard)
                assert not house.trouble()

    asyncio.run(main())


# The Eclipse client leaves a socket whose handshake failed to the collector.
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
def test_tls_trusts_the_authority_that_is_named_and_no_other(tmp_path: Path) -> None:
    async def main() -> None:
        authority = Authority(tmp_path)
        cert, key = authority.issue("broker")
        port = free_port()
        lines = [f"listener {port} 127.0.0.1", f"cafile {tmp_path}/ca.pem", f"certfile {cert}"]
        lines += [f"keyfile {key}", "require_certificate true"]
        async with mosquitto(tmp_path, *lines) as there:  # who only listens does so without TLS
            cert, key = authority.issue("countline")
            ours: dict[str, Any] = {"url": f"mqtts://127.0.0.1:{port}"}
            ours["ca_file"] = tmp_path / "ca.pem"
            shown = ours | {"cert_file": cert, "key_file": key}
            house = MqttHouse(there, tmp_path, broker=there.settings(**shown))
            house.board.put(zones=[HALL])
            async with house.running(), listener(there, STATUS) as heard:
                await online(heard)
            strange = shown | {"ca_file": None}
            for more, said in ((ours, "hung up"), (strange, "verify failed")):
                house = MqttHouse(there, tmp_path, broker=there.settings(**more))
                async with house.running():
                    await until(lambda: bool(house.trouble()))  # noqa: B023
                    found = house.trouble().replace("certificate required", "hung up")
                    assert said in found.lower()
        gc.collect()

    asyncio.run(main())


def test_a_broker_that_is_not_there_is_told_until_it_is(tmp_path: Path) -> None:
    async def main() -> None:
        there = Mosquitto(tmp_path)
        house = MqttHouse(there, tmp_path)
        house.commit(1)
        try:
            async with house.running():
                await until(lambda: "refused" in house.trouble())
                since_s = house.feed.troubles()["mqtt"].since_s
                await until(lambda: house.feed.troubles()["mqtt"].since_s == since_s)
                await there.start()
                await until(lambda: not house.trouble())
                await until(lambda: house.store.cursors.get(house.settings.reader) == 1)
        finally:
            there.kill()

    asyncio.run(main())


def test_a_broker_that_never_answers_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "ANSWER_S_MAX", 0.2)

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            settings = BrokerSettings(url=f"mqtt://127.0.0.1:{port}", client_id="countline")
            house = MqttHouse(Mosquitto(tmp_path), tmp_path, broker=settings)
            async with house.running():
                await until(lambda: "timed out" in house.trouble())

    asyncio.run(main())


def test_what_the_broker_refuses_does_not_count_as_told(tmp_path: Path) -> None:
    """MQTT 5 acknowledges it, with a reason. The state of zones is told all the same."""

    async def main() -> None:
        acl = tmp_path / "acl"
        acl.write_text("topic readwrite countline/status\ntopic readwrite countline/LOC_LONDON/#\n")
        async with mosquitto(tmp_path, f"acl_file {acl}") as there:
            house = MqttHouse(there, tmp_path, discovery=False)
            house.board.put(zones=[HALL])
            async with house.running(), listener(there, "countline/#") as heard:
                await online(heard)
                house.commit(1)
                await until(lambda: house.settings.reader in house.feed.troubles())
                assert "Not authorized" in house.feed.troubles()[house.settings.reader].detail
                assert not house.trouble()
                assert heard.kept[STATUS] == b"online"
            assert house.store.cursors.get(house.settings.reader, 0) == 0

    asyncio.run(main())
