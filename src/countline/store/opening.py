"""From a store's URL to the store."""

from pathlib import Path

from countline.errors import ConfigError
from countline.store.seam import Store
from countline.store.sqlite.store import SqliteStore

SCHEME = "sqlite:///"


def open_store(url: str | Path, *, threads: bool = True) -> Store:
    """Open, and bring up to date, the store at a path or `sqlite:///path`; make it if need be.

    Without `threads` all work runs where it is called, for tests that must repeat exactly.
    Raises `ConfigError` for an unknown kind and `StoreError` when the disk refuses.
    """
    text = str(url)
    if "://" in text and not text.startswith(SCHEME):
        raise ConfigError(f"store {text!r} is of no known kind: write {SCHEME}PATH, or a path")
    return SqliteStore(Path(text.removeprefix(SCHEME)), threads=threads)
