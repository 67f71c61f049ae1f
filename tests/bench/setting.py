"""What every bench is given: sizes, folders, the peer's Python, and how many times to measure."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`scale` 1 is what the figures are told for; a small one only shows that benches run."""

    folder: Path
    peer: Path | None
    rounds: int = 5
    scale: float = 1.0
    full: bool = False  # the largest sizes too
    pinned: bool = False  # server and generator on a core each

    def size(self, number: int, least: int = 1) -> int:
        """A number of things, at this scale."""
        return max(least, round(number * self.scale))

    @property
    def server_core(self) -> int | None:
        """Where servers run."""
        return 0 if self.pinned else None

    @property
    def load_core(self) -> int | None:
        """Where the load generator runs."""
        return 1 if self.pinned else None


Bench = Callable[[Setting], AsyncIterator[Figure]]
