"""A countline API on a loopback port, served from a thread of its own, over a store in a folder."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from countline.api.app import ApiSettings, create_app
from countline.api.metrics.routes import Metrics
from countline.engine.adopting import NO_DEVICES, DeviceDesk
from countline.engine.engine import Engine, open_engine
from countline.gateway.gate import Gate, PushLimits
from countline.gateway.http import with_pushes

USUAL = Metrics()


@dataclass(frozen=True, slots=True)
class Loopback:
    """Where the API listens, and the key that may do everything."""

    url: str
    key: str


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The test runner's signals stay its own."""
        yield


@contextmanager
def served(
    folder: Path,
    *,
    furnish: Callable[[Engine], Any],
    devices: DeviceDesk = NO_DEVICES,
    metrics: Metrics = USUAL,
) -> Iterator[Loopback]:
    """The API over a fresh store, after the coroutine `furnish(engine)` has put something into it."""
    made: Future[tuple[uvicorn.Server, Loopback]] = Future()

    async def serve(listening: socket.socket) -> None:
        engine = await open_engine(f"sqlite:///{folder / 'countline.db'}")
        try:
            await furnish(engine)
            _, key = await engine.access.create_key(name="test", scopes=("read", "write", "admin"))
            app = create_app(engine, ApiSettings(metrics=metrics), devices=devices)
            gated = with_pushes(app, Gate(engine, PushLimits()))
            server = _Server(uvicorn.Config(gated, log_config=None, lifespan="off"))
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            made.set_result((server, Loopback(url, key)))
            await server.serve(sockets=[listening])
        finally:
            await engine.close()

    def run(listening: socket.socket) -> None:
        try:
            asyncio.run(serve(listening))
        except Exception as error:
            if made.done():
                raise
            made.set_exception(error)

    # Callers may connect as soon as the socket listens; they are answered when the server is up.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=run, args=(listening,))
        thread.start()
        server, found = made.result()
        try:
            yield found
        finally:
            server.should_exit = True
            thread.join()
