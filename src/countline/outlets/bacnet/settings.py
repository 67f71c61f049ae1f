"""Where the device listens and what it is called, checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface

from countline.errors import ConfigError, FieldError
from countline.outlets.bacnet.points import INSTANCE_MAX

PORT = 47_808  # BAC0 in hexadecimal
EXAMPLE = f"192.0.2.10/24:{PORT}"
TTL_S_MAX = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class BacnetSettings:
    """One device on one network. Raises `ConfigError` with all that is wrong.

    `address` is this machine's own, with the length of its network and, where it is not 47808, the
    port. With `bbmd` the device registers there as a foreign one, anew each `bbmd_ttl_s`.
    """

    address: str
    device_instance: int
    device_name: str = "countline"
    vendor_identifier: int = 999
    writable: bool = False
    bbmd: str = ""
    bbmd_ttl_s: int = 300

    def __post_init__(self) -> None:
        if errors := tuple(self._errors()):
            detail = "; ".join(f"bacnet.{e.field}: {e.detail}" for e in errors)
            raise ConfigError(detail, errors=errors)

    def _errors(self) -> Iterator[FieldError]:
        try:
            self.interface  # noqa: B018
        except ValueError as error:
            yield FieldError(field="address", detail=str(error))
        if not 0 < self.device_instance <= INSTANCE_MAX:
            detail = f"needed: a number from 1 to {INSTANCE_MAX} that no other device has"
            yield FieldError(field="device_instance", detail=detail)
        if not self.device_name.strip():
            yield FieldError(field="device_name", detail="must not be empty")
        try:
            self.bbmd_at  # noqa: B018
        except ValueError as error:
            yield FieldError(field="bbmd", detail=str(error))
        if not 0 < self.bbmd_ttl_s <= TTL_S_MAX:
            yield FieldError(field="bbmd_ttl_s", detail=f"must be from 1 to {TTL_S_MAX}")

    @property
    def interface(self) -> IPv4Interface:
        """The address and its network. Raises `ValueError`."""
        text = self.address.partition(":")[0]
        try:
            found = IPv4Interface(text)
        except ValueError:
            raise ValueError(_wrong(self.address)) from None
        self.port  # noqa: B018
        if "/" not in text or found.ip.is_unspecified:
            raise ValueError(_wrong(self.address))
        return found

    @property
    def port(self) -> int:
        """The port, 47808 where none is given. Raises `ValueError`."""
        return _port(self.address)

    @property
    def bbmd_at(self) -> tuple[str, int] | None:
        """Address and port of the BBMD; None without one. Raises `ValueError`."""
        if not self.bbmd:
            return None
        try:
            return str(IPv4Address(self.bbmd.partition(":")[0])), _port(self.bbmd)
        except ValueError:
            detail = f"found {self.bbmd!r}, expected an address such as 192.0.2.1:{PORT}"
            raise ValueError(detail) from None


def _port(text: str) -> int:
    _, colon, digits = text.partition(":")
    if not colon:
        return PORT
    if not digits.isdecimal() or not 0 < int(digits) <= 65_535:
        raise ValueError(_wrong(text))
    return int(digits)


def _wrong(text: str) -> str:
    return (
        f"found {text!r}, expected this machine's address with the length of its network, such as"
        f" {EXAMPLE}"
    )
