"""Every error we raise, drawn as a tree, each with a stable code.

CountlineError
├── BadPush          a sensor's body, or a file, cannot be understood
├── UnknownSensor    nobody registered this device
├── BadQuery         a caller's question is missing something, or unreadable
├── Impossible       readable, but cannot be answered (422)
├── NotAllowed       no key, a wrong one, or one without the scope
├── NotFound         no such thing, or not in this key's sight
├── TooMuch          a bound of `limits` was passed
├── NotReady         try again later
├── Conflict         what is there already stands in the way
├── DeviceError      a sensor that was asked cannot be reached, or says no
│   ├── DeviceUnreachable  it does not answer; nothing was changed on it
│   └── DeviceGone         the connection broke on the way: it may have been done, or not
├── StoreError       the disk refused
└── ConfigError      the settings are wrong

The docstring is the message where none is given; `code` never changes once released and has a page
of its own in the documentation. Which HTTP status an error becomes is known only in `api/`.
"""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """What is wrong with one field: its path, what was found, and how to mend it."""

    field: str
    detail: str
    code: str = "invalid"


class CountlineError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        errors: tuple[FieldError, ...] = (),
        retry_after_s: int | None = None,
        **extra: Any,
    ) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.error_code = code or self.code
        self.errors = errors
        self.retry_after_s = retry_after_s
        self.extra = extra
        super().__init__(self.detail)


class BadPush(CountlineError):
    """The body cannot be understood."""

    code = "bad_push"


class UnknownSensor(CountlineError):
    """No sensor is registered for this device."""

    code = "unknown_sensor"


class BadQuery(CountlineError):
    """The question is missing a parameter, or has one that cannot be read."""

    code = "bad_query"


class Impossible(CountlineError):
    """The question can be read, but has no answer."""

    code = "impossible"


class NotAllowed(CountlineError):
    """The key is missing, wrong, or not enough for this."""

    code = "not_allowed"


class NotFound(CountlineError):
    """There is no such thing in sight of this key."""

    code = "not_found"


class TooMuch(CountlineError):
    """More than the limit allows."""

    code = "too_much"


class NotReady(CountlineError):
    """Not ready; try again later."""

    code = "not_ready"


class Conflict(CountlineError):
    """What is there already stands in the way."""

    code = "conflict"


class DeviceError(CountlineError):
    """The sensor cannot do what it was asked."""

    code = "device_refused"


class DeviceUnreachable(DeviceError):
    """The sensor does not answer; nothing was changed on it."""

    code = "device_unreachable"


class DeviceGone(DeviceError):
    """The sensor went away in the middle: what it was asked may have been done, or not."""

    code = "device_gone"


class StoreError(CountlineError):
    """The store could not keep or read the data."""

    code = "store_error"


class ConfigError(CountlineError):
    """The configuration is wrong."""

    code = "config_error"
