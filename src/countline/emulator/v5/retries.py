"""What an agent does after a push that failed: how long it waits, and when it gives up."""

from dataclasses import dataclass
from typing import Any, Literal

Mode = Literal["DROP", "INTERVAL", "INCREASING_DELAY", "INCREASING_DELAY_EXPONENTIAL"]
MODES: tuple[Mode, ...] = (
    "DROP",
    "INTERVAL",
    "INCREASING_DELAY",
    "INCREASING_DELAY_EXPONENTIAL",
)
DELAY_S_MAX = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """The `retry` of a scheduler. `max_number` 0 means no end to the retries."""

    mode: Mode = "DROP"
    max_number: int = 0
    reset_on_next_push_schedule: bool = False
    delay_start_min: float = 2.0  # seconds, like all below
    delay_start_max: float = 2.0
    delay_interval_min: float = 30.0
    delay_interval_max: float = 30.0
    delay_increase_const: float = 30.0
    delay_increase_factor: float = 2.0

    @staticmethod
    def of(retry: dict[str, Any] | None) -> "RetryRule":
        """The rule of a checked configuration; without one, what fails is forgotten."""
        return RetryRule(**{k: v for k, v in (retry or {}).items() if v is not None})

    def delay_s(self, failures: int, luck: float) -> float | None:
        """The wait after so many failures in a row (1, 2 ...); None: give up. `luck` is 0 to 1."""
        if self.mode == "DROP" or (self.max_number and failures > self.max_number):
            return None
        if self.mode == "INTERVAL":
            return _between(self.delay_interval_min, self.delay_interval_max, luck)
        first = _between(self.delay_start_min, self.delay_start_max, luck)
        if self.mode == "INCREASING_DELAY":
            return min(first + self.delay_increase_const * (failures - 1), DELAY_S_MAX)
        return min(first * self.delay_increase_factor ** min(failures - 1, 64), DELAY_S_MAX)


def _between(low: float, high: float, luck: float) -> float:
    return low + luck * max(0.0, high - low)
