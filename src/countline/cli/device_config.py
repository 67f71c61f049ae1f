"""`countline sensors config`, `changes` and `accept`: how a device is configured, and who changed it."""

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from cyclopts import Parameter

from countline.cli import show
from countline.cli.devices import opened_desk
from countline.cli.exits import DONE
from countline.cli.options import NONE_GIVEN, Options
from countline.errors import BadQuery, Conflict, FieldError

if TYPE_CHECKING:
    from countline.engine.configuring import ChangeAsked, Configuration, Configured, Difference
    from countline.wire.v3_devices import ConfigChange

WHO = "command line"
CHANGEABLE = ("name", "group", "time", "privacy_mode", "geometries", "logics", "agents")
_POINT = re.compile(
    r"\[\n +(-?[\d.e+-]+),\n +(-?[\d.e+-]+)\n +\]"
)  # of x and y, on lines of their own
DIFFERENCES_SHOWN = 5  # of what was changed on the device itself, before the configuration


async def config(
    sensor_id: str,
    /,
    *,
    apply: Annotated[
        Path | None,
        Parameter(
            allow_leading_hyphen=True,
            help="A JSON file with what to change, `-` for standard input; the rest stays.",
        ),
    ] = None,
    if_match: Annotated[
        str | None, Parameter(help="Refuse unless its state is this one, as it was shown.")
    ] = None,
    dry_run: Annotated[
        bool, Parameter(negative="", help="Change nothing; print what would be changed.")
    ] = False,
    options: Options = NONE_GIVEN,
) -> int:
    """Show how a device is configured, or change it: all that the file says, or nothing.

    What is shown can be edited and applied. Lists are given whole: a line, zone, logic or agent
    that is left out of its list is removed from the device.

    Parameters
    ----------
    sensor_id
        The sensor whose device it is.
    """
    change = None if apply is None else _read_change(apply)
    async with opened_desk(options) as desk:
        if change is None:
            now = await desk.configuration(sensor_id)
            _check_state(sensor_id, now.configuration, if_match)
            _show(now, options)
            return DONE
        asked = _asked(sensor_id, change, if_match, dry_run=dry_run)
        done = await desk.configure(sensor_id, asked)
    _tell(done, options, dry_run=dry_run)
    return DONE


async def changes(
    sensor_id: str,
    /,
    *,
    limit: Annotated[int, Parameter(help="How many, at most.")] = 50,
    options: Options = NONE_GIVEN,
) -> int:
    """Say who changed what of a device, and when; newest first.

    Parameters
    ----------
    sensor_id
        The sensor whose device it is.
    """
    async with opened_desk(options) as desk:
        found = (await desk.changes(sensor_id))[: max(0, limit)]
    if options.json:
        rows = [
            {
                "at": show.instant(one.at_s),
                "who": one.who,
                "what": one.what,
                "before": one.before,
                "after": one.after,
            }
            for one in found
        ]
        show.document({"data": rows})
        return DONE
    told = [[show.instant(one.at_s), one.who, one.what] for one in found]
    show.table(("at", "who", "what"), told, empty=f"nothing was changed of {sensor_id}")
    return DONE


async def accept(sensor_id: str, /, *, options: Options = NONE_GIVEN) -> int:
    """Accept what somebody changed on a device itself: from now on it should be as it is.

    Parameters
    ----------
    sensor_id
        The sensor whose device it is.
    """
    from countline.engine.configuring import ChangeAsked

    async with opened_desk(options) as desk:
        now = await desk.configuration(sensor_id)
        if now.drift:
            asked = ChangeAsked(change=lambda seen: seen, etag=now.configuration.etag, who=WHO)
            await desk.configure(sensor_id, asked)
    if options.json:
        show.document({"sensor_id": sensor_id, "accepted": _differences(now.drift)})
        return DONE
    columns = ("path", "before", "after")
    rows = [[one.path, _short(one.before), _short(one.after)] for one in now.drift]
    show.table(columns, rows, empty=f"{sensor_id} is as it was left: nothing to accept")
    if rows:
        show.say(f"{sensor_id} is accepted as it is.")
    return DONE


# -- reading and asking ---------------------------------------------------------------------------
def _read_change(file: Path) -> "ConfigChange":
    from countline.api.bodies import decode_body
    from countline.wire.v3_devices import ConfigChange

    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        detail = error.strerror or "cannot be read"
        raise BadQuery(
            f"{file}: {detail}", errors=(FieldError(field="apply", detail=detail),)
        ) from (error)
    change = decode_body(body, ConfigChange)
    assert isinstance(change, ConfigChange)
    return change


def _check_state(sensor_id: str, now: "Configuration", if_match: str | None) -> None:
    if if_match is not None and if_match.strip('"') != now.etag:
        raise Conflict(
            f"The state of {sensor_id} is {now.etag}, and not {if_match}: read it again.",
            code="changed_meanwhile",
        )


def _asked(
    sensor_id: str, change: "ConfigChange", if_match: str | None, *, dry_run: bool
) -> "ChangeAsked":
    from countline.api.v3.device_config import master_key_of, with_change
    from countline.engine.configuring import ChangeAsked

    def changed(now: "Configuration") -> "Configuration":
        _check_state(sensor_id, now, if_match)
        return with_change(now, change)

    return ChangeAsked(change=changed, who=WHO, master_key=master_key_of(change), dry_run=dry_run)


# -- telling --------------------------------------------------------------------------------------
def _show(now: "Configured", options: Options) -> None:
    """The document; for people only what can be changed, so that it can be edited and applied."""
    whole = _document(now)
    if options.json:
        show.document(whole)
        return
    etag = now.configuration.etag
    show.note(f"{now.sensor_id} in state {etag}, for --if-match")
    for one in now.drift[:DIFFERENCES_SHOWN]:
        was, is_ = _short(one.before), _short(one.after)
        show.warn(f"changed on the device itself: {one.path} from {was} to {is_}")
    if (more := len(now.drift) - DIFFERENCES_SHOWN) > 0:
        show.warn(f"and {more} more changes on the device itself")
    if now.drift:
        show.note(f"accept them with `countline sensors accept {now.sensor_id}`")
    text = json.dumps({name: whole[name] for name in CHANGEABLE}, indent=2, ensure_ascii=False)
    show.plain(_POINT.sub(r"[\1, \2]", text))


def _tell(done: "Configured", options: Options, *, dry_run: bool) -> None:
    if options.json:
        show.document(_document(done))
        return
    for step in done.steps:
        show.plain(step)
    if dry_run:
        show.say(f"{len(done.steps)} changes would be made; nothing was changed.")
    elif done.steps:
        show.say(f"{done.sensor_id} is configured so, in state {done.configuration.etag}.")
    else:
        show.say(f"{done.sensor_id} is configured so already.")


def _document(configured: "Configured") -> dict[str, Any]:
    from countline.api.v3.device_config import told

    document: dict[str, Any] = msgspec.to_builtins(told(configured))
    return document | {"etag": configured.configuration.etag}


def _differences(drift: "tuple[Difference, ...]") -> list[dict[str, Any]]:
    return [one._asdict() for one in drift]


def _short(value: Any) -> str:
    """A value in one line, cut where it goes on and on."""
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
