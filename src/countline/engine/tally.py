"""How pushes were answered since the process began, for whoever watches it."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

NOBODY = "unknown"  # the driver of a push that was not let in


class PushTally:
    """Counts answers by driver and status. Its keys are few: drivers there are, and our statuses."""

    def __init__(self) -> None:
        self._answered: Counter[tuple[str, int]] = Counter()

    def answered(self, driver: str, status: int) -> None:
        """One more push had this answer."""
        self._answered[driver, status] += 1

    @property
    def counts(self) -> Mapping[tuple[str, int], int]:
        """By driver and status, as they are at this moment."""
        return MappingProxyType(dict(self._answered))
