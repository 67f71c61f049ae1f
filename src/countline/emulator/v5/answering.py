"""From a request to a reply: which operation, who asks, may they, and every refusal on the way."""

import asyncio
import base64
import binascii
import inspect
import logging
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, unquote

from countline.emulator.v5.ask import Ask, Refused, Reply, replied, told, unknown
from countline.emulator.v5.device import Device
from countline.emulator.v5.operations import ROUTES
from countline.emulator.v5.privileges import PRIVILEGES
from countline.emulator.v5.routes import Route, pattern
from countline.emulator.v5.sessions import user_of_token

logger = logging.getLogger(__name__)
PREFIX = "/api/v5"
NO_CHALLENGE = "xmlhttprequest"
FORBIDDEN = (
    "<html><head><title>403 - Forbidden</title></head><body><h1>403 - Forbidden</h1></body></html>"
)
NONSENSE = {
    "html": told("<html><body>It works!</body></html>", "text/html"),
    "json": replied({"hello": [1, 2, {"world": None}]}),
    "broken": Reply(body=b'{"fw_version": "5.'),
}


async def answer(
    device: Device, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> Reply | None:
    """The reply to one request; None: none at all, the connection is to be cut.

    `headers` have lower-case names.
    """
    faults = device.faults
    if device.running.is_down() or faults.is_dead(device.changes):
        return None
    if faults.slow_s:
        await asyncio.sleep(faults.slow_s)
    if faults.nonsense:
        return NONSENSE[faults.nonsense]
    path, _, query = target.partition("?")
    ask = Ask(
        method=method,
        path=unquote(path),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        body=body,
    )
    try:
        return await _answered(device, ask)
    except Refused as refused:
        return _refusal(refused, ask)
    except Exception as wrong:  # a fault of ours is told, or a client would wait for ever
        logger.exception("%s %s", method, target)
        return _refusal(Refused(500, 500, f"{type(wrong).__name__}: {wrong}"), ask)


async def _answered(device: Device, ask: Ask) -> Reply:
    if not ask.path.startswith(PREFIX):
        return replace(told(FORBIDDEN, "text/html"), status=403)
    ask = replace(ask, path=ask.path[len(PREFIX) :])
    found, ask = find(device, ask)
    if found is None:
        return replace(told(FORBIDDEN, "text/html"), status=403)
    ask = replace(ask, user=_logged_in(device, ask))
    _check(device, found, ask)
    root = _root(device, ask.root)
    ask = replace(ask, root=root, path=root + ask.path[len(ask.root) :])
    if found.changes:
        _pace(device)
    reply = found.answer(device, ask)
    if inspect.isawaitable(reply):
        reply = await reply
    if found.changes:
        device.changes += 1
        device.changed_ms = device.running.true_ms()
    return reply


def find(device: Device, ask: Ask) -> tuple[Route | None, Ask]:
    """The operation, and the request with the parts of its path; nothing where there is none."""
    for row in ROUTES:
        if row.method == ask.method and (match := pattern(row.path).match(ask.path)):
            if not device.personality.has(row.since, row.until):
                continue
            params = match.groupdict()
            root = params.pop("root", "") or ""
            if root.startswith("/multisensors/") and not device.personality.has("5.6"):
                continue
            return row, replace(ask, params=params, root=root)
    return None, ask


def _logged_in(device: Device, ask: Ask) -> str:
    """Who asks; "" where nobody is logged in, or wrongly."""
    scheme, _, credentials = ask.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return user_of_token(device, credentials.strip())
    if scheme.lower() != "basic":
        return ""
    try:
        user, _, password = base64.b64decode(credentials).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    account = device.accounts.get(user)
    right = account is not None and account.active and account.password == password
    return user if right else ""


def _check(device: Device, route: Route, ask: Ask) -> None:
    if route.privilege:
        if not ask.user:
            raise Refused(401, 401, "Not authorized")
        if route.privilege != "any" and route.privilege not in PRIVILEGES[ask.user]:
            raise Refused(403, 403, f"Missing privilege: {route.privilege}")
    if any(word in ask.path for word in device.faults.refuses):
        raise Refused(403, 403, f"Missing privilege: {route.privilege}")
    mode = device.config.kept["/privacy/mode"]["privacy_mode"]
    if mode > route.privacy:
        raise Refused(451, 451, f"Blocked by privacy mode {mode}")


def _root(device: Device, root: str) -> str:
    """The root where the state is: `/multisensor` is another name for the first multisensor."""
    if root == "/multisensor" and device.personality.has("5.6"):
        several = device.roots()[1:]
        if not several:
            raise unknown("Multisensor", "")
        return several[0]
    if root and root not in device.roots():
        raise unknown("Multisensor", root.rpartition("/")[2])
    return root


def _pace(device: Device) -> None:
    """Too rapid changes are refused, where that is switched on."""
    since_ms = device.running.true_ms() - device.changed_ms
    if since_ms < device.faults.pace_s * 1000:
        raise Refused(503, 503, "Busy with the last change")


def _refusal(refused: Refused, ask: Ask) -> Reply:
    body = {"code": refused.code, "info": refused.info}
    if refused.detail:
        body["detail"] = list(refused.detail)
    reply = replied(body, refused.status)
    quiet = ask.headers.get("x-requested-with", "").lower() == NO_CHALLENGE
    if refused.status == 401 and not quiet:
        return replace(reply, headers={"WWW-Authenticate": 'Basic realm="sensor"'})
    return reply
