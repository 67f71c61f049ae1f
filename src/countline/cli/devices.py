"""`countline sensors adopt`, `discover`, `trust` and `login`: commands that reach the devices."""

import getpass
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from cyclopts import Parameter

from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options
from countline.errors import BadQuery, FieldError

if TYPE_CHECKING:
    from countline.devices.desk import Desk
    from countline.engine.adopting import AdoptionAsked, AdoptionReport
    from countline.vault import Secret

PASSWORD_VARIABLE = "COUNTLINE_DEVICE_PASSWORD"
PasswordFile = Annotated[
    Path | None,
    Parameter(
        allow_leading_hyphen=True,
        help=f"A file that holds the device's password, `-` for standard input; else"
        f" {PASSWORD_VARIABLE}, else it is asked for.",
    ),
]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a device is adopted."""

    as_: Annotated[
        str | None,
        Parameter(name="--as", help="The sensor's id; left out: the device's name, or its serial."),
    ] = None
    location: Annotated[
        str | None,
        Parameter(help="Its location; a new one is made in the device's time zone."),
    ] = None
    name: Annotated[str | None, Parameter(help="What people call it.")] = None
    context: Annotated[
        str, Parameter(help="`single`, or an instance stitched from several: `multi:1`.")
    ] = "single"
    push_url: Annotated[
        str | None, Parameter(help="Where it pushes; left out: this machine, as it sees it.")
    ] = None
    lines: Annotated[
        Literal["first", "all", "none"],
        Parameter(help="Which of its counting lines become lines of the location."),
    ] = "first"
    create_logics: Annotated[
        bool,
        Parameter(negative="", help="Make it count at lines and zones at which nothing counts."),
    ] = False
    history: Annotated[bool, Parameter(help="Fetch what it remembers.")] = True
    live: Annotated[bool, Parameter(help="Have it push count events at once.")] = True
    accept_certificate: Annotated[
        bool, Parameter(negative="", help="Accept another certificate than before.")
    ] = False
    dry_run: Annotated[
        bool, Parameter(negative="", help="Change nothing; print what would be changed.")
    ] = False

    def asked(self, address: str, user: str, password: "Secret | None") -> "AdoptionAsked":
        """The same, of one device."""
        from countline.engine.adopting import AdoptionAsked

        how = {name: value for name, value in asdict(self).items() if name in SAME}
        return AdoptionAsked(
            address=address,
            user=user,
            password=password,
            sensor_id=self.as_,
            location_id=self.location,
            **how,
        )


AS_USUAL = How()
SAME = frozenset(f.name for f in fields(How)) - {"as_", "location"}


async def adopt(
    address: str,
    /,
    *,
    user: Annotated[str, Parameter(help="The device's user.")] = "admin",
    password_file: PasswordFile = None,
    how: How = AS_USUAL,
    options: Options = NONE_GIVEN,
) -> int:
    """Adopt a device: it pushes here from now on, and what it remembers is fetched.

    Done again, it repairs what differs and changes nothing else. What fails half-way is taken back.
    A server must run, so that the device can try to reach it.

    Parameters
    ----------
    address
        `https://192.0.2.17`; without a scheme it is https.
    """
    async with opened_desk(options, may_be_new=True) as desk:
        known = await desk.adoptions.at_address(address)
        asked = how.asked(address, user, _password(password_file, user, known=known))
        with show.progress("adopting", quiet=options.json) as bar:
            report = await desk.adopt(asked, lambda what, done, total: bar(done, total))
    _tell(report, options)
    return DONE


async def discover(network: str, /, *, options: Options = NONE_GIVEN) -> int:
    """Find devices that answer in a range of addresses. No password is sent.

    Parameters
    ----------
    network
        `192.0.2.0/28`, an address (`192.0.2.17:8443`), or several of both with commas.
    """
    async with opened_desk(options, may_be_new=True) as desk:
        found = await desk.discover(network)
    if options.json:
        show.document({"data": [asdict(one) for one in found]})
        return DONE
    columns = ("address", "serial", "firmware", "name", "sensor_id")
    rows = [[getattr(one, name) for name in columns] for one in found]
    empty = f"no sensor of generation 5 answers at {network} (ports 443 and 80, where none is said)"
    show.table(columns, rows, empty=empty)
    return DONE


async def trust(sensor_id: str, /, *, options: Options = NONE_GIVEN) -> int:
    """Accept the certificate that a device shows now, instead of the one that was seen first.

    Parameters
    ----------
    sensor_id
        The sensor whose device it is.
    """
    async with opened_desk(options) as desk:
        fingerprint = await desk.trust(sensor_id)
    if options.json:
        show.document({"sensor_id": sensor_id, "certificate": fingerprint})
    else:
        show.say(f"{sensor_id} is trusted with the certificate {fingerprint}.")
    return DONE


async def login(
    sensor_id: str,
    /,
    *,
    user: Annotated[str, Parameter(help="The device's user.")] = "admin",
    password_file: PasswordFile = None,
    options: Options = NONE_GIVEN,
) -> int:
    """Give the device's new user or password; it is tried before it is kept.

    Parameters
    ----------
    sensor_id
        The sensor whose device it is.
    """
    async with opened_desk(options) as desk:
        password = _password(password_file, user, known=False)
        assert password is not None, "it is asked for where nothing is known"
        await desk.log_in(sensor_id, user, password)
    if options.json:
        show.document({"sensor_id": sensor_id, "user": user})
    else:
        show.say(f"{sensor_id} takes {user} and the new password.")
    return DONE


@asynccontextmanager
async def opened_desk(options: Options, *, may_be_new: bool = False) -> AsyncIterator["Desk"]:
    """The desk for devices over the store that the options name."""
    from countline.fieldwork import make_fieldwork
    from countline.server import serving_url

    settings = options.loaded().settings
    async with opened_engine(options, must_exist=not may_be_new) as engine:
        fieldwork = await make_fieldwork(settings, engine, url=serving_url(settings))
        yield fieldwork.desk


def _password(file: Path | None, user: str, *, known: bool) -> "Secret | None":
    """The password from where it was put; None where one is known already and none is given."""
    from countline.vault import Secret

    if file is not None:
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise _no_password(f"{file} cannot be read: {error}") from error
        return Secret(text.strip("\r\n"))
    if given := os.environ.get(PASSWORD_VARIABLE):
        return Secret(given)
    if known:
        return None
    if not sys.stdin.isatty():
        raise _no_password(f"give it with --password-file, or in {PASSWORD_VARIABLE}")
    return Secret(getpass.getpass(f"password of {user} on the device: "))


def _no_password(detail: str) -> BadQuery:
    field = FieldError(field="password", detail=detail)
    return BadQuery(f"password: {detail}.", errors=(field,))


def _tell(report: "AdoptionReport", options: Options) -> None:
    from countline.api.v3.devices import told

    if options.json:
        show.document(json.loads(msgspec.json.encode(told(report))))
        return
    show.table(("where", "action", "what"), [list(step) for step in report.steps])
    for warning in report.warnings:
        show.warn(warning)
    who = f"{report.sensor_id} ({report.location_id})"
    what = f"{report.model} {report.serial}, firmware {report.firmware}"
    if report.dry_run:
        show.tell(f"{who} would be {what}. Nothing was changed.")
    elif not report.changed:
        show.tell(f"{who} is {what}. Everything was right already.")
    else:
        show.tell(f"{who} is {what}, and pushes to {report.push_url}.")
    if report.history.fresh:
        since = show.instant(report.history_from_s)
        show.tell(f"{report.history.fresh} values of its history were fetched, from {since} on.")
