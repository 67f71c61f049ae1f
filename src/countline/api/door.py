"""What every request passes before its route: key, rate, scope, parameters and body, in this order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request

from countline.api.auth import HOW, find_cookie, find_secret, refuse_key_in_query
from countline.api.bodies import read_body
from countline.api.operation import Operation
from countline.api.parameters import split_query
from countline.api.ratelimit import Buckets, Standing, WrongKeys
from countline.api.request import ApiRequest
from countline.engine.adopting import DeviceDesk
from countline.engine.engine import Engine
from countline.engine.streams import Streams
from countline.engine.webhooks import WebhookDesk
from countline.errors import NotAllowed, TooMuch
from countline.model.access import Key
from countline.model.place import Location

STANDING = (
    "countline.standing"  # in the ASGI scope: how the caller stands, for the answer's headers
)


class Door:
    """Lets requests in, or raises why not. Litestar calls `enter` before each route."""

    def __init__(
        self,
        engine: Engine,
        devices: DeviceDesk,
        streams: Streams,
        webhooks: WebhookDesk,
        *,
        now_ms: Callable[[], int],
    ) -> None:
        self._engine = engine
        self._devices = devices
        self._streams = streams
        self._webhooks = webhooks
        self._buckets = Buckets(now_ms)
        self._wrong_keys = WrongKeys(now_ms)

    async def enter(self, request: Request[Any, Any, Any]) -> None:
        """Fill the request with its caller and what was asked. Pages without a key pass unread."""
        assert isinstance(request, ApiRequest)
        operation: Operation | None = request.scope["route_handler"].opt.get("operation")
        if operation is not None:
            await self.admit(request, operation)

    async def admit(self, request: ApiRequest[Any], operation: Operation) -> None:
        """Fill a request for an operation."""
        request.engine, request.devices = self._engine, self._devices
        request.streams, request.webhooks = self._streams, self._webhooks
        pairs = split_query(request.scope["query_string"])
        known = operation.parameters.by_name
        refuse_key_in_query(name for name, _ in pairs if name not in known)
        request.caller = key = await self._key_of(request, operation)
        self._count(request, key)
        if operation.scope not in key.scopes:
            raise NotAllowed(
                f"This needs the scope '{operation.scope}'; the key has {', '.join(key.scopes)}.",
                code="scope_missing",
            )
        around = Surroundings(engine=self._engine, key=key)
        request.asked = operation.parameters.read(pairs, around)
        if operation.body is not None:
            request.sent = await read_body(request, operation.body)

    def standing(self, address: str) -> Standing:
        """How an address stands whose request had no key, or a wrong one."""
        return self._wrong_keys.standing(address)

    def _count(self, request: ApiRequest[Any], key: Key) -> None:
        try:
            request.scope[STANDING] = self._buckets.take(key)  # type: ignore[literal-required]
        except TooMuch as error:
            request.scope[STANDING] = error.extra.pop("standing")  # type: ignore[literal-required]
            raise

    async def _key_of(self, request: ApiRequest[Any], operation: Operation) -> Key:
        headers = request.scope["headers"]
        secret = find_secret(headers)
        try:
            if secret is not None:
                return await self._engine.access.authenticate(secret)
            cookie = find_cookie(headers)
            if cookie is not None and operation.by_cookie:
                return await self._engine.access.session_key(cookie)
        except NotAllowed as error:
            if error.error_code != "key_missing":
                self._wrong_keys.note(address_of(request.scope))
            raise
        if cookie is not None:
            raise NotAllowed(f"A session may only read. {HOW}", code="key_missing")
        raise NotAllowed(f"A key is needed. {HOW}", code="key_missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the caller sees, as far as reading parameters needs it."""

    engine: Engine
    key: Key

    def locations(self) -> list[Location]:
        """The locations in sight, by id."""
        sight = self.engine.access.sight(self.key)
        known = self.engine.desk.current().locations
        return [x for i, x in sorted(known.items()) if sight is None or i in sight]

    def sees_one_location(self) -> bool:
        """Whether exactly one location is in sight."""
        return len(self.locations()) == 1

    def time_zone(self, given: Mapping[str, Any]) -> tuple[str, ZoneInfo] | None:
        """The location that a sensor, zone or location of the parameters is in; else the only one."""
        catalogue = self.engine.desk.current()
        sensor = catalogue.sensor_by_id.get(given.get("sensor_id", ""))
        zone = catalogue.zones.get(given.get("zone_id", 0))
        place = sensor or zone
        named = place.location_id if place else given.get("location_id", "")
        seen = self.locations()
        found = [x for x in seen if x.location_id == named] or (seen if len(seen) == 1 else [])
        return (found[0].location_id, ZoneInfo(found[0].time_zone)) if found else None


def address_of(scope: Mapping[str, Any]) -> str:
    """The caller's address; the server has taken proxies into account."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"
