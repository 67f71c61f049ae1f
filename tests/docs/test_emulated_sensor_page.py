"""Every snippet of the page about emulated sensors runs, and prints what the page says."""

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs/howto/test-against-an-emulated-sensor.md"
BLOCK = r"^```{kind}\n(.*?)^```"


def blocks(kind: str) -> list[str]:
    pattern = BLOCK.replace("{kind}", kind)
    return re.findall(pattern, PAGE.read_text(), re.DOTALL | re.MULTILINE)


def test_snippets_run_and_print(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    assert len(blocks("python")) == len(blocks("text"))
    for snippet, printed in zip(blocks("python"), blocks("text"), strict=True):
        exec(compile(snippet, str(PAGE), "exec"), names)  # noqa: S102  # readers paste it
        assert capsys.readouterr().out == printed
