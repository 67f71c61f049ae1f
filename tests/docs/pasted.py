"""Python of a page as a reader pastes it: with the address and the key of a server that is there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.loopback import Loopback


def snippets_of(page: Path) -> list[str]:
    """Every block of Python on a page."""
    return re.findall(r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


def pasted(
    page: Path, api: Loopback, capsys: pytest.CaptureFixture[str], names: dict[str, Any]
) -> Iterator[str]:
    """What each block of a page prints, run one after the other in one shell."""
    for snippet in snippets_of(page):
        here = snippet.replace("http://127.0.0.1:8080", api.url).replace("YOUR_API_KEY", api.key)
        exec(compile(here, page.name, "exec"), names)  # noqa: S102  # readers paste it
        yield capsys.readouterr().out
