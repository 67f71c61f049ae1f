"""`/users/login` and what it gives: tokens that end by age or for want of use."""

import secrets

from countline.emulator.v5.ask import DONE, Ask, Reply, replied
from countline.emulator.v5.device import Device, Session
from countline.emulator.v5.routes import route

VALID_S = 86_400
UNUSED_S_MAX = 3600


def user_of_token(device: Device, token: str) -> str:
    """Whose session it is, which is thereby used; "" where there is none any more."""
    session, now_ms = device.sessions.get(token), device.running.true_ms()
    if session is None:
        return ""
    aged = now_ms - session.began_ms > VALID_S * 1000
    if aged or now_ms - session.used_ms > UNUSED_S_MAX * 1000:
        del device.sessions[token]
        return ""
    device.sessions[token] = Session(session.user, session.began_ms, now_ms)
    return session.user


def login(device: Device, ask: Ask) -> Reply:
    token, now_ms = secrets.token_hex(24), device.running.true_ms()
    device.sessions[token] = Session(ask.user, now_ms, now_ms)
    return replied({"token": token, "valid_for": VALID_S, "max_unused_for": UNUSED_S_MAX}, 201)


def logout(device: Device, ask: Ask) -> Reply:
    token = ask.headers.get("authorization", "").partition(" ")[2].strip()
    device.sessions.pop(token, None)
    return DONE


ROUTES = (
    route("POST", "/users/login", login, "any", changes=False),
    route("POST", "/users/logout", logout, "any", changes=False),
)
