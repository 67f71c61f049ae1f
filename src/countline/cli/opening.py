"""Commands open the store themselves, whether or not a server runs on the same folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from countline.cli.options import Options
from countline.errors import NotFound

if TYPE_CHECKING:
    from countline.engine.engine import Engine


@asynccontextmanager
async def opened_engine(options: Options, *, must_exist: bool = False) -> AsyncIterator["Engine"]:
    """The engine over the store that the options and settings name; closed at the end.

    With `must_exist` a store that is not there is an error, not a new empty one. What goes wrong
    beside the command is told on standard error, without the values that were in hand.
    """
    from countline import log
    from countline.engine.engine import open_engine

    log.set_up(level="warning")
    url = options.loaded().settings.store_url
    if must_exist:
        check_exists(url)
    engine = await open_engine(url, follow=False)
    try:
        yield engine
    finally:
        await engine.close()


def check_exists(url: str) -> None:
    """Refuse the address of an embedded store whose file is not there."""
    path = Path(url.removeprefix("sqlite:///"))
    if "://" not in url.removeprefix("sqlite:///") and not path.exists():
        raise NotFound(
            f"There is no store at {path}; name its folder with --data or COUNTLINE_DATA.",
            code="store_not_found",
        )
