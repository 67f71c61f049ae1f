"""What the page about live events shows is what happens: in a shell, in Python, and in a browser."""

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from countline.store import open_store
from countline.store.seam import Store
from tests.app.streaming import Gateway, accepted, gateway
from tests.app.test_pages import BROWSERS, OFFLINE
from tests.held_time import until
from tests.test_tidy import ROOT

PAGE = (ROOT / "docs/howto/follow-live.md").read_text()
SHOWS = """
<script>
  function show(told) {
    const by = told.id ? "socket" : "source";
    fetch("/report", { method: "POST", body: by + " " + told.data.rows[0].values.forward });
  }
  follow("%s").then(() => hear());
</script>
"""


def snippet(language: str, house: Gateway, place: int = 0) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[place]
    address = house.url.removeprefix("http://")
    return str(found).replace("127.0.0.1:8080", address).replace("your_api_key_here", house.key)


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


def test_the_python_snippet_for_websocket_prints_rows_and_comes_back() -> None:
    async def main() -> None:
        async with gateway() as house:
            code = snippet("python", house, 1).replace("asyncio.sleep(2)", "asyncio.sleep(0)")
            running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-u", "-c", code), stdout=asyncio.subprocess.PIPE
            )
            try:
                assert running.stdout is not None
                await until(lambda: house.streams.listeners == 1)
                await house.push(0, 7)
                assert (await running.stdout.readline()).startswith(b"1-1 [{'sensor_id': 'S_DOOR',")
                house.cut()
                await house.push(1, 8)
                assert (await running.stdout.readline()).startswith(b"2-1 [{'sensor_id': 'S_DOOR',")
            finally:
                running.kill()
                await running.wait()

    asyncio.run(main())


def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    return found


@asynccontextmanager
async def shown(address: str, folder: Path) -> AsyncIterator[None]:
    """A browser that shows a page."""
    running = await asyncio.create_subprocess_exec(
        browser(),
        *OFFLINE,
        f"--user-data-dir={folder}",
        "--remote-debugging-port=0",
        address,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        running.kill()
        await running.wait()


def test_a_browser_follows_in_both_ways_and_comes_back_when_the_server_does(tmp_path: Path) -> None:
    """One page with a session; the server stops, and what happened meanwhile is told, once."""
    browser()

    def store() -> Store:
        return open_store(tmp_path / "countline.db")

    async def main() -> None:
        async with AsyncExitStack() as stack:
            async with gateway(store=store()) as house:
                page = snippet("html", house) + snippet("html", house, 1) + SHOWS % house.key
                house.pages["/live"] = page
                await stack.enter_async_context(shown(house.url + "/live", tmp_path / "profile"))
                await until(lambda: house.streams.listeners == 2)
                await house.push(0, 7)
                await until(lambda: len(house.reported) == 2)
                house.cut()
                await house.push(1, 8)
                await until(lambda: len(house.reported) == 4)
                assert sorted(house.reported[:2]) == [b"socket 7", b"source 7"]
                assert sorted(house.reported[2:]) == [b"socket 8", b"source 8"]
            missed = store()
            await missed.apply([accepted(2, 9)])
            async with gateway(store=missed, port=int(house.url.rpartition(":")[2])) as again:
                await until(lambda: again.streams.listeners == 2)
                await again.push(3, 10)
                await until(lambda: len(again.reported) == 4)
                assert sorted(again.reported) == [
                    *(b"socket 10", b"socket 9"),
                    *(b"source 10", b"source 9"),
                ]

    asyncio.run(main())
