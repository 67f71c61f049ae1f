"""The page about ventilation: its snippets run and print what it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.loopback import Loopback, served
from tests.app.test_client import furnish
from tests.docs.pasted import pasted
from tests.test_tidy import ROOT

PAGE = ROOT / "docs/howto/ventilate-by-people.md"
PRINTED = (
    "186.0 L/s\n",
    "186.0 communicationFailure ['unknown']\n",
    "10.0 hours, 186.0 L/s at most\n",
)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Loopback]:
    """A server that holds the hours of the documentation."""
    with served(tmp_path, furnish=furnish) as found:
        yield found


def test_snippets_run_and_print(api: Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for told, printed in zip(pasted(PAGE, api, capsys, names), PRINTED, strict=True):
        assert told == printed
