"""What commands that open the store say of troubles beside them."""

import asyncio
from pathlib import Path

import pytest
import structlog

from countline.cli.opening import opened_engine
from countline.cli.options import Options
from tests.unit.cli.command_line import CommandLine

PASSWORD = "hunter-2-and-more"


def test_a_fault_beside_a_command_is_told_without_values_in_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    structlog.reset_defaults()

    def fails(password: str) -> None:
        raise ValueError(f"nothing good comes of {len(password)} signs")

    async def story() -> None:
        async with opened_engine(Options(data=tmp_path)):
            try:
                fails(PASSWORD)
            except ValueError:
                structlog.get_logger("countline.test").exception("it_failed")

    asyncio.run(story())
    said = capsys.readouterr()
    assert not said.out
    assert "it_failed" in said.err
    assert "nothing good comes of 17 signs" in said.err
    assert PASSWORD not in said.err


@pytest.mark.parametrize(
    "words",
    [
        "sensors retire S1",
        "sensors trust S1",
        "sensors login S1",
        "sensors config S1",
        "sensors changes S1",
        "sensors accept S1",
    ],
)
def test_a_mistyped_folder_is_told_and_not_made(countline: CommandLine, words: str) -> None:
    said = countline.run(*words.split(), code=3)
    assert "There is no store at" in said.err
    assert not (countline.folder / "data").exists()
