"""Answers, and who is present now: both API versions ask here, so they can never disagree."""

from collections.abc import Callable, Iterator

from countline.counting.capacity import light_of
from countline.counting.coverage import FOREVER_S
from countline.counting.occupancy import State, carry, fold_stretch
from countline.counting.silence import Silence, quality_of
from countline.engine.anchoring import anchor_points
from countline.engine.answering import answer
from countline.engine.catalogue import Catalogue
from countline.engine.desk import CatalogueDesk
from countline.engine.flows import Flow, Gauge
from countline.engine.folding import material, tail
from countline.engine.followers import Dirty
from countline.engine.passing import passby_of
from countline.engine.rows import counts_of
from countline.engine.subject import Plan, plan_of
from countline.engine.table import table_of
from countline.engine.tide import unfollowed, unfollowed_s
from countline.engine.usual import Usual
from countline.engine.watch import Sight, Watch
from countline.errors import Impossible, NotFound
from countline.model.board import ZoneTold
from countline.model.ids import LocationId, SensorNo
from countline.model.interval import DAY_S, QUARTER_S, Granularity
from countline.model.place import Light, Zone
from countline.model.query import Answer, Asked, Present, Quality, Query
from countline.store.seam import View

LIGHT_S_MAX = 3 * DAY_S  # longer questions leave the event loop free
LIGHT_LINES_MAX = 20  # so do sums over more lines


class Questions:
    """Answers questions, each in one read transaction."""

    def __init__(self, desk: CatalogueDesk, watch: Watch, *, now_s: Callable[[], int]) -> None:
        self._desk = desk
        self._watch = watch
        self._now_s = now_s

    async def answer(self, query: Query, sight: Sight) -> Answer:
        """Counts. Raises `NotFound` for what is not there or not in sight, and `Impossible`."""

        def work(view: View) -> Answer:
            catalogue = self._desk.of_view(view)
            check_sight(catalogue, query.asked, sight)
            plan_of(catalogue, query.asked)  # what is not there is told before what is wrong
            if query.start_s >= query.end_s:
                raise Impossible("The start must lie before the end.", code="start_not_before_end")
            return answer(view, catalogue, query, self._now_s())

        heavy = query.end_s - query.start_s > LIGHT_S_MAX
        return await self._desk.store.read(work, heavy=heavy)

    async def present(self, asked: Asked, sight: Sight) -> list[Present]:
        """People now, and today's sums, of one subject."""

        def work(view: View) -> list[Present]:
            catalogue = self._desk.of_view(view)
            check_sight(catalogue, asked, sight)
            plan = plan_of(catalogue, asked)
            return [self.present_in(view, catalogue, plan, unfollowed(view), today=True)]

        catalogue = await self._desk.fresh()
        check_sight(catalogue, asked, sight)
        heavy = len(plan_of(catalogue, asked).flows) > LIGHT_LINES_MAX
        return await self._desk.store.read(work, heavy=heavy)

    async def current(self, location_id: LocationId | None, sight: Sight) -> list[Present]:
        """People now in every location in sight and in its zones.

        Raises `NotFound` with `no_location` where nothing is in sight.
        """

        def work(view: View) -> list[Present]:
            catalogue = self._desk.of_view(view)
            chosen = [
                location
                for key, location in sorted(catalogue.locations.items())
                if location_id in (None, key) and (sight is None or key in sight)
            ]
            if not chosen:
                raise _no_location(location_id)
            dirty = unfollowed(view)
            return [
                self.present_in(view, catalogue, plan, dirty, today=False)
                for location in chosen
                for plan in _location_and_zones(catalogue, location.location_id)
            ]

        return await self._desk.store.read(work)

    # -- one subject now --------------------------------------------------------------------------
    def present_in(
        self, view: View, catalogue: Catalogue, plan: Plan, dirty: Dirty, *, today: bool
    ) -> Present:
        """People of one subject as a view has them, and with `today` the sums of its day."""
        now_s = self._now_s()
        people, as_of_s = self._people(view, plan, dirty, now_s)
        quality = self._quality(view, plan, now_s)
        zone = catalogue.zones[plan.zone_id] if plan.zone_id is not None else None
        sums: tuple[int | None, int | None, int | None] = (None, None, None)
        if today:
            sums = _today(view, catalogue, plan, now_s)
        return Present(
            location_id=plan.location.location_id,
            zone_id=plan.zone_id,
            sensor_id=plan.sensor_id,
            as_of_s=as_of_s,
            people=None if quality == "unknown" else people,
            last_known=people,
            quality=quality if people is not None else "unknown",
            in_today=sums[0],
            out_today=sums[1],
            passby_today=sums[2],
            area_m2=zone.area_m2 if zone else None,
            capacity=zone.capacity if zone else None,
            light=_light(view, zone, None if quality == "unknown" else people),
            basis=plan.basis,
        )

    def _people(
        self, view: View, plan: Plan, dirty: Dirty, now_s: int
    ) -> tuple[int | None, int | None]:
        """What the follower has committed, with the anchors that have acted since."""
        last = view.last_fold(plan.key, FOREVER_S)
        if last is None:
            return None, None
        quarter = (last.start_s, last.start_s + QUARTER_S)
        known = anchor_points(view, plan, *quarter)
        acted = [point for point in known if point.at_s <= now_s]
        if len(acted) < len(known):  # some are still to come
            state = State(last.start, last.raw_start)
            last = fold_stretch(state, *quarter, material(view, plan, *quarter).steps, acted)
        since = tail(view, plan, last, now_s + 1)
        people = carry(since[-1] if since else last).running
        heard_s = [self._watch.last_bin_end_s(sensor) or 0 for sensor in plan.sensors()]
        followed_s = max(last.start_s, unfollowed_s(dirty, plan))
        return people, min(max(heard_s), last.start_s + QUARTER_S, followed_s)

    def _quality(self, view: View, plan: Plan, now_s: int) -> Quality:
        """Good, stale or unknown, by the age of what each expected line last gave."""
        telling = plan.telling()
        expected = [at for at, part in enumerate(telling) if _expected_now(part, now_s)]
        silences = [self._silence(telling[at].sensor, now_s) for at in expected]
        return quality_of(silences, lambda: Usual(view, plan).of(expected, now_s))

    def _silence(self, sensor: SensorNo, now_s: int) -> Silence:
        """For how long a sensor has been silent, and how long it may be."""
        last_s = self._watch.last_bin_end_s(sensor) or 0
        return Silence(now_s - last_s, self._watch.stale_after_s(sensor))


