"""Runs commands in this process, over a store in a temporary folder, and gives what they said."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from countline.cli import main

TWO_HOURS = """\
location,sensor,start,end,in,out,passby
LOC_NYC_05,SNSR_001,2023-10-01T08:00:00,2023-10-01T09:00:00,145,132,50
LOC_NYC_05,SNSR_001,2023-10-01T09:00:00,2023-10-01T10:00:00,210,195,65
"""


@dataclass(frozen=True, slots=True)
class Said:
    """An exit code, and what stood on standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document on standard output."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class CommandLine:
    """`run("keys", "list")` is `countline keys list` in an empty folder of its own."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str, code: int = 0) -> Said:
        """Run a command that must end with `code`."""
        found = main(words)
        captured = self.capsys.readouterr()
        assert found == code, captured.err
        assert "Traceback" not in captured.err
        return Said(found, captured.out, captured.err)

    def json(self, *words: str) -> Any:
        """The document that a command answers with --json."""
        return self.run(*words, "--json").document

    def write(self, name: str, text: str) -> str:
        """A file in the folder."""
        (self.folder / name).write_text(text)
        return name
