"""Runs every case folder in `src`. A new room's cases need one line in `RUNNERS`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cases import drivers

SOURCE = Path(__file__).resolve().parents[2] / "src" / "countline"
FOLDERS = sorted(folder for folder in SOURCE.glob("**/cases/*") if folder.is_dir())
RUNNERS: dict[str, Callable[[Path], None]] = {"drivers": drivers.run}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: str(f.relative_to(SOURCE)))
def test_case(folder: Path) -> None:
    room = folder.relative_to(SOURCE).parts[0]
    assert room in RUNNERS, f"nobody runs the cases of {room}; add its runner to RUNNERS"
    RUNNERS[room](folder)


def test_there_are_cases_of_every_driver() -> None:
    with_cases = {folder.parent.parent.name for folder in FOLDERS}
    without = [
        folder.parent.name
        for folder in SOURCE.glob("drivers/*/README.md")
        if folder.parent.name not in with_cases
    ]
    assert not without
