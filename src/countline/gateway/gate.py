"""The gate that every push goes through: who it is of, how much of it fits, and on to the engine."""

import base64
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from countline.drivers import DRIVERS, PUSH_DRIVERS
from countline.drivers.reading import Push
from countline.engine.access import PUSH_PREFIX
from countline.engine.engine import Engine
from countline.engine.tally import NOBODY
from countline.errors import CountlineError, NotAllowed, NotReady, TooMuch
from countline.gateway.patience import Patience
from countline.gateway.refusals import RETRY_AFTER_S, TooSlow, Unreadable
from countline.limits import PUSH_BYTES_IN_FLIGHT_MAX, PUSH_BYTES_MAX, PUSH_READ_S_MAX
from countline.model.access import PushSecret

Headers = Sequence[tuple[bytes, bytes]]  # names in lower case

LENGTH_DIGITS_MAX = 15  # a length with more is announced by nobody
GZIP_MEMBERS_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PushLimits:
    """What one push, and all of them together, may take."""

    body_bytes_max: int = PUSH_BYTES_MAX
    in_flight_bytes_max: int = PUSH_BYTES_IN_FLIGHT_MAX
    read_s_max: float = PUSH_READ_S_MAX


class Given(NamedTuple):
    """What a request says of itself, as far as a push needs it."""

    secret: str
    driver: str
    length: int
    gzip: bool
    chunked: bool


# -- what a head says -----------------------------------------------------------------------------
def is_push(method: str, path: str, headers: Headers) -> bool:
    """Whether a request is a sensor's: by its path, or by the secret that it carries."""
    if path.startswith(("/push/", f"/{PUSH_PREFIX}")):
        return True
    if method != "POST":
        return False
    return secret_of(headers, path).startswith(PUSH_PREFIX)


def given_of(path: str, headers: Headers) -> Given:
    """What the head of a push says."""
    length = 0
    gzipped = chunked = False
    for name, value in headers:
        if name == b"content-length":
            length = int(value) if value.isdigit() and len(value) <= LENGTH_DIGITS_MAX else 0
        elif name == b"content-encoding":
            gzipped = value.strip().lower() == b"gzip"
        elif name == b"transfer-encoding":
            chunked = True
    _, _, after = path.partition("/push/")
    driver = after.partition("/")[0]
    return Given(secret_of(headers, path), driver, length, gzipped, chunked)


def secret_of(headers: Headers, path: str) -> str:
    """The push secret of a request: X-Push-Key, Bearer, Basic's password, or the path's beginning."""
    if path.startswith(f"/{PUSH_PREFIX}"):
        return path[1:].partition("/")[0]
    found = ""
    for name, value in headers:
        if name == b"x-push-key":
            return value.decode("latin-1").strip()
        if name == b"authorization":
            found = _authorized(value.decode("latin-1").strip())
    return found


def _authorized(value: str) -> str:
    scheme, _, rest = value.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[2]
        except ValueError:  # letters that base64 or UTF-8 does not have
            return ""
    return ""


