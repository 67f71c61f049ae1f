"""What the page about live events shows is what happens: in a shell, in Python, and in a browser."""

import asyncio
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.app.streaming import Gateway, gateway
from tests.app.test_pages import BROWSERS, OFFLINE
from tests.held_time import until
from tests.test_tidy import ROOT

PAGE = (ROOT / "docs/howto/follow-live.md").read_text()
SHOWS = """
<script>
  function show(told) {
    fetch("/report", { method: "POST", body: JSON.stringify(told.data.rows[0].values) });
  }
  follow("%s");
</script>
"""


def snippet(language: str, house: Gateway) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return (
        found[1].replace("http://127.0.0.1:8080", house.url).replace("your_api_key_here", house.key)
    )


async def first_line(house: Gateway, command: list[str], holds: str) -> str:
    """The first line with this text that a command prints, after something was counted."""
    running = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert running.stdout is not None
        await until(lambda: house.streams.listeners == 1)
        await house.push(0, 7)
        while holds not in (line := (await running.stdout.readline()).decode()):
            assert line, "it ended"
        return line
    finally:
        running.kill()
        await running.wait()


def test_curl_shows_events() -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl")

    async def main() -> None:
        async with gateway() as house:
            command = ["bash", "-c", "exec " + snippet("console", house)]
            assert '"forward":7' in await first_line(house, command, "data:")

    asyncio.run(main())


def test_the_python_snippet_prints_rows() -> None:
    async def main() -> None:
        async with gateway() as house:
            command = [sys.executable, "-u", "-c", snippet("python", house)]
            line = await first_line(house, command, "S_DOOR")
            assert line == "1-1 S_DOOR 2023-11-15T12:00:00Z {'forward': 7}\n"

    asyncio.run(main())


def test_a_browser_follows_and_comes_back_by_itself(tmp_path: Path) -> None:
    """EventSource with a session; the connection is cut, and what happened meanwhile is told."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")

    async def main() -> None:
        async with gateway() as house:
            house.pages["/live"] = snippet("html", house) + SHOWS % house.key
            running = await asyncio.create_subprocess_exec(
                browser,
                *OFFLINE,
                f"--user-data-dir={tmp_path}",
                "--remote-debugging-port=0",
                house.url + "/live",
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                await until(lambda: house.streams.listeners == 1)
                await house.push(0, 7)
                await until(lambda: len(house.reported) == 1)
                house.cut()
                await house.push(1, 8)
                await house.push(2, 9)
                await until(lambda: len(house.reported) == 3)
                assert sorted(house.reported) == [
                    b'{"forward":7}',
                    b'{"forward":8}',
                    b'{"forward":9}',
                ]
            finally:
                running.kill()
                await running.wait()

    asyncio.run(main())
