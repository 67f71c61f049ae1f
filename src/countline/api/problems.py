"""Whatever goes wrong becomes one `application/problem+json`, here and nowhere else."""

from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from msgspec import UNSET

from countline.api.codes import CODES, Kind
from countline.api.operation import allowed
from countline.errors import BadQuery, CountlineError, NotAllowed, NotFound, TooMuch
from countline.limits import JSON_BODY_BYTES_MAX
from countline.wire.problem import MEDIA_TYPE, FieldProblem, Problem

AUTHENTICATE = 'Apikey realm="countline", Bearer realm="countline"'
RETRY_AFTER_S = 5  # where the error does not know better
OF_LITESTAR = {404: "path_not_found", 405: "method_not_allowed", 413: "body_too_large"}

Render = Callable[[Request[Any, Any, Any], Exception], Response[Any]]
log = structlog.get_logger(__name__)


def kind_of(error: CountlineError) -> Kind:
    """The row of the error's code, or of its class where the code is of a newer make."""
    return CODES.get(error.error_code) or CODES.get(error.code) or CODES["error"]


def problem_of(error: CountlineError, *, docs: str) -> Problem:
    """The problem details of an error; `docs` is where the pages of error codes begin."""
    kind = kind_of(error)
    return Problem(
        type=kind.type_uri or f"{docs}/{error.error_code}",
        title=kind.title,
        status=kind.status,
        detail=error.detail,
        code=error.error_code,
        errors=[FieldProblem(field=e.field, code=e.code, detail=e.detail) for e in error.errors],
        finest=_text(error.extra.get("finest")),
        fits=_text(error.extra.get("fits")),
        found=_firmware(error, "found"),
        needed=_firmware(error, "needed"),
        violated_policies=_policies(error.error_code),
    )


def _text(value: Any) -> Any:
    return UNSET if value is None else str(value)


def _firmware(error: CountlineError, name: str) -> Any:
    return _text(error.extra.get(name) if error.error_code == "firmware_unsupported" else None)


def _policies(code: str) -> Any:
    return {"quota_exceeded": ["default"], "too_many_wrong_keys": ["wrong-keys"]}.get(code, UNSET)


def problem_response(error: CountlineError, *, docs: str) -> Response[bytes]:
    """The answer to a request that failed."""
    status, headers, body = problem_answer(error, docs=docs)
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def problem_answer(error: CountlineError, *, docs: str) -> tuple[int, dict[str, str], bytes]:
    """Status, further headers and body of the answer to a request that failed."""
    problem = problem_of(error, docs=docs)
    headers: dict[str, str] = {}
    if problem.status == 401:
        headers["WWW-Authenticate"] = AUTHENTICATE
    if problem.status in (429, 503):
        headers["Retry-After"] = str(error.retry_after_s or RETRY_AFTER_S)
    if allow := error.extra.get("allow"):
        headers["Allow"] = allow
    if problem.status == 426:
        headers |= {"Upgrade": "websocket", "Connection": "Upgrade"}
    return problem.status, headers, msgspec.json.encode(problem)


def renderers(docs: str) -> dict[type[Exception] | int, Render]:
    """Litestar's table of exception handlers."""

    def ours(_: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        assert isinstance(error, CountlineError)
        if kind_of(error).status >= 500:
            log.error("request failed", code=error.error_code, detail=error.detail)
        return problem_response(error, docs=docs)

    def litestars(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        assert isinstance(error, HTTPException)
        if error.status_code >= 500:
            return unexpected(request, error)
        return problem_response(_of_litestar(request, error), docs=docs)

    def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        log.error("request failed", path=request.url.path, exc_info=error)
        return problem_response(CountlineError("Something went wrong here."), docs=docs)

    return {CountlineError: ours, HTTPException: litestars, Exception: unexpected}


def _of_litestar(request: Request[Any, Any, Any], error: HTTPException) -> CountlineError:
    code = OF_LITESTAR.get(error.status_code, "bad_query")
    if code == "path_not_found":
        return NotFound(f"There is nothing at {request.url.path}.", code=code)
    if code == "body_too_large":
        operation = request.scope["route_handler"].opt.get("operation")
        most = operation.body_bytes_max if operation else JSON_BODY_BYTES_MAX
        return TooMuch(f"The body has more than {most} bytes.", code=code)
    if code == "method_not_allowed":
        allow = allowed(str((error.headers or {}).get("allow", "")))
        method = f"{request.method} is not taken here; there is {allow}."
        return NotAllowed(method, code=code, allow=allow)
    return BadQuery(error.detail, code=code)
