"""A new case folder holds the push as it came and what the driver says of it, as the case runner reads it."""

from pathlib import Path

import pytest

from tests.cases import drivers
from tools import new_case

CAPTURED = new_case.ROOT / "src/countline/drivers/xovis_v5/cases/array_of_packages/push.json"


def make(tmp_path: Path, body: bytes) -> Path:
    folder = tmp_path / "xovis_v5" / "cases" / "fresh"
    new_case.write_case(folder, "xovis_v5", body, new_case.guess_suffix(body))
    drivers.run(folder)  # what it wrote is what the runner expects
    return folder


def test_a_captured_push_becomes_a_case(tmp_path: Path) -> None:
    folder = make(tmp_path, CAPTURED.read_bytes())
    assert (folder / "push.json").read_bytes() == CAPTURED.read_bytes()
    assert "readings" in (folder / "readings.json").read_text()


def test_a_push_that_nobody_understands_becomes_a_case_of_an_error(tmp_path: Path) -> None:
    folder = make(tmp_path, b"{")
    assert (folder / "error.txt").read_text().strip()


@pytest.mark.parametrize(
    ("driver", "name", "complaint"),
    [
        ("xovis_v9", "fresh", "there are: "),
        ("xovis_v5", "Two Lines", "such as two_lines"),
        ("xovis_v5", "../escape", "such as two_lines"),
        ("xovis_v5", "array_of_packages", "exists already"),
    ],
)
def test_wrong_words_are_told_and_nothing_is_written(
    driver: str, name: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new_case.main(driver, name, str(CAPTURED)) == 2
    assert complaint in capsys.readouterr().out
