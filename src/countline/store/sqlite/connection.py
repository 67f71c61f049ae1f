"""Connections to the file: how they are opened, brought up to date, and how their errors are told."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import apsw

from countline.errors import StoreError
from countline.store.sql import load_migrations, load_queries

PACKAGE = "countline.store.sqlite"
BUSY_MS_MAX = 5_000  # another process may hold the write lock for so long
CACHE_KIB = 32_768  # for the connection that writes; readers take a quarter
CHECKPOINT_PAGES = 4_000  # 16 MB of log before its pages go home

QUERIES: Mapping[str, str] = load_queries(
    PACKAGE, "queries.sql", "catalogue.sql", "cold.sql", "live.sql"
)
MIGRATIONS = load_migrations(PACKAGE)

_ROW = re.compile(r"\(\?(?:, \?)*\)")  # the values of one row

_REASONS: tuple[tuple[type[apsw.Error], str], ...] = (
    (apsw.FullError, "the disk is full: free some space, nothing of this step was kept"),
    (apsw.BusyError, "another process is writing and did not finish in time: try again"),
    (apsw.LockedError, "another process is writing and did not finish in time: try again"),
    (apsw.NotADBError, "the file is not a database of countline: choose another path"),
    (apsw.CorruptError, "the file is damaged: restore it from a backup"),
    (apsw.ReadOnlyError, "the file cannot be written: look at its permissions"),
    (apsw.CantOpenError, "the file cannot be opened: look at its folder and permissions"),
    (apsw.IOError, "the disk did not answer: look at it, nothing of this step was kept"),
)


@cache
def query_of_rows(name: str, count: int) -> str:
    """A statement that writes one row, written so that it writes so many."""
    query = QUERIES[name]
    row = _ROW.search(query)
    assert row is not None, f"{name} has no row of values"
    return query.replace(row.group(), ", ".join([row.group()] * count), 1)


@contextmanager
def told_plainly() -> Iterator[None]:
    """The one place where SQLite's errors become `StoreError`.

    One that is not of the disk is `unfit`: what was to be written cannot be, ever.
    """
    try:
        yield
    except apsw.Error as error:
        reason = next((text for kind, text in _REASONS if isinstance(error, kind)), None)
        told = f"{reason or 'the store failed'} ({error})"
        raise StoreError(told, unfit=reason is None) from error


def open_connection(path: Path, *, writes: bool) -> apsw.Connection:
    """A connection with the settings that every one has."""
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOMUTEX
    if writes:
        flags |= apsw.SQLITE_OPEN_CREATE
    conn = apsw.Connection(str(path), flags)
    conn.set_busy_timeout(BUSY_MS_MAX)
    if writes:
        conn.pragma("page_size", 4_096)
        conn.pragma("journal_mode", "wal")
        conn.pragma("synchronous", "full")
        conn.wal_autocheckpoint(CHECKPOINT_PAGES)
        conn.pragma("journal_size_limit", CHECKPOINT_PAGES * 4 * 4_096)  # after a long reader
    else:
        conn.pragma("query_only", True)
    conn.pragma("cache_size", -(CACHE_KIB if writes else CACHE_KIB // 4))
    conn.pragma("temp_store", "memory")
    return conn


def migrate(conn: apsw.Connection) -> None:
    """Run the scripts that the file has not seen. Raises `StoreError` for a newer file."""
    if _version(conn) == len(MIGRATIONS):
        return
    conn.execute("BEGIN IMMEDIATE")
    try:
        version = _version(conn)  # again: another process may have been faster
        if version > len(MIGRATIONS):
            raise StoreError(
                f"the file is of version {version}, this program knows up to {len(MIGRATIONS)}:"
                " run the program that wrote it, or a newer one"
            )
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            conn.execute(script)
            conn.pragma("user_version", number)
    except BaseException:
        conn.execute("ROLLBACK")
        raise
    conn.execute("COMMIT")


def _version(conn: apsw.Connection) -> int:
    version = conn.pragma("user_version")
    assert isinstance(version, int)
    return version
