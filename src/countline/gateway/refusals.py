"""What a push is answered that is not taken: status, headers and problem details."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import structlog

from countline.errors import CountlineError, NotAllowed, NotReady, StoreError, TooMuch

_log = structlog.get_logger("countline.gateway")

RETRY_AFTER_S = 5


class Unreadable(CountlineError):
    """The body is not what its headers say."""

    code = "push_unreadable"


class TooSlow(CountlineError):
    """The body did not come in time."""

    code = "push_too_slow"


STATUS_OF: Mapping[type[CountlineError], int] = {
    NotAllowed: 401,
    TooMuch: 413,
    NotReady: 503,
    StoreError: 503,
    TooSlow: 408,
}
TITLES = {
    400: "Bad request",
    401: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    413: "Too much",
    500: "Something went wrong here",
    503: "Not ready",
}


class Refusal(NamedTuple):
    """An answer with problem details."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def refusal_of(error: BaseException) -> Refusal:
    """The answer to a push that failed so; a fault of our own is logged, and told as one."""
    if not isinstance(error, CountlineError):
        _log.error("push_failed", exc_info=error)
        return refusal(500, "error", "The server failed at this push; its log has the details.")
    status = STATUS_OF.get(type(error), 400)
    if error.error_code == "driver_unknown":
        status = 404
    return refusal(status, error.error_code, error.detail)


def refusal(status: int, code: str, detail: str, *more: tuple[bytes, bytes]) -> Refusal:
    """Problem details, with the headers that belong to the status, and more."""
    problem = {
        "type": f"/errors/{code}",
        "title": TITLES[status],
        "status": status,
        "detail": detail,
        "code": code,
    }
    headers = [(b"content-type", b"application/problem+json"), *more]
    if status == 503:
        headers.append((b"retry-after", str(RETRY_AFTER_S).encode()))
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="countline push"'))
    return Refusal(status, headers, msgspec.json.encode(problem))
