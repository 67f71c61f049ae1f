"""Each tidy rule complains about what it forbids and about nothing else: a check that cannot fail is none."""

from collections.abc import Iterator

import pytest

from tests import tidy
from tests.floors import floor_complaints, read_floors

TABLE = """
# A

## Floors

| floor | rooms | may import | may do |
|---|---|---|---|
| 0 nouns | `errors` `model` `wire` | | |
| 1 crafts | `counting` `drivers` | 0 | |
| 2 memory | `store` | 0-1 | |
| 4 edges | `api` `gateway` | 0-1, 3 | |
| 5 house | `config` `cli` | 0-4, `emulator` | |
| beside | `emulator` | 0, `drivers` | |

## Next
| 2 not floors | `nothing` | 0-5 | |
"""
FOLDERS = {"model", "wire", "counting", "drivers", "store", "api", "gateway", "cli", "emulator"}


def python(text: str, path: str = "src/countline/engine/feed.py") -> tidy.Module:
    return tidy.Module.of(path, text)


def floors_of(path: str, text: str) -> list[str]:
    return list(floor_complaints(python(text, path), read_floors(TABLE), FOLDERS))


@pytest.mark.parametrize(
    ("room", "imported"),
    [
        ("counting/choose", "countline.model.claim"),
        ("counting/choose", "countline.counting.rollup"),
        ("model/place", "countline.errors"),
        ("api/v3", "countline.counting"),
        ("cli/serve", "countline.config"),
        ("cli/emulate", "countline.emulator"),
        ("emulator/fleet", "countline.drivers"),
        ("store/seam", "json"),
        ("__main__", "countline.cli"),
    ],
)
def test_floors_allow(room: str, imported: str) -> None:
    assert floors_of(f"src/countline/{room}.py", f"from {imported} import thing") == []


@pytest.mark.parametrize(
    ("room", "imported"),
    [
        ("counting/choose", "countline.drivers"),  # a folder of the same floor
        ("counting/choose", "countline.store"),  # a floor above
        ("errors", "countline.model"),  # a file that imports a folder of its floor
        ("model/place", "countline.wire"),
        ("api/v3", "countline.store"),  # two floors down, and left out of the row
        ("api/v3", "countline.emulator"),  # beside
        ("emulator/fleet", "countline.counting"),
    ],
)
def test_floors_refuse(room: str, imported: str) -> None:
    path = f"src/countline/{room}.py"
    for text in (
        f"from {imported} import thing",
        f"import {imported}.thing",
        f"def f():\n    import {imported}",
        f"from countline import {imported.split('.')[1]}",
    ):
        (complaint,) = floors_of(path, text)
        assert complaint.startswith(path) and "may import only" in complaint


def test_floors_refuse_a_room_that_the_table_lacks() -> None:
    assert "not in the floors table" in floors_of("src/countline/attic.py", "")[0]


BANNED = [
    ("print('x')", "print()"),
    ("from datetime import datetime\nx = datetime.now()", "datetime.now"),
    ("import datetime\nx = datetime.datetime.now(datetime.UTC)", "datetime.now"),
    ("import datetime\nx = datetime.date.today()", "date.today"),
    ("import time\nx = time.time()", "time.time"),
    ("from time import time\nx = time()", "time.time"),
    ("try:\n    pass\nexcept:\n    pass", "bare except"),
    ("from __future__ import annotations", "__future__"),
    ("class A(BaseHTTPMiddleware): ...", "plain ASGI"),
    ("from starlette.middleware.base import BaseHTTPMiddleware", "plain ASGI"),
]


@pytest.mark.parametrize(("text", "complaint"), BANNED)
def test_banned_calls_are_found(text: str, complaint: str) -> None:
    found = list(tidy.call_complaints(python(text), may_print=False, may_tell_time=False))
    assert found and complaint in found[0]


@pytest.mark.parametrize(
    "text",
    ["x = fingerprint(1)", "clock.now()", "time.monotonic()", "console.print('x')", "x.timeout"],
)
def test_calls_that_are_allowed(text: str) -> None:
    assert not list(tidy.call_complaints(python(text), may_print=False, may_tell_time=False))


def test_the_clock_may_tell_the_time_and_tools_may_print() -> None:
    text = "import time\nprint(time.time())"
    assert not list(tidy.call_complaints(python(text), may_print=True, may_tell_time=True))


