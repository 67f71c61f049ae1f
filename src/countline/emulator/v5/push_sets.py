"""What connections and agents have in common: kept or volatile, numbered, made and changed alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from countline.emulator.v5.ask import DONE, Ask, Refused, Reply, replied, unknown
from countline.emulator.v5.device import Device
from countline.emulator.v5.routes import Route, route

ID_MODE_ERROR = 31_000
READ, WRITE = "application_read", "application_write"


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSet:
    """The connections of a root, or its agents.

    `check(device, root, body)` gives a body with its defaults filled in, or raises `Refused` naming
    the field.
    """

    plural: str
    singular: str
    check: Callable[[Device, str, dict[str, Any]], dict[str, Any]]
    most: Callable[[Device], int]

    def at(self, root: str) -> str:
        """Where those of a root are kept."""
        return f"{root}/data/push/{self.plural}"

    def routes(self) -> tuple[Route, ...]:
        """The operations that both have."""
        every = self.at("{root}")
        one = every + "/{id}"
        return (
            route("GET", every, self._list, READ),
            route("POST", every, self._post, WRITE),
            route("DELETE", every, self._delete_all, WRITE),
            route("GET", one, self._get, READ),
            route("PUT", one, self._put, WRITE),
            route("PATCH", one, self._patch, WRITE),
            route("DELETE", one, self._delete, WRITE),
        )

    def one(self, device: Device, ask: Ask) -> dict[str, Any]:
        """The one that is asked for. Raises `Refused` where there is none."""
        body = device.config.item(self.at(ask.root), ask.id())
        if body is None:
            raise unknown(self.singular, ask.id())
        return body

    def _list(self, device: Device, ask: Ask) -> Reply:
        items = device.config.items(self.at(ask.root), volatile=ask.flag("volatile"))
        return replied({self.plural: [{"id": id_, **body} for id_, body in sorted(items.items())]})

    def _post(self, device: Device, ask: Ask) -> Reply:
        body, path, volatile = ask.object(), self.at(ask.root), ask.flag("volatile")
        kept = self.check(device, ask.root, body)
        id_ = new_id(device, ask, path, body, volatile=volatile)
        items = device.config.items(path, volatile=volatile)
        if id_ not in items and len(items) >= self.most(device):
            raise Refused(400, 10010, f"Max number of {self.plural} reached")
        device.config.put(path, id_, kept, volatile=volatile)
        return replied({"id": id_, **kept}, 201)

    def _get(self, device: Device, ask: Ask) -> Reply:
        return replied({"id": ask.id(), **self.one(device, ask)})

    def _put(self, device: Device, ask: Ask) -> Reply:
        self.one(device, ask)
        return self._replace(device, ask, ask.object())

    def _patch(self, device: Device, ask: Ask) -> Reply:
        return self._replace(device, ask, merged(self.one(device, ask), ask.object()))

    def _replace(self, device: Device, ask: Ask, body: dict[str, Any]) -> Reply:
        path = self.at(ask.root)
        kept = self.check(device, ask.root, body)
        volatile = device.config.is_volatile(path, ask.id())
        device.config.put(path, ask.id(), kept, volatile=volatile)
        return replied({"id": ask.id(), **kept})

    def _delete(self, device: Device, ask: Ask) -> Reply:
        """Agents of a connection stay and go on collecting; what an agent has cached goes with it."""
        self.one(device, ask)
        device.config.remove(self.at(ask.root), ask.id())
        return DONE

    def _delete_all(self, device: Device, ask: Ask) -> Reply:
        path = self.at(ask.root)
        for id_ in list(device.config.items(path, volatile=ask.flag("volatile"))):
            device.config.remove(path, id_)
        return DONE


def whole(body: Any) -> Any:
    """JSON with 5 for each 5.0: in JSON these are one number."""
    if isinstance(body, dict):
        return {key: whole(value) for key, value in body.items()}
    if isinstance(body, list):
        return [whole(item) for item in body]
    return int(body) if isinstance(body, float) and body.is_integer() else body


def new_id(device: Device, ask: Ask, path: str, body: dict[str, Any], *, volatile: bool) -> int:
    """The id of a new object by `id_mode`. Raises `Refused` where it is taken or missing."""
    mode = ask.query.get("id_mode", "SERVER")
    if mode not in ("SERVER", "CLIENT", "CLIENT_FORCE"):
        raise Refused(400, ID_MODE_ERROR, "Id mode error", f"id_mode: '{mode}'")
    if mode == "SERVER":
        return device.config.free_id(path, device.personality.id_first, volatile=volatile)
    id_ = body.get("id")
    if not isinstance(id_, int) or isinstance(id_, bool) or id_ < 1:
        raise Refused(400, ID_MODE_ERROR, "Id mode error", f"id: {mode} needs a positive number")
    there = device.config.item(path, id_) is not None
    if there and mode == "CLIENT":
        raise Refused(409, ID_MODE_ERROR, "Id mode error", f"id: {id_} is taken")
    if there and device.config.is_volatile(path, id_) != volatile:
        device.config.remove(path, id_)
    return id_


def merged(body: dict[str, Any], updates: dict[str, Any]) -> dict[str, Any]:
    """A body with some of its fields replaced, at any depth; null removes one."""
    result = dict(body)
    for key, value in updates.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result
