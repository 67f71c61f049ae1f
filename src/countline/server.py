"""Builds everything from settings, starts it, and stops it in the reverse order: edges, then engine."""

import asyncio
import fcntl
import gc
import json
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import IO, Any

import structlog
import uvicorn

from countline import __version__, clock
from countline.api.app import ApiSettings, create_app
from countline.api.metrics.routes import Metrics
from countline.engine.engine import Engine, open_engine
from countline.engine.intake import IntakeSettings
from countline.engine.keeping import oldest_first
from countline.engine.streams import Streams, streams_of
from countline.errors import ConfigError, Conflict
from countline.fieldwork import Fieldwork, make_fieldwork
from countline.gateway.gate import Gate, PushLimits
from countline.gateway.http import with_pushes
from countline.gateway.listener import listener
from countline.gateway.sockets import socket_settings
from countline.hookwork import Hookwork, make_hookwork
from countline.limits import LIVE_KEEP_S
from countline.outward import outlets_of
from countline.settings import Settings
from countline.store import Transaction, View

log = structlog.get_logger()

GRACE_S = 10  # how long open requests may finish after a stop
BACKLOG = 2_048
GARBAGE_AFTER = 50_000  # new objects before the youngest are looked through
DAY_MS = 86_400_000
KEEP_HOUSE_S = 3_600
KEEP_HOUSE_AGAIN_S = 60  # after a failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A server that answers: where, and what works behind it."""

    url: str
    engine: Engine
    fieldwork: Fieldwork


async def nothing(engine: Engine) -> None:
    """Furnishes nothing."""


async def serve(
    settings: Settings,
    *,
    stop: asyncio.Event,
    when_up: Callable[[Serving], Awaitable[None]],
    furnish: Callable[[Engine], Awaitable[None]] = nothing,
) -> None:
    """Run until `stop` is set. `furnish` may fill the store before anyone can ask.

    Raises `Conflict` where another server holds the store or the port.
    """
    with listening(settings) as sock, holding(settings, url_of(settings, sock)):
        async with running_engine(settings) as engine:
            await furnish(engine)
            url = url_of(settings, sock)
            fieldwork = await make_fieldwork(settings, engine, url=url)
            hookwork = await make_hookwork(settings, engine)
            _spare_collector()
            await _run_edges(settings, engine, fieldwork, hookwork, sock, stop, when_up, url)


def _spare_collector() -> None:
    """What lives as long as the server is not looked through again and again for garbage.

    Pushes make many objects and no cycles; collecting them less often saves a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, 20, 100)


@asynccontextmanager
async def running_engine(settings: Settings) -> AsyncIterator[Engine]:
    """The engine over the store of the settings, with what keeps it tidy."""
    intake = IntakeSettings(
        linger_ms=settings.push.linger_ms, keep_bodies=settings.push.keep_bodies_days > 0
    )
    engine = await open_engine(settings.store_url, intake=intake)
    tidying = asyncio.create_task(_keep_house(settings, engine))
    try:
        yield engine
    finally:
        tidying.cancel()
        with suppress(asyncio.CancelledError):
            await tidying
        await engine.close()


# -- edges ----------------------------------------------------------------------------------------
class _Embedded(uvicorn.Server):
    """uvicorn inside our own loop: signals are ours, and it says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs us."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that connections are taken."""
        await super().startup(sockets)
        self.up.set()


async def _run_edges(
    settings: Settings,
    engine: Engine,
    fieldwork: Fieldwork,
    hookwork: Hookwork,
    sock: socket.socket,
    stop: asyncio.Event,
    when_up: Callable[[Serving], Awaitable[None]],
    url: str,
) -> None:
    streams = streams_of(engine)
    gate = _gate(settings, engine)
    server = _Embedded(_uvicorn_config(settings, engine, fieldwork, hookwork, streams, gate))
    outlets = [asyncio.create_task(each) for each in outlets_of(settings, engine, stop)]
    outlets += [asyncio.create_task(each) for each in _takers(settings, engine, gate, stop)]
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    outlets += [asyncio.create_task(each) for each in (hookwork.run(stop), fieldwork.run(stop))]
    stopping = asyncio.create_task(stop.wait())
    upping = asyncio.create_task(server.up.wait())
    try:
        await asyncio.wait({serving, upping}, return_when=asyncio.FIRST_COMPLETED)
        log.info("server.started", url=url, data=str(settings.data), version=__version__)
        await when_up(Serving(url=url, engine=engine, fieldwork=fieldwork))
        running = {serving, stopping, *outlets}
        ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in ended - {stopping}:
            task.result()
    finally:
        stop.set()  # outlets end themselves
        streams.close()
        upping.cancel()
        server.should_exit = True
        await asyncio.gather(serving, stopping, *outlets, return_exceptions=True)
        log.info("server.stopped", url=url)


def _gate(settings: Settings, engine: Engine) -> Gate:
    limits = PushLimits(
        body_bytes_max=settings.push.body_bytes_max,
        in_flight_bytes_max=settings.push.in_flight_bytes_max,
    )
    return Gate(engine, limits)


