"""Memory: the stores, each behind the same seam."""

from countline.store.opening import open_store
from countline.store.seam import (
    Accepted,
    Commit,
    KeptPush,
    LiveFrames,
    LiveMinute,
    Outcome,
    Store,
    StoreFacts,
    Transaction,
    View,
)

__all__ = [
    "Accepted",
    "Commit",
    "KeptPush",
    "LiveFrames",
    "LiveMinute",
    "Outcome",
    "Store",
    "StoreFacts",
    "Transaction",
    "View",
    "open_store",
]
