"""Where a file belongs: its location, sensor, channel and line, found or made."""

from dataclasses import dataclass

from countline.counting.coverage import FOREVER_S
from countline.counting.normalise import ChannelPlan
from countline.drivers.reading import Decoded, FileOptions, FilePlace
from countline.engine.admission import (
    channel_key,
    learn_channel,
    learn_device,
    learn_series,
    wanted_measures,
)
from countline.engine.changes import (
    changed,
    check_id,
    check_time_zone,
    first_line,
    new_location,
    new_sensor,
    takes_turns,
    zone_named,
)
from countline.errors import BadQuery, Conflict, FieldError, Impossible, NotFound
from countline.model.ids import ZoneId
from countline.model.place import Line, Location, Source, Zone
from countline.model.sensor import Channel, Device, Expected, Sensor, Series
from countline.store.seam import Transaction


@dataclass(frozen=True, slots=True)
class Target:
    """Where a part of a file writes."""

    sensor: Sensor
    plan: ChannelPlan
    plan_channel: str  # the channel without its context, as the plan knows it


class Placing:
    """Finds, or makes, where each part of a file belongs, in the import's first transaction."""

    def __init__(
        self, options: FileOptions, line_id: int | None, channel: str | None, digest: str
    ) -> None:
        self._options = options
        self._line_id = line_id
        self._channel = channel
        self._digest = digest
        self.created: list[str] = []
        self.step_s: dict[str, int] = {}
        self.first_s: int | None = None
        self.last_s: int | None = None

    def target(self, tx: Transaction, part: Decoded, now_s: int) -> Target:
        """Where one part writes, with everything that it needs in place."""
        place = part.place or FilePlace(location=None, sensor=None, zone=None)
        location, sensor = self._sensor(tx, part, place, now_s)
        first_s = min(r.start_s for r in part.readings)
        last_s = max(r.start_s + r.length_s for r in part.readings)
        self.first_s = first_s if self.first_s is None else min(self.first_s, first_s)
        self.last_s = last_s if self.last_s is None else max(self.last_s, last_s)
        if place.step_s is not None:
            self.step_s[place.zone or sensor.sensor_id] = place.step_s
        zone = self._zone(tx, location, place, now_s)
        key = self._channel_key(tx, part, sensor, zone, (first_s, last_s))
        info = part.channels[0]
        learn_channel(tx, sensor.sensor, key, info, imported=True)
        kinds = {m.measure: m.kind for m in info.measures}
        wanted = wanted_measures(location, info)
        learn_series(tx, sensor.sensor, key, {m: kinds[m] for m in wanted})
        if info.is_door or self._line_id is not None:
            self._source(tx, location, sensor, key, zone, (first_s, last_s))
        self._expect(tx, sensor, first_s, last_s)
        context, _, channel = key.partition("/")
        series = tx.records(Series, sensor=sensor.sensor)
        return Target(sensor, ChannelPlan.of(sensor.sensor, context, series), channel)

    # -- location and sensor ----------------------------------------------------------------------
    def _sensor(
        self, tx: Transaction, part: Decoded, place: FilePlace, now_s: int
    ) -> tuple[Location, Sensor]:
        sensor_id = place.sensor or self._options.sensor
        location_id = place.location or self._options.location
        sensor = _known_sensor(tx, sensor_id, part)
        if sensor is not None:
            if location_id not in (None, sensor.location_id):
                raise Conflict(
                    f"Sensor {sensor.sensor_id} belongs to {sensor.location_id}, "
                    f"not to {location_id}.",
                    code="sensor_elsewhere",
                )
            location = tx.record(Location, sensor.location_id)
            assert location is not None
            return location, sensor
        if location_id is None:
            raise _missing("location", "--location ID")
        if sensor_id is None:
            if part.device is None:
                raise _missing("sensor", "--sensor ID")
            sensor_id = part.device.serial.replace(":", "-")
        check_id("sensor", sensor_id)
        location = self._location(tx, location_id, now_s)
        sensor = new_sensor(tx, sensor_id, location.location_id, now_s=now_s)
        self.created.append(f"sensor {sensor_id}")
        if part.device is not None:
            learn_device(tx, part.device, sensor=sensor.sensor, driver="")
        return location, sensor

    def _location(self, tx: Transaction, location_id: str, now_s: int) -> Location:
        location = tx.record(Location, location_id)
        if location is not None:
            return location
        check_id("location", location_id)
        time_zone = self._options.time_zone
        if time_zone is None:
            raise BadQuery(
                f"Location {location_id!r} is new: give its time zone with --tz.",
                errors=(FieldError(field="tz", detail="an IANA time zone, --tz Europe/Zurich"),),
            )
        check_time_zone("tz", time_zone)
        location = new_location(tx, location_id, time_zone=time_zone, now_s=now_s)
        self.created.append(f"location {location_id}")
        return location

    def _zone(
        self, tx: Transaction, location: Location, place: FilePlace, now_s: int
    ) -> ZoneId | None:
        text = place.zone or self._options.zone
        if text is None:
            return location.default_zone
        before = {z.zone_id for z in tx.records(Zone)}
        zone = zone_named(tx, location, text, now_s)
        if zone.zone_id not in before:
            self.created.append(f"zone {zone.zone_id} ({zone.name})")
        return zone.zone_id

    # -- channel and line -------------------------------------------------------------------------
    def _channel_key(
        self,
        tx: Transaction,
        part: Decoded,
        sensor: Sensor,
        zone: ZoneId | None,
        span: tuple[int, int],
    ) -> str:
        channels = {c.channel: c for c in tx.records(Channel, sensor=sensor.sensor)}
        if self._channel is not None:
            if self._channel not in channels:
                have = ", ".join(channels) or "none yet"
                raise NotFound(
                    f"{sensor.sensor_id} has no channel {self._channel!r}; it has {have}.",
                    code="channel_not_found",
                )
            return self._channel
        info = part.channels[0]
        if part.place is not None and part.device is None:
            key = f"file/tidy-{zone}"
        else:
            key = channel_key(part.device, info.channel)
        known = channels.get(key)
        if known is not None and not known.imported:
            return key  # the sensor's own export of this very channel
        self._check_pushed(tx, sensor, channels, span)
        return key

    def _check_pushed(
        self,
        tx: Transaction,
        sensor: Sensor,
        channels: dict[str, Channel],
        span: tuple[int, int],
    ) -> None:
        """Refuse a file over time for which a pushed channel has data: it would count twice."""
        for series in tx.records(Series, sensor=sensor.sensor):
            channel = channels[series.channel]
            if channel.imported or series.measure not in ("forward", "backward"):
                continue
            if tx.quarters([series.series], span[0] // 900 * 900, span[1]).get(series.series):
                raise Conflict(
                    f"Channel {channel.channel} of {sensor.sensor_id} has pushed data in this time. "
                    f"To join the file with it, add --channel {channel.channel}",
                    code="channel_covers",
                )

    def _source(
        self,
        tx: Transaction,
        location: Location,
        sensor: Sensor,
        key: str,
        zone: ZoneId | None,
        span: tuple[int, int],
    ) -> None:
        """Make the channel count a line: the one named, or a new one `outside -> zone`."""
        sources = tx.records(Source, sensor=sensor.sensor)
        if self._line_id is not None:
            self._join_line(tx, location, sensor, key, span)
            return
        if any(s.channel == key for s in sources):
            return
        own = [s.line_id for s in sources if s.line_id is not None and s.channel != key]
        mine = [tx.record(Line, line_id) for line_id in own]
        same = [x for x in mine if x is not None and x.side_b == zone and x.role == "boundary"]
        if same:
            raise Impossible(
                f"{sensor.sensor_id} has a line already: say that the file counts it with "
                f"--line {same[0].line_id}.",
                code="line_needed",
            )
        name = f"{sensor.name or sensor.sensor_id}"
        line = first_line(tx, location, name=name, sensor=sensor.sensor, channel=key, inner=zone)
        self.created.append(f"line {line.line_id} ({line.name})")

    def _join_line(
        self,
        tx: Transaction,
        location: Location,
        sensor: Sensor,
        key: str,
        span: tuple[int, int],
    ) -> None:
        """Make the file the source of a line over its own time, before any other."""
        line = tx.record(Line, self._line_id)
        if line is None or line.location_id != location.location_id:
            raise NotFound(
                f"Line {self._line_id} is not a line of {location.location_id}.",
                code="line_not_found",
            )
        others = [s for s in tx.records(Source) if s.line_id == line.line_id]
        for other in others:
            to_s = FOREVER_S if other.valid_to_s is None else other.valid_to_s
            mine = (other.sensor, other.channel) == (sensor.sensor, key)
            if mine and other.valid_from_s <= span[0] and span[1] <= to_s:
                return
        source = Source(
            source_id=tx.next_number("source"),
            sensor=sensor.sensor,
            channel=key,
            line_id=line.line_id,
            order=min((s.order for s in others), default=1) - 1,
            valid_from_s=span[0],
            valid_to_s=span[1],
        )
        tx.save(source)
        tx.emit(changed(location.location_id, span[0]))

    def _expect(self, tx: Transaction, sensor: Sensor, first_s: int, last_s: int) -> None:
        """A file is an expected period of its own; the same one again adds nothing."""
        for known in tx.records(Expected, sensor=sensor.sensor):
            if (known.origin, known.from_s, known.to_s) == ("import", first_s, last_s):
                return
        tx.save(
            Expected(
                expected_id=tx.next_number("expected"),
                sensor=sensor.sensor,
                from_s=first_s,
                to_s=last_s,
                origin="import",
                imported_as=self._digest,
            )
        )
        if takes_turns(tx, sensor.sensor):
            tx.emit(changed(sensor.location_id, first_s))


def _known_sensor(tx: Transaction, sensor_id: str | None, part: Decoded) -> Sensor | None:
    if sensor_id is not None:
        return next(iter(tx.records(Sensor, sensor_id=sensor_id)), None)
    if part.device is None:
        return None
    for device in tx.records(Device, serial=part.device.serial):
        if device.valid_to_s is None and device.sensor is not None:
            return tx.record(Sensor, device.sensor)
    return None


def _missing(field: str, option: str) -> BadQuery:
    detail = f"the file does not name it; give it with {option}"
    return BadQuery(f"{field}: {detail}.", errors=(FieldError(field=field, detail=detail),))