# -- one push -------------------------------------------------------------------------------------
class Gate:
    """Admits pushes and hands their bodies on; knows how many bytes are in flight."""

    def __init__(self, engine: Engine, limits: PushLimits) -> None:
        self._engine = engine
        self._limits = limits
        self._in_flight = 0
        self.patience = Patience(limits.read_s_max)

    async def admit(self, given: Given) -> "Ticket":
        """Let a push in, with the room that it says it needs.

        Raises `NotAllowed`, `TooMuch`, `NotReady`, and `CountlineError` for a driver there is not.
        """
        if not given.secret:
            raise NotAllowed(
                "A push carries its secret as X-Push-Key, Bearer, Basic password, or as the first "
                "part of the path.",
                code="push_secret_missing",
            )
        return self._ticket(given, await self._engine.access.admit(given.secret))

    def admit_again(self, given: Given) -> "Ticket | None":
        """`admit`, for a sender that was let in a moment ago; None for any other."""
        secret = self._engine.access.admitted(given.secret)
        return None if secret is None else self._ticket(given, secret)

    def _ticket(self, given: Given, secret: PushSecret) -> "Ticket":
        ticket = Ticket(self, secret, _driver(secret, given), given.gzip)
        ticket.holds(given.length)
        return ticket

    async def keep(self, ticket: "Ticket", body: bytes) -> None:
        """Return when a body is on disk, whatever it holds. Raises `CountlineError`s."""
        await self._engine.intake.submit(self._push(ticket, body), ticket.secret)

    def take(
        self, ticket: "Ticket", body: bytes, told: Callable[[BaseException | None], None]
    ) -> None:
        """`keep` for those who do not wait: `told` is called when it is on disk, or has failed."""
        try:
            self._engine.intake.take(self._push(ticket, body), ticket.secret, told)
        except Exception as error:
            told(error)

    def _push(self, ticket: "Ticket", body: bytes) -> Push:
        if ticket.gzip:
            body = gunzip(body, self._limits.body_bytes_max)
            ticket.holds(len(body))
        return Push(driver=ticket.driver, body=body, received_ms=self._engine.now_ms())

    def answered(self, status: int, ticket: "Ticket | None" = None) -> None:
        """Count an answer; without a ticket the push was not let in."""
        self._engine.pushes.answered(NOBODY if ticket is None else ticket.driver, status)

    def too_slow(self) -> TooSlow:
        """What a sender is told that fell silent."""
        return TooSlow(
            f"The body was not complete after {self._limits.read_s_max:g} s; send it again."
        )

    # -- bytes in flight --------------------------------------------------------------------------
    def more(self, size: int, total: int) -> None:
        """Take so many bytes more for a body of so many in all. Raises `TooMuch`, `NotReady`."""
        if total > self._limits.body_bytes_max:
            raise TooMuch(
                f"The body is larger than {self._limits.body_bytes_max} bytes; send smaller "
                "packages.",
                code="push_too_large",
            )
        if self._in_flight + size > self._limits.in_flight_bytes_max:
            raise NotReady("Too many bytes are in flight.", retry_after_s=RETRY_AFTER_S)
        self._in_flight += size

    def less(self, size: int) -> None:
        """So many bytes are no longer in flight."""
        self._in_flight -= size


@dataclass(slots=True)
class Ticket:
    """A push that was let in, and the bytes in flight that it takes."""

    gate: Gate
    secret: PushSecret
    driver: str
    gzip: bool
    size: int = 0

    def holds(self, size: int) -> None:
        """It holds so many now: more than announced in chunks, or more after gunzip."""
        if size > self.size:
            self.gate.more(size - self.size, size)
            self.size = size

    def end(self) -> None:
        """It holds nothing any more."""
        self.gate.less(self.size)
        self.size = 0


def _driver(secret: PushSecret, given: Given) -> str:
    name = secret.driver or given.driver
    if name in PUSH_DRIVERS:
        return name
    if not name and len(PUSH_DRIVERS) == 1:
        return next(iter(PUSH_DRIVERS))
    known = ", ".join(PUSH_DRIVERS)
    hint = " Files are imported with `countline import`." if name in DRIVERS else ""
    raise CountlineError(
        f"No driver {name!r} takes pushes; POST to /push/{{driver}} with one of {known}.{hint}",
        code="driver_unknown",
    )


def gunzip(body: bytes, bytes_max: int) -> bytes:
    """An unpacked body, of all its members.

    Raises `TooMuch` past the bound, and `Unreadable` for what is no gzip.
    """
    plain, rest = b"", body
    for _ in range(GZIP_MEMBERS_MAX):
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            plain += unpacker.decompress(rest, bytes_max - len(plain) + 1)
        except zlib.error as error:
            raise Unreadable(
                f"Content-Encoding says gzip, but the body is not: {error}."
            ) from error
        if len(plain) > bytes_max:
            raise TooMuch(
                f"The body is larger than {bytes_max} bytes after gunzip; send smaller packages.",
                code="push_too_large",
            )
        if not unpacker.eof:
            raise Unreadable("The gzip body ends too early; send it again.")
        rest = unpacker.unused_data.lstrip(b"\0")  # some pad with zeros
        if not rest:
            return plain
    raise Unreadable(f"The gzip body has more than {GZIP_MEMBERS_MAX} members; join them to one.")
