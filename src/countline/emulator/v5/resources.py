"""Rows for what many resources have in common: settings, and collections of objects by id."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import msgspec

from countline.emulator.v5.ask import (
    DONE,
    Ask,
    Refused,
    Reply,
    invalid,
    plain,
    replied,
    shaped,
    unknown,
    without_nulls,
)
from countline.emulator.v5.configuration import Body
from countline.emulator.v5.device import Device
from countline.emulator.v5.factory import factory_value
from countline.emulator.v5.personality import Release
from countline.emulator.v5.routes import Route, route
from countline.emulator.v5.settings import SETTINGS, Setting

FILTERS = ("logic_id", "layer_id")  # in the query of a list


# settings


def setting_rows() -> Iterator[Route]:
    """GET, PUT and DELETE of every setting that has no functions of its own."""
    for row in SETTINGS:
        if not row.apart:
            yield from _rows_of(row)


def _rows_of(row: Setting) -> Iterator[Route]:
    head = {"": "", "lens": "/singlesensor", "each": "{root}"}[row.where]
    path, read, write = head + row.path, f"{row.area}_read", f"{row.area}_write"

    def put(device: Device, ask: Ask) -> Reply:
        device.config.write(ask.path, plain(ask.fields(row.shape)))
        return DONE

    yield route("GET", path, get_setting, read, since=row.since, until=row.until)
    yield route("PUT", path, put, write, since=row.since, until=row.until)
    if row.deletable:
        yield route("DELETE", path, to_factory, write, since=row.since, until=row.until)


def get_setting(device: Device, ask: Ask) -> Reply:
    return replied(device.config.read(ask.path))


def to_factory(device: Device, ask: Ask) -> Reply:
    """DELETE of a setting: it is what it was when the device left the factory."""
    device.config.write(ask.path, factory_value(device, ask.path))
    return DONE


# collections


def _as_it_is(device: Device, root: str, body: Body) -> Body:
    return body


def _nothing_needs(device: Device, root: str, id_: int, force: bool) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection of objects by id, and the operations on it.

    `check` is given (device, root, body), the body after its shape was found right; it refuses, or
    returns the body to be kept. `free` refuses the removal of an object that others need, or
    removes those too where it is given True.
    """

    path: str  # with {root} in front where it is part of the shared sub-tree
    key: str  # of the list in the answer
    name: str  # of one, in errors
    shape: type[msgspec.Struct]
    most: str  # the limit: a field of `Limits`
    area: str = "application"
    since: Release = "5.0"
    until: Release = "5.9"
    kept_at: str = ""  # where it is kept, if not at its path
    check: Callable[[Device, str, Body], Body] = _as_it_is
    free: Callable[[Device, str, int, bool], None] = _nothing_needs
    new_id: Callable[[Device, str, Body], int] | None = None
    total: Callable[[Device, list[Body]], Body] | None = None  # more fields of the list's answer
    limits: Callable[[Device], Body] | None = None
    limits_since: Release = "5.6"
    shown: Callable[[Device, Body], Body] | None = None  # an object as it is answered
    bulk_delete: bool = True
    full_status: int = 400

    def at(self, root: str) -> str:
        """Where the objects are kept under a root."""
        return (self.kept_at or self.path).replace("{root}", root)

    def rows(self) -> Iterator[Route]:
        """The operations."""
        read, write = f"{self.area}_read", f"{self.area}_write"
        one = f"{self.path}/{{id}}"
        yield self._row("GET", self.path, self.list, read)
        yield self._row("POST", self.path, self.post, write)
        if self.bulk_delete:
            yield self._row("DELETE", self.path, self.delete_all, write)
        if self.limits is not None:
            limits = self._row("GET", f"{self.path}/limits", self.get_limits, read)
            if self.limits_since > limits.since:
                limits = route("GET", limits.path, self.get_limits, read, since=self.limits_since)
            yield limits
        yield self._row("GET", one, self.get, read)
        yield self._row("PUT", one, self.put, write)
        yield self._row("DELETE", one, self.delete, write)

    def _row(
        self, method: str, path: str, answer: Callable[[Device, Ask], Reply], privilege: str
    ) -> Route:
        return route(method, path, answer, privilege, since=self.since, until=self.until)

    def answered(self, device: Device, body: Body) -> Body:
        """An object as a client sees it."""
        return self.shown(device, deepcopy(body)) if self.shown else body

    def list(self, device: Device, ask: Ask) -> Reply:
        items = [
            item
            for item in device.config.items(self.at(ask.root)).values()
            if all(item.get(key) == ask.number(key, 0) for key in FILTERS if key in ask.query)
        ]
        more = self.total(device, items) if self.total else {}
        return replied({self.key: [self.answered(device, item) for item in items], **more})

    def get(self, device: Device, ask: Ask) -> Reply:
        return replied(self.answered(device, self.one(device, ask.root, ask.id())))

    def one(self, device: Device, root: str, id_: int) -> Body:
        """A copy of one object, or 404."""
        found = device.config.item(self.at(root), id_)
        if found is None:
            raise unknown(self.name, id_)
        return found

    def post(self, device: Device, ask: Ask) -> Reply:
        mode = ask.query.get("id_mode", "SERVER")
        if mode not in ("SERVER", "CLIENT", "CLIENT_FORCE"):
            raise invalid(f"id_mode: '{mode}' is none of SERVER, CLIENT, CLIENT_FORCE")
        body = self.add(device, ask.root, ask.object(), mode)
        return replied(self.answered(device, body), 201)

    def add(self, device: Device, root: str, body: Body, mode: str = "SERVER") -> Body:
        """Keep a new object; refuses what is wrong, taken or too much."""
        at = self.at(root)
        items = device.config.items(at)
        id_ = self._new_id(device, root, body, mode)
        if id_ in items and mode == "CLIENT":
            raise Refused(409, 409, f"{self.name} {id_} exists already")
        most = getattr(device.personality.limits, self.most)
        if id_ not in items and len(items) >= most:
            text = f"Max number of {self.key} reached"
            raise Refused(self.full_status, 10010, text, f"at most {most}")
        kept = self.checked(device, root, id_, body)
        device.config.put(at, id_, kept)
        return kept

    def _new_id(self, device: Device, root: str, body: Body, mode: str) -> int:
        if mode == "SERVER" and self.new_id:
            return self.new_id(device, root, plain(shaped(without_nulls(body), self.shape)))
        if mode == "SERVER":
            return device.config.free_id(self.at(root), device.personality.id_first)
        id_ = body.get("id")
        if not isinstance(id_, int) or isinstance(id_, bool) or id_ < 0:
            raise invalid(f"id: id_mode={mode} needs a number that is not negative")
        return id_

    def checked(self, device: Device, root: str, id_: int, body: Body) -> Body:
        """The body as it is kept under an id, or 400 that says what is wrong."""
        kept = plain(shaped(without_nulls(body), self.shape))
        return self.check(device, root, {"id": id_, **kept})

    def put(self, device: Device, ask: Ask) -> Reply:
        kept = self.replace(device, ask.root, ask.id(), ask.object())
        return replied(self.answered(device, kept))

    def replace(self, device: Device, root: str, id_: int, body: Body) -> Body:
        """Replace an object; the id of the body is ignored."""
        self.one(device, root, id_)
        kept = self.checked(device, root, id_, body)
        device.config.put(self.at(root), id_, kept)
        return kept

    def delete(self, device: Device, ask: Ask) -> Reply:
        self.remove(device, ask.root, ask.id(), force=ask.flag("force"))
        return DONE

    def remove(self, device: Device, root: str, id_: int, *, force: bool = False) -> None:
        self.one(device, root, id_)
        self.free(device, root, id_, force)
        device.config.remove(self.at(root), id_)

    def delete_all(self, device: Device, ask: Ask) -> Reply:
        for id_ in list(device.config.items(self.at(ask.root))):
            self.free(device, ask.root, id_, ask.flag("force"))
        for id_ in list(device.config.items(self.at(ask.root))):
            device.config.remove(self.at(ask.root), id_)
        return DONE

    def get_limits(self, device: Device, ask: Ask) -> Reply:
        assert self.limits is not None
        return replied(self.limits(device))


def most_of(name: str) -> Callable[[Device], dict[str, Any]]:
    """`limits` of a collection that is bounded by its number alone."""
    return lambda device: {"max_elements": getattr(device.personality.limits, name)}
