"""Files walk the same path as pushes: read, given their place in the catalogue, claimed, committed."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeVar

from countline.counting.normalise import Normalised, to_claims
from countline.drivers import DRIVERS
from countline.drivers.reading import Decoded, FileOptions, Push
from countline.engine.catalogue import Catalogue
from countline.engine.engine import Engine
from countline.engine.placing import Placing, Target
from countline.errors import BadPush
from countline.model.claim import RANK_HISTORY, Claim, Minute
from countline.model.ids import LocationId, SensorId
from countline.model.sensor import Sensor
from countline.store.seam import Accepted, Transaction

V = TypeVar("V")

MINUTES_A_DAY = 1_440
CHUNK_BINS = 2_000  # bins in one transaction: under 50 ms
ROW_BITS = 24  # sequence: import number, then row


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did: rows read, bins that changed something, and those that repeat.

    `step_s` is the bin length taken for each zone of a file without an end column.
    """

    rows: int
    readings: int
    fresh: int
    duplicates: int
    refused: int
    created: tuple[str, ...]
    step_s: dict[str, int]
    notes: tuple[str, ...]
    gaps: int  # stretches between the first and last bin of a part that hold no bin
    first_s: int | None
    last_s: int | None


async def import_file(
    engine: Engine,
    *,
    driver: str,
    name: str,
    body: bytes,
    options: FileOptions,
    line_id: int | None = None,
    channel: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    settle: bool = True,
) -> ImportReport:
    """Import a whole file, or nothing of it: a bad row refuses it before anything is written.

    Creates the location, sensor, zone, channel and line that are missing. `channel` joins a channel
    that a sensor pushes; `line_id` makes the file a source of a line that is there. `progress` is
    told bins done and bins in all. Returns when followers have passed it; without `settle` at once,
    for who imports more files and waits for all of them. Raises `BadPush`, `BadQuery`, `Conflict`,
    `NotFound`.
    """
    received_ms = engine.now_ms()
    push = Push(driver=driver, body=body, received_ms=received_ms, name=name, options=options)
    options, parts = _read(push, options, await engine.desk.fresh())
    placing = Placing(options, line_id, channel, hashlib.sha256(body).hexdigest())

    def place(tx: Transaction) -> tuple[list[Target], int]:
        targets = [placing.target(tx, part, received_ms // 1000) for part in parts]
        return targets, tx.next_number("import")

    targets, number = await engine.store.write(place)
    await engine.desk.fresh()
    now_s = received_ms // 1000
    made = [_claimed(p, t, number, now_s) for p, t in zip(parts, targets, strict=True)]
    total = sum(len(m.minutes) + len(m.claims) for m in made)
    done = fresh = duplicates = 0
    for target, claimed in zip(targets, made, strict=True):
        for size, accepted in chunked(target.sensor, claimed, received_ms, driver):
            outcome = (await engine.intake.apply([accepted]))[0]
            fresh += outcome.changed
            duplicates += outcome.duplicates
            done += size
            progress(done, total)
    if settle:
        await engine.settled()
    return ImportReport(
        rows=sum(len(p.readings) for p in parts),
        readings=total,
        fresh=fresh,
        duplicates=duplicates,
        refused=sum(len(m.refused) + len(m.clock) for m in made),
        created=tuple(placing.created),
        step_s=dict(placing.step_s),
        notes=tuple(_notes(parts, made)),
        gaps=sum(_gaps(part) for part in parts),
        first_s=placing.first_s,
        last_s=placing.last_s,
    )


def _notes(parts: Sequence[Decoded], made: Sequence[Normalised]) -> Iterator[str]:
    for part in parts:
        yield from (f"{n.code}: {n.path}: {n.detail}" for n in part.notes)
    for one in made:
        yield from (f"{r.code}: {r.path}: {r.detail}" for r in one.refused)


def _gaps(part: Decoded) -> int:
    """Stretches inside a part for which it has no bin."""
    gaps = 0
    end_s: int | None = None
    for start_s, length_s in sorted((r.start_s, r.length_s) for r in part.readings):
        gaps += end_s is not None and start_s > end_s
        end_s = max(end_s or 0, start_s + length_s)
    return gaps


def _read(
    push: Push, options: FileOptions, catalogue: Catalogue
) -> tuple[FileOptions, list[Decoded]]:
    """The parts of a file. Times without offset are the location's, unless the caller says whose."""
    driver = DRIVERS[push.driver]
    if options.time_zone is None:
        options = replace(options, time_zone=_time_zone_of(catalogue, options))
    try:
        parts = driver.decode(replace(push, options=options))
    except BadPush:
        if options.time_zone is not None:
            raise
        # The file may name locations that are known: read it once to learn which.
        probe = driver.decode(replace(push, options=replace(options, time_zone="UTC")))
        places = [replace(options, location=p.place.location) for p in probe if p.place]
        time_zones = {_time_zone_of(catalogue, place) for place in places}
        if len(time_zones) != 1 or None in time_zones:
            raise
        options = replace(options, time_zone=time_zones.pop())
        parts = driver.decode(replace(push, options=options))
    parts = [part for part in parts if part.readings]
    if not parts:
        raise BadPush(f"{push.name} holds no counts.", code="file_empty")
    return options, parts


def _time_zone_of(catalogue: Catalogue, options: FileOptions) -> str | None:
    """The time zone of the location, or of the sensor, that is named; None where neither is known."""
    place = options.location
    if place is None and options.sensor is not None:
        sensor = catalogue.sensor_by_id.get(SensorId(options.sensor))
        place = sensor.location_id if sensor else None
    location = catalogue.locations.get(LocationId(place)) if place is not None else None
    return location.time_zone if location else None


def _claimed(part: Decoded, target: Target, number: int, received_s: int) -> Normalised:
    """Claims of history rank, under the channel that the part writes to."""
    return to_claims(
        [r._replace(channel=target.plan_channel) for r in part.readings],
        target.plan,
        rank=RANK_HISTORY,
        sequence=number << ROW_BITS,
        received_s=received_s,
        rows_rise=True,
    )


def chunked(
    sensor: Sensor, made: Normalised, received_ms: int, driver: str
) -> Iterator[tuple[int, Accepted]]:
    """Many bins in transactions of a few, each with its number of bins."""

    def accepted(minutes: Sequence[Minute], claims: Sequence[Claim]) -> Accepted:
        return Accepted(
            received_ms=received_ms,
            driver=driver,
            sensor=sensor.sensor,
            location_id=sensor.location_id,
            minutes=minutes,
            claims=claims,
        )

    # Whole days, so that what is old and new to the store goes straight to its cold side.
    minutes = sorted(made.minutes, key=lambda m: m.minute)
    for _, day in groupby(minutes, key=lambda m: m.minute // MINUTES_A_DAY):
        for part in _slices(list(day)):
            yield len(part), accepted(part, ())
    for few in _slices(sorted(made.claims, key=lambda c: c.start_s)):
        yield len(few), accepted((), few)


def _slices(items: Sequence[V]) -> Iterator[Sequence[V]]:
    for at in range(0, len(items), CHUNK_BINS):
        yield items[at : at + CHUNK_BINS]
