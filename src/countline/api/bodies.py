"""What a caller sends: JSON, read strictly into a struct."""

import re
from typing import Any

import msgspec

from countline.api.readers import nearest
from countline.api.request import ApiRequest
from countline.errors import BadQuery, FieldError

_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`")
_MISSING = re.compile(r"Object missing required field `(.*?)`")
_AT = re.compile(r" - at `\$\.?(.*?)`$")


async def read_body(request: ApiRequest[Any], struct: type[msgspec.Struct]) -> msgspec.Struct:
    """The decoded body. Raises `BadQuery` naming the field; Litestar bounds the length."""
    if encoding := request.header(b"content-encoding"):
        raise BadQuery(f"Content-Encoding {encoding!r} is not read here.", code="media_type")
    body = await request.body()
    if not body:
        raise BadQuery(f"A JSON body is needed: {_fields(struct)}.")
    kind = (request.header(b"content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        told = repr(kind) if kind else "missing"
        raise BadQuery(f"Content-Type is {told}; send application/json.", code="media_type")
    return decode_body(body, struct)


async def read_bytes(request: ApiRequest[Any]) -> bytes:
    """A body that is no JSON, as it is; Litestar bounds its length. Raises `BadQuery`."""
    if encoding := request.header(b"content-encoding"):
        raise BadQuery(f"Content-Encoding {encoding!r} is not read here.", code="media_type")
    return await request.body()


def decode_body(body: bytes, struct: type[msgspec.Struct]) -> msgspec.Struct:
    """The struct of a JSON text. Raises `BadQuery` naming the field and what was expected."""
    try:
        return msgspec.json.decode(body, type=struct)
    except msgspec.ValidationError as error:
        raise _explain(str(error), struct) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadQuery(f"The body is not JSON: {error}.") from error


def _explain(text: str, struct: type[msgspec.Struct]) -> BadQuery:
    """msgspec says what it expected and where; the rest is what to write instead."""
    at = _AT.search(text)
    path = at[1] if at else ""
    told = _AT.sub("", text)
    code = "invalid"
    if unknown := _UNKNOWN.search(text):
        hint = nearest(unknown[1], struct.__struct_encode_fields__) if not path else ""
        path = f"{path}.{unknown[1]}".lstrip(".")
        code, told = "unknown", f"there is no such field{hint}"
    elif missing := _MISSING.search(text):
        path = f"{path}.{missing[1]}".lstrip(".")
        code, told = "missing", "is needed"
    elif "timezone" in told:
        code, told = "naive_time", "has no offset; write it as 2023-10-27T00:00:00Z"
    field = path or "body"
    return BadQuery(f"{field}: {told}", errors=(FieldError(field=field, code=code, detail=told),))


def _fields(struct: type[msgspec.Struct]) -> str:
    needed = [f.encode_name for f in msgspec.structs.fields(struct) if f.required]
    if needed:
        return f"an object with {', '.join(needed)}"
    return f"an object with any of {', '.join(struct.__struct_encode_fields__)}"
