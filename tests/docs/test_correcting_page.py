"""The page about correcting the number: its snippets run and print what it says."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.loopback import Loopback, served
from tests.app.test_client import furnish
from tests.test_tidy import ROOT

PAGE = (ROOT / "docs/howto/correct-the-number.md").read_text()
PRINTED = (
    "13 None counted by hand\nNone -2\nTrue\n",
    "2\n1\n",
    "US ()\n",
    "both part 900\nlines\n",
)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Loopback]:
    """A server that holds the hours of the documentation."""
    with served(tmp_path, furnish=furnish) as found:
        yield found


def test_snippets_run_and_print(api: Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    snippets = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for snippet, printed in zip(snippets, PRINTED, strict=True):
        here = snippet.replace("http://127.0.0.1:8080", api.url).replace("YOUR_API_KEY", api.key)
        exec(compile(here, "correct-the-number.md", "exec"), names)  # noqa: S102  # readers paste it
        assert capsys.readouterr().out == printed
    names["client"].close()
