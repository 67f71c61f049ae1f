"""A command line of its own for each test: an empty folder, and no variables of ours."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.unit.cli.command_line import CommandLine


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A command sets up logging to a standard error that is gone after the test."""
    root = logging.getLogger()
    held, level = root.handlers[:], root.level
    yield
    root.handlers[:] = held
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def countline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """Runs commands in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for name in os.environ:
        if name.startswith("COUNTLINE_"):
            monkeypatch.delenv(name)
    return CommandLine(tmp_path, capsys)
