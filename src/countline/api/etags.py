"""Entity tags: a digest of what is told, so that a caller is not told the same thing twice."""

from hashlib import blake2b
from typing import Any

import msgspec

from countline.errors import Conflict


def etag_of(*content: Any) -> str:
    """A strong tag over a content's JSON."""
    return f'"{blake2b(msgspec.json.encode(content), digest_size=12).hexdigest()}"'


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Whether the caller has this content already (`If-None-Match`, compared weakly)."""
    return if_none_match is not None and _names(etag, if_none_match)


def check_unchanged(etag: str, if_match: str | None) -> None:
    """Raises `Conflict` when the caller's `If-Match` names another version than the present one."""
    if if_match is not None and not _names(etag, if_match):
        raise Conflict(
            f"If-Match is {if_match}, but the present version is {etag}.", code="changed_meanwhile"
        )


def _names(etag: str, header: str) -> bool:
    known = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in known or etag in known
