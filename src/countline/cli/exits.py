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
    (NOT_ALLOWED, "the key is missing, wrong, or not enough for this"),
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
    """The exit code of an error: by the status a server gave, else by its kind."""
    status = getattr(error, "status", None)
    if status is not None:
        return _BY_STATUS.get(status, FAILED)
    return next((number for kind, number in _BY_ERROR if isinstance(error, kind)), FAILED)
