"""Ways in which a body, its packing and its request go wrong, each decided by a random generator."""

import base64
import gzip
import itertools
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One push as it leaves for the gateway; `how` names what was done to it."""

    method: str = "POST"
    path: str = "/push/xovis_v5"
    headers: Headers = ()
    parts: tuple[bytes, ...] = ()
    breaks_off: bool = False  # the sender goes away before its body is complete
    how: tuple[str, ...] = ()

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)


# -- bytes ----------------------------------------------------------------------------------------
def flip(body: bytes, dice: Random) -> bytes:
    """A few bits."""
    out = bytearray(body)
    for _ in range(dice.randint(1, 5) if out else 0):
        out[dice.randrange(len(out))] ^= 1 << dice.randrange(8)
    return bytes(out)


def cut(body: bytes, dice: Random) -> bytes:
    """The end is missing."""
    return body[: dice.randrange(len(body) + 1)]


def drop(body: bytes, dice: Random) -> bytes:
    """A stretch is missing."""
    at = dice.randrange(len(body) + 1)
    return body[:at] + body[at + dice.randint(1, 40) :]


def insert(body: bytes, dice: Random) -> bytes:
    """Something stands where nothing should."""
    noise = (dice.randbytes(dice.randint(1, 8)), b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\\ud800")
    at = dice.randrange(len(body) + 1)
    return body[:at] + dice.choice(noise) + body[at:]


def repeat(body: bytes, dice: Random) -> bytes:
    """A stretch comes twice."""
    at = dice.randrange(len(body) + 1)
    return body[: at + dice.randint(1, 200)] + body[at:]


def digit(body: bytes, dice: Random) -> bytes:
    """One digit is another, or has a sign, a point or an exponent."""
    places = [i for i, c in enumerate(body) if 48 <= c <= 57]
    if not places:
        return body
    at = dice.choice(places)
    other = dice.choice((b"%d" % dice.randrange(10), b"-", b".", b"e9", b"99999999999999999999"))
    return body[:at] + other + body[at + 1 :]


def recode(body: bytes, dice: Random) -> bytes:
    """Another encoding of text, or a mark before it."""
    text = body.decode("utf-8", "replace")
    encoding = dice.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037", "utf-7"))
    return text.encode(encoding, "replace")


def noise(body: bytes, dice: Random) -> bytes:
    """Nothing of the body is left."""
    return dice.choice(
        (b"", b" ", b"null", b"0", b'""', b"{}", b"[]", b"[[]]", dice.randbytes(300))
    )


# -- JSON -----------------------------------------------------------------------------------------
WILD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.5, -0.0, 1e308, 2**31 - 1, 2**31, 2**53, 2**53 + 1, 2**63,
    2**64, -(2**63), 10**30, "", "0", "7", "x" * 300, "\0", "é\u202e\U0001f600", "2026-06-02",
    "2026-06-02T10:00:00", "2026-06-02T10:00:00+02:00", "NaN", [], {}, [[]], [None], {"": None},
    {"id": 1}, "XLT_ZONE_OCCUPANCY_COUNT", "XLT_LINE_IN_OUT_COUNT", "MULTI_SENSOR", "fw-male",
)  # fmt: skip
TOKENS = (b"NaN", b"Infinity", b"1e999", b"-", b"0x10", b"01", b"1" * 5000, b'"\\ud800"', b"\xff")
SLOT = "a place for a token that no JSON writer writes"
TIMES = (-(10**12), -86_400_000, -3_600_000, -1, 1, 500, 59_999, 301_000, 86_400_000, 10**11)

Step = tuple[Any, Any]  # a container, and the key or index of one of its values


def _steps(said: Any) -> list[Step]:
    found: list[Step] = []
    todo = [said]
    while todo:
        one = todo.pop()
        inner = one.items() if isinstance(one, dict) else enumerate(one)
        for key, value in inner:
            found.append((one, key))
            if isinstance(value, dict | list):
                todo.append(value)
    return found


def _rebuilt(body: bytes, dice: Random, change: Callable[[list[Step], Random], None]) -> bytes:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return flip(body, dice)
    whole = [said]
    steps = _steps(whole)
    change(steps, dice)
    return json.dumps(whole[0]).encode()


def _value(steps: list[Step], dice: Random) -> None:
    holder, key = dice.choice(steps)
    holder[key] = dice.choice(WILD)


def _missing(steps: list[Step], dice: Random) -> None:
    holder, key = dice.choice(steps)
    if len(steps) > 1 and isinstance(holder, dict):
        del holder[key]


def _renamed(steps: list[Step], dice: Random) -> None:
    named = [(holder, key) for holder, key in steps if isinstance(holder, dict)]
    if named:
        holder, key = dice.choice(named)
        name = dice.choice((key.upper(), f"{key} ", "", "__proto__", dice.choice(named)[1]))
        holder[name] = holder.pop(key)


def _swapped(steps: list[Step], dice: Random) -> None:
    (one, a), (two, b) = dice.choice(steps), dice.choice(steps)
    copy = json.loads(json.dumps(one[a]))  # a value must not come to hold itself
    one[a] = json.loads(json.dumps(two[b]))
    two[b] = copy


def _wrapped(steps: list[Step], dice: Random) -> None:
    holder, key = dice.choice(steps)
    value = holder[key]
    others = ([value], {"value": value}, str(value), [value] * 3, float(value == value))
    holder[key] = dice.choice(others)


def _many(steps: list[Step], dice: Random) -> None:
    lists = [holder[key] for holder, key in steps if isinstance(holder[key], list) and holder[key]]
    if lists:
        chosen = dice.choice(lists)
        chosen.extend([dice.choice(chosen)] * dice.choice((1, 10, 200)))


def _shuffled(steps: list[Step], dice: Random) -> None:
    for holder, _ in dice.sample(steps, min(5, len(steps))):
        if isinstance(holder, dict):
            items = list(holder.items())
            dice.shuffle(items)
            holder.clear()
            holder.update(items)


def _retimed(steps: list[Step], dice: Random) -> None:
    times = [
        (holder, key) for holder, key in steps
        if key in ("from", "to", "time") and isinstance(holder[key], int)
    ]  # fmt: skip
    for holder, key in dice.sample(times, min(2, len(times))):
        holder[key] = dice.choice((holder[key] + dice.choice(TIMES), holder[key] // 1000))


def _moved(steps: list[Step], dice: Random) -> None:
    """Whole records lie elsewhere in time, a little or beyond all reason."""
    records = [h[k] for h, k in steps if isinstance(h[k], dict) and {"from", "to"} <= h[k].keys()]
    by = dice.choice((*TIMES, 2 * 10**12, -3 * 10**12, 86_400_000 * dice.randint(-70, 1)))
    for record in dice.sample(records, dice.randint(0, len(records))):
        for key in ("from", "to"):
            if isinstance(record[key], int):
                record[key] += by


def _numbered(steps: list[Step], dice: Random) -> None:
    numbers = [(h, k) for h, k in steps if isinstance(h[k], int | float)]
    if numbers:
        holder, key = dice.choice(numbers)
        old = holder[key]
        others = (-old, old + 0.5, float(old), old * 1000, old + 1, dice.randrange(2**33))
        holder[key] = dice.choice(others)


def token(body: bytes, dice: Random) -> bytes:
    """A token that JSON does not have, where a value was."""

    def change(steps: list[Step], dice: Random) -> None:
        holder, key = dice.choice(steps)
        holder[key] = SLOT

    slot = json.dumps(SLOT).encode()
    return _rebuilt(body, dice, change).replace(slot, dice.choice(TOKENS))


def deep(body: bytes, dice: Random) -> bytes:
    """Nested beyond reason."""
    depth = dice.choice((50, 900, 5_000))
    opening, closing = dice.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'{"logics_data":', b"}")))
    return opening * depth + body + closing * depth


def rebuilding(change: Callable[[list[Step], Random], None]) -> Callable[[bytes, Random], bytes]:
    """A mutation of bytes from one of the JSON tree in them."""

    def mutated(body: bytes, dice: Random) -> bytes:
        return _rebuilt(body, dice, change)

    mutated.__name__ = change.__name__.strip("_")
    return mutated


OF_BYTES = (flip, cut, drop, insert, repeat, digit, recode, noise)
OF_JSON = (
    *map(rebuilding, (_value, _missing, _renamed, _swapped, _wrapped, _many, _shuffled)),
    *map(rebuilding, (_value, _retimed, _moved, _numbered)),
    token,
    deep,
)


# -- packing and request --------------------------------------------------------------------------
def packed(asked: Request, dice: Random) -> Request:
    """gzip, rightly or not."""
    body = asked.body
    whole = gzip.compress(body, 1, mtime=0)
    named, sent = dice.choice(
        (
            ("gzip", whole),
            ("GZIP ", whole),
            ("gzip", body),
            ("gzip", whole[: dice.randrange(len(whole))]),
            ("gzip", flip(whole, dice)),
            ("gzip", gzip.compress(whole, 1, mtime=0)),
            ("gzip", gzip.compress(body[:20], 1, mtime=0) + gzip.compress(body[20:], 1, mtime=0)),
            ("gzip", whole + b"\0" * 9),
            ("gzip", whole + b"rest"),
            ("gzip", zlib.compress(body, 1)),
            ("deflate", zlib.compress(body, 1)),
            ("br", body),
            ("identity", body),
            ("", whole),
        )
    )
    headers = (*asked.headers, (b"content-encoding", named.encode()))
    return replace(asked, headers=headers, parts=(sent,), how=(*asked.how, "packed"))


def bombed(asked: Request, dice: Random) -> Request:
    """Small on the way, large afterwards."""
    size = dice.choice((1_000_000, 9_999_999, 10_000_001, 40_000_000))
    sent = gzip.compress(b" " * size, 9, mtime=0)
    headers = (*asked.headers, (b"content-encoding", b"gzip"))
    return replace(asked, headers=headers, parts=(sent,), how=(*asked.how, "bombed"))


def chunked(asked: Request, dice: Random) -> Request:
    """In parts, and perhaps never whole."""
    body = asked.body
    places = sorted(dice.randrange(len(body) + 1) for _ in range(dice.randint(1, 6)))
    edges = (0, *places, len(body))
    parts = tuple(body[a:b] for a, b in itertools.pairwise(edges))
    breaks_off = dice.random() < 0.5
    return replace(asked, parts=parts, breaks_off=breaks_off, how=(*asked.how, "chunked"))


def sent_elsewhere(asked: Request, dice: Random) -> Request:
    """Another path or method."""
    path = dice.choice(
        (
            "/push/",
            "/push",
            "/push/xovis_v5/",
            "/push/xovis_v5/a/b",
            "/push/tidy_csv",
            "/push/none",
            "/push/" + "x" * 9000,
            "/push/�\x00",
            "/push/../v3/data/count",
            "/pt_",
            "/pt_/push/x",
            "/push//xovis_v5",
            "/PUSH/xovis_v5",
            "/",
        )
    )
    method = dice.choice(("POST", "POST", "POST", "GET", "PUT", "DELETE", "OPTIONS", "HEAD", "X"))
    return replace(asked, path=path, method=method, how=(*asked.how, "sent_elsewhere"))


def headed(asked: Request, dice: Random) -> Request:
    """Headers that say something else, too much or nothing."""
    more = dice.choice(
        (
            ((b"content-type", b"text/plain"),),
            ((b"content-type", b"\xff\xff"),),
            ((b"content-length", b"-5"),),
            ((b"content-length", b"lots"),),
            ((b"content-length", b"99999999"),),
            ((b"content-length", b"9" * 5_000),),
            ((b"content-length", "٣".encode()),),
            ((b"x-noise", b"n" * 20_000),),
            tuple((b"x-%d" % n, b"") for n in range(100)),
            ((b"content-encoding", b""),),
            ((b"content-encoding", b"\xff"),),
            ((b"expect", b"100-continue"),),
        )
    )
    return replace(asked, headers=(*asked.headers, *more), how=(*asked.how, "headed"))


def unlocked(asked: Request, dice: Random) -> Request:
    """Without a secret, with a wrong one, or with one in another place."""
    secret = dict(asked.headers).get(b"x-push-key", b"pt_none")
    basic = base64.b64encode(b"sensor:" + secret)
    ways: tuple[Headers, ...] = (
        (),
        ((b"x-push-key", b""),),
        ((b"x-push-key", secret[:-1]),),
        ((b"x-push-key", flip(secret, dice)),),
        ((b"x-push-key", b"\xff\x00\xe9"),),
        ((b"x-push-key", b"pt_" + b"a" * 10_000),),
        ((b"authorization", b"Bearer " + secret),),
        ((b"authorization", b"Basic " + basic),),
        ((b"authorization", b"Basic " + basic[:-3]),),
        ((b"authorization", b"Basic \xff\xfe\xe9"),),
        ((b"authorization", b"Basic " + base64.b64encode(b"\xff\xfe:\xff")),),
        ((b"authorization", b"Basic"),),
        ((b"authorization", b"Digest " + secret),),
        ((b"authorization", dice.randbytes(20)),),
        ((b"x-push-key", b"wrong"), (b"authorization", b"Bearer " + secret)),
        ((b"cookie", secret),),
    )
    path = asked.path
    if dice.random() < 0.2:
        path = f"/{secret.decode('latin-1')}{dice.choice(('', '/', path, '/any/where'))}"
    return replace(asked, path=path, headers=dice.choice(ways), how=(*asked.how, "unlocked"))


OF_REQUESTS = (packed, packed, packed, chunked, sent_elsewhere, headed, unlocked, unlocked)


def mutate(asked: Request, dice: Random) -> Request:
    """A request with one to three things wrong in it, most often in its body."""
    body, how = asked.body, []
    where = dice.random()
    if where < 0.9:
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            kinds = OF_JSON if dice.random() < 0.65 else OF_BYTES
            mutation = dice.choice(kinds)
            body = mutation(body, dice)
            how.append(mutation.__name__)
    asked = replace(asked, parts=(body,), how=tuple(how))
    if where > 0.75:
        asked = dice.choice(OF_REQUESTS)(asked, dice)
    if dice.random() < 0.0005:
        asked = bombed(asked, dice)
    return asked
