"""A process that tells one webhook what a store's event log holds, until it is killed."""

import asyncio
import sys
from pathlib import Path

from countline import clock
from countline.engine.desk import CatalogueDesk
from countline.engine.feed import Feed
from countline.engine.telling import Teller
from countline.outlets.webhooks import WebhookSettings, run_webhook
from countline.store import open_store


async def main(store_url: str, url: str, secret: str) -> None:
    store = open_store(store_url)
    await run_webhook(
        WebhookSettings(url=url, secret=secret, allow_private=True),
        feed=Feed(store),
        teller=Teller(store, CatalogueDesk(store, now_s=clock.now_s)),
        stop=asyncio.Event(),
        dead_letters=Path("never"),
        from_seq=0,
    )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