def _light(view: View, zone: Zone | None, people: int | None) -> Light | None:
    """The light of a zone, after the one that was told last."""
    if zone is None or zone.capacity is None or people is None:
        return None
    told = view.record(ZoneTold, zone.zone_id)
    return light_of(zone, people, (told.light if told else "") or None)


def check_sight(catalogue: Catalogue, asked: Asked, sight: Sight) -> None:
    """Refuse what a key may not see, with the words for what is not there."""
    if sight is None:
        return
    place: LocationId | None = asked.location_id
    if asked.sensor_id is not None:
        sensor = catalogue.sensor_by_id.get(asked.sensor_id)
        place = sensor.location_id if sensor else None
        if place not in sight:
            raise NotFound(f"There is no sensor {asked.sensor_id!r}.", code="sensor_not_found")
    elif asked.zone_id is not None:
        zone = catalogue.zones.get(asked.zone_id)
        place = zone.location_id if zone else None
        if place not in sight:
            raise NotFound(f"There is no zone {asked.zone_id}.", code="zone_not_found")
    elif place not in sight:
        raise NotFound(f"There is no location {place!r}.", code="location_not_found")


def _no_location(location_id: LocationId | None) -> NotFound:
    if location_id is not None:
        return NotFound(f"There is no location {location_id!r}.", code="location_not_found")
    return NotFound(
        "There is no location yet. Make one with `POST /v3/locations`, or register a sensor with "
        "`countline sensors register`.",
        code="no_location",
    )


def _location_and_zones(catalogue: Catalogue, location_id: LocationId) -> Iterator[Plan]:
    yield plan_of(catalogue, Asked(location_id=location_id))
    for zone in sorted(catalogue.zones_of(location_id), key=lambda z: z.zone_id):
        yield plan_of(catalogue, Asked(zone_id=zone.zone_id))


def _expected_now(part: Flow | Gauge, now_s: int) -> bool:
    return any(a <= now_s < b for a, b in part.active)


def _today(
    view: View, catalogue: Catalogue, plan: Plan, now_s: int
) -> tuple[int | None, int | None, int | None]:
    """In, out and pass-by since the start of the location's day; None where nothing is covered."""
    day = plan.grid.bucket_of(Granularity.DAY, now_s)
    table = table_of(view, plan, Granularity.DAY, [day])
    counts = counts_of(table)
    people = passby_of(table, catalogue, Granularity.DAY)[0].people
    return counts.ins[0], counts.outs[0], people
