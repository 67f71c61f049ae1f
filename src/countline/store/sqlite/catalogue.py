"""Catalogue records in their tables; the columns are the fields, in their order."""

from collections.abc import Mapping
from typing import Any, TypeVar

from countline.model.sensor import Series
from countline.store.records import TABLES, Columns, columns_of, key_of
from countline.store.sqlite.connection import QUERIES
from countline.store.sqlite.disk import Disk

R = TypeVar("R")

COLUMNS: Mapping[type[Any], Columns] = {kind: columns_of(kind) for kind in TABLES}


def read_all(disk: Disk, kind: type[R], equal: Mapping[str, Any]) -> list[R]:
    """Records of a kind whose fields have the values of `equal`, by key."""
    columns, table = COLUMNS[kind], TABLES[kind].table
    indexed = next((name for name in equal if f"{table}_by_{name}" in QUERIES), None)
    if indexed is None:
        rows = disk.rows(f"{table}_all")
    else:
        rows = disk.rows(f"{table}_by_{indexed}", equal[indexed])
    records = [columns.record(row) for row in rows]
    return [one for one in records if all(getattr(one, n) == v for n, v in equal.items())]


def read_one(disk: Disk, kind: type[R], key: tuple[Any, ...]) -> R | None:
    """The record with this key."""
    row = disk.row(f"{TABLES[kind].table}_get", *key)
    return None if row is None else COLUMNS[kind].record(row)


def save(disk: Disk, record: Any) -> None:
    """Insert a record, or replace the one with its key."""
    kind = type(record)
    table = TABLES[kind].table
    disk.run(f"{table}_delete", *key_of(record))
    disk.run(f"{table}_insert", *COLUMNS[kind].row(record))
    _moved(disk, kind)


def delete(disk: Disk, record: Any) -> None:
    """Remove the record with this key."""
    kind = type(record)
    if disk.run(f"{TABLES[kind].table}_delete", *key_of(record)):
        _moved(disk, kind)


def _moved(disk: Disk, kind: type[Any]) -> None:
    if TABLES[kind].moves_catalogue:
        disk.catalogue_moved()
    if kind is Series:
        disk.layout_moved()
