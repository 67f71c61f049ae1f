"""Three ways in which a sensor writes an instant, one way in which we keep it."""

from datetime import UTC, datetime, timedelta

from countline.drivers.xovis_v5.wire import INSTANT_MAX

MS_FROM = 100_000_000_000  # greater numbers are ms (from 1973), the others seconds (to 5138)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(instant: float | str) -> int:
    """Milliseconds since the epoch. Raises ValueError naming what is wrong with the text."""
    if isinstance(instant, str):
        ms = _from_text(instant)
    elif instant > MS_FROM:
        ms = round(instant)
    else:
        ms = round(instant * 1000)
    if not 0 <= ms <= INSTANT_MAX:
        raise ValueError(f"'{instant}' is not between 1970 and 5138")
    return ms


def to_s(instant: float | str) -> int:
    """The nearest whole second since the epoch."""
    return (to_ms(instant) + 500) // 1000


def _from_text(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a time; expected RFC 3339 with an offset") from None
    if moment.tzinfo is None:
        raise ValueError(f"'{text}' has no offset, so it names no instant")
    return (moment - _EPOCH) // _MS
