"""The one way to change what the customer has: checked changes, each in one transaction."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from countline.clock import elapsed_s
from countline.engine.adjusting import Said, adjust, withdraw
from countline.engine.catalogue import Catalogue, read_catalogue, read_gaps
from countline.engine.changes import (
    NewSource,
    changed,
    check_day,
    check_id,
    check_limits,
    check_line,
    check_parent,
    check_time_zone,
    ended,
    location_facts,
    new_location,
    new_sensor,
    new_source,
    next_hour,
    replace_sources,
    take_device,
    takes_turns,
    zone_facts,
)
from countline.engine.hours import keep_hours
from countline.errors import Conflict, NotFound
from countline.model.ids import LineId, LocationId, SensorId, ZoneId
from countline.model.place import RESETS_S, Anchor, Line, LineRole, Location, VisitorsCross, Zone
from countline.model.query import Asked
from countline.model.sensor import Sensor
from countline.store.seam import Store, Transaction, View

__all__ = ["CatalogueDesk", "NewSource"]

T = TypeVar("T")
RECENT_S = 0.05  # another process's change may be unseen for so long where a push is admitted


class CatalogueDesk:
    """Holds the current snapshot, and replaces it when the store says that it moved."""

    def __init__(self, store: Store, *, now_s: Callable[[], int]) -> None:
        self.store = store
        self._now_s = now_s
        self._current: Catalogue | None = None
        self._asked_s = float("-inf")  # when the store was last asked whether it moved
        self._registered: list[Callable[[Sensor], Awaitable[Any]]] = []

    def when_registered(self, told: Callable[[Sensor], Awaitable[Any]]) -> None:
        """Have something done before `register_sensor` returns: counting what waited for it."""
        self._registered.append(told)

    async def tell_registered(self, sensor: Sensor) -> None:
        """A sensor has its device: have done what is to be done then."""
        for told in self._registered:
            await told(sensor)

    def current(self) -> Catalogue:
        """The last snapshot, without asking the store."""
        assert self._current is not None, "fresh() comes first"
        return self._current

    async def fresh(self) -> Catalogue:
        """The snapshot of now; reread only when the store's catalogue version moved."""
        self._asked_s = elapsed_s()
        return await self.store.read(self.of_view)

    def at_hand(self) -> Catalogue | None:
        """The snapshot of a moment ago, for what is asked thousands of times a second."""
        return self._current if elapsed_s() - self._asked_s <= RECENT_S else None

    async def recent(self) -> Catalogue:
        """The same, or that of now."""
        return self.at_hand() or await self.fresh()

    def of_view(self, view: View) -> Catalogue:
        """The snapshot that belongs to a view, so that names and numbers are of one commit.

        A view that was opened before the newest change gets the older one, which is not kept.
        """
        version = view.catalogue_version()
        current = self._current
        if current is not None and current.version == version:
            return current
        found = read_catalogue(view)
        if current is None or current.version < version:
            self._current = found
        return found

    async def reread_gaps(self) -> None:
        """Gaps do not move the catalogue's version: take the new ones into the snapshot."""
        gaps = await self.store.read(read_gaps)
        if self._current is not None:
            self._current = replace(self._current, gaps=gaps)

    async def save(self, *records: Any) -> None:
        """Save catalogue records as they stand, and take the new snapshot."""
        await self.store.write(lambda tx: tx.save(*records))
        await self.fresh()

    # -- locations --------------------------------------------------------------------------------
    async def add_location(
        self,
        *,
        location_id: str,
        name: str = "",
        time_zone: str = "UTC",
        day_start_s: int = 0,
        resets_s: Sequence[int] = RESETS_S,
        keep_attributes: bool = False,
    ) -> Location:
        """A new location with its default zone."""
        check_id("location_id", location_id)
        check_time_zone("time_zone", time_zone)
        check_day("day_start", day_start_s)

        def work(tx: Transaction) -> Location:
            if tx.record(Location, location_id) is not None:
                raise Conflict(f"Location {location_id!r} is there already.", code="id_taken")
            return new_location(
                tx,
                location_id,
                name=name,
                time_zone=time_zone,
                now_s=self._now_s(),
                day_start_s=day_start_s,
                resets_s=resets_s,
                keep_attributes=keep_attributes,
            )

        return await self._write(work)

    async def change_location(self, location_id: str, **changes: Any) -> Location:
        """Change name, time zone, day start, resets, hours, absence or the privacy switch.

        What the change means for numbers (other days, other anchors) is computed anew. `opening` is
        the `WantedHours`, or None to forget them.
        """
        hours = [changes.pop("opening")] if "opening" in changes else []
        if "time_zone" in changes:
            check_time_zone("time_zone", changes["time_zone"])
        if "day_start_s" in changes:
            check_day("day_start", changes["day_start_s"])

        def work(tx: Transaction) -> Location:
            old = tx.record(Location, location_id)
            if old is None:
                raise NotFound(f"There is no location {location_id!r}.", code="location_not_found")
            new = replace(old, **changes)
            tx.save(new)
            for wanted in hours:
                keep_hours(tx, new.location_id, None, wanted, self._now_s())
            if hours or location_facts(new) != location_facts(old):
                tx.emit(changed(new.location_id, 0))
            return new

        return await self._write(work)

    # -- zones ------------------------------------------------------------------------------------
    async def add_zone(
        self,
        *,
        location_id: str,
        name: str,
        parent_id: int | None = None,
        area_m2: float | None = None,
        capacity: int | None = None,
        category: str | None = None,
        amber_percent: int = 80,
        red_percent: int = 100,
        hysteresis_percent: int = 5,
    ) -> Zone:
        """A new zone of a location, inside another zone or beside the others."""

        def work(tx: Transaction) -> Zone:
            if tx.record(Location, location_id) is None:
                raise NotFound(f"There is no location {location_id!r}.", code="location_not_found")
            zone = Zone(
                zone_id=ZoneId(tx.next_number("zone")),
                location_id=LocationId(location_id),
                name=name,
                parent_id=None if parent_id is None else ZoneId(parent_id),
                area_m2=area_m2,
                capacity=capacity,
                category=category,
                created_s=self._now_s(),
                amber_percent=amber_percent,
                red_percent=red_percent,
                hysteresis_percent=hysteresis_percent,
            )
            check_parent(tx, zone)
            check_limits(zone)
            tx.save(zone)
            return zone

        return await self._write(work)

    async def change_zone(self, zone_id: int, **changes: Any) -> Zone:
        """Change name, parent, area, category, capacity, limits, hours, or what is evidence in it.

        `opening` is the `WantedHours` of its own, or None to forget them.
        """
        hours = [changes.pop("opening")] if "opening" in changes else []

        def work(tx: Transaction) -> Zone:
            old = tx.record(Zone, zone_id)
            if old is None:
                raise NotFound(f"There is no zone {zone_id}.", code="zone_not_found")
            new = replace(old, **changes)
            check_parent(tx, new)
            check_limits(new)
            tx.save(new)
            for wanted in hours:
                keep_hours(tx, new.location_id, new.zone_id, wanted, self._now_s())
            if hours or zone_facts(new) != zone_facts(old):
                tx.emit(changed(new.location_id, 0))
            return new

        return await self._write(work)

    # -- people -----------------------------------------------------------------------------------
    async def set_occupancy(
        self, zone_id: int, people: int, *, reason: str, at_s: int | None = None, who: str = ""
    ) -> Anchor:
        """So many people are in a zone, now or at a past instant; see `adjusting.adjust`."""
        said = Said(value=people, at_s=at_s, reason=reason, who=who)
        return await self.adjust(Asked(zone_id=ZoneId(zone_id)), said)

    async def adjust(self, asked: Asked, said: Said) -> Anchor:
        """What an operator says of a zone or a whole location; see `adjusting.adjust`."""
        now_s = self._now_s()
        return await self._write(lambda tx: adjust(tx, self.of_view(tx), asked, said, now_s))

    async def withdraw(self, asked: Asked, anchor_id: int) -> None:
        """Take back what was said; see `adjusting.withdraw`."""
        await self._write(lambda tx: withdraw(tx, self.of_view(tx), asked, anchor_id))

    # -- lines ------------------------------------------------------------------------------------
    async def add_line(
        self,
        *,
        location_id: str,
        name: str,
        side_a: int | None = None,
        side_b: int | None = None,
        role: LineRole = "boundary",
        frontage_of: int | None = None,
        visitors_cross: VisitorsCross = "none",
        sources: Sequence[NewSource] = (),
    ) -> Line:
        """A new line, with the channels that count it."""

        def work(tx: Transaction) -> Line:
            line = Line(
                line_id=LineId(tx.next_number("line")),
                location_id=LocationId(location_id),
                name=name,
                side_a=None if side_a is None else ZoneId(side_a),
                side_b=None if side_b is None else ZoneId(side_b),
                role=role,
                frontage_of=None if frontage_of is None else ZoneId(frontage_of),
                visitors_cross=visitors_cross,
            )
            check_line(tx, line)
            made = [new_source(tx, line, s) for s in sources]
            tx.save(line, *made)
            tx.emit(changed(line.location_id, min([s.valid_from_s for s in made], default=0)))
            return line

        return await self._write(work)

    async def change_line(self, line_id: int, **changes: Any) -> Line:
        """Change the name, or replace `sources` from `valid_from_s` (default: next full local hour).

        What sources counted before that instant stays as it is.
        """
        sources: Sequence[NewSource] | None = changes.pop("sources", None)
        from_s: int | None = changes.pop("valid_from_s", None)

        def work(tx: Transaction) -> Line:
            old = tx.record(Line, line_id)
            if old is None:
                raise NotFound(f"There is no line {line_id}.", code="line_not_found")
            new = replace(old, **changes)
            check_line(tx, new)
            tx.save(new)
            sides = (old.side_a, old.side_b, old.role, old.frontage_of, old.visitors_cross)
            if sides != (new.side_a, new.side_b, new.role, new.frontage_of, new.visitors_cross):
                tx.emit(changed(new.location_id, 0))
            if sources is not None:
                location = tx.record(Location, new.location_id)
                assert location is not None
                at_s = from_s if from_s is not None else next_hour(location, self._now_s())
                replace_sources(tx, new, sources, at_s)
                tx.emit(changed(new.location_id, at_s))
            return new

        return await self._write(work)

    # -- sensors ----------------------------------------------------------------------------------
    async def register_sensor(
        self,
        *,
        sensor_id: str,
        location_id: str,
        serial: str | None = None,
        vendor: str = "xovis",
        context: str = "single",
        name: str = "",
    ) -> Sensor:
        """A sensor in a location; with a serial, that device is its own, seen already or not."""
        check_id("sensor_id", sensor_id)
        now = self._now_s()

        def work(tx: Transaction) -> Sensor:
            if tx.record(Location, location_id) is None:
                raise NotFound(f"There is no location {location_id!r}.", code="location_not_found")
            if any(s.sensor_id == sensor_id for s in tx.records(Sensor)):
                raise Conflict(f"Sensor {sensor_id!r} is there already.", code="id_taken")
            sensor = new_sensor(tx, sensor_id, location_id, name=name, now_s=now)
            if serial is not None:
                take_device(tx, sensor, vendor=vendor, serial=serial.lower(), context=context)
            return sensor

        sensor = await self._write(work)
        await self.tell_registered(sensor)
        return sensor

    async def change_sensor(self, sensor_id: str, **changes: Any) -> Sensor:
        """Change the name, what a quiet minute means, or what live events count for."""
        sensor = (await self.fresh()).sensor_by_id.get(SensorId(sensor_id))
        if sensor is None:
            raise NotFound(f"There is no sensor {sensor_id!r}.", code="sensor_not_found")
        new = replace(sensor, **changes)

        def work(tx: Transaction) -> Sensor:
            tx.save(new)
            if new.counts_from == "logics" != sensor.counts_from:
                tx.drop_live(sensor.sensor)
            return new

        return await self._write(work)

    async def retire_sensor(self, sensor_id: str) -> Sensor:
        """From now on nothing is expected of the sensor; its history stays, and so does its id."""
        now = self._now_s()

        def work(tx: Transaction) -> Sensor:
            sensor = next((s for s in tx.records(Sensor) if s.sensor_id == sensor_id), None)
            if sensor is None:
                raise NotFound(f"There is no sensor {sensor_id!r}.", code="sensor_not_found")
            if sensor.state == "retired":
                return sensor
            new = replace(sensor, state="retired", retired_s=now)
            tx.save(new, *ended(tx, sensor.sensor, now))
            if takes_turns(tx, sensor.sensor):
                tx.emit(changed(sensor.location_id, now))
            return new

        return await self._write(work)

    async def _write(self, work: Callable[[Transaction], T]) -> T:
        made = await self.store.write(work)
        await self.fresh()
        return made
