"""Keys, and the browser sessions that stand for one."""

from litestar import Response
from litestar.params import FromPath, JSONBody

from countline.api.auth import find_cookie, set_cookie
from countline.api.instants import body_s, instant, instant_or_none
from countline.api.lists import next_link, page_of
from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.api.v3 import render
from countline.api.v3.asking import PageAsking
from countline.errors import NotAllowed, NotFound
from countline.limits import SESSION_S_MAX
from countline.model.access import Key
from countline.wire import v3_catalogue as wire


async def list_keys(request: ApiRequest[PageAsking]) -> Response[wire.KeyPage]:
    """Keys by id, without their secrets. A key sees those that see no more than itself."""
    asking = request.asked
    known = sorted(request.engine.desk.current().keys.values(), key=lambda k: k.key_id)
    page, cursor = page_of(
        (k for k in known if _covers(request.caller, k)),
        place=lambda k: k.key_id,
        limit=asking.limit,
        cursor=asking.cursor,
    )
    told = wire.KeyPage(data=[render.key(k) for k in page], next=cursor)
    return Response(told, headers=next_link(request, cursor))


async def add_key(
    request: ApiRequest[Asking], data: JSONBody[wire.KeyNew]
) -> Response[wire.KeyMade]:
    """Make a key. Its secret is in this answer and nowhere else, ever."""
    caller = request.caller
    _check_no_more(caller, data)
    made, secret = await request.engine.access.create_key(
        name=data.name,
        scopes=data.scopes,
        locations=data.locations,
        expires_s=None if data.expires_at is None else body_s("expires_at", data.expires_at),
        quota=data.rate.quota,
        window_s=data.rate.window_s,
    )
    told = wire.KeyMade(
        key_id=made.key_id,
        key=secret,
        name=made.name,
        scopes=list(made.scopes),
        locations=list(made.locations),
        expires_at=instant_or_none(made.expires_s),
        rate=wire.Rate(quota=made.quota, window_s=made.window_s),
        created_at=instant(made.created_s),
    )
    return Response(told, headers={"Cache-Control": "no-store"})


async def get_key(request: ApiRequest[Asking], key_id: FromPath[str]) -> wire.Key:
    """One key, without its secret."""
    return render.key(_key_of(request, key_id))


async def withdraw_key(request: ApiRequest[Asking], key_id: FromPath[str]) -> wire.Key:
    """Withdraw a key: it is refused from now on, and its sessions end with it."""
    known = _key_of(request, key_id)
    return render.key(await request.engine.access.withdraw_key(known.key_id))


async def open_session(request: ApiRequest[Asking]) -> Response[wire.SessionMade]:
    """Open a browser session with a key.

    The cookie of this answer stands for the key in every `GET` under `/v3`, for 12 hours. Scripts in
    the page cannot read it, and other sites cannot use it.
    """
    caller = request.caller
    cookie, ends_s = await request.engine.access.open_session(caller)
    secure = request.scope["scheme"] == "https"
    told = wire.SessionMade(
        key_id=caller.key_id,
        name=caller.name,
        scopes=list(caller.scopes),
        locations=list(caller.locations),
        ends_at=instant(ends_s),
    )
    header = set_cookie(cookie, age_s=SESSION_S_MAX, secure=secure)
    return Response(told, headers={"Set-Cookie": header, "Cache-Control": "no-store"})


async def close_session(request: ApiRequest[Asking]) -> Response[None]:
    """End the browser session whose cookie the request carries."""
    cookie = find_cookie(request.scope["headers"])
    if cookie is not None:
        await request.engine.access.close_session(cookie)
    secure = request.scope["scheme"] == "https"
    gone = set_cookie("", age_s=0, secure=secure)
    return Response(None, headers={"Set-Cookie": gone}, status_code=204)


def _key_of(request: ApiRequest[Asking], key_id: str) -> Key:
    known = request.engine.desk.current().keys.get(key_id)
    if known is None or not _covers(request.caller, known):
        raise NotFound(f"There is no key {key_id!r}.", code="key_not_found")
    return known


def _covers(caller: Key, other: Key) -> bool:
    """Whether a caller sees all that another key sees."""
    if not caller.locations:
        return True
    return bool(other.locations) and set(other.locations) <= set(caller.locations)


def _check_no_more(caller: Key, data: wire.KeyNew) -> None:
    """A key cannot make one that may do or see more than itself."""
    more = sorted(set(data.scopes) - set(caller.scopes))
    if more:
        raise NotAllowed(
            f"scopes: this key does not have {', '.join(more)} itself.", code="more_than_own"
        )
    if caller.locations and not data.locations:
        raise NotAllowed(
            "locations: none named means every location, and this key sees only"
            f" {', '.join(caller.locations)}.",
            code="more_than_own",
        )
    unseen = sorted(set(data.locations) - set(caller.locations)) if caller.locations else []
    if unseen:
        raise NotFound(f"There is no location {unseen[0]!r}.", code="location_not_found")
