"""`countline keys`: what callers and sensors must show. A secret is printed once, on the last line."""

from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from countline import clock
from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options, period_s, rate
from countline.limits import KEY_RATE_QUOTA, KEY_RATE_WINDOW_S
from countline.model.access import Key, Scope


async def create(
    *,
    name: Annotated[str, Parameter(help="What the key is for.")],
    scope: Annotated[
        tuple[Scope, ...],
        Parameter(negative="", show_default="read", help="What it may do; repeat for more."),
    ] = ("read",),
    location: Annotated[
        tuple[str, ...],
        Parameter(
            help="A location that it sees; repeat for more; none: all.",
            negative="",
            show_default=False,
        ),
    ] = (),
    expires: Annotated[str | None, Parameter(help="How long it works, such as P90D.")] = None,
    rate_: Annotated[
        str, Parameter(name="--rate", help="Requests and the seconds they are for, N/S.")
    ] = f"{KEY_RATE_QUOTA}/{KEY_RATE_WINDOW_S}",
    options: Options = NONE_GIVEN,
) -> int:
    """Make a key for a caller of the API, and print it alone on the last line.

    Only its digest is kept: a key that is lost cannot be shown again, only replaced.
    """
    quota, window_s = rate("--rate", rate_)
    expires_s = clock.now_s() + period_s("--expires", expires) if expires else None
    async with opened_engine(options) as engine:
        key, secret = await engine.access.create_key(
            name=name,
            scopes=scope,
            locations=location,
            expires_s=expires_s,
            quota=quota,
            window_s=window_s,
        )
    if options.json:
        show.document({**as_document(key), "key": secret})
        return DONE
    sees = ", ".join(key.locations) or "all locations"
    show.say(f"[dim]{key.key_id} may {', '.join(key.scopes)} {sees}. Shown only once:[/dim]")
    show.plain(secret)
    return DONE


async def list_(*, options: Options = NONE_GIVEN) -> int:
    """List the keys, withdrawn ones too; never their secrets."""
    async with opened_engine(options, must_exist=True) as engine:
        catalogue = await engine.desk.fresh()
    keys = sorted(catalogue.keys.values(), key=lambda k: (k.created_s, k.key_id))
    if options.json:
        show.document({"data": [as_document(key) for key in keys]})
        return DONE
    rows = [
        (
            key.key_id,
            key.name,
            key.scopes,
            key.locations or "all",
            state(key),
            f"{key.quota}/{key.window_s}",
        )
        for key in keys
    ]
    show.table(("key", "name", "scopes", "locations", "state", "rate"), rows, empty="no keys yet")
    return DONE


async def withdraw(key_id: str, /, *, options: Options = NONE_GIVEN) -> int:
    """End a key now, in a running server too; its browser sessions end with it.

    Parameters
    ----------
    key_id
        The id that `countline keys list` shows, `k_...`; not the key itself.
    """
    async with opened_engine(options, must_exist=True) as engine:
        key = await engine.access.withdraw_key(key_id)
    if options.json:
        show.document(as_document(key))
    else:
        show.tell(f"{key.key_id} ({key.name}) is withdrawn.")
    return DONE


async def enrolment(*, options: Options = NONE_GIVEN) -> int:
    """Make the enrolment secret anew, and print it alone on the last line.

    It lets in pushes of devices that nobody registered yet: they appear as discovered, and wait.
    The enrolment secret before it stops working.
    """
    async with opened_engine(options) as engine:
        secret = await engine.access.create_push_secret()
    return _show_secret(secret, "Pushes of any device may carry it", options)


async def sensor(
    sensor_id: str, /, *, driver: str = "xovis_v5", options: Options = NONE_GIVEN
) -> int:
    """Make a sensor's own push secret anew, and print it alone on the last line.

    It names the sensor and its driver, so any path works, and bodies need not name the device.

    Parameters
    ----------
    sensor_id
        The sensor that pushes.
    driver
        The format that it pushes in.
    """
    async with opened_engine(options, must_exist=True) as engine:
        secret = await engine.access.create_push_secret(sensor_id=sensor_id, driver=driver)
    return _show_secret(secret, f"Pushes of {sensor_id} must carry it", options)


def _show_secret(secret: str, what: str, options: Options) -> int:
    if options.json:
        show.document({"secret": secret})
        return DONE
    show.say(f"[dim]{what}: X-Push-Key, Bearer, Basic password, or path. Shown only once:[/dim]")
    show.plain(secret)
    return DONE


def state(key: Key) -> str:
    """Whether a key works, and until when."""
    if key.withdrawn_s is not None:
        return "withdrawn"
    if key.expires_s is None:
        return "active"
    until = show.instant(key.expires_s)
    return f"expired {until}" if key.expires_s <= clock.now_s() else f"active until {until}"


def as_document(key: Key) -> dict[str, Any]:
    """A key as the API shows it, without its secret."""
    from countline.api.v3 import render

    told: dict[str, Any] = msgspec.to_builtins(render.key(key))
    return told


KEYS = App(
    name="keys", help="Make, list and withdraw the keys of callers and the secrets of sensors."
)
for command, name in (
    (create, "create"),
    (list_, "list"),
    (withdraw, "withdraw"),
    (enrolment, "enrolment"),
    (sensor, "sensor"),
):
    KEYS.command(command, name=name)
