"""A device's configuration: JSON-able data by resource path, and what of it survives a reboot."""

import hashlib
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Body = dict[str, Any]
VOLATILE_FIRST = 100_000


class Configuration:
    """Resources by their path below `/api/v5`, as `/config/state` lists them.

    A resource is an object (`read`, `write`), or a collection of objects by id (`items`). All are
    persisted; beside each collection there is a volatile one, which a reboot empties. Whoever wants
    to know of changes appends to `watchers`: called with the path after each change.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.kept: dict[str, Any] = {}
        self.volatile: dict[str, dict[int, Body]] = {}
        self.changed_ms: dict[str, int] = {}
        self.watchers: list[Callable[[str], None]] = []
        self._now_ms = now_ms
        self._ids_given: dict[str, int] = {}  # since the last reboot

    def read(self, path: str) -> Body:
        """A copy of an object resource."""
        found: Body = deepcopy(self.kept[path])
        return found

    def write(self, path: str, body: Body) -> None:
        if self.kept.get(path) != body:
            self.kept[path] = deepcopy(body)
            self._changed(path)

    def items(self, path: str, *, volatile: bool = False) -> dict[int, Body]:
        """The objects of a collection by id: to look at, not to change."""
        if volatile:
            return self.volatile.setdefault(path, {})
        found: dict[int, Body] = self.kept.setdefault(path, {})
        return found

    def item(self, path: str, id_: int) -> Body | None:
        """A copy of one object, whichever set it is in."""
        found = self.items(path).get(id_) or self.items(path, volatile=True).get(id_)
        return deepcopy(found)

    def put(self, path: str, id_: int, body: Body, *, volatile: bool = False) -> None:
        """Add or replace an object of a collection."""
        items = self.items(path, volatile=volatile)
        self._ids_given[path] = max(self._ids_given.get(path, 0), 0 if volatile else id_)
        if items.get(id_) != body:
            items[id_] = deepcopy(body)
            self._changed(path, volatile=volatile)

    def remove(self, path: str, id_: int) -> bool:
        """Whether there was such an object."""
        for volatile in (False, True):
            if self.items(path, volatile=volatile).pop(id_, None) is not None:
                self._changed(path, volatile=volatile)
                return True
        return False

    def is_volatile(self, path: str, id_: int) -> bool:
        return id_ in self.volatile.get(path, {})

    def free_id(self, path: str, first: int, *, volatile: bool = False) -> int:
        """The id of the next object: no id is given twice between two reboots."""
        if volatile:
            return max(self.items(path, volatile=True), default=VOLATILE_FIRST - 1) + 1
        taken = max(self.items(path), default=0)
        return max(first, taken + 1, self._ids_given.get(path, 0) + 1)

    def forget_volatile(self) -> None:
        """What a reboot does."""
        gone = [path for path, items in self.volatile.items() if items]
        self.volatile.clear()
        self._ids_given.clear()
        for path in gone:
            self._tell(path)

    def under(self, prefix: str) -> Iterator[str]:
        """The paths at and below a path."""
        return (p for p in list(self.kept) if p == prefix or p.startswith(prefix + "/"))

    def drop(self, prefix: str) -> None:
        """Remove everything at and below a path, and tell of it once."""
        for path in list(self.under(prefix)):
            del self.kept[path]
        self._changed(prefix)

    def load(self, kept: dict[str, Any]) -> None:
        """Replace everything persisted."""
        before, self.kept = self.kept, deepcopy(kept)
        self._ids_given.clear()
        for path in before.keys() | kept.keys():
            if before.get(path) != kept.get(path):
                self._changed(path)

    def _changed(self, path: str, *, volatile: bool = False) -> None:
        if not volatile:
            self.changed_ms[path] = self._now_ms()
        self._tell(path)

    def _tell(self, path: str) -> None:
        for watcher in self.watchers:
            watcher(path)

    def snapshot(self) -> bytes:
        """Everything persisted, as bytes that are equal when it is."""
        return json.dumps(in_order(self.kept), sort_keys=True, indent=1).encode()


def in_order(kept: Any) -> Any:
    """Collections with their ids as text, empty ones left out, so that equal data is equal text."""
    return {
        path: {str(id_): item for id_, item in sorted(body.items())} if is_items(body) else body
        for path, body in kept.items()
        if body != {}
    }


def from_text(kept: dict[str, Any]) -> dict[str, Any]:
    """What `in_order` made, with ids as numbers again."""
    return {
        path: {int(id_): item for id_, item in body.items()}
        if body and all(key.isdecimal() for key in body)
        else body
        for path, body in kept.items()
    }


def is_items(body: Any) -> bool:
    """Whether a resource is a collection."""
    return isinstance(body, dict) and all(isinstance(key, int) for key in body)


def checksum(body: Any) -> str:
    """SHA-1 of a JSON-able body."""
    return hashlib.sha1(
        json.dumps(body, sort_keys=True).encode(), usedforsecurity=False
    ).hexdigest()
