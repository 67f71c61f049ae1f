"""Taking persons out of bodies that are kept although they could not be read or counted."""

from typing import Any

import msgspec

# A tracked object keeps who is where in its list, nothing of what the person is like or did.
_KEPT_OF_OBJECT = frozenset({"track_id", "type"})
_PERSONAL = frozenset(
    {"position", "person_height", "height", "gender", "age", "tag", "face_mask", "facemask"}
    | {"view_direction", "members", "members_with_tag", "tail", "object", "track_id_str", "x", "y"}
)
TEXT_SHORT = 64  # a name, which is not looked into
_TRACES = (b"live_data", b"tracked_objects", b"track_id", b"person_height", b"facemask", b"values")


def strip_persons(body: bytes) -> bytes:
    """The body without persons' attributes and positions; as it is where it names none.

    What is not JSON, but looks like a torn body of persons, is emptied.
    """
    seen = body.replace(b"\0", b"").lower()
    if not any(trace in seen for trace in _TRACES) and b"\\u" not in seen:
        return body
    try:
        said = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
        clean = _clean(said)
    except (ValueError, RecursionError):
        return b""
    return body if clean == said else msgspec.json.encode(clean)


def _clean(said: Any) -> Any:
    if isinstance(said, list):
        return [_clean(item) for item in said]
    if isinstance(said, str):  # a body within a text: nobody can say what else is in it
        seen = said.lower().encode("utf-8", "replace") if len(said) > TEXT_SHORT else b""
        return "" if any(trace in seen for trace in _TRACES) else said
    if not isinstance(said, dict):
        return said
    clean = {}
    for key, value in said.items():
        if key == "tracked_objects":
            clean[key] = _bare(value)
        elif key.strip().lower() not in _PERSONAL:
            clean[key] = _clean(value)
    return clean


def _bare(objects: Any) -> list[dict[str, Any]]:
    if not isinstance(objects, list):
        return []
    return [
        {
            key: _clean(value)
            for key, value in item.items()
            if key in _KEPT_OF_OBJECT and not isinstance(value, dict | list)
        }
        | {"attributes": {}, "position": []}
        for item in objects
        if isinstance(item, dict)
    ]
