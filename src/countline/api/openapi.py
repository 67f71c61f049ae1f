"""The OpenAPI 3.1 document of each version, made from the route table and the structs it names.

The structs that read a request and write an answer also describe them, so there is nothing here that
could say something else than what the API does.
"""

import inspect as source
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import msgspec

from countline.api.codes import CODES
from countline.api.event_stream import MEDIA_TYPE as EVENT_STREAM
from countline.api.examples import ANSWERS, PATH_VALUES, SENT, problem_example
from countline.api.examples_events import STREAM
from countline.api.operation import Operation
from countline.api.routes import V1, V3
from countline.api.table import MEDIA_TYPE as CSV
from countline.wire.problem import MEDIA_TYPE as PROBLEM
from countline.wire.problem import Problem

Version = Literal["v3", "v1"]
Json = dict[str, Any]

BYTES: Json = {EVENT_STREAM: {"schema": {"type": "string"}, "example": STREAM}}
OPERATIONS: dict[Version, tuple[Operation, ...]] = {"v3": V3, "v1": V1}
ALWAYS = (
    "bad_query", "two_keys", "key_in_query", "key_missing", "key_wrong", "key_expired",
    "key_withdrawn", "scope_missing", "quota_exceeded", "too_many_wrong_keys", "error", "not_ready",
    "store_error",
)  # fmt: skip
WITH_BODY = ("media_type", "body_too_large")
WITH_COOKIE = ("session_ended",)
GROUPS = {
    "Counts": "People in, out and passing by, over time.",
    "Now": "How many are there now.",
    "Events": "What changes, told as it happens.",
    "Places": "Locations, their zones, and the lines between them.",
    "Air": "How much outdoor air zones need for the people in them, and why.",
    "Layouts": "Floor plans: an image, its scale, and what is drawn and placed on it.",
    "Sensors": "What counts.",
    "Webhooks": "Addresses that are told of events.",
    "Health": "Whether numbers can be trusted, and what to do where not.",
    "Keys": "Who may ask.",
}
ABOUT: dict[Version, str] = {
    "v3": "The whole API.",
    "v1": "The short gateway form, for scripts and wall displays. It answers from the same numbers as"
    " version 3, whose spelling of each parameter is understood too.",
}
RULES = """
**Keys.** Each request carries a key: `X-API-Key: KEY`, `Authorization: Apikey KEY` or
`Authorization: Bearer KEY`; never in the address.

**Times** are ISO 8601 with an offset: `2023-10-27T00:00:00Z`, or `...%2B02:00` (in an address a `+` is
written `%2B`). Stretches are half-open: the end is not included.

**What is not known** is `null`, never 0. `coverage` says how much of the expected time there is data for.

**Errors** are `application/problem+json` with a stable `code`; `type` is a page that explains it, and
`errors` names every parameter that is wrong.

**Rate.** `RateLimit-Policy` and `RateLimit` on every answer say what is left; 429 comes with
`Retry-After`.

**Lists** come in pages: `next` is the `cursor` of the next one.

Answers may gain fields; those described here stay.
"""
SECURITY_SCHEMES: Json = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer"},
    "Apikey": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Apikey KEY`",
    },
}
COOKIE_SCHEME: Json = {
    "Session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "countline_session",
        "description": "A browser's session, from `POST /v3/session`; reads only.",
    }
}
HEADERS: Json = {
    "RateLimitPolicy": {
        "description": "How often the key may ask: quota `q` in a window of `w` seconds.",
        "schema": {"type": "string"},
        "example": '"default";q=600;w=60',
    },
    "RateLimit": {
        "description": "What is left: `r` requests; all of them are back in `t` seconds.",
        "schema": {"type": "string"},
        "example": '"default";r=599;t=1',
    },
    "RetryAfter": {
        "description": "Seconds to wait before asking again.",
        "schema": {"type": "integer"},
        "example": 5,
    },
    "ETag": {
        "description": "The version of what is told, for `If-None-Match` or `If-Match`.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": 'The next page, `rel="next"`; none on the last.',
        "schema": {"type": "string"},
    },
    "Allow": {"description": "The methods there are.", "schema": {"type": "string"}},
}
STATUSES = {
    200: "OK", 201: "Made", 204: "Done", 304: "Nothing changed since the `ETag` sent.",
    400: "The question cannot be read", 401: "No key, or a wrong one",
    403: "The key may not do this", 404: "There is no such thing, or not in sight of this key",
    409: "What is there already stands in the way", 412: "It was changed meanwhile",
    413: "The body is too large", 415: "The body is of no kind that is read here",
    422: "The question can be read, but has no answer", 429: "Too often",
    500: "A fault of the server", 502: "The sensor did not do its part", 503: "Not ready; ask again",
}  # fmt: skip


@cache
def document(version: Version) -> Json:
    """The OpenAPI document of a version."""
    operations = OPERATIONS[version]
    paths: Json = {}
    for operation in operations:
        paths.setdefault(plain_path(operation), {})[operation.method.lower()] = _operation(
            operation
        )
    groups = list(dict.fromkeys(o.group for o in operations))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"countline, API version {version[1:]}",
            "version": version[1:],
            "description": f"{ABOUT[version]}\n{RULES}",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This gateway"}],
        "security": [{name: []} for name in SECURITY_SCHEMES],
        "tags": [{"name": g, "description": GROUPS[g]} for g in groups],
        "paths": paths,
        "components": {
            "schemas": _schemas(operations),
            "headers": HEADERS,
            "examples": _problem_examples(operations),
            "securitySchemes": SECURITY_SCHEMES | (COOKIE_SCHEME if version == "v3" else {}),
        },
    }


@cache
def document_bytes(version: Version) -> bytes:
    """The document as the gateway serves it."""
    return msgspec.json.encode(document(version))


def document_text(version: Version) -> str:
    """The document as it is kept beside the code: one line for each thing, so that changes show."""
    return msgspec.json.format(document_bytes(version), indent=2).decode() + "\n"


def plain_path(operation: Operation) -> str:
    """`/v3/zones/{zone_id}` of `/v3/zones/{zone_id:int}`."""
    return re.sub(r":\w+}", "}", operation.path)


def codes_of(operation: Operation) -> list[str]:
    """Every error code that an operation may answer with."""
    found = [*ALWAYS, *operation.codes]
    found += WITH_BODY if operation.body or operation.takes_bytes else ()
    found += WITH_COOKIE if operation.by_cookie else ()
    return found


# -- one operation --------------------------------------------------------------------------------
def _operation(operation: Operation) -> Json:
    text = source.getdoc(operation.run) or ""
    summary, _, rest = text.partition("\n")
    made: Json = {
        "operationId": f"{operation.name}",
        "tags": [operation.group],
        "summary": summary,
        "description": f"{unwrapped(rest)}\n\nNeeds the scope `{operation.scope}`.".strip(),
        "parameters": [*_path_parameters(operation), *_query(operation), *_headers(operation)],
        "responses": _responses(operation),
    }
    if operation.by_cookie:
        made["security"] = [{name: []} for name in (*SECURITY_SCHEMES, *COOKIE_SCHEME)]
    if operation.body is not None:
        content = {"schema": _ref(operation.body), "example": SENT[key_of(operation)]}
        told = dict.fromkeys(operation.takes, content)
        made["requestBody"] = {"required": True, "content": told}
    elif operation.takes_bytes:
        made["requestBody"] = {"required": True, "content": {kind: {} for kind in operation.takes}}
    return made


def key_of(operation: Operation) -> str:
    """The name of an operation's examples: `GET /v3/zones`."""
    return f"{operation.method} {plain_path(operation)}"


def unwrapped(text: str) -> str:
    """Paragraphs of a docstring, each on one line."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(p.split()) for p in paragraphs)


def _path_parameters(operation: Operation) -> Iterable[Json]:
    for name, kind in re.findall(r"{(\w+):(\w+)}", operation.path):
        schema = {"type": "integer"} if kind == "int" else {"type": "string"}
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": schema,
            "example": PATH_VALUES[name],
        }


def _query(operation: Operation) -> Iterable[Json]:
    struct = operation.parameters.struct
    _, components = msgspec.json.schema_components([struct], schema_hook=_schema_of_other)
    shape = components[struct.__name__]
    for name, told in shape["properties"].items():
        schema = _without_null(told)
        description = schema.pop("description", "")
        examples = schema.pop("examples", [])
        required = name in shape.get("required", ())
        if schema.get("default", ...) is None:
            del schema["default"]
        if "enum" in schema:
            schema["enum"] = sorted(schema["enum"], key=_choices(struct).index)
        made = {"name": name, "in": "query", "required": required, "description": description}
        made["schema"] = schema
        if examples and (required or name in SENT.get(key_of(operation), ())):
            made["example"] = examples[0]
        yield made


def _choices(struct: type[msgspec.Struct]) -> list[str]:
    """All choices of a struct's fields in the order in which they are written."""
    found: list[Any] = []

    def collect(hint: Any) -> None:
        if get_origin(hint) is Literal:
            found.extend(get_args(hint))
        else:
            for part in get_args(hint):
                collect(part)

    for hint in get_type_hints(struct, include_extras=True).values():
        collect(hint)
    return found


def _without_null(told: Json) -> Json:
    """A parameter is there or left out; it is never null."""
    if "anyOf" not in told:
        return dict(told)
    (kept,) = [one for one in told["anyOf"] if one.get("type") != "null"]
    return {**{k: v for k, v in told.items() if k != "anyOf"}, **kept}


def _headers(operation: Operation) -> Iterable[Json]:
    if "changed_meanwhile" in operation.codes:
        detail = "The `ETag` that was read; another present version is 412."
        yield _header_parameter("If-Match", detail)
    if EVENT_STREAM in operation.gives:
        yield _header_parameter(
            "Last-Event-ID", "The last `id` that was heard: what follows it is told."
        )
    if operation.not_modified:
        detail = "The `ETag` of the answer before: 304 while nothing changed."
        yield _header_parameter("If-None-Match", detail)


def _header_parameter(name: str, description: str) -> Json:
    schema = {"type": "string"}
    return {"name": name, "in": "header", "description": description, "schema": schema}


# -- answers --------------------------------------------------------------------------------------
def _responses(operation: Operation) -> Json:
    made: Json = {str(operation.status): _success(operation)}
    if operation.not_modified:
        made["304"] = {"description": STATUSES[304], "headers": _standing()}
    by_status: dict[int, list[str]] = {}
    for code in codes_of(operation):
        by_status.setdefault(CODES[code].status, []).append(code)
    for status in sorted(by_status):
        made[str(status)] = _failure(status, by_status[status])
    return made


def _success(operation: Operation) -> Json:
    told: Json = {"description": STATUSES[operation.status], "headers": _standing()}
    if operation.not_modified or "changed_meanwhile" in operation.codes:
        told["headers"]["ETag"] = {"$ref": "#/components/headers/ETag"}
    structs = structs_of(operation)
    if operation.gives_bytes:
        told["content"] = {kind: dict(BYTES.get(kind, {})) for kind in operation.gives}
    if not structs:
        return told
    if any("next" in s.__struct_fields__ for s in structs):
        told["headers"]["Link"] = {"$ref": "#/components/headers/Link"}
    examples = ANSWERS[key_of(operation)]
    refs = [_ref(s) for s in structs]
    content: Json = {"schema": refs[0] if len(refs) == 1 else {"anyOf": refs}}
    content["examples"] = {name: {"value": value} for name, value in examples.items()}
    told["content"] = dict.fromkeys(operation.gives, content)
    if operation.name == "count":
        csv: Json = {"schema": {"type": "string"}, "example": ANSWERS["text/csv"]["table"]}
        told["content"][CSV.partition(";")[0]] = csv
    return told


def structs_of(operation: Operation) -> list[type[msgspec.Struct]]:
    """The structs that an operation may answer with."""
    if operation.tells is None:
        return []
    return list(get_args(operation.tells)) or [operation.tells]


def _failure(status: int, codes: list[str]) -> Json:
    headers = _standing()
    if status in (429, 503):
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    content = {PROBLEM: {"schema": _ref(Problem), "examples": examples}}
    return {"description": STATUSES[status], "headers": headers, "content": content}


def _standing() -> Json:
    return {
        "RateLimit-Policy": {"$ref": "#/components/headers/RateLimitPolicy"},
        "RateLimit": {"$ref": "#/components/headers/RateLimit"},
    }


# -- schemas --------------------------------------------------------------------------------------
def _schemas(operations: tuple[Operation, ...]) -> Json:
    told = [s for operation in operations for s in structs_of(operation)]
    sent = [operation.body for operation in operations if operation.body]
    _, components = msgspec.json.schema_components(
        list(dict.fromkeys([*told, *sent, Problem])),
        ref_template="#/components/schemas/{name}",
    )
    return {name: components[name] for name in sorted(components)}


def _problem_examples(operations: tuple[Operation, ...]) -> Json:
    used = {code for operation in operations for code in codes_of(operation)}
    return {code: {"value": problem_example(code)} for code in CODES if code in used}


def _ref(struct: type[msgspec.Struct]) -> Json:
    return {"$ref": f"#/components/schemas/{struct.__name__}"}


def _schema_of_other(kind: type) -> Json:
    if kind is ZoneInfo:
        return {"type": "string", "examples": ["America/New_York"]}
    raise NotImplementedError
