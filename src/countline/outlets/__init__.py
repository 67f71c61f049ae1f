"""Outlets: what wants to be told of events, each a reader of the event log with its own cursor."""

from collections.abc import Sequence
from typing import Protocol

from countline.model.event import Event


class Outlet(Protocol):
    """Something that wants to be told. One that fails stops nobody else."""

    @property
    def name(self) -> str:
        """Its name among the readers of the event log; stays the same over restarts."""
        ...

    async def deliver(self, events: Sequence[Event]) -> None:
        """Tell all of a batch, in its order; to raise is to ask for the whole batch again."""
        ...
