"""What the page about Modbus shows is what happens: settings, map, and what a controller reads."""

import asyncio
import re
import socket
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

from pymodbus.client import ModbusTcpClient

from countline.engine.board import Board
from countline.limits import MODBUS_CALLERS_MAX
from countline.outlets.modbus.layout import BITS, BLOCK, ZONE_ID_MAX
from countline.outlets.modbus.server import AGAIN_S
from countline.settings import ModbusSettings
from tests.app.process import run, started
from tests.docs.standing import blocks
from tests.test_tidy import ROOT
from tests.unit.outlets.modbus.reading import full, in_loop, served, zone

PAGE = (ROOT / "docs/howto/modbus.md").read_text()


def test_the_settings_shown_are_the_defaults_but_for_one() -> None:
    shown = tomllib.loads(blocks(PAGE, "toml")[0])["modbus"]
    assert shown == {f.name: f.default for f in fields(ModbusSettings)} | {"enabled": True}


def test_the_numbers_shown_are_those_of_the_code() -> None:
    words = " ".join(PAGE.split())
    assert f"A zone has {BLOCK} input registers from `{BLOCK} * zone_id` on" in words
    assert f"{BITS} discrete inputs from `{BITS} * zone_id` on" in words
    assert f"zones 1 to {ZONE_ID_MAX}" in words
    assert f"At most {MODBUS_CALLERS_MAX}." in words
    assert AGAIN_S == 10
    assert "tried again every ten seconds" in words


@in_loop
async def test_the_snippet_prints_what_a_zone_says() -> None:
    board = Board()
    board.put(zones=[full(1)])
    async with served(board) as site:
        snippet = blocks(PAGE, "python")[0].replace("5020", str(site.ports[0]))
        assert await printed(snippet) == "4 13 305419896 73.5\n"
        board.put(zones=[zone(1)])
        assert (await printed(snippet)).startswith("0 unknown 4294967295 ")


async def printed(snippet: str) -> str:
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", snippet, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await running.communicate()
    return out.decode()


def test_a_server_with_these_settings_answers_and_says_when_the_port_is_taken(
    tmp_path: Path,
) -> None:
    """The whole process, on the event loop that it usually runs on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        shown = blocks(PAGE, "toml")[0].replace("5020", str(port))
        (tmp_path / "countline.toml").write_text(f"port = 0\n{shown}")
        with started(tmp_path, "serve") as server:
            said = server.logged("modbus not served")
            assert said["detail"] == f"Cannot listen on 127.0.0.1:{port}: address already in use."
    with started(tmp_path, "serve") as server:
        assert server.logged("modbus.started")["port"] == port
        with ModbusTcpClient("127.0.0.1", port=port, timeout=30) as client:
            assert client.read_input_registers(0, count=2).registers == [0x434C, 1]
            assert client.write_register(0, 1).isError()
        assert server.stop() == 0
    map_of = re.findall(r"^countline (modbus map --format md)$", PAGE, re.MULTILINE)
    assert "| heartbeat |" in run(tmp_path, *map_of[0].split()).stdout
