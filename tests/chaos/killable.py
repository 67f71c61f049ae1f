"""A `countline serve` that can be killed at any moment, and looks at the folder that it leaves."""

import asyncio
import json
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import apsw

from countline.clock import elapsed_s
from tests.app.process import environment
from tests.chaos.connection import Connection


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


class Server:
    """A process over a folder, on one port; what it logs goes to a file beside."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.log = folder / "server.log"
        self.running: subprocess.Popen[bytes] | None = None

    def spawn(self) -> None:
        """Begin to start. The log of the start before is added to `all.log`."""
        with (self.folder / "all.log").open("ab") as whole:
            if self.log.exists():
                whole.write(self.log.read_bytes())
        with self.log.open("wb") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "countline", "serve", "--port", str(self.port)],
                cwd=self.folder,
                env=environment(),
                stdout=log,
                stderr=log,
            )

    async def up(self) -> float:
        """Wait until it takes requests; gives how long that took."""
        began_s = elapsed_s()
        while b'"server.started"' not in self.log.read_bytes():
            assert self.running is not None
            assert self.running.poll() is None, self.log.read_text()
            await asyncio.sleep(0.01)
        return elapsed_s() - began_s

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        assert self.running is not None
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()

    async def stop(self) -> int:
        """SIGTERM; gives the exit code."""
        assert self.running is not None
        self.running.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.running.wait)

    def end(self) -> None:
        """Leave no process behind."""
        if self.running is not None and self.running.poll() is None:
            self.kill()

    def troubles(self) -> list[str]:
        """Everything that was logged as an error since the first start."""
        lines = [*_lines(self.folder / "all.log"), *_lines(self.log)]
        return [line for line in lines if '"level": "error"' in line or "Traceback" in line]


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


class Asking:
    """Questions to the API with a key."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._key = key

    async def get(self, path: str, **asked: Any) -> Any:
        query = f"?{urlencode(asked)}" if asked else ""
        async with Connection(self._port) as connection:
            headers = {"X-API-Key": self._key}
            status, body = await connection.ask("GET", path + query, headers)
        assert status == 200, f"{path}{query}: {status} {body.decode()}"
        return json.loads(body)

    async def rows(
        self, sensor_id: str, start_s: int, end_s: int, granularity: str
    ) -> dict[int, tuple[int, int]]:
        """In and out by the start of each row that knows them."""
        answer = await self.get(
            "/v3/data/count",
            sensor_id=sensor_id,
            start_ts=written(start_s),
            end_ts=written(end_s),
            granularity=granularity,
        )
        rows = ((instant(row["timestamp"]), row["in"], row["out"]) for row in answer["data"])
        return {at_s: (ins, outs) for at_s, ins, outs in rows if ins is not None}

    async def followed(self) -> None:
        """Wait until followers have passed everything."""
        while await self._behind():  # noqa: ASYNC110 - another process; nothing tells us
            await asyncio.sleep(0.02)

    async def _behind(self) -> bool:
        health = await self.get("/v3/health")
        return bool(health["followers"]["occupancy"]["lag_events"])


def written(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


# -- what a killed server leaves ------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Left:
    """The state of a store as a kill left it."""

    sound: bool  # what SQLite's own check says
    behind: int  # events that followers had not passed
    warm: int  # sensor-days that wait to be compacted
    cold: int


def look(folder: Path, scratch: Path, *, thoroughly: bool) -> Left:
    """Look at a copy: the next start must find the log as the kill left it."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for name in ("countline.db", "countline.db-wal"):
        if (folder / name).exists():
            shutil.copy(folder / name, scratch / name)
    conn = apsw.Connection(str(scratch / "countline.db"))
    try:
        check = conn.pragma("integrity_check" if thoroughly else "quick_check", 10)
        seq = conn.execute("SELECT seq FROM head").get
        cursor = conn.execute("SELECT seq FROM cursor WHERE reader = 'occupancy'").get or 0
        warm = conn.execute("SELECT count(*) FROM warm").get
        cold = conn.execute("SELECT count(*) FROM cold").get
        return Left(check == "ok", seq - cursor, warm, cold)
    finally:
        conn.close()
