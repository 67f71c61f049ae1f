"""An outlet that remembers what it was told, and fails when a test wants it to."""

from collections.abc import Sequence

from countline.model.event import Event


class RecordingOutlet:
    """Keeps every batch it takes in `batches`; the next `failures` deliveries raise instead."""

    def __init__(self, name: str = "recording", *, failures: int = 0) -> None:
        self.name = name
        self.failures = failures
        self.refused = 0
        self.batches: list[list[Event]] = []

    @property
    def events(self) -> list[Event]:
        """All events taken, in order."""
        return [event for batch in self.batches for event in batch]

    async def deliver(self, events: Sequence[Event]) -> None:
        """Take a batch, or raise `ConnectionError`."""
        if self.failures:
            self.failures -= 1
            self.refused += 1
            raise ConnectionError("told to fail")
        self.batches.append(list(events))
