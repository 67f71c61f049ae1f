"""Who we are to a sensor: logged in when something needs it, logged out at the end.

A sensor gives a token for user and password, which is renewed before it ends and when the sensor
has forgotten it. One that has no sessions gets the password with each request. A refused password
is tried once: accounts lock.
"""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec

from countline import limits
from countline.devices.xovis_v5.context import SINGLE, Context
from countline.devices.xovis_v5.documents import scrub, secrets_in
from countline.devices.xovis_v5.operations.asking import Query
from countline.devices.xovis_v5.refusals import invalid_answer, judge, refusal, unsupported
from countline.devices.xovis_v5.shapes import DeviceInfo
from countline.devices.xovis_v5.transport import Answer, Wire
from countline.devices.xovis_v5.writing import WriteQueue
from countline.drivers.xovis_v5.compatibility import BASE, OPERATIONS, Operation
from countline.drivers.xovis_v5.firmware import Firmware, firmware_of
from countline.errors import BadQuery, DeviceError, FieldError
from countline.vault import Secret

RENEW_AT = 0.9  # of a token's life
LOGOUT_S_MAX = 5  # politeness does not wait long
OUR_WORDS = frozenset({"certificate_changed"})  # the sensor had no part in what is said
_PLAIN: Mapping[str, str] = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "X-Requested-With": "XmlHttpRequest",  # a 401 then comes without a request for a password
}


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the sensor; the password shows itself nowhere. Raises `BadQuery` for no user."""

    user: str
    password: Secret

    def __post_init__(self) -> None:
        if not self.user or ":" in self.user or not self.user.isprintable():
            detail = (
                f"found {self.user!r}, expected the name of a user of the sensor, without colon"
            )
            raise BadQuery(detail, errors=(FieldError(field="user", detail=detail),))

    @property
    def basic(self) -> str:
        """As HTTP Basic."""
        pair = f"{self.user}:{self.password.reveal()}".encode()
        return f"Basic {b64encode(pair).decode()}"


class RefusedLogins:
    """Logins that a device refused, so that nothing tries them again by itself, for an hour."""

    def __init__(self, elapsed_s: Callable[[], float]) -> None:
        self._elapsed_s = elapsed_s
        self._at_s: dict[tuple[str, Login], float] = {}

    def add(self, address: str, login: Login) -> None:
        """It was refused now."""
        self._at_s[address, login] = self._elapsed_s()

    def forget(self, address: str, login: Login) -> None:
        """Somebody says that it is worth a try."""
        self._at_s.pop((address, login), None)

    def holds(self, address: str, login: Login) -> bool:
        """Whether it was refused, and not long ago."""
        at_s = self._at_s.get((address, login))
        return at_s is not None and self._elapsed_s() - at_s < limits.DEVICE_REFUSED_S


class _Token(msgspec.Struct, frozen=True):
    token: Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,4096}$")]  # it goes into a header
    valid_for: int | float = 0  # seconds
    max_unused_for: int | float = 0


class Session:
    """One user's conversation with one sensor."""

    def __init__(
        self,
        wire: Wire,
        *,
        login: Login | None,
        queue: WriteQueue,
        refused: RefusedLogins,
        elapsed_s: Callable[[], float],
    ) -> None:
        self._wire = wire
        self._login = login
        self._queue = queue
        self._refused = refused
        self._elapsed_s = elapsed_s
        self._logging_in = asyncio.Lock()
        self._token: _Token | None = None
        self._token_at_s = self._used_at_s = 0.0
        self._has_sessions = True
        self._firmware: Firmware | None = None

    @property
    def fingerprint(self) -> str:
        """As in `SensorClient`."""
        return self._wire.fingerprint

    @property
    def address(self) -> str:
        """Where the sensor is."""
        return str(self._wire.address)

    def at(self, context: Context) -> "ContextSession":
        """The session, in one of the sensor's contexts."""
        return ContextSession(self, context)

    async def firmware(self) -> Firmware:
        """The sensor's firmware, asked once. Raises `device_not_recognised` where it tells none."""
        if self._firmware is None:
            answer = await self.ask(OPERATIONS["device_info"], SINGLE)
            try:
                self._firmware = firmware_of(
                    msgspec.json.decode(answer, type=DeviceInfo).fw_version
                )
            except (ValueError, RecursionError) as error:
                raise invalid_answer("device_info", str(error)) from None
            if self._firmware is None:
                detail = "it tells no firmware number, as sensors do; check the address"
                raise DeviceError(detail, code="device_not_recognised")
        return self._firmware

    async def ask(
        self,
        operation: Operation,
        context: Context,
        *,
        id: int | None = None,
        query: Query | None = None,
        body: Any = None,
        timeout_s: float | None = None,
    ) -> bytes:
        """As `Asker.ask`."""
        if operation.is_recent or context.multisensor is not None:
            firmware = await self.firmware()
            if not operation.fits(firmware):
                raise unsupported(operation, firmware)
        root = context.root(self._firmware)
        target = BASE + operation.path.format(root=root, id=id)
        if query:
            target += f"?{urlencode({name: _said(value) for name, value in query.items()})}"
        content = None if body is None else msgspec.json.encode(body)
        try:
            if not operation.changes:
                answer = await self._exchange(operation, target, content, timeout_s)
            else:
                async with self._queue.turn():
                    answer = await self._exchange(operation, target, content, timeout_s)
            if answer.is_unknown_path and not operation.open:
                await self.firmware()  # so that the refusal can say which it is
            return judge(answer, operation, self._firmware)
        except DeviceError as error:
            raise self._without_secrets(error, body) from None

    async def close(self) -> None:
        """End the session on the sensor, if there is one and it can be told, and hang up."""
        try:
            if self._token is not None:
                logout = OPERATIONS["logout"]
                await self._send(logout, BASE + logout.path, self._bearer, None, LOGOUT_S_MAX)
        except DeviceError:
            pass  # the token ends by itself
        finally:
            self._token = None
            await self._wire.close()

    # -- inside -----------------------------------------------------------------------------------

    async def _exchange(
        self, operation: Operation, target: str, content: bytes | None, timeout_s: float | None
    ) -> Answer:
        if operation.open:
            return await self._send(operation, target, None, content, timeout_s)
        credentials = await self._credentials()
        answer = await self._send(operation, target, credentials, content, timeout_s)
        if answer.status != 401:
            return answer
        if self._token is not None:  # forgotten by the sensor: it rebooted, or its clock jumped
            self._forget(credentials)
            credentials = await self._credentials()
            answer = await self._send(operation, target, credentials, content, timeout_s)
        if answer.status != 401:
            return answer
        if self._token is not None:  # fresh from a login that went well: it is not the password
            return answer._replace(status=403, media_type="application/json")
        assert self._login is not None, "there were credentials"
        self._refused.add(self.address, self._login)
        return answer

    async def _send(
        self,
        operation: Operation,
        target: str,
        credentials: str | None,
        content: bytes | None,
        timeout_s: float | None,
    ) -> Answer:
        headers = dict(_PLAIN)
        if credentials is not None:
            headers["Authorization"] = credentials
        if content is not None:
            headers["Content-Type"] = "application/json"
        elif operation.method != "GET":
            headers["Content-Length"] = "0"
        return await self._wire.send(
            operation.method,
            target,
            headers=headers,
            body=content,
            timeout_s=timeout_s,
            repeat=operation.name != "logout",
        )

    async def _credentials(self) -> str:
        """What goes into `Authorization`. Raises `device_login_failed`."""
        login = self._login
        if login is None:
            detail = "the sensor wants a login for this, and none is known; adopt it with --user"
            raise DeviceError(detail, code="device_login_missing")
        async with self._logging_in:
            now_s = self._elapsed_s()
            if self._token is not None and self._is_over(self._token, now_s):
                self._token = None
            if self._refused.holds(self.address, login):
                raise refusal(Answer(401, "", b""), OPERATIONS["login"], self._firmware)
            if self._token is None and self._has_sessions:
                await self._log_in(login)
            self._used_at_s = now_s
            return login.basic if self._token is None else self._bearer

    async def _log_in(self, login: Login) -> None:
        operation = OPERATIONS["login"]
        answer = await self._send(operation, BASE + operation.path, login.basic, None, None)
        if answer.is_unknown_path or answer.status == 404:
            self._has_sessions = False
            return
        if answer.status == 401:
            self._refused.add(self.address, login)
        body = judge(answer, operation, self._firmware)
        try:
            self._token = msgspec.json.decode(body, type=_Token)
        except (ValueError, RecursionError) as error:
            raise invalid_answer("login", str(error)) from None
        self._token_at_s = self._elapsed_s()

    @property
    def _bearer(self) -> str:
        assert self._token is not None, "logged in"
        return f"Bearer {self._token.token}"

    def _forget(self, credentials: str) -> None:
        """Throw the token away that was just refused, unless another request did so already."""
        if self._token is not None and credentials == self._bearer:
            self._token = None

    def _is_over(self, token: _Token, now_s: float) -> bool:
        lives, rests = token.valid_for * RENEW_AT, token.max_unused_for * RENEW_AT
        return (0 < lives < now_s - self._token_at_s) or (0 < rests < now_s - self._used_at_s)

    def _without_secrets(self, error: DeviceError, body: Any) -> DeviceError:
        """The error, should the sensor have said a secret back to us."""
        if error.error_code in OUR_WORDS:
            return error
        secrets = secrets_in(body)
        if self._login is not None:
            secrets |= {self._login.password.reveal()}
        error.detail = scrub(error.detail, secrets)
        error.args = (error.detail,)
        return error


@dataclass(frozen=True, slots=True)
class ContextSession:
    """An `Asker`."""

    session: Session
    context: Context

    async def ask(
        self,
        operation: str,
        *,
        id: int | None = None,
        query: Query | None = None,
        body: Any = None,
        timeout_s: float | None = None,
    ) -> bytes:
        """As `Asker.ask`."""
        return await self.session.ask(
            OPERATIONS[operation],
            self.context,
            id=id,
            query=query,
            body=body,
            timeout_s=timeout_s,
        )


def _said(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
