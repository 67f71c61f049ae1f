"""Commands open the store themselves, whether or not a server runs on the same folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from countline.cli.options import Options

if TYPE_CHECKING:
    from countline.engine.engine import Engine


@asynccontextmanager
async def opened_engine(options: Options) -> AsyncIterator["Engine"]:
    """The engine over the store that the options and settings name; closed at the end."""
    from countline.engine.engine import open_engine

    engine = await open_engine(options.loaded().settings.store_url)
    try:
        yield engine
    finally:
        await engine.close()
