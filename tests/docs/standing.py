"""A folder with a server and an emulated sensor beside it, in which pages about devices are tried."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.app.process import environment, started

SETTINGS = """\
port = 0
[devices]
allowed_networks = ["127.0.0.0/8"]
write_pause_ms = 0
"""
PASSWORD = {"COUNTLINE_DEVICE_PASSWORD": "pass"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where everything is, and how it is called on the pages."""

    folder: Path
    url: str
    sensor: str  # https://127.0.0.1:40001
    key: str

    def here(self, text: str) -> str:
        """What a page says, with the addresses, key and password that are in force here."""
        sensor = self.sensor.removeprefix("https://")
        for there, is_ in (
            ("http://127.0.0.1:8080", self.url),
            ("http://10.20.0.2:8080", self.url),
            ("10.20.0.2:8080", self.url.removeprefix("http://")),
            ("https://10.20.0.17:443", self.sensor),
            ("10.20.0.16/29", sensor),
            ("10.20.0.17", sensor),
            ("your_api_key_here", self.key),
            ("the_password_of_the_sensor", "pass"),
        ):
            text = text.replace(there, is_)
        return text

    def run(self, command: str, *, code: int = 0) -> str:
        """What a command of a page prints, typed in the folder; where it writes a file, nothing."""
        words = shlex.split(self.here(command), comments=True)
        words, to = (words[:-2], words[-1]) if ">" in words else (words, None)
        done = subprocess.run(
            [sys.executable, "-m", "countline", *words[1:]],
            cwd=self.folder,
            env=environment() | PASSWORD,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        if to is not None:
            (self.folder / to).write_text(done.stdout)
        return done.stdout

    def ask(self, command: str) -> Any:
        """What a `curl` of a page is answered."""
        words = shlex.split(self.here(command).replace("\\\n", " "))
        method, headers, body, address = "GET", {}, None, ""
        rest = iter(words[1:])
        for word in rest:
            if word == "-X":
                method = next(rest)
            elif word == "-H":
                name, _, headers[name] = next(rest).partition(": ")
            elif word == "-d":
                body = next(rest)
            else:
                address = word
        answer = httpx2.request(method, address, headers=headers, content=body, timeout=120)
        assert answer.is_success, answer.text
        return answer.json()

    def on_device(self, method: str, path: str, **content: Any) -> Any:
        """What the sensor itself answers, past countline."""
        asked = f"{self.sensor}/api/v5{path}"
        answer = httpx2.request(method, asked, auth=("admin", "pass"), verify=False, **content)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@contextmanager
def standing(folder: Path) -> Iterator[Standing]:
    """Until the block ends."""
    (folder / "countline.toml").write_text(SETTINGS)
    elsewhere = folder / "sensor"
    elsewhere.mkdir()
    listen = ("--listen", "127.0.0.1:0", "--sensors", "1")
    with started(folder, "serve") as server, started(elsewhere, "emulate", *listen) as emulator:
        said = " ".join(emulator.lines_until("log in as"))
        found = re.search(r"https://[\d.:]+", said)
        assert found
        url = server.logged("server.started")["url"]
        here = Standing(folder, url, found[0], "")
        key = here.run("countline keys create --name me --scope read --scope admin")
        yield Standing(folder, url, found[0], key.splitlines()[-1])


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def commands(page: str) -> list[str]:
    """Every `countline ...` of the shell blocks."""
    text = "".join(blocks(page, "sh")).replace("\\\n", " ")
    return [line for line in text.splitlines() if line.startswith("countline ")]


def curls(page: str) -> list[str]:
    """Every `curl ...` of the shell blocks."""
    return [block for block in blocks(page, "sh") if block.startswith("curl ")]


def same_words(printed: str, shown: str) -> bool:
    """Whether both say the same, whatever the widths of columns, numbers of values and dates."""
    return _words(printed) == _words(shown)


def _words(text: str) -> list[str]:
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "WHEN", text)
    return re.sub(r"\d{5,} values", "MANY values", text).split()
