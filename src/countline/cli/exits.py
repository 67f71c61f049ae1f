"""What the number says with which a command ends."""

from countline.errors import (
    BadQuery,
    ConfigError,
    Conflict,
    CountlineError,
    DeviceError,
    Impossible,
    NotAllowed,
    NotFound,
    NotReady,
    TooMuch,
    UnknownSensor,
)

DONE = 0
FAILED = 1
WRONG = 2
NOT_FOUND = 3
CONFLICT = 4
NOT_ALLOWED = 5
NOT_NOW = 6
INTERRUPTED = 130

EXITS: tuple[tuple[int, str], ...] = (
    (DONE, "done"),
    (FAILED, "failed: a disk, a file, or a mistake of ours; the message says which"),
    (WRONG, "the command, its values or the configuration are wrong; nothing was done"),
    (NOT_FOUND, "there is no such thing"),
    (CONFLICT, "what is there already stands in the way"),
    (NOT_ALLOWED, "a key or password is missing, wrong, or not enough for this"),
    (NOT_NOW, "not ready, busy or unreachable; try again later"),
    (INTERRUPTED, "stopped by Ctrl-C"),
)

_BY_ERROR: tuple[tuple[type[CountlineError], int], ...] = (
    (ConfigError, WRONG),
    (BadQuery, WRONG),
    (Impossible, WRONG),
    (TooMuch, WRONG),
    (NotFound, NOT_FOUND),
    (UnknownSensor, NOT_FOUND),
    (Conflict, CONFLICT),
    (NotAllowed, NOT_ALLOWED),
    (NotReady, NOT_NOW),
    (DeviceError, NOT_NOW),
)
_BY_CODE = {
    "address_not_allowed": WRONG,
    "device_not_recognised": WRONG,
    "device_refused": WRONG,
    "device_login_failed": NOT_ALLOWED,
    "device_login_missing": NOT_ALLOWED,
    "device_privilege_missing": NOT_ALLOWED,
    "certificate_changed": CONFLICT,
    "device_exchanged": CONFLICT,
    "device_conflict": CONFLICT,
    "device_limit_reached": CONFLICT,
    "device_license_missing": CONFLICT,
    "firmware_unsupported": CONFLICT,
}
_BY_STATUS = {
    400: WRONG,
    401: NOT_ALLOWED,
    403: NOT_ALLOWED,
    404: NOT_FOUND,
    409: CONFLICT,
    422: WRONG,
    429: NOT_NOW,
    503: NOT_NOW,
}


def exit_of(error: CountlineError) -> int:
    """The exit code of an error: by the status a server gave, else by its code or its kind."""
    status = getattr(error, "status", None)
    if status is not None:
        return _BY_STATUS.get(status, FAILED)
    if error.error_code in _BY_CODE:
        return _BY_CODE[error.error_code]
    return next((number for kind, number in _BY_ERROR if isinstance(error, kind)), FAILED)
