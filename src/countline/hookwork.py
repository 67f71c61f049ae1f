"""Webhooks of the house: those of the settings and those made by the API, and what tells them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from countline.engine.engine import Engine
from countline.engine.telling import Teller
from countline.engine.webhooks import WebhookDesk
from countline.errors import Conflict
from countline.keyfile import open_vault
from countline.model.webhook import Webhook
from countline.outlets.webhooks import Supervisor, WebhookSettings
from countline.settings import Settings
from countline.store import View
from countline.vault import Vault


@dataclass(frozen=True, slots=True)
class Hookwork:
    """The desk that the API asks, and what works by itself while the server runs."""

    desk: WebhookDesk
    supervisor: Supervisor

    async def run(self, stop: asyncio.Event) -> None:
        """Tell every webhook that is active."""
        await self.supervisor.run(stop)


async def make_hookwork(settings: Settings, engine: Engine) -> Hookwork:
    """Build it. Raises `ConfigError` where the key that opens the webhooks' secrets is missing."""
    vault = await vault_of(settings, engine)
    checked = [
        WebhookSettings(
            url=one.url,
            secret=one.secret,
            kinds=one.kinds,
            locations=one.locations,
            allow_private=one.allow_private,
        ).fixed()
        for one in settings.webhook
    ]
    fixed = {one.webhook.webhook_id: one for one in checked}
    if len(fixed) < len(checked):
        raise Conflict("Two webhooks of the settings have one address; name each address once.")
    desk = WebhookDesk(
        engine.desk,
        engine.feed,
        vault=vault,
        now_ms=engine.now_ms,
        fixed=fixed,
        allow_private=settings.webhooks.allow_private,
    )
    teller = Teller(engine.store, engine.desk)
    return Hookwork(desk, Supervisor(desk, engine.feed, teller=teller, snapshots=engine.desk))


async def vault_of(settings: Settings, engine: Engine) -> Callable[[], Vault]:
    """What opens the key file when it is first needed; where secrets are kept already: now.

    Raises `ConfigError` where they are, and the key is missing.
    """

    def webhooks(view: View) -> bool:
        return bool(view.records(Webhook))

    sealed = bool(await engine.arranged.every()) or await engine.store.read(webhooks)

    @cache
    def vault() -> Vault:
        settings.data.mkdir(parents=True, exist_ok=True)
        return open_vault(settings.data, secrets_exist=sealed)

    if sealed:
        vault()  # said at the start, not when it is needed
    return vault