@pytest.mark.parametrize(
    "text",
    [
        'q = f"SELECT a FROM t WHERE b = {x}"',
        'q = f"""\n  insert or ignore into t\n  values ({x})"""',
        'q = "DELETE FROM t WHERE a = " + x',
        'q = "update t set a = %d" % x',
        'q = "select a from {}".format(t)',
        'q = f"CREATE TABLE {t} (a)"',
    ],
)
def test_sql_in_pieces_is_found(text: str) -> None:
    assert "bind parameters" in next(tidy.sql_complaints(python(text)))


@pytest.mark.parametrize(
    "text",
    [
        'q = "select a from t where b = ?"',
        'm = f"select one of {names}"',
        'm = f"update {name} first"',
        'q = f"PRAGMA user_version = {n}"',
    ],
)
def test_other_texts_are_not_sql_in_pieces(text: str) -> None:
    assert not list(tidy.sql_complaints(python(text)))


def test_long_files_and_functions_are_found() -> None:
    body = "".join(f"    x{n} = {n}\n" for n in range(60))
    assert "61 lines" in next(tidy.size_complaints(python("def f():\n" + body)))
    assert not list(tidy.size_complaints(python("def f():\n" + body[: body.rindex("    x59")])))
    assert "401 lines" in next(tidy.size_complaints(python("x = 1\n" * 401)))


def test_too_many_longish_functions_are_found() -> None:
    long = "def f():\n" + "    x = 1\n" * 30
    short = "def g(): ...\n"
    assert "longest" in next(tidy.usual_size_complaints([python(long * 2 + short * 17)]))
    assert not list(tidy.usual_size_complaints([python(long * 2 + short * 18)]))


def test_missing_and_late_docstrings_are_found() -> None:
    assert "no module docstring" in next(tidy.docstring_complaints(python("x = 1\n")))
    assert "first line" in next(tidy.docstring_complaints(python('# a note\n"""What it is."""\n')))
    assert not list(tidy.docstring_complaints(python('"""What it is."""\n')))
    assert not list(
        tidy.docstring_complaints(python('#!/usr/bin/env python3\n"""What it is."""\n'))
    )


@pytest.mark.parametrize(
    "path", ["src/countline/utils.py", "a/push_handler.py", "a/common/b.py", "_base.py"]
)
def test_vague_names_are_found(path: str) -> None:
    assert "says nothing" in next(tidy.name_complaints(path))


@pytest.mark.parametrize(
    "path", ["src/countline/store/database.py", "a/baseline.py", "tests/test_tidy.py"]
)
def test_plain_names_are_fine(path: str) -> None:
    assert not list(tidy.name_complaints(path))


def test_modules_that_nobody_imports_are_found() -> None:
    def unused(user: str, *entries: str) -> Iterator[str]:
        lonely = python("x = 1", "src/countline/engine/lonely.py")
        return tidy.unused_complaints(
            [lonely, python(user, "src/countline/engine/user.py")], entries
        )

    user = "countline.engine.user"
    assert "no module imports it" in next(unused("import json", user))
    assert not list(unused("from countline.engine import lonely", user))
    assert not list(unused("from countline.engine.lonely import x", user))
    assert len(list(unused("import json"))) == 2


@pytest.mark.parametrize(
    "line",
    [
        "# FIX" + "ME later",
        "x = 1  # TO" + "DO",
        "see /wo" + "rk/main/x",
        "see ../sha" + "red/design",
        "https://pypi.or" + "g/simple",
        "npm i --registry https://registry.npmjs.or" + "g",
        "--index-u" + "rl http://127.0.0.1",
    ],
)
def test_foreign_texts_are_found(line: str) -> None:
    assert next(tidy.text_complaints("a.txt", "fine\n" + line)).startswith("a.txt:2: ")


def test_ordinary_texts_are_fine() -> None:
    assert not list(
        tidy.text_complaints("a.txt", "how the work/life of a shared fixture method goes\n")
    )


def test_lock_faults_are_found() -> None:
    good = "a==1 \\\n    --hash=sha256:00\nb==2 ; x == 'y' \\\n    --hash=sha256:01\n"
    assert not list(tidy.lock_complaints("x.lock", good))
    assert "address" in next(tidy.lock_complaints("x.lock", "a @ https://host/a.whl\n" + good))
    assert "c==3 has no hash" in next(tidy.lock_complaints("x.lock", good + "c==3\n"))


def test_pages_with_no_or_two_titles_are_found() -> None:
    assert "0 titles" in next(tidy.title_complaints("a.md", "## Section\n"))
    assert "2 titles" in next(tidy.title_complaints("a.md", "# One\n\n# Two\n"))
    assert not list(tidy.title_complaints("a.md", "# One\n\n```sh\n# a comment\n```\n"))
