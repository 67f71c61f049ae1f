"""Every snippet of the client's page runs, in the order of the page, and prints what it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.loopback import Loopback, served
from tests.app.test_client import furnish
from tests.docs.pasted import pasted, snippets_of

PAGE = Path(__file__).parents[2] / "docs/howto/use-the-client.md"
PRINTED = (
    "2023-10-01 08:00:00+00:00 145 132 50 13\n2023-10-01 09:00:00+00:00 210 195 65 28\n",
    "None None unknown None\n",
    "S12345 unknown None\nSNSR_001 unknown None\n",
    "[(12, 8), (3, 2)]\n['LOC_NYC_05']\n",
    "145",
    "404 sensor_not_found There is no sensor 'SNSR_01'. ()\nstart_ts: 2023-10-01T00:00:00 has no",
)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Loopback]:
    """A server that holds the hours of the documentation."""
    with served(tmp_path, furnish=furnish) as found:
        yield found


def test_snippets_run_and_print(api: Loopback, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("polars")
    names: dict[str, Any] = {}
    assert len(snippets_of(PAGE)) == len(PRINTED)
    for told, printed in zip(pasted(PAGE, api, capsys, names), PRINTED, strict=True):
        assert printed in told
