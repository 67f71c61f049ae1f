"""A `countline` process of its own, in a folder of its own, and what it says."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def environment() -> dict[str, str]:
    """This process's variables without ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COUNTLINE_")}


class Process:
    """A running command; its lines are read as they come."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.running = subprocess.Popen(
            [sys.executable, "-m", "countline", *words],
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def logged(self, event: str) -> dict[str, Any]:
        """The next log line of an event; waits for it, however long it takes."""
        assert self.running.stderr is not None
        seen = []
        for line in self.running.stderr:
            seen.append(line)
            if line.startswith("{") and (said := json.loads(line))["event"] == event:
                return dict(said)
        raise AssertionError(f"it ended without saying {event}: {''.join(seen)}")

    def lines_until(self, mark: str) -> list[str]:
        """Lines of standard output up to the one that holds `mark`."""
        assert self.running.stdout is not None
        lines = []
        for line in self.running.stdout:
            lines.append(line.rstrip("\n"))
            if mark in line:
                return lines
        raise AssertionError(f"it ended without printing {mark}: {lines}")

    def stop(self) -> int:
        """Ask it to stop; gives its exit code."""
        if self.running.poll() is None:
            self.running.send_signal(signal.SIGTERM)
        self.running.communicate()
        return self.running.returncode


@contextmanager
def started(folder: Path, *words: str) -> Iterator[Process]:
    """A command that runs until the end of the block."""
    process = Process(folder, *words)
    try:
        yield process
    finally:
        if process.running.poll() is None:
            process.running.kill()
        process.running.communicate()


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command that ends of itself."""
    return subprocess.run(
        [sys.executable, "-m", "countline", *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
