"""`/users` and `/policy/password`: who may log in, with what password, and how good it must be."""

from typing import Any

from msgspec import Struct

from countline.emulator.v5.ask import DONE, Ask, Refused, Reply, invalid, plain, replied, unknown
from countline.emulator.v5.device import Account, Device
from countline.emulator.v5.factory import factory_value
from countline.emulator.v5.privileges import PRIVILEGES
from countline.emulator.v5.resources import get_setting
from countline.emulator.v5.routes import route
from countline.emulator.v5.shapes import PasswordPolicy
from countline.emulator.v5.system import check_smk

POLICY = "/policy/password/strength"


class Password(Struct):
    password: str


class Activation(Struct):
    active: bool


def described(device: Device, user: str) -> dict[str, Any]:
    account = device.accounts[user]
    return {
        "id": user,
        "active": account.active,
        "factory_default": account.password == device.factory_passwords[user],
        "roles": [user],
        "privileges": sorted(PRIVILEGES[user]),
    }


def get_users(device: Device, ask: Ask) -> Reply:
    return replied({"users": [described(device, user) for user in device.accounts]})


def get_current(device: Device, ask: Ask) -> Reply:
    return replied(described(device, ask.user))


def get_user(device: Device, ask: Ask) -> Reply:
    return replied(described(device, _named(device, ask)))


def _named(device: Device, ask: Ask) -> str:
    user = ask.params["user"]
    if user not in device.accounts:
        raise unknown("User", user)
    return user


def put_password(device: Device, ask: Ask) -> Reply:
    password = ask.fields(Password).password
    check_strength(device, password)
    device.accounts[ask.user].password = password
    _end_sessions(device, ask.user)
    return DONE


def check_strength(device: Device, password: str) -> None:
    """The policy, or 400 that says what is missing."""
    policy = device.config.kept.get(POLICY) or plain(PasswordPolicy())
    have = {
        "min_characters": len(password),
        "min_numeric_characters": sum(c.isdecimal() for c in password),
        "min_lowercase_characters": sum(c.islower() for c in password),
        "min_uppercase_characters": sum(c.isupper() for c in password),
        "min_special_characters": sum(not c.isalnum() for c in password),
    }
    short = [f"{name}: {policy[name]}" for name, number in have.items() if number < policy[name]]
    if len(password) > policy["max_characters"]:
        short.append(f"max_characters: {policy['max_characters']}")
    if short:
        raise Refused(400, 10010, "Password does not meet the policy", *short)


def put_activation(device: Device, ask: Ask) -> Reply:
    user, active = _named(device, ask), ask.fields(Activation).active
    if user == "admin" and not active:
        raise invalid("active: the administrator stays active")
    device.accounts[user].active = active
    _end_sessions(device, "" if active else user)
    return DONE


def delete_password(device: Device, ask: Ask) -> Reply:
    user = _named(device, ask)
    device.accounts[user].password = device.factory_passwords[user]
    _end_sessions(device, user)
    return DONE


def reset_users(device: Device, ask: Ask) -> Reply:
    """By the master key alone: whoever has forgotten the password may begin anew."""
    check_smk(device, ask.object())
    for user, password in device.factory_passwords.items():
        device.accounts[user] = Account(password=password, active=user == "admin")
        _end_sessions(device, user)
    return DONE


def _end_sessions(device: Device, user: str) -> None:
    for token in [t for t, session in device.sessions.items() if session.user == user]:
        del device.sessions[token]


def put_policy(device: Device, ask: Ask) -> Reply:
    wanted = ask.fields(PasswordPolicy)
    if wanted.min_characters > wanted.max_characters:
        raise invalid("min_characters: more than max_characters")
    device.config.write(POLICY, plain(wanted))
    return DONE


def delete_policy(device: Device, ask: Ask) -> Reply:
    """Clearing the policy needs the master key."""
    check_smk(device, ask.object())
    device.config.write(POLICY, factory_value(device, POLICY))
    return DONE


ROUTES = (
    route("GET", "/users", get_users, "other_user_read"),
    route("GET", "/users/current", get_current, "own_user_read"),
    route("PUT", "/users/current/password", put_password, "own_user_passwd_change"),
    route("GET", "/users/{user}", get_user, "other_user_read"),
    route("PUT", "/users/{user}/activation", put_activation, "other_user_activate"),
    route("DELETE", "/users/{user}/password", delete_password, "other_user_passwd_change"),
    route("POST", "/users/reset", reset_users, ""),
    route("GET", POLICY, get_setting, "password_policy_read", since="5.6"),
    route("PUT", POLICY, put_policy, "password_policy_write", since="5.6"),
    route("DELETE", POLICY, delete_policy, "password_policy_write", since="5.6"),
)
