"""The pages of the gateway in a real browser: readable, and loading nothing from outside."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from countline.engine.engine import Engine
from tests.app.loopback import Loopback, served

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OFFLINE = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    return found


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    async def nothing(engine: Engine) -> None:
        """An empty gateway has its pages too."""

    with served(tmp_path_factory.mktemp("pages"), furnish=nothing) as loopback:
        yield loopback


def opened(browser: str, folder: Path, address: str) -> tuple[str, set[str]]:
    """The document as the browser has it in the end, and every address that the page asked for."""
    log = folder / "net.json"
    ended = subprocess.run(
        [
            browser,
            *OFFLINE,
            f"--user-data-dir={folder / 'profile'}",
            f"--log-net-log={log}",
            "--dump-dom",
            address,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    told = [event.get("params", {}) for event in json.loads(log.read_text())["events"]]
    origin = address[: address.index("/", len("http://"))]
    asked = {one["url"] for one in told if one.get("initiator") == origin and "url" in one}
    assert any(one.get("url") == address for one in told), "the log shows the page itself"
    return ended.stdout, asked


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/docs/v3", ["/v3/data/count", "/v3/data/live", "X-API-Key"]),
        ("/docs/v1", ["/api/v1/occupancy/current", "/api/v1/counts/hourly"]),
        ("/errors/granularity_too_fine", ["Finer than the data", "coarsen=true"]),
    ],
)
def test_a_page_is_shown_and_loads_nothing_from_outside(
    browser: str, api: Loopback, tmp_path: Path, path: str, words: list[str]
) -> None:
    document, asked = opened(browser, tmp_path, api.url + path)
    assert [word for word in words if word not in document] == []
    assert [url for url in asked if not url.startswith(api.url)] == []
