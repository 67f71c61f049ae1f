"""What Xovis sensors of generation 5 push: JSON with counts, live persons, or their own state."""

from typing import Any

import msgspec

from countline.drivers.reading import Decoded, Note, Push
from countline.drivers.xovis_v5.encode import encode
from countline.drivers.xovis_v5.heads import VENDOR
from countline.drivers.xovis_v5.logics import decode_logics
from countline.drivers.xovis_v5.mend import mend
from countline.drivers.xovis_v5.noting import Notes
from countline.drivers.xovis_v5.persons import strip_persons
from countline.drivers.xovis_v5.plans import Plans
from countline.drivers.xovis_v5.states import decode_live, decode_status
from countline.drivers.xovis_v5.wire import KINDS, Body
from countline.errors import BadPush, FieldError

PACKAGES_MAX = 10_000  # of one body; a sensor that sends arrays has a few
_EXPECTED = f"expected an object, or an array of objects, with one of {', '.join(KINDS)}"
_READER = msgspec.json.Decoder(Body | list[Body])


class XovisV5:
    """The codec. It remembers what logics looked like, which saves time and changes no answer."""

    name = "xovis_v5"
    vendor = VENDOR
    keeps_body = True  # of counts and states; a body with purpose `live` carries persons

    def __init__(self) -> None:
        self._plans = Plans()

    def decode(self, push: Push) -> list[Decoded]:
        """One `Decoded` per package, in the body's order. Raises `BadPush`."""
        try:
            said = _READER.decode(push.body)
        except (ValueError, RecursionError):
            return self._mended(push.body)
        if isinstance(said, Body):
            return self._packages(said, "", Notes()) or self._mended(push.body)
        found: list[list[Decoded]] = []
        if len(said) <= PACKAGES_MAX:
            found = [self._packages(body, f"[{i}].", Notes()) for i, body in enumerate(said)]
        if not found or not all(found):
            return self._mended(push.body)
        return [decoded for packages in found for decoded in packages]

    def _packages(self, body: Body, path: str, notes: Notes) -> list[Decoded]:
        packages: list[Decoded] = []
        if body.logics_data is not None:
            packages.append(
                decode_logics(body.logics_data, f"{path}logics_data", notes, self._plans)
            )
        if body.live_data is not None:
            packages.append(decode_live(body.live_data, notes))
        if body.status_data is not None:
            packages.append(decode_status(body.status_data, notes))
        if body.connection_test is not msgspec.UNSET:
            packages.append(Decoded(purpose="test", notes=notes.all()))
        return packages

    def _mended(self, body: bytes) -> list[Decoded]:
        """The long way, for bodies that are not quite what they should be."""
        raw = _parsed(body)
        if not isinstance(raw, list):
            return self._piece(raw, "")
        if not 0 < len(raw) <= PACKAGES_MAX:
            found_array = "an empty array" if not raw else f"an array of {len(raw)} elements"
            raise BadPush(f"{found_array}; {_EXPECTED}")
        found: list[Decoded] = []
        errors: list[FieldError] = []
        for i, piece in enumerate(raw):
            try:
                found += self._piece(piece, f"[{i}]")
            except BadPush as error:
                errors += error.errors
        if not found:
            raise BadPush(f"nothing in the array can be read; {_EXPECTED}", errors=tuple(errors))
        return found + [_refused(error) for error in errors]

    def _piece(self, raw: Any, path: str) -> list[Decoded]:
        notes = Notes()
        body = mend(raw, Body, path, notes)
        packages = self._packages(body, f"{path}." if path else "", notes) if body else []
        if packages:
            return packages
        if not notes and _is_another_kind(raw):
            return [_other(raw, path)]
        errors = [
            FieldError(field=n.path or "body", detail=n.detail, code=n.code) for n in notes.all()
        ]
        if not errors:
            errors = [FieldError(field=path or "body", detail=_found(raw), code="unreadable")]
        raise BadPush(f"{errors[0].field}: {errors[0].detail}; {_EXPECTED}", errors=tuple(errors))

    def encode(self, decoded: list[Decoded]) -> bytes:
        """A body that decodes to the same; an array where there are several packages."""
        return encode(decoded)

    def strip_persons(self, body: bytes) -> bytes:
        """The body without what it says about any person; empty where that cannot be told."""
        return strip_persons(body)


def _parsed(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise BadPush(f"nested too deeply; {_EXPECTED}") from None
    except ValueError as error:
        found = "an empty body" if not body else f"not JSON ({error})"
        raise BadPush(f"{found}; {_EXPECTED}") from None


def _is_another_kind(raw: dict[str, Any]) -> bool:
    """Sensors wrap every kind of data in one key, so one key with an object is a new kind."""
    return len(raw) == 1 and isinstance(next(iter(raw.values())), dict) and not raw.keys() & KINDS


def _other(raw: dict[str, Any], path: str) -> Decoded:
    (key,) = raw
    at = f"{path}.{key[:64]}" if path else key[:64]
    detail = f"a kind of data that is not read; known are {', '.join(KINDS)}"
    return Decoded(purpose="other", notes=(Note(code="kind_unknown", path=at, detail=detail),))


def _refused(error: FieldError) -> Decoded:
    """An element of an array that cannot be read, beside others that can."""
    note = Note(code="unreadable", path=error.field, detail=error.detail)
    return Decoded(purpose="other", notes=(note,))


def _found(raw: dict[str, Any]) -> str:
    empty = [key for key in KINDS if key in raw]
    if empty:
        return f"{empty[0]} is null"
    keys = ", ".join(f"'{key[:40]}'" for key in sorted(raw)[:8])
    return f"an object with {keys}" if keys else "an object without keys"


DRIVER = XovisV5()
