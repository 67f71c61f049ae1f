"""Opening a store: what is made, what is refused, and with which words."""

import asyncio
from pathlib import Path

import apsw
import pytest

from countline.errors import ConfigError, StoreError
from countline.store import open_store


@pytest.mark.parametrize("prefix", ["", "sqlite:///"])
def test_a_path_or_a_url_opens_a_file(tmp_path: Path, prefix: str) -> None:
    store = open_store(f"{prefix}{tmp_path}/new/folder/countline.db")
    facts = store.facts()
    assert (facts.kind, facts.commit, facts.seq) == ("sqlite", 0, 0)
    assert facts.bytes > 0
    assert Path(facts.detail["path"]) == tmp_path / "new/folder/countline.db"
    asyncio.run(store.close())


def test_an_unknown_kind_of_store_is_refused() -> None:
    with pytest.raises(ConfigError, match="sqlite:///PATH"):
        open_store("oracle://host/db")


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "countline.db"
    asyncio.run(open_store(path).close())
    conn = apsw.Connection(str(path))
    version = conn.pragma("user_version")
    conn.pragma("user_version", 99)
    conn.close()
    with pytest.raises(StoreError, match=f"of version 99, this program knows up to {version}"):
        open_store(path)


@pytest.mark.parametrize("content", [b"not a database, but long enough to be read as one" * 99])
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "countline.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="not a database of countline"):
        open_store(path)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file.*cannot be made"):
        open_store(tmp_path / "file" / "countline.db")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path)
