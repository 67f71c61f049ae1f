"""The self-signed certificate of a device, and a new one when it is to change."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from countline.emulator.v5.device import Device

YEARS = timedelta(days=3650)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


class Certificate:
    """What a device shows on HTTPS. `renew` counts for every connection made after it."""

    def __init__(self, device: Device) -> None:
        self._hostname = device.config.kept["/network/hostname"]["hostname"]
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.der = b""
        self.renew()

    def renew(self) -> None:
        """Show another certificate from now on."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._hostname)])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(EPOCH)
            .not_valid_after(EPOCH + YEARS)
            .sign(key, SHA256())
        )
        self.der = certificate.public_bytes(Encoding.DER)
        with TemporaryDirectory() as folder:
            file = Path(folder, "device.pem")
            file.write_bytes(
                certificate.public_bytes(Encoding.PEM)
                + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            )
            self.context.load_cert_chain(file)
