"""What a sensor answered, as we read it and whole, so that a PUT loses nothing we do not know."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

BLANKED = "***"
# Keys whose values are secrets, in whatever part of an answer they stand.
_SECRET = re.compile(r"pass(word|wd)?|auth_data|token|secret|smk|.*(_password|_token|_key)", re.I)
_HEADERS = "custom_header_fields"  # their values may be a key
_IN_ADDRESS = re.compile(r"(?<=://)[^/?#@\s]+(?=@)")  # user and password before a host
_IN_QUERY = re.compile(r"(?<=[?&])([\w.-]*(?:key|token|secret|pass\w*|auth)=)[^&#\s]+", re.I)


@dataclass(frozen=True, slots=True, repr=False)
class Document(Generic[T]):
    """One resource: `read` is typed and may lack what a newer firmware added, `whole` is all of it.

    `whole` may hold passwords in clear: it is for the sensor that said it. Show `blank(whole)`.
    """

    read: T
    whole: dict[str, Any]

    def amended(self, change: Mapping[str, Any]) -> dict[str, Any]:
        """The whole, with `change` put into it: objects inside objects too, lists replaced."""
        return merge(self.whole, change)

    def __repr__(self) -> str:
        return f"Document({type(self.read).__name__}, {blank(self.whole)!r})"


def merge(whole: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """`whole` with the values of `change`, which goes as deep as objects go."""
    merged = dict(whole)
    for name, value in change.items():
        inner = merged.get(name)
        both = isinstance(inner, dict) and isinstance(value, Mapping)
        merged[name] = merge(inner or {}, value) if both else value
    return merged


def blank(answer: Any) -> Any:
    """The same without secrets, to be shown, kept or logged."""
    if isinstance(answer, Mapping):
        return {name: _blanked(str(name), value) for name, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [blank(one) for one in answer]
    if isinstance(answer, str):
        return _IN_QUERY.sub(rf"\1{BLANKED}", _IN_ADDRESS.sub(BLANKED, answer))
    return answer


def unblanked(shown: Any, known: Any) -> Any:
    """What was shown without secrets, as it comes back, with those that are known in their place."""
    if isinstance(shown, Mapping) and isinstance(known, Mapping):
        return {name: unblanked(value, known.get(name)) for name, value in shown.items()}
    if isinstance(shown, list) and isinstance(known, list) and len(shown) == len(known):
        return [unblanked(one, other) for one, other in zip(shown, known, strict=True)]
    return known if known is not None and shown in (BLANKED, blank(known)) else shown


def secrets_in(body: Any) -> set[str]:
    """Every secret of something that is sent, to be looked for in what comes back."""
    if isinstance(body, Mapping):
        found = {value for name, value in body.items() if _is_secret(str(name), value)}
        if isinstance(headers := body.get(_HEADERS), list):
            values = [one.get("value") for one in headers if isinstance(one, Mapping)]
            found |= {value for value in values if isinstance(value, str)}
        return found.union(*(secrets_in(value) for value in body.values()))
    if isinstance(body, list | tuple):
        return set().union(*(secrets_in(one) for one in body))
    return set()


def readable(text: str) -> str:
    """What a device says, without signs that would steer a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def scrub(text: str, secrets: Iterable[str]) -> str:
    """A text without the secrets that it may repeat."""
    for secret in sorted(secrets, key=len, reverse=True):
        if secret:
            text = text.replace(secret, BLANKED)
    return text


def _is_secret(name: str, value: Any) -> bool:
    return isinstance(value, str) and bool(value) and _SECRET.fullmatch(name) is not None


def _blanked(name: str, value: Any) -> Any:
    if name == _HEADERS and isinstance(value, list):
        return [{**one, "value": BLANKED} if isinstance(one, Mapping) else BLANKED for one in value]
    if _SECRET.fullmatch(name) and value and not isinstance(value, bool):
        return BLANKED
    return blank(value)
