"""The tables of the catalogue hold the fields of its dataclasses, each in its order."""

import asyncio
from dataclasses import fields
from typing import Any

import apsw
import apsw.ext
import pytest

from countline.store import open_store
from countline.store.records import TABLES
from countline.store.sqlite.connection import QUERIES


@pytest.fixture(scope="module")
def conn(tmp_path_factory: pytest.TempPathFactory) -> apsw.Connection:
    path = tmp_path_factory.mktemp("store") / "countline.db"
    asyncio.run(open_store(path).close())
    return apsw.Connection(str(path))


@pytest.mark.parametrize("kind", TABLES, ids=[kind.__name__ for kind in TABLES])
def test_the_columns_of_a_table_are_the_fields_of_its_kind(
    conn: apsw.Connection, kind: type[Any]
) -> None:
    place = TABLES[kind]
    columns = conn.execute("SELECT name, pk FROM pragma_table_info(?)", (place.table,)).fetchall()
    assert [name for name, _ in columns] == [field.name for field in fields(kind)]
    key = sorted((pk, name) for name, pk in columns if pk)
    assert tuple(name for _, name in key) == place.key


def test_every_statement_can_be_prepared(conn: apsw.Connection) -> None:
    for name, statement in QUERIES.items():
        assert apsw.ext.query_info(conn, statement).query == statement, name
