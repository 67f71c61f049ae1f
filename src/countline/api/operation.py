"""One row of a route table, and the Litestar handler that it becomes."""

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Literal, get_args, get_type_hints

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from countline.api.parameters import Asking, Parameters
from countline.limits import JSON_BODY_BYTES_MAX
from countline.model.access import Scope

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Group = Literal[
    "Counts", "Now", "Events", "Places", "Air", "Layouts", "Sensors", "Webhooks", "Keys", "Health"
]
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be asked at one path with one method.

    `run` is an async function of an `ApiRequest[Parameters]`, of `data` where there is a body, and of
    the parameters of its path; its docstring is its documentation. `tells` is the struct of its
    answer (None: no body), `codes` the errors that only some operations have. `takes` and `gives` are
    the media types of body and answer; of what is not JSON no struct says more.
    """

    method: Method
    path: str
    run: Callable[..., Coroutine[Any, Any, Any]]
    tells: type[msgspec.Struct] | UnionType | None
    group: Group
    scope: Scope = "read"
    status: int = 200
    codes: tuple[str, ...] = ()
    not_modified: bool = False  # whether it answers 304 to an `If-None-Match`
    takes: tuple[str, ...] = (JSON,)
    gives: tuple[str, ...] = (JSON,)
    body_bytes_max: int = JSON_BODY_BYTES_MAX
    parameters: Parameters = field(init=False)
    body: type[msgspec.Struct] | None = field(init=False)

    def __post_init__(self) -> None:
        hints = get_type_hints(self.run)
        asking = (get_args(hints["request"]) or (Asking,))[0]
        object.__setattr__(self, "parameters", Parameters.of(asking))
        object.__setattr__(self, "body", hints.get("data"))

    @property
    def name(self) -> str:
        """The function's name, by which examples know it."""
        return self.run.__name__

    @property
    def takes_bytes(self) -> bool:
        """Whether its body is something else than JSON."""
        return self.takes[0] != JSON and self.body is None

    @property
    def gives_bytes(self) -> bool:
        """Whether its answer is something else than JSON."""
        return self.gives[0] != JSON and self.tells is None

    @property
    def by_cookie(self) -> bool:
        """Whether a browser's session may ask: what reads `/v3`, and the end of the session."""
        reads = self.method == "GET" and self.path.startswith("/v3/")
        return reads or (self.method, self.path) == ("DELETE", "/v3/session")


def to_handler(operation: Operation) -> HTTPRouteHandler:
    """The Litestar handler of a row; the door finds the row in its `opt`."""
    handler = HTTPRouteHandler(
        operation.path,
        http_method=operation.method,
        status_code=operation.status,
        request_max_body_size=operation.body_bytes_max,
        opt={"operation": operation},
        include_in_schema=False,
    )
    return handler(operation.run)


def to_options(path: str, operations: Iterable[Operation]) -> HTTPRouteHandler:
    """The handler that names the methods of a path; Litestar's own knows only the first of them."""
    methods = {o.method for o in operations if o.path == path}
    allow = allowed(", ".join([*methods, "OPTIONS"]))

    async def options() -> Response[None]:
        return Response(None, status_code=204, headers={"Allow": allow})

    handler = HTTPRouteHandler(path, http_method="OPTIONS", include_in_schema=False)
    return handler(options)


def allowed(methods: str) -> str:
    """The methods of a path for an `Allow` header: what can be read can be asked by HEAD."""
    found = {m.strip() for m in methods.split(",") if m.strip()}
    return ", ".join(sorted(found | {"HEAD"} if "GET" in found else found))
