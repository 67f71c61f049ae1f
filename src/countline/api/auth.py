"""Which key asks: found in a header, or behind a browser's cookie, never in an address."""

from collections.abc import Iterable

from countline.errors import BadQuery, FieldError, NotAllowed

COOKIE = "countline_session"
SCHEMES = ("apikey", "bearer")
# Names under which people put a key into an address; compared in lower case without `-` and `_`.
KEY_NAMES = frozenset(
    {"key", "apikey", "xapikey", "token", "accesstoken", "auth", "authorization", "bearer"}
)
HOW = "Send it as 'X-API-Key: KEY', 'Authorization: Apikey KEY' or 'Authorization: Bearer KEY'."


def find_secret(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The key of a request's headers, or None. Two different ones are a `BadQuery`."""
    found: set[str] = set()
    for name, value in headers:
        if name == b"x-api-key":
            found.add(value.decode("latin-1").strip())
        elif name == b"authorization":
            scheme, _, secret = value.decode("latin-1").strip().partition(" ")
            if scheme.lower() not in SCHEMES:
                raise NotAllowed(
                    f"Authorization begins with {scheme[:20]!r}. {HOW}", code="key_missing"
                )
            found.add(secret.strip())
    if len(found) > 1:
        raise BadQuery("Two different keys came in one request; send one.", code="two_keys")
    return found.pop() if found else None


def find_cookie(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The session cookie of a request, or None."""
    for name, value in headers:
        if name == b"cookie":
            for part in value.decode("latin-1").split(";"):
                cookie, _, text = part.strip().partition("=")
                if cookie == COOKIE and text:
                    return text
    return None


def refuse_key_in_query(names: Iterable[str]) -> None:
    """An address is kept in logs and histories everywhere: a key there is a key given away."""
    for name in names:
        if name.lower().replace("-", "").replace("_", "") in KEY_NAMES:
            detail = (
                "a key never goes into an address, where logs keep it: withdraw it, make a new one."
                f" {HOW}"
            )
            raise BadQuery(
                f"{name}: {detail}",
                code="key_in_query",
                errors=(FieldError(field=name, code="unknown", detail=detail),),
            )


def set_cookie(value: str, *, age_s: int, secure: bool) -> str:
    """A Set-Cookie header; an age of 0 removes the cookie."""
    text = f"{COOKIE}={value}; Path=/v3; Max-Age={age_s}; HttpOnly; SameSite=Strict"
    return text + "; Secure" if secure else text
