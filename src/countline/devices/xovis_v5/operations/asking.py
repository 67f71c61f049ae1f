"""The one way in which operations reach a sensor, and how their answers become typed."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

import msgspec

from countline.devices.xovis_v5.documents import Document
from countline.devices.xovis_v5.refusals import invalid_answer

T = TypeVar("T")
Query = Mapping[str, str | int | bool]


class Asker(Protocol):
    """A session with one sensor, in one of its contexts."""

    async def ask(
        self,
        operation: str,
        *,
        id: int | None = None,
        query: Query | None = None,
        body: Any = None,
        timeout_s: float | None = None,
    ) -> bytes:
        """The answer's body. `operation` is a name of the table in `drivers.xovis_v5.compatibility`.

        Mutations wait for their turn. Raises `DeviceError`, each kind with a code of its own.
        """
        ...


def typed(answer: bytes, kind: type[T], operation: str) -> T:
    """An answer as a struct; null is as good as left out. Raises `device_answer_invalid`."""
    return _converted(_parsed(answer, operation), kind, operation)


def document(answer: bytes, kind: type[T], operation: str) -> Document[T]:
    """An answer as a struct and whole."""
    return _document(_parsed(answer, operation), kind, operation)


def documents(answer: bytes, key: str, kind: type[T], operation: str) -> list[Document[T]]:
    """The elements of a list that an answer holds under `key`."""
    whole = _parsed(answer, operation)
    listed = whole.get(key) if isinstance(whole, dict) else None
    if not isinstance(listed, list):
        raise invalid_answer(operation, f"there is no list `{key}` in it")
    return [_document(one, kind, operation) for one in listed]


def _parsed(answer: bytes, operation: str) -> Any:
    try:
        return msgspec.json.decode(answer)
    except (ValueError, RecursionError) as error:
        raise invalid_answer(operation, str(error)) from None


def _document(whole: Any, kind: type[T], operation: str) -> Document[T]:
    return Document(_converted(whole, kind, operation), whole)


def _converted(whole: Any, kind: type[T], operation: str) -> T:
    try:
        return msgspec.convert(_without_nulls(whole), kind)
    except (ValueError, RecursionError) as error:
        raise invalid_answer(operation, str(error)) from None


def _without_nulls(whole: Any) -> Any:
    if isinstance(whole, dict):
        return {key: _without_nulls(value) for key, value in whole.items() if value is not None}
    if isinstance(whole, list):
        return [_without_nulls(one) for one in whole]
    return whole
