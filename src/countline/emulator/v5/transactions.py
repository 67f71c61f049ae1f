"""`/analysis/transaction`: many changes at once, all of them or none."""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from countline.emulator.v5.analysis import COUNTERS, MODIFIERS
from countline.emulator.v5.ask import Ask, Refused, Reply, invalid, replied
from countline.emulator.v5.device import Device
from countline.emulator.v5.logics import LOGICS, TEMPLATED, make_logic, remake_logic
from countline.emulator.v5.resources import Collection
from countline.emulator.v5.routes import route

Body = dict[str, Any]
Known = dict[tuple[str, int], int]  # (kind, placeholder) -> the id it became
TARGET = re.compile(
    r"(?:.*/analysis)?/?(?P<kind>logics/templates|logics|counters|modifiers)(?:/(?P<id>-?\d+))?/?$"
)
KINDS: dict[str, Collection] = {
    "logics": LOGICS,
    "logics/templates": TEMPLATED,
    "counters": COUNTERS,
    "modifiers": MODIFIERS,
}
REFERENCES = {"logic_id": "logics", "counter_id": "counters"}


def post_transaction(device: Device, ask: Ask) -> Reply:
    """Do every request in order; the first that is refused undoes those before it."""
    requests = ask.object().get("requests")
    if not isinstance(requests, list) or not requests:
        raise invalid("requests: a list of {method, target, body} is needed")
    mode = ask.query.get("id_mode", "SERVER")
    before = deepcopy(device.config.kept)
    known: Known = {}
    done = []
    try:
        for place, request in enumerate(requests):
            done.append(_do(device, ask.root, request, known, mode, place))
    except Refused:
        device.config.load(before)
        raise
    return replied({"requests": done})


def _do(
    device: Device, root: str, request: Any, known: Known, mode: str, place: int
) -> dict[str, Any]:
    """One request, answered as it was carried out."""
    if not isinstance(request, dict):
        raise invalid(f"requests[{place}]: no object")
    method, target = request.get("method"), str(request.get("target", ""))
    match = TARGET.match(target)
    if match is None:
        raise invalid(f"requests[{place}].target: '{target}' is no collection of /analysis")
    kind, number = match["kind"], match["id"]
    body = _resolved(request.get("body") or {}, known)
    verb = VERBS.get((str(method), number is not None))
    if verb is None:
        raise invalid(f"requests[{place}]: {method} {target} cannot be done")
    id_ = 0 if number is None else _real(kind, int(number), known)
    try:
        result = verb(device, root, kind, id_, body, mode)
    except Refused as refused:
        where = f"requests[{place}]: {method} {target}"
        raise Refused(
            refused.status, refused.code, refused.info, *refused.detail, where
        ) from refused
    placeholder = (request.get("body") or {}).get("id")
    if method == "POST" and isinstance(placeholder, int) and placeholder < 0:
        known[kind.partition("/")[0], placeholder] = result["id"]
    return {"method": method, "target": target, "body": result}


def _resolved(body: Any, known: Known) -> Any:
    """The body with ids in place of placeholders, however deep."""
    if isinstance(body, list):
        return [_resolved(item, known) for item in body]
    if not isinstance(body, dict):
        return body
    return {
        key: _real(REFERENCES[key], value, known)
        if key in REFERENCES and isinstance(value, int)
        else _resolved(value, known)
        for key, value in body.items()
    }


def _real(kind: str, id_: int, known: Known) -> int:
    if id_ >= 0:
        return id_
    found = known.get((kind.partition("/")[0], id_))
    if found is None:
        raise invalid(f"placeholder {id_}: no {kind} of that id was made before")
    return found


Verb = Callable[[Device, str, str, int, Body, str], Body]


def _post(device: Device, root: str, kind: str, id_: int, body: Body, mode: str) -> Body:
    own = body.get("id")
    mode = "SERVER" if isinstance(own, int) and own < 0 else mode
    if kind == "logics/templates":
        return make_logic(device, root, body, mode)
    collection = KINDS[kind]
    return collection.answered(device, collection.add(device, root, body, mode))


def _put(device: Device, root: str, kind: str, id_: int, body: Body, mode: str) -> Body:
    if kind == "logics/templates":
        return remake_logic(device, root, id_, body)
    collection = KINDS[kind]
    return collection.answered(device, collection.replace(device, root, id_, body))


def _delete(device: Device, root: str, kind: str, id_: int, body: Body, mode: str) -> Body:
    KINDS[kind].remove(device, root, id_, force=True)
    return {}


def _get(device: Device, root: str, kind: str, id_: int, body: Body, mode: str) -> Body:
    return KINDS[kind].answered(device, KINDS[kind].one(device, root, id_))


VERBS: dict[tuple[str, bool], Verb] = {
    ("POST", False): _post,
    ("PUT", True): _put,
    ("DELETE", True): _delete,
    ("GET", True): _get,
}
ROUTES = (route("POST", "{root}/analysis/transaction", post_transaction, "application_write"),)
