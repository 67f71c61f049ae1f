"""A process that tells one webhook what a store's event log holds, until it is killed."""

import asyncio
import sys
from functools import partial

from countline import clock
from countline.engine.desk import CatalogueDesk
from countline.engine.feed import Feed
from countline.engine.telling import Teller
from countline.engine.webhooks import WebhookDesk
from countline.outlets.webhooks import Supervisor, WebhookSettings
from countline.store import open_store
from countline.vault import Vault, new_key


async def main(store_url: str, url: str, secret: str) -> None:
    store = open_store(store_url)
    desk, feed = CatalogueDesk(store, now_s=clock.now_s), Feed(store)
    fixed = WebhookSettings(url=url, secret=secret, allow_private=True).fixed()
    hooks = WebhookDesk(
        desk,
        feed,
        vault=partial(Vault, {1: new_key()}),
        now_ms=clock.now_ms,
        fixed={fixed.webhook.webhook_id: fixed},
    )
    await hooks.ledger.begin(fixed.webhook, from_seq=0)
    await Supervisor(hooks, feed, teller=Teller(store, desk), snapshots=desk).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
