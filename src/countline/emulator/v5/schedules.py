"""When an agent pushes: at once, at the times of a cron expression, or at regular intervals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

INTERVALS_S: Mapping[str, int] = {
    "ONE_DAY": 86_400,
    "ONE_HOUR": 3_600,
    "FIFTEEN_MINUTES": 900,
    "FIVE_MINUTES": 300,
    "ONE_MINUTE": 60,
    "THIRTY_SECONDS": 30,
    "FIVE_SECONDS": 5,
}
DAYS_SOUGHT_MAX = 8 * 366 + 31  # 29 February may be eight years away
QUARTER_S = 900  # offsets of time zones are whole quarters of an hour
NAMES = {
    "mon": {
        name: n
        for n, name in enumerate(
            ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1
        )
    },
    "dow": {name: n for n, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], 1)},
}


class Part(NamedTuple):
    """One field of a cron expression: its name, least and greatest value."""

    name: str
    least: int
    greatest: int


PARTS = (
    Part("sec", 0, 59),
    Part("min", 0, 59),
    Part("hour", 0, 23),
    Part("dom", 1, 31),
    Part("mon", 1, 12),
    Part("dow", 1, 7),  # 1 is Sunday
)


@dataclass(frozen=True, slots=True)
class Cron:
    """Local times of day and days, as sets: a Quartz-like expression without L, W and #."""

    seconds: tuple[int, ...]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @staticmethod
    def parse(text: str) -> "Cron":
        """Six fields: sec min hour dom mon dow. Raises ValueError that names the field."""
        words = text.split()
        if len(words) != len(PARTS):
            raise ValueError(f"cron: '{text}' has {len(words)} fields; 6 are needed")
        sets = [_values(part, word.upper()) for part, word in zip(PARTS, words, strict=True)]
        return Cron(tuple(sorted(sets[0])), *map(frozenset, sets[1:]))

    def _has_day(self, day: date) -> bool:
        return (
            day.month in self.months
            and day.day in self.days
            and day.isoweekday() % 7 + 1 in self.weekdays
        )

    def next_after(self, after_s: int, zone: ZoneInfo) -> int | None:
        """The first instant after one at which local time fits; None: not in eight years.

        A time of day that the clock skips does not fire, one that happens twice fires twice.
        """
        at_s = after_s + 1
        last_s = after_s + DAYS_SOUGHT_MAX * 86_400
        while at_s < last_s:
            local = datetime.fromtimestamp(at_s, zone)
            if not self._has_day(local.date()):
                midnight = datetime.combine(local.date() + timedelta(days=1), time(), zone)
                at_s = max(int(midnight.timestamp()), at_s + 1)
            elif local.hour not in self.hours:
                at_s += QUARTER_S - at_s % QUARTER_S
            elif local.minute not in self.minutes:
                at_s += 60 - local.second
            else:
                later = [second for second in self.seconds if second >= local.second]
                if later:
                    return at_s + later[0] - local.second
                at_s += 60 - local.second
        return None


def _values(part: Part, word: str) -> set[int]:
    found: set[int] = set()
    for piece in word.split(","):
        span, slash, step = piece.partition("/")
        first, dash, last = span.partition("-")
        if first in ("*", "?"):
            low, high = part.least, part.greatest
        else:
            low = _number(part, first)
            high = _number(part, last) if dash else part.greatest if slash else low
        by = _number(Part(part.name, 1, part.greatest), step) if slash else 1
        if high < low:
            raise ValueError(f"cron: {part.name} '{piece}' runs backwards")
        found.update(range(low, high + 1, by))
    return found


def _number(part: Part, text: str) -> int:
    value = NAMES.get(part.name, {}).get(text, -1)
    if value < 0 and text.isdecimal():
        value = int(text)
    if not part.least <= value <= part.greatest:
        wanted = f"{part.least} to {part.greatest}"
        raise ValueError(f"cron: {part.name} '{text}' is not {wanted}")
    return value


@lru_cache(maxsize=256)
def _parsed(text: str) -> Cron:
    return Cron.parse(text)


def check_schedule(scheduler: Mapping[str, Any]) -> None:
    """Raises ValueError where a scheduler lacks what its type needs, or has it wrongly."""
    kind = scheduler["type"]
    if kind == "PERIODIC":
        Cron.parse(scheduler.get("cron") or "")
    elif kind == "INTERVAL" and scheduler.get("interval") not in INTERVALS_S:
        raise ValueError(
            f"interval: '{scheduler.get('interval')}' is none of {', '.join(INTERVALS_S)}"
        )


def next_push_s(
    scheduler: Mapping[str, Any], after_s: int, zone: ZoneInfo, *, lag_s: int = 0
) -> int | None:
    """When a schedule fires next, by the sensor's clock; None: at no time of its own.

    Intervals fire `lag_s` after each whole multiple of theirs in local time: each sensor has a lag
    of its own, so that a fleet does not speak all at once.
    """
    if scheduler["type"] == "PERIODIC":
        return _parsed(scheduler["cron"]).next_after(after_s, zone)
    if scheduler["type"] == "INTERVAL":
        step_s = INTERVALS_S[scheduler["interval"]]
        offset = datetime.fromtimestamp(after_s, zone).utcoffset()
        shift_s = (int(offset.total_seconds()) if offset else 0) - lag_s % step_s
        return ((after_s + shift_s) // step_s + 1) * step_s - shift_s
    return None
