"""Connections to one sensor: only to allowed addresses, only to the certificate that is known.

Both are judged when a connection is made, before a byte of a request is sent over it: a password
never reaches another machine than the one that was trusted.
"""

import hashlib
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2

from countline.devices.guard import AllowedNetworks, Resolve
from countline.errors import DeviceError

NO_TLS = "it takes connections, but speaks no TLS"
_NEXT_ADDRESS_AFTER = (httpcore2.ConnectError, httpcore2.ConnectTimeout)
SocketOptions = Iterable[httpcore2.SOCKET_OPTION] | None


class Pin:
    """The certificate of one sensor: the first one seen stays, another one is refused."""

    def __init__(self, fingerprint: str, sensor_id: str) -> None:
        self.fingerprint = fingerprint.replace(":", "").lower()  # as people copy it, too
        self._sensor_id = sensor_id

    def check(self, certificate: bytes) -> None:
        """`certificate` is what was shown, DER. Raises `DeviceError` `certificate_changed`."""
        shown = hashlib.sha256(certificate).hexdigest()
        if not self.fingerprint:
            self.fingerprint = shown
        if shown == self.fingerprint:
            return
        raise certificate_changed(shown, self.fingerprint, self._sensor_id)


def certificate_changed(shown: str, known: str, sensor_id: str) -> DeviceError:
    """A device that shows another certificate than before, and how to accept it."""
    return DeviceError(
        f"the sensor shows another certificate than before (SHA-256 {shown[:16]}..., known is"
        f" {known[:16]}...): it was reset or exchanged, or somebody stands between. No password was"
        f" sent. If you know why, accept it with `countline sensors trust {sensor_id or 'ID'}`",
        code="certificate_changed",
        found=shown,
        known=known,
    )


def tls_context() -> ssl.SSLContext:
    """TLS to devices that sign their certificates themselves: the pin says whom to trust."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DEFAULT:@SECLEVEL=1")  # sensors may be set to short Diffie-Hellman groups
    return context


class Wiring(httpcore2.AsyncNetworkBackend):
    """Makes the connections."""

    def __init__(self, networks: AllowedNetworks, pin: Pin, resolve: Resolve) -> None:
        self._networks = networks
        self._pin = pin
        self._resolve = resolve
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: SocketOptions = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first of the name's allowed addresses that answers."""
        found = await self._resolve(host, port)
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in self._networks.permitted(host, found) if found else ():
            try:
                stream = await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except _NEXT_ADDRESS_AFTER as error:
                failure = error
            else:
                return _Pinned(stream, self._pin)
        raise failure


class _Pinned(httpcore2.AsyncNetworkStream):
    """A connection that, once encrypted, has shown the right certificate."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream, pin: Pin) -> None:
        self._inner = inner
        self._pin = pin

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore2.AsyncNetworkStream:
        stream = self._inner
        try:
            stream = await self._inner.start_tls(ssl_context, server_hostname, timeout)
            self._pin.check(stream.get_extra_info("ssl_object").getpeercert(binary_form=True))
        except _NEXT_ADDRESS_AFTER as error:
            said = f" ({error})" if str(error) else ""
            raise httpcore2.ConnectError(f"{NO_TLS}{said}") from error
        except BaseException:  # being cancelled too: nobody else knows of this connection
            await stream.aclose()
            raise
        return stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
