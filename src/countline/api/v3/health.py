"""How things are now: people, sensors, and the installation itself."""

from collections.abc import Iterable

from litestar import Response
from litestar.params import FromPath

from countline import __version__
from countline.api.lists import next_link, page_of
from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.api.sight import check_subject, location_of
from countline.api.v3 import render, render_health
from countline.api.v3.asking import DiagnosticsAsking, SubjectAsking
from countline.engine.diagnosing import place_of
from countline.model.ids import LocationId, SensorId, ZoneId
from countline.model.query import Asked, Health, SensorHealth
from countline.wire import v3
from countline.wire import v3_health as wire

NOTHING_EXPECTED = frozenset({"retired", "fed_by_files"})
WORST_FIRST: tuple[Health, ...] = ("offline", "degraded", "unknown", "healthy")


async def live(request: ApiRequest[SubjectAsking]) -> v3.LiveAnswer:
    """How many people are there now, and what was counted since the local day began.

    Of a sensor, a zone, a zone at a sensor, or a whole location. `people` and the sums of today need
    not differ by each other: the last anchor may lie elsewhere than the start of the day.
    """
    asking = request.asked
    asked = Asked(
        sensor_id=None if asking.sensor_id is None else SensorId(asking.sensor_id),
        zone_id=None if asking.zone_id is None else ZoneId(asking.zone_id),
        location_id=None if asking.location_id is None else LocationId(asking.location_id),
    )
    check_subject(request, asked)
    found = await request.engine.questions.present(asked, request.sight)
    return v3.LiveAnswer(data=[render.live(now) for now in found])


async def sensor_health(request: ApiRequest[Asking], sensor_id: FromPath[str]) -> wire.SensorHealth:
    """The health of one sensor, judged by its own rhythm, with reasons where it is not healthy."""
    engine = request.engine
    known = await engine.watch.sensor(SensorId(sensor_id), request.sight)
    sensor = engine.desk.current().sensor_by_id[known.sensor_id]
    overlapped = await engine.diagnosing.overlapped(sensor.sensor, now_s=engine.now_ms() // 1000)
    return render_health.sensor_health(known, overlapped)


async def location_health(
    request: ApiRequest[Asking], location_id: FromPath[str]
) -> wire.LocationHealth:
    """The health of a location: that of its worst sensor, and each sensor's."""
    known = location_of(request, location_id)
    found = await request.engine.watch.sensors(frozenset({known.location_id}))
    return wire.LocationHealth(
        location_id=known.location_id,
        health=worst(found),
        sensors=by_health(found),
        data=[render_health.sensor_health(h) for h in found],
    )


async def system_health(request: ApiRequest[Asking]) -> wire.SystemHealth:
    """The health of the whole installation: store, followers, sensors."""
    system, sight = await request.engine.watch.system(), request.sight
    counted = wire.SensorsByHealth(**system.sensors)
    if sight is not None:
        counted = by_health(await request.engine.watch.sensors(sight))
    return wire.SystemHealth(
        health=system.health,
        version=__version__,
        store=wire.StoreHealth(
            kind=system.store.kind,
            bytes=system.store.bytes,
            flush_ms=system.store.flush_ms,
            free_bytes=system.store.detail.get("disk_free_bytes"),
        ),
        followers={
            name: wire.FollowerHealth(lag_events=lag.lag_events, lag_s=lag.lag_s)
            for name, lag in system.followers.items()
        },
        sensors=counted,
        reasons=[render_health.reason(r) for r in system.reasons],
        listeners=request.streams.listeners,
    )


async def diagnostics(
    request: ApiRequest[DiagnosticsAsking],
) -> Response[wire.DiagnosisPage]:
    """Everything that is wrong, or worth knowing, gravest first, with what to do about it.

    Of the sensors in sight; a key that sees every location is also told of devices that nobody
    registered, and of the installation itself. `severity` leaves out what is less grave.
    """
    asking = request.asked
    location_id = None
    if asking.location_id is not None:
        location_id = location_of(request, asking.location_id).location_id
    found = await request.engine.diagnosing.findings(
        request.sight,
        now_s=request.engine.now_ms() // 1000,
        location_id=location_id,
        severity=asking.severity,
    )
    page, cursor = page_of(found, place=place_of, limit=asking.limit, cursor=asking.cursor)
    told = [render_health.diagnosis(one) for one in page]
    return Response(wire.DiagnosisPage(data=told, next=cursor), headers=next_link(request, cursor))


def worst(found: Iterable[SensorHealth]) -> Health:
    """The worst health of some sensors; of none nothing is known.

    One of which nothing is expected, retired or fed by files, says nothing about the others.
    """
    seen = {h.health for h in found if not (h.health == "unknown" and _is_let_be(h))}
    return next((health for health in WORST_FIRST if health in seen), "unknown")


def _is_let_be(known: SensorHealth) -> bool:
    return bool(NOTHING_EXPECTED & {one.code for one in known.findings})


def by_health(found: Iterable[SensorHealth]) -> wire.SensorsByHealth:
    """How many sensors are in which state."""
    seen = [h.health for h in found]
    return wire.SensorsByHealth(**{health: seen.count(health) for health in WORST_FIRST})
