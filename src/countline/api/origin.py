"""Which pages may use the cookie of a session over WebSocket, where browsers ask nobody."""

from collections.abc import Iterable, Mapping
from typing import Any

from countline.errors import NotAllowed

PORTS = {"http": ":80", "https": ":443"}  # which an address may leave out


def check_origin(scope: Mapping[str, Any]) -> None:
    """Raises `NotAllowed` where a handshake comes from a page of another address, or of none.

    A browser sends cookies with the handshake of every page, and no other site's script is kept from
    reading what comes back, as it would be over HTTP. A proxy may speak HTTPS before us, so a page
    over HTTPS is of this address also where we speak plainly; never the other way round.
    """
    origin, host = (_only(scope["headers"], name) for name in (b"origin", b"host"))
    scheme, _, place = origin.lower().partition("://")
    port = PORTS.get(scheme)
    secure = scope["scheme"] in ("wss", "https")
    if (
        port is None
        or (secure and scheme != "https")
        or not place
        or place.removesuffix(port) != host.lower().removesuffix(port)
    ):
        raise NotAllowed(
            f"The page is of {origin[:100] or 'no address'!r}, and this is {host[:100]!r}: a session"
            " is for pages of its own address.",
            code="origin_not_allowed",
        )


def _only(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    """The value of a header that came once; else nothing."""
    found = [value.decode("latin-1").strip() for known, value in headers if known == name]
    return found[0] if len(found) == 1 else ""
