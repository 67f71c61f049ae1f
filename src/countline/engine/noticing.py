"""Notices what has become of zones and sensors: keeps the board, and writes down what is to be told.

It goes behind the occupancy follower. Each step looks at the zones that something happened to, and
at a few of all the others, so that each had its turn once a minute: silence, resets and requests for
air move with time alone. What was told last is kept in the store and changes in the commit that tells
of it: nothing is told twice, and nothing that was so for longer than a step is left out.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from countline.engine.board import Board
from countline.engine.catalogue import Catalogue
from countline.engine.desk import CatalogueDesk
from countline.engine.followers import OCCUPANCY, Dirty, dirty_of, plans_by_sensor
from countline.engine.questions import Questions
from countline.engine.sensor_news import news_of_sensor, sensor_now, sensor_told_after
from countline.engine.subject import plan_of
from countline.engine.tide import unfollowed
from countline.engine.totals import Totals
from countline.engine.ventilating import Ventilating
from countline.engine.watch import Watch
from countline.engine.zone_news import news_of, told_after, zone_now
from countline.model.board import SensorNow, SensorTold, ZoneNow, ZoneTold
from countline.model.event import Event
from countline.model.ids import SensorId, ZoneId
from countline.model.interval import MINUTE_S
from countline.model.place import Zone
from countline.model.query import Asked
from countline.store.seam import Transaction, View

EVENTS_MAX = 10_000
ZONES_AT_ONCE = 50  # read together; between them others have their turn
DUE_AT_ONCE = 10  # of those that only the clock asks for: who waits to hear of a push goes first
SENSORS_S = 10  # how often the health of sensors is looked at
SENSORS_AT_ONCE = 50


class _Seen(NamedTuple):
    """A zone as a view has it, and what was told of it by then."""

    zone: Zone
    now: ZoneNow
    before: ZoneTold


class Noticing:
    """Steps from one state of the board to the next."""

    def __init__(
        self,
        desk: CatalogueDesk,
        watch: Watch,
        questions: Questions,
        ventilating: Ventilating,
        board: Board,
        *,
        now_s: Callable[[], int],
    ) -> None:
        self._desk = desk
        self._watch = watch
        self._questions = questions
        self._ventilating = ventilating
        self._board = board
        self._now_s = now_s
        self._totals = Totals()
        self._told: dict[ZoneId, ZoneTold] | None = None
        self._seq = 0  # of the last event that was looked at
        self._minute_s = 0  # in which all zones were due
        self._due: Sequence[ZoneId] = ()  # of these
        self._sensors_s = 0
        self._sensors_due: Sequence[SensorId] = ()

    @property
    def behind(self) -> bool:
        """Whether zones or sensors are due that the next steps look at."""
        return bool(self._due or self._sensors_due)

    async def step(self) -> bool:
        """Look at what happened since the last step, and at some that are due.

        Whether something was told.
        """
        now_s = self._now_s()
        every = not self._due and now_s // MINUTE_S != self._minute_s // MINUTE_S
        seq, zones, due = await self._desk.store.read(partial(self._touched, every=every))
        told = False
        for at in range(0, len(zones), ZONES_AT_ONCE):
            some = zones[at : at + ZONES_AT_ONCE]
            seen = await self._desk.store.read(partial(self._look, some), heavy=True)
            told |= await self._tell(seen)
            self._board.put(zones=[one.now for one in seen])
        self._seq, self._due = seq, due
        if every:
            self._minute_s = now_s
        if not self._sensors_due and now_s >= self._sensors_s + SENSORS_S:
            self._sensors_due = await self._sensors_in_use()
            self._sensors_s = now_s
        if self._sensors_due:
            told |= await self._look_at_sensors(self._sensors_due[:SENSORS_AT_ONCE])
            self._sensors_due = self._sensors_due[SENSORS_AT_ONCE:]
        return told

    # -- zones ------------------------------------------------------------------------------------
    def _touched(self, view: View, *, every: bool) -> tuple[int, Sequence[Zone], Sequence[ZoneId]]:
        """The zones that something happened to, as far as the follower has come, and some that are
        due; and those that still are."""
        catalogue = self._desk.of_view(view)
        if self._told is None:
            self._told = {one.zone_id: one for one in view.records(ZoneTold)}
            self._seq = view.cursor(OCCUPANCY)
        events = view.events(self._seq, EVENTS_MAX)
        followed = view.cursor(OCCUPANCY)
        events = [event for event in events if event.seq <= followed]
        seq = events[-1].seq if events else self._seq
        starts_s = _changed_from(catalogue, dirty_of(events))
        for zone_id, start_s in starts_s.items():
            self._totals.changed(plan_of(catalogue, Asked(zone_id=zone_id)), start_s)
        due = list(catalogue.zones) if every else self._due
        new = catalogue.zones.keys() - self._told.keys()
        wanted = dict.fromkeys((*starts_s, *new, *due[:DUE_AT_ONCE]))
        zones = [catalogue.zones[zone_id] for zone_id in wanted if zone_id in catalogue.zones]
        return seq, zones, due[DUE_AT_ONCE:]

    def _look(self, zones: Iterable[Zone], view: View) -> list[_Seen]:
        catalogue = self._desk.of_view(view)
        dirty = unfollowed(view)
        found = []
        for zone in zones:
            if zone.zone_id not in catalogue.zones:
                continue
            before = self._before(zone.zone_id)
            plan = plan_of(catalogue, Asked(zone_id=zone.zone_id))
            present = self._questions.present_in(view, catalogue, plan, dirty, today=True)
            totals = self._totals.of(view, catalogue, plan, present, self._now_s())
            demand = self._ventilating.demand_in(view, zone)
            location = catalogue.locations[zone.location_id]
            now = zone_now(zone, location, present, totals, demand, before)
            found.append(_Seen(zone, now, before))
        return found

    def _before(self, zone_id: ZoneId) -> ZoneTold:
        assert self._told is not None, "it is read before the first look"
        return self._told.get(zone_id, ZoneTold(zone_id=zone_id))

    async def _tell(self, seen: Sequence[_Seen]) -> bool:
        """Write down what differs from what was told, with the events that tell of it."""
        assert self._told is not None
        after = [told_after(one.now, one.before) for one in seen]
        moved = [new for new, one in zip(after, seen, strict=True) if new != one.before]
        at_s = self._now_s()
        events = [event for one in seen for event in news_of(one.zone, one.now, one.before, at_s)]
        if moved:
            await self._desk.store.write(partial(_write, moved, events))
        self._told.update({one.zone_id: one for one in after})
        return bool(events)

    # -- sensors ----------------------------------------------------------------------------------
    async def _sensors_in_use(self) -> Sequence[SensorId]:
        """All sensors; what is gone from the catalogue, or retired, is taken down from the board."""
        catalogue = await self._desk.fresh()
        sensors = catalogue.sensor_by_id.values()
        in_use = [one.sensor_id for one in sensors if one.state != "retired"]
        self._board.keep_only(zones=catalogue.zones, sensors=in_use)
        return list(catalogue.sensor_by_id)

    async def _look_at_sensors(self, sensor_ids: Iterable[SensorId]) -> bool:
        """The health of some sensors; whether something was told."""
        catalogue = await self._desk.fresh()
        sensors = [
            catalogue.sensor_by_id[one] for one in sensor_ids if one in catalogue.sensor_by_id
        ]
        before = await self._desk.store.read(
            lambda view: {one.sensor: view.record(SensorTold, one.sensor) for one in sensors}
        )
        states: list[SensorNow] = []
        moved: list[SensorTold] = []
        events: list[Event] = []
        for sensor in sensors:
            health = self._watch.health_of(catalogue, sensor)
            if sensor.state != "retired":
                states.append(sensor_now(sensor, health))
            after = sensor_told_after(sensor, health)
            if after != before[sensor.sensor]:
                moved.append(after)
                events += news_of_sensor(sensor, health, before[sensor.sensor], self._now_s())
        if moved:
            await self._desk.store.write(partial(_write, moved, events))
        self._board.put(sensors=states)
        return bool(events)


def _changed_from(catalogue: Catalogue, dirty: Dirty) -> dict[ZoneId, int]:
    """The zones of which numbers changed, and from which instant on."""
    starts_s: dict[ZoneId, int] = {}
    for sensor, (start_s, _) in dirty.sensors.items():
        plans = plans_by_sensor(catalogue, catalogue.sensors[sensor].location_id)
        for plan in plans.get(sensor, ()):
            if plan.zone_id is not None and plan.sensor_id is None:
                starts_s[plan.zone_id] = min(start_s, starts_s.get(plan.zone_id, start_s))
    for location_id, start_s in dirty.locations.items():
        for zone in catalogue.zones_of(location_id):
            starts_s[zone.zone_id] = min(start_s, starts_s.get(zone.zone_id, start_s))
    return starts_s


def _write(moved: Sequence[object], events: Sequence[Event], tx: Transaction) -> None:
    """What was told moves in the commit that tells it. Nothing here is for the occupancy follower:
    where it has come to the end, it is taken past these events."""
    tx.save(*moved)
    if not events:
        return
    followed = tx.cursor(OCCUPANCY) == tx.head()[1]
    seq = tx.emit(*events)
    if followed:
        tx.move_cursor(OCCUPANCY, seq)
