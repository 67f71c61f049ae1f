"""The project keeps its own rules: floors, sizes, banned calls, dead files, docstrings, clean texts."""

import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tests import tidy
from tests.floors import floor_complaints, read_floors

ROOT = Path(__file__).resolve().parent.parent
LEFT_BEHIND = {".venv", ".venv-bench", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
LEFT_BEHIND |= {"__pycache__", "dist", "data", "demo-data"}
# Rooms that stand beside the house: other programs and tests import them.
ENTRY_POINTS_BESIDE = ("countline.client", "countline.testing")


@cache
def project_files() -> tuple[str, ...]:
    """Every file of the project, new ones too, without what git ignores."""
    if not (ROOT / ".git").exists():
        # An archive: nothing is in it but its files and what a run leaves behind.
        files = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        return tuple(sorted(str(path) for path in files if not LEFT_BEHIND & set(path.parts)))
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tuple(
        sorted(path for path in set(listing.stdout.splitlines()) if (ROOT / path).is_file())
    )


@cache
def every_module() -> tuple[tidy.Module, ...]:
    paths = [path for path in project_files() if path.endswith(".py")]
    return tuple(tidy.Module.of(path, (ROOT / path).read_text()) for path in paths)


def modules(folder: str = "") -> tuple[tidy.Module, ...]:
    return tuple(module for module in every_module() if module.path.startswith(folder))


def texts() -> Iterable[tuple[str, str]]:
    """(path, text) of every file that is text."""
    for path in project_files():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content:
            yield path, content.decode(errors="replace")


def refuse(complaints: Iterable[str]) -> None:
    found = list(complaints)
    assert not found, "\n" + "\n".join(found)


def test_rooms_import_only_floors_below() -> None:
    floors = read_floors((ROOT / "ARCHITECTURE.md").read_text())
    folders = {path.name for path in (ROOT / "src/countline").iterdir() if path.is_dir()}
    refuse(c for module in modules("src/") for c in floor_complaints(module, floors, folders))


def test_the_package_itself_imports_no_room() -> None:
    (package,) = [module for module in modules("src/") if module.name == "countline"]
    refuse(
        f"{package.path}:{line}: imports {name}; everybody imports this file, so it must cost nothing"
        for line, name in tidy.imported_names(package)
        if name.startswith("countline")
    )


def test_files_and_functions_are_short() -> None:
    refuse(c for module in modules() for c in tidy.size_complaints(module))


def test_most_functions_are_shorter_still() -> None:
    for folder in ("src/", "tests/"):
        refuse(tidy.usual_size_complaints(modules(folder)))


def test_every_module_says_what_it_is() -> None:
    refuse(c for module in modules() for c in tidy.docstring_complaints(module))


def test_no_banned_calls() -> None:
    for module in modules():
        may_print = module.path.startswith(("tools/", "tests/bench/"))
        may_tell_time = module.name == "countline.clock"
        refuse(tidy.call_complaints(module, may_print=may_print, may_tell_time=may_tell_time))


def test_no_sql_put_together_at_run_time() -> None:
    refuse(c for module in modules() for c in tidy.sql_complaints(module))


def test_file_names_say_something() -> None:
    refuse(c for path in project_files() for c in tidy.name_complaints(path))


def test_no_module_that_nobody_imports() -> None:
    source = list(modules("src/"))
    beside = [m.name for m in source if m.name.startswith(ENTRY_POINTS_BESIDE)]
    refuse(tidy.unused_complaints(source, beside))


def test_no_file_holds_unfinished_marks_or_foreign_paths() -> None:
    refuse(c for path, text in texts() for c in tidy.text_complaints(path, text))


def test_lock_files_hold_versions_and_hashes_only() -> None:
    locks = [(path, text) for path, text in texts() if path.endswith(".lock")]
    assert locks
    refuse(c for path, text in locks for c in tidy.lock_complaints(path, text))


def test_every_page_has_one_title() -> None:
    pages = [
        (path, text)
        for path, text in texts()
        if path.endswith(".md") and not path.startswith("changelog.d/")
    ]
    refuse(c for path, text in pages for c in tidy.title_complaints(path, text))
