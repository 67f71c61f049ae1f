"""What an answer means: the typed value, an error, or how long to wait before asking again. No I/O."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Generic, TypeVar, cast

import msgspec

from countline import clock
from countline.client._answers import SensorConfig
from countline.client._requests import Request
from countline.errors import CountlineError, FieldError
from countline.wire.problem import Problem

T = TypeVar("T")

ATTEMPTS_MAX = 4
WAIT_S_MAX = 60  # of one wait; a server that asks for longer is answered to by the caller
WAIT_S_FIRST = 0.5  # where the server does not say; doubled each time
TRY_AGAIN = frozenset({429, 503})  # nothing was done: asking again repeats nothing


class ApiError(CountlineError):
    """The server refused: `status`, and the problem's `code`, `detail` and `errors`."""

    code = "api_error"

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail, **more)
        self.status = status


class Exchange(Generic[T]):
    """One request and the answers to it, until one of them is final."""

    def __init__(self, request: Request[T], *, attempts_max: int = ATTEMPTS_MAX) -> None:
        self.request = request
        self._attempts_left = attempts_max
        self._wait_s = WAIT_S_FIRST
        self._result: list[T] = []

    @property
    def result(self) -> T:
        """What the final answer says."""
        return self._result[0]

    def receive(self, status: int, headers: Mapping[str, str], body: bytes) -> float | None:
        """Take an answer. None: `result` is there; else wait so many seconds and send again.

        Raises `ApiError` for a refusal that waiting does not mend.
        """
        if 200 <= status < 300:
            self._result.append(self._read(status, headers, body))
            return None
        self._attempts_left -= 1
        wait_s = retry_after_s(headers)
        if status in TRY_AGAIN and self._attempts_left > 0 and (wait_s or 0) <= WAIT_S_MAX:
            own_s, self._wait_s = self._wait_s, self._wait_s * 2
            return own_s if wait_s is None else wait_s
        raise refusal(status, body, wait_s)

    def _read(self, status: int, headers: Mapping[str, str], body: bytes) -> T:
        if self.request.answer is bytes:
            return cast(T, body)
        try:
            answer = msgspec.json.decode(body or b"null", type=self.request.answer)
        except msgspec.MsgspecError as error:
            detail = f"{self.request.path} answered something else than documented: {error}"
            raise ApiError(status, detail, code="answer_unreadable") from error
        if isinstance(answer, SensorConfig):
            return cast(T, msgspec.structs.replace(answer, etag=headers.get("etag", "")))
        return answer


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds of `Retry-After`, which is a number or a date; None where it says nothing."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, at.timestamp() - clock.now_s())


def refusal(status: int, body: bytes, wait_s: float | None = None) -> ApiError:
    """The error of an answer: its problem details, or what can be said of a stranger's."""
    retry = None if wait_s is None else int(wait_s)
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except msgspec.MsgspecError:
        text = " ".join(body.decode("utf-8", "replace").split())[:200]
        detail = f"HTTP {status}" + (f": {text}" if text else "")
        return ApiError(status, detail, code=f"http_{status}", retry_after_s=retry)
    errors = tuple(FieldError(field=e.field, detail=e.detail, code=e.code) for e in problem.errors)
    extra = {
        name: value
        for name in ("type", "title", "finest", "fits", "found", "needed")
        if (value := getattr(problem, name)) is not msgspec.UNSET
    }
    return ApiError(
        status, problem.detail, code=problem.code, errors=errors, retry_after_s=retry, **extra
    )
