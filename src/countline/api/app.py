"""The API as one ASGI app: both versions, their documents, pages and life signs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from litestar import Litestar

from countline import clock
from countline.api.door import Door
from countline.api.edge import App, with_headers
from countline.api.metrics.routes import Metrics, metrics_routes
from countline.api.operate import life_signs
from countline.api.operation import to_handler, to_options
from countline.api.pages.routes import page_routes
from countline.api.problems import renderers
from countline.api.request import ApiRequest
from countline.api.routes import ALIASES, V1, V3
from countline.api.sockets import with_sockets, without_upgrade
from countline.engine.adopting import NO_DEVICES, DeviceDesk
from countline.engine.engine import Engine
from countline.engine.streams import Streams, streams_of
from countline.engine.webhooks import WebhookDesk
from countline.limits import JSON_BODY_BYTES_MAX
from countline.vault import Vault, new_key

OPERATIONS = (*V3, *V1, *ALIASES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """How the API presents itself. `public_url`: its address as callers write it, without a slash
    at the end; left out, links are relative."""

    public_url: str = ""
    metrics: Metrics = field(default_factory=Metrics)


def create_app(
    engine: Engine,
    settings: ApiSettings,
    *,
    devices: DeviceDesk = NO_DEVICES,
    streams: Streams | None = None,
    webhooks: WebhookDesk | None = None,
    now_ms: Callable[[], int] = clock.now_ms,
) -> App:
    """The app. It holds no state but rates; the caller starts and stops the engine.

    Who gives `streams` can close them, so that a server stops without waiting for listeners. Who
    gives `webhooks` keeps their secrets; otherwise these can be read as long as the app lives.
    """
    streams = streams or streams_of(engine)
    hooks = webhooks or _webhooks_of(engine)
    door = Door(engine, devices, streams, hooks, now_ms=now_ms)
    docs = f"{settings.public_url}/errors"
    app = Litestar(
        route_handlers=[
            *(to_options(path, OPERATIONS) for path in dict.fromkeys(o.path for o in OPERATIONS)),
            *(to_handler(operation) for operation in OPERATIONS),
            *page_routes(),
            *life_signs(engine),
            *metrics_routes(engine, streams, settings.metrics),
            without_upgrade(),
        ],
        request_class=ApiRequest,
        before_request=door.enter,
        exception_handlers=renderers(docs),
        openapi_config=None,
        logging_config=None,
        request_max_body_size=JSON_BODY_BYTES_MAX,
    )
    return with_sockets(with_headers(cast(App, app), door.standing), door, streams, docs)


def _webhooks_of(engine: Engine) -> WebhookDesk:
    vault = Vault({1: new_key()})
    return WebhookDesk(engine.desk, engine.feed, vault=lambda: vault, now_ms=engine.now_ms)