def _takers(
    settings: Settings, engine: Engine, gate: Gate, stop: asyncio.Event
) -> Iterator[Coroutine[Any, Any, None]]:
    """Who takes pushes by other ways than HTTP, by the same gate."""
    if settings.mqtt_in.url:
        from countline.mqtt import take_from_broker  # seldom needed

        yield take_from_broker(settings, engine, gate, stop)


def _uvicorn_config(
    settings: Settings,
    engine: Engine,
    fieldwork: Fieldwork,
    hookwork: Hookwork,
    streams: Streams,
    gate: Gate,
) -> uvicorn.Config:
    wanted = settings.metrics
    metrics = Metrics(enabled=wanted.enabled, open=wanted.open, counts=wanted.counts)
    api = create_app(
        engine,
        ApiSettings(metrics=metrics),
        devices=fieldwork.desk,
        streams=streams,
        webhooks=hookwork.desk,
    )
    return uvicorn.Config(
        with_pushes(api, gate),
        http=listener(gate),
        **socket_settings(),
        ssl_certfile=settings.tls.cert,
        ssl_keyfile=settings.tls.key,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_S,
    )


async def _keep_house(settings: Settings, engine: Engine) -> None:
    """Once an hour: move old numbers to where they are small, and forget what is too old."""
    while True:
        try:
            await _tidy_up(settings, engine)
        except Exception:  # a full disk, say: the next time may be better
            log.exception("upkeep_failed")
            engine.watch.trouble("upkeep", "Old data could not be moved or dropped; see the log.")
            await asyncio.sleep(KEEP_HOUSE_AGAIN_S)
        else:
            engine.watch.trouble("upkeep", None)
            await asyncio.sleep(KEEP_HOUSE_S)


async def _tidy_up(settings: Settings, engine: Engine) -> None:
    now_ms = clock.now_ms()
    await engine.store.compact(now_ms // 1000)
    await _forget(
        engine,
        bodies_before_ms=now_ms - settings.push.keep_bodies_days * DAY_MS,
        events_before_ms=now_ms - settings.event_keep_days * DAY_MS,
        kept_before_ms=now_ms - settings.push.keep_failed_days * DAY_MS,
        live_before_s=now_ms // 1000 - LIVE_KEEP_S,
    )


async def _forget(
    engine: Engine,
    *,
    bodies_before_ms: int,
    events_before_ms: int,
    kept_before_ms: int,
    live_before_s: int = 0,
) -> None:
    def work(tx: Transaction) -> None:
        tx.forget(
            bodies_before_ms=bodies_before_ms,
            events_before_ms=events_before_ms,
            live_before_s=live_before_s,
        )

    await engine.store.write(work)

    def too_old(view: View) -> list[int]:
        oldest = takewhile(lambda p: p.received_ms < kept_before_ms, oldest_first(view, None))
        return [push.push_id for push in oldest]

    if old := await engine.store.read(too_old, heavy=True):
        await engine.store.write(partial(_drop, old))


def _drop(push_ids: list[int], tx: Transaction) -> None:
    tx.drop_pushes(push_ids)


# -- one server for a folder, one for a port ------------------------------------------------------
@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """A socket that listens where the settings say; callers wait in it until the server is up."""
    _check_tls(settings)
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, address = found[0][0], found[0][4]
        sock = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Conflict(
            f"Cannot listen on {settings.host}:{settings.port}: {reason}.", code="port_taken"
        ) from error
    with sock:
        yield sock


def _check_tls(settings: Settings) -> None:
    if settings.tls.cert is None:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            settings.tls.cert, settings.tls.key
        )
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"tls: certificate and key cannot be used: {error}") from error


def url_of(settings: Settings, sock: socket.socket) -> str:
    """Where the server is asked."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    scheme = "http" if settings.tls.cert is None else "https"
    return f"{scheme}://{host}:{sock.getsockname()[1]}"


@contextmanager
def holding(settings: Settings, url: str) -> Iterator[None]:
    """Hold the store for this process. Raises `Conflict` that says who holds it already."""
    path = holder_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(f"{path.parent} is served already, by {_holder(file)}.") from error
        file.truncate(0)
        json.dump({"pid": os.getpid(), "url": url}, file)
        file.flush()
        yield
        file.truncate(0)


def is_held(settings: Settings) -> bool:
    """Whether a server runs on the store of the settings, in this process or another."""
    path = holder_path(settings)
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def holder_path(settings: Settings) -> Path:
    """The file by which a server holds an embedded store."""
    return Path(settings.store_url.removeprefix("sqlite:///")).with_suffix(".server")


def serving_url(settings: Settings) -> str | None:
    """Where a server that holds the store is asked; None where none runs."""
    try:
        with holder_path(settings).open(encoding="utf-8") as file:
            return str(json.load(file)["url"])
    except (OSError, ValueError, KeyError):
        return None


def _holder(file: IO[str]) -> str:
    file.seek(0)
    try:
        holder = json.load(file)
    except ValueError:
        return "another process"
    return f"process {holder['pid']} at {holder['url']}"
