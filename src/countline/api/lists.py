"""Lists, page by page: `{"data": [...], "next": cursor}` with `Link: rel="next"`."""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from countline.api.parameters import split_query
from countline.api.request import ApiRequest
from countline.errors import BadQuery, FieldError

Item = TypeVar("Item")
Place = int | str | list[int | str]  # where an item stands in its list


def page_of(
    items: Iterable[Item], *, place: Callable[[Item], Any], limit: int, cursor: str | None
) -> tuple[list[Item], str | None]:
    """The items after the cursor, and the cursor after them. `items` ascend by their `place`.

    A cursor is the place of the last item, so what is added or taken away meanwhile moves nothing.
    """
    after = None if cursor is None else read_cursor(cursor)
    found: list[Item] = []
    for item in items:
        if after is not None and not _is_after(place(item), after):
            continue
        if len(found) == limit:
            return found, write_cursor(place(found[-1]))
        found.append(item)
    return found, None


def write_cursor(place: Any) -> str:
    """An opaque text for a place in a list."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(cursor: str) -> Any:
    """The place that a cursor stands for. Raises `BadQuery`."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True)
        return msgspec.json.decode(text, type=Place)
    except (binascii.Error, ValueError) as error:
        raise _bad_cursor() from error


def next_link(request: ApiRequest[Any], cursor: str | None) -> dict[str, str]:
    """The `Link` header to the next page: this address with the other cursor."""
    if cursor is None:
        return {}
    kept = [(k, v) for k, v in split_query(request.scope["query_string"]) if k != "cursor"]
    query = urlencode([*kept, ("cursor", cursor)])
    return {"Link": f'<{request.scope["path"]}?{query}>; rel="next"'}


def _is_after(place: Any, after: Any) -> bool:
    try:
        return bool(place > (tuple(after) if isinstance(after, list) else after))
    except TypeError as error:
        raise _bad_cursor() from error


def _bad_cursor() -> BadQuery:
    detail = "is not one of this list; take it from 'next' of the page before"
    return BadQuery(f"cursor: {detail}", errors=(FieldError(field="cursor", detail=detail),))
