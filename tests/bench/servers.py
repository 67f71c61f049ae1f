"""Servers under load, each in a process of its own: ours, and the peer."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, sleep

from tests.bench.load import Load, Seen

ROOT = Path(__file__).parents[2]
START_S_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that takes pushes."""

    name: str
    port: int
    pid: int


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


@contextmanager
def countline(data: Path, *, core: int | None = None, settings: str = "") -> Iterator[Running]:
    """`countline serve` over a data folder, as anyone would run it. `settings` are its file's."""
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("COUNTLINE_")}
    env |= {"COUNTLINE_DATA": str(data), "COUNTLINE_PORT": str(port), "PYTHONPATH": "src"}
    if settings:
        env["COUNTLINE_CONFIG"] = str(data / "countline.toml")
        (data / "countline.toml").write_text(settings)
    words = (sys.executable, "-m", "countline", "serve")
    with _process("countline", words, port, env, data / "server.log", core) as running:
        yield running


@contextmanager
def peer(python: Path, folder: Path, *, core: int | None = None) -> Iterator[Running]:
    """The receiver of xovis-sdk, run by the Python it is installed in."""
    port = free_port()
    words = (str(python), str(ROOT / "tests/bench/peer.py"), str(port))
    with _process("xovis-sdk", words, port, dict(os.environ), folder / "peer.log", core) as one:
        yield one


@contextmanager
def broker(binary: str, folder: Path) -> Iterator[Running]:
    """A broker for anybody on this machine, which keeps nothing."""
    port = free_port()
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    words = (binary, "-c", str(config))
    with _process(
        "mosquitto", words, port, dict(os.environ), folder / "mosquitto.log", None
    ) as one:
        yield one


@contextmanager
def _process(
    name: str, words: Sequence[str], port: int, env: dict[str, str], log: Path, core: int | None
) -> Iterator[Running]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        process = subprocess.Popen(words, cwd=ROOT, env=env, stdout=out, stderr=out)
        try:
            if core is not None:
                os.sched_setaffinity(process.pid, {core})
            _wait_for(process, port, log)
            yield Running(name=name, port=port, pid=process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the port answers."""
    until_s = monotonic() + START_S_MAX
    while monotonic() < until_s:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended at once: {log.read_text()[-2000:]}")
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.05)
    raise RuntimeError(
        f"nothing listens on {port} after {START_S_MAX} s: {log.read_text()[-2000:]}"
    )


def push(load: Load) -> Seen:
    """Run the load generator in its own process."""
    words = [sys.executable, "-m", "tests.bench.load"]
    env = os.environ | {"PYTHONPATH": "src"}
    process = subprocess.Popen(
        words, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    if load.core is not None:
        os.sched_setaffinity(process.pid, {load.core})
    told, _ = process.communicate(json.dumps(asdict(load)))
    if process.returncode:
        raise RuntimeError("the load generator failed; see above")
    return Seen(**json.loads(told))


def memory_bytes(pid: int, field: str = "VmHWM") -> int:
    """A process's memory as the kernel counts it: the most it ever had, or `VmRSS` now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    return 0


def cpu_s(pid: int) -> float:
    """Processor time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
