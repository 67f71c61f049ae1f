"""`countline serve`: take pushes, answer questions, tell webhooks, until told to stop."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.options import NONE_GIVEN, Options
from countline.config import Loaded

if TYPE_CHECKING:
    from countline.server import Serving

Host = Annotated[str | None, Parameter(help="The address to listen on, before COUNTLINE_HOST.")]
Port = Annotated[int | None, Parameter(help="The port, before COUNTLINE_PORT; 0: a free one.")]


def serve(*, host: Host = None, port: Port = None, options: Options = NONE_GIVEN) -> int:
    """Take pushes, answer questions and tell webhooks. Runs until Ctrl-C.

    With nothing configured it runs on its defaults: the folder ./data, 127.0.0.1, port 8080. A
    second server on one folder stops at once, and says who holds it.
    """
    loaded = options.loaded(host=host, port=port)
    run(_serve(loaded))
    return DONE


async def _serve(loaded: Loaded) -> None:
    from countline import log
    from countline.server import serve as serve_settings

    settings = loaded.settings
    log.set_up(level=settings.log.level, format=settings.log.format)
    for warning in loaded.warnings:
        show.warn(warning)
    await serve_settings(settings, stop=stop_on_signals(), when_up=_hint)


async def _hint(serving: "Serving") -> None:
    """What a newcomer does first, told once there is a terminal and no key yet."""
    err = show.console(stderr=True)
    catalogue = await serving.engine.desk.fresh()
    if err.is_terminal and not catalogue.keys:
        err.print(f"{serving.url} answers; make a key: countline keys create --name me")


def stop_on_signals() -> asyncio.Event:
    """An event that Ctrl-C and SIGTERM set."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # where loops know no signals
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end, on uvloop where it is installed."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)
