"""Pages, entity tags and tables."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countline.api.etags import check_unchanged, etag_of, is_known
from countline.api.lists import page_of, read_cursor, write_cursor
from countline.api.table import quoted, wants_csv
from countline.errors import BadQuery, Conflict


def walk(items: list[Any], limit: int) -> list[Any]:
    found: list[Any] = []
    cursor: str | None = None
    while True:
        page, cursor = page_of(items, place=lambda x: x, limit=limit, cursor=cursor)
        assert len(page) <= limit
        found += page
        if cursor is None:
            return found


@given(st.lists(st.tuples(st.integers(0, 1), st.text(max_size=5)), unique=True), st.integers(1, 7))
def test_pages_together_are_the_list(items: list[tuple[int, str]], limit: int) -> None:
    assert walk(sorted(items), limit) == sorted(items)


def test_what_is_added_meanwhile_moves_nothing() -> None:
    page, cursor = page_of([1, 3, 5], place=lambda x: x, limit=2, cursor=None)
    assert (page, page_of([0, 1, 2, 3, 4, 5], place=lambda x: x, limit=9, cursor=cursor)[0]) == (
        [1, 3],
        [4, 5],
    )


@pytest.mark.parametrize("cursor", ["", "!", "YQ", "Ä", "eyJhIjogMX0", write_cursor("text")])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadQuery, match="cursor"):
        page_of([1, 2], place=lambda x: x, limit=1, cursor=cursor)


def test_a_deep_cursor_is_refused_not_followed() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 4000).decode()
    with pytest.raises(BadQuery):
        read_cursor(deep)


@given(st.text(max_size=20))
def test_any_cursor_is_read_or_refused(text: str) -> None:
    try:
        read_cursor(text)
    except BadQuery:
        pass


def test_tags_are_of_the_content() -> None:
    assert etag_of({"a": 1}) == etag_of({"a": 1}) != etag_of({"a": 2})
    tag = etag_of(1)
    assert is_known(tag, tag)
    assert is_known(tag, f'"other", W/{tag}')
    assert is_known(tag, "*")
    assert not is_known(tag, '"other"')
    assert not is_known(tag, None)
    check_unchanged(tag, None)
    check_unchanged(tag, tag)
    with pytest.raises(Conflict):
        check_unchanged(tag, '"other"')


@pytest.mark.parametrize(
    ("asked", "accept", "csv"),
    [
        ("csv", None, True), ("json", None, False), ("json", "text/csv", True),
        ("json", "text/csv;q=0.9, application/json;q=0.1", True), ("json", "*/*", False),
        ("json", "application/json, text/csv", False), ("csv", "application/json", True),
        ("json", "text/html, */*", False),
    ],
)  # fmt: skip
def test_who_gets_a_table(asked: str, accept: str | None, csv: bool) -> None:
    assert wants_csv(asked, accept) is csv


def test_no_cell_becomes_a_formula() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\tx"):
        assert quoted(text) == "'" + text
    assert quoted("1+1") == "1+1"
    assert quoted(-3) == -3
