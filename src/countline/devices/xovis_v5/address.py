"""A sensor's address as people write it, made one way of writing."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from countline.errors import BadQuery, FieldError

_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*\.?")
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a sensor answers. `host` is a name or an IP address, IPv6 without brackets."""

    scheme: str
    host: str
    port: int

    @staticmethod
    def of(text: str) -> "Address":
        """Reads `192.0.2.17`, `https://sensor:8443`, `http://[fd00::1]`; without scheme: https.

        Raises `BadQuery` with what is wrong.
        """
        whole = text.strip()
        if _is_bare_v6(whole):
            whole = f"[{whole}]"
        if not whole.isprintable():
            raise _wrong("(with signs that cannot be shown)", "it names no host")
        try:
            parts = urlsplit(whole if "://" in whole else f"https://{whole}")
            host, port = parts.hostname or "", parts.port
        except ValueError:
            why = "its port is no number from 1 to 65535, or a bracket is wrong"
            raise _wrong(text, why) from None
        if parts.scheme not in _PORTS:
            raise _wrong(text, "it must begin with https:// or http://")
        if parts.username is not None or parts.password is not None:
            raise _wrong("(with a password in it)", "user and password are given beside it")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise _wrong(text, "only scheme, host and port are wanted, no path")
        if not _is_host(host) or port == 0:
            raise _wrong(text, "it names no host")
        return Address(scheme=parts.scheme, host=host, port=port or _PORTS[parts.scheme])

    @property
    def is_https(self) -> bool:
        """Whether what is said is encrypted."""
        return self.scheme == "https"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def _is_bare_v6(text: str) -> bool:
    try:
        return ip_address(text).version == 6
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return len(host) <= 253 and _NAME.fullmatch(host) is not None
    return True


def _wrong(text: str, why: str) -> BadQuery:
    detail = f"'{text}' is no address of a sensor: {why}; write https://192.0.2.17 or a host name"
    return BadQuery(detail, errors=(FieldError(field="address", detail=detail),))
