"""The route: looks at everything once, and writes it in the format that the caller takes."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import structlog
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, choose_encoder, generate_latest
from prometheus_client.metrics_core import Metric

from countline import clock
from countline.api.metrics.families import write
from countline.api.metrics.house import HEALTHS, HOUSE, HouseSeen, StoreSeen
from countline.api.metrics.zones import COUNTS, CountsSeen
from countline.api.operation import Operation, to_handler, to_options
from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.engine.engine import Engine
from countline.engine.streams import Streams
from countline.engine.watch import Sight
from countline.errors import StoreError

PATH = "/metrics"

_log = structlog.get_logger("countline.metrics")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Whether the route is there, whether it needs a key, and whether it tells counts."""

    enabled: bool = True
    open: bool = False
    counts: bool = False


def metrics_routes(engine: Engine, streams: Streams, settings: Metrics) -> list[HTTPRouteHandler]:
    """The route. A key needs the scope `read`, and is told of zones and sensors in its sight."""
    if not settings.enabled:
        return []
    began_s = clock.elapsed_s()

    async def metrics(request: ApiRequest[Asking]) -> Response[bytes]:
        sight = None if settings.open else request.sight
        house = HouseSeen(
            up_s=clock.elapsed_s() - began_s,
            pushes=engine.pushes.counts,
            groups=engine.intake.commits,
            streams=streams.listeners,
            store=await look_at_store(engine, sight),
        )
        counts = look_at_board(engine, sight) if settings.counts else None
        accept = (request.header(b"accept") or "").lower()
        body, media_type = await asyncio.to_thread(expose, house, counts, accept)
        return Response(body, headers={"content-type": media_type})

    operation = Operation("GET", PATH, metrics, None, "Health")
    if not settings.open:
        return [to_options(PATH, [operation]), to_handler(operation)]
    unguarded = HTTPRouteHandler(PATH, http_method="GET", include_in_schema=False)
    return [to_options(PATH, [operation]), unguarded(metrics)]


async def look_at_store(engine: Engine, sight: Sight) -> StoreSeen | None:
    """How the store and all that follows from it are; None where it cannot be read."""
    try:
        lags = await engine.watch.lags()
        healths = Counter(one.health for one in await engine.watch.sensors(sight))
        troubles = await engine.watch.troubles(lags)
        facts = engine.store.facts()
    except StoreError:
        _log.exception("store not read")
        return None
    catalogue = engine.desk.current()
    silent = (
        gap
        for sensor, gaps in catalogue.gaps.items()
        if sight is None or catalogue.sensors[sensor].location_id in sight
        for gap in gaps
        if gap.to_s is None
    )
    return StoreSeen(
        commits=facts.commit,
        events=facts.seq,
        bytes=facts.bytes,
        flush_s=facts.flush_ms / 1000,
        disk_bytes=facts.detail.get("disk_bytes"),
        disk_free_bytes=facts.detail.get("disk_free_bytes"),
        lags=lags,
        sensors={health: healths[health] for health in HEALTHS},
        troubles=troubles,
        gaps_open=sum(1 for _ in silent),
    )


def look_at_board(engine: Engine, sight: Sight) -> CountsSeen:
    """The zones and sensors in sight, by their ids."""
    zones, sensors = engine.board.zones, engine.board.sensors
    return CountsSeen(
        zones=[z for _, z in sorted(zones.items()) if sight is None or z.location_id in sight],
        sensors=[s for _, s in sorted(sensors.items()) if sight is None or s.location_id in sight],
    )


class _Seen:
    """What was seen, as a collector of prometheus_client."""

    def __init__(self, house: HouseSeen, counts: CountsSeen | None) -> None:
        self._house = house
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """All families, in the order of the tables."""
        yield from write(HOUSE, self._house)
        if self._counts is not None:
            yield from write(COUNTS, self._counts)

    def describe(self) -> Iterable[Metric]:
        """Nothing: it is looked at once."""
        return []


def expose(house: HouseSeen, counts: CountsSeen | None, accept: str) -> tuple[bytes, str]:
    """The text, and its media type: OpenMetrics where the caller takes it, else plain."""
    registry = CollectorRegistry()
    registry.register(_Seen(house, counts))
    ProcessCollector(registry=registry)
    try:
        encode, media_type = choose_encoder(accept)
    except (TypeError, ValueError):  # a version that is no number
        encode, media_type = generate_latest, CONTENT_TYPE_PLAIN_0_0_4
    return encode(registry), media_type
