"""`logics_data` to readings: the path that every minute of every sensor takes."""

from dataclasses import replace
from functools import partial
from typing import NamedTuple

from countline.drivers.reading import ChannelInfo, Decoded, Reading
from countline.drivers.xovis_v5.heads import about_sensor, head_of
from countline.drivers.xovis_v5.mend import NO_LOGIC, NO_RECORD
from countline.drivers.xovis_v5.noting import Notes
from countline.drivers.xovis_v5.plans import BINS_MAX, CounterList, Plan, Plans, bin_of
from countline.drivers.xovis_v5.times import MS_FROM, to_s
from countline.drivers.xovis_v5.wire import Count, LogicsData, Record
from countline.limits import VALUE_MAX

RECORD_S_MAX = 25 * 3_600  # the longest resolution is a day, which in autumn has 25 hours
LOGICS_MAX = 1_000  # of one package; sensors allow some dozens
UNREADABLE = -(10**12)  # the length of a record whose times cannot be read


def decode_logics(data: LogicsData, path: str, notes: Notes, plans: Plans) -> Decoded:
    """One package; `notes` may hold some already, and `path` is where the package stands."""
    usual = _usual(data, plans)
    if usual is not None:
        return _package(data, usual, notes)
    listed, inner = CounterList.of(data.config), Notes()
    channels: dict[str, ChannelInfo] = {}
    readings: list[Reading] = []
    geometry = False
    for i, logic in enumerate(data.logics[:LOGICS_MAX]):
        if logic is NO_LOGIC:
            continue
        plan = plans.of(logic, listed)
        if not plan.known:
            _note_template(plan, f"{path}.logics[{i}]", notes)
        channel = plan.channel
        key = channel.channel
        channels[key] = _joined(channels[key], channel) if key in channels else channel
        geometry = geometry or bool(logic.geometries)
        _read_records(logic.records, plan, readings, inner)
        if inner:
            notes.take(inner, f"{path}.logics[{i}]")
        elif listed is None:
            plans.remember(logic, plan)
    if len(data.logics) > LOGICS_MAX:
        detail = f"{len(data.logics)} logics; those after {LOGICS_MAX} are left out"
        notes.add("too_many", f"{path}.logics", detail)
    return _package(data, _Read(tuple(channels.values()), readings, geometry), notes)


class _Read(NamedTuple):
    """What the logics of a package say."""

    channels: tuple[ChannelInfo, ...]
    readings: list[Reading]
    names_geometry: bool


def _package(data: LogicsData, read: _Read, notes: Notes) -> Decoded:
    return Decoded(
        purpose="counts",
        channels=read.channels,
        readings=read.readings,
        status=about_sensor(data.sensor_info),
        names_geometry=read.names_geometry,
        notes=notes.all(),
        **head_of(data.package_info, data.sensor_info),
    )


def _usual(data: LogicsData, plans: Plans) -> _Read | None:
    """Logics as they came before, each with one record of whole values; None for all others.

    What is read here is read as below, in a third of the time.
    """
    if data.config is not None:
        return None
    known, geometry = plans.usual, False
    channels: dict[str, ChannelInfo] = {}
    readings: list[Reading] = []
    for logic in data.logics:
        usual = known.get((logic.id, logic.name, logic.info))
        if usual is None or len(logic.records) != 1 or logic.geometries != usual.geometries:
            return None
        channel, geometries, counters = usual
        record = logic.records[0]
        start, end, counts = record.start, record.end, record.counts
        if type(start) is not int or type(end) is not int or start <= MS_FROM:
            return None
        start_s = (start + 500) // 1000
        length_s = (end + 500) // 1000 - start_s
        if not 0 < length_s <= RECORD_S_MAX or len(counts) != len(counters):
            return None
        values: list[tuple[str, int]] = []
        for count, (number, name, measure) in zip(counts, counters, strict=True):
            value = count.value
            if type(value) is not int or count.id != number or count.name != name or count.bins:
                return None
            values.append((measure, value))
        key = channel.channel
        covered_s = _covered_s(record, length_s)
        readings.append(_new_reading((key, start_s, length_s, covered_s, tuple(values))))
        channels[key] = channel
        geometry = geometry or bool(geometries)
    if len(channels) != len(readings) or len(readings) > LOGICS_MAX:
        return None
    return _Read(tuple(channels.values()), readings, geometry)


_new_reading = partial(tuple.__new__, Reading)  # calling `Reading` takes twice as long


def _covered_s(record: Record, length_s: int) -> int:
    samples, expected = record.samples, record.samples_expected
    if samples is None or not expected or samples >= expected:
        return length_s
    return int(length_s * samples // expected)


def _joined(one: ChannelInfo, other: ChannelInfo) -> ChannelInfo:
    """A logic that a package names twice."""
    measures = {m.measure: m for m in (*other.measures, *one.measures)}
    return replace(one, measures=tuple(measures.values()), is_door=one.is_door or other.is_door)


def _note_template(plan: Plan, path: str, notes: Notes) -> None:
    counters = ", ".join(m.name or m.counter for m in plan.channel.measures[:8])
    detail = f"template '{plan.channel.template}' is not known; its counters ({counters})"
    if any(m.kind == "unknown" for m in plan.channel.measures):
        detail += " are kept, and not counted unless the counter list tells their kind"
    else:
        detail += " are of the kinds that the counter list tells"
    notes.add("template_unknown", path, detail)


def _read_records(
    records: tuple[Record, ...], plan: Plan, readings: list[Reading], notes: Notes
) -> None:
    """Adds what the records of one logic say; the notes' paths begin at the logic."""
    channel = plan.channel.channel
    for i, record in enumerate(records):
        start, end = record.start, record.end
        if type(start) is int and type(end) is int and start > MS_FROM:  # nearly always
            start_s = (start + 500) // 1000
            length_s = (end + 500) // 1000 - start_s
        elif record is NO_RECORD:
            continue
        else:
            start_s, length_s = _bounds(record, f"records[{i}]", notes)
        if not 0 < length_s <= RECORD_S_MAX:
            if length_s != UNREADABLE:
                _note_length(record, f"records[{i}]", notes)
            continue
        covered_s = _covered_s(record, length_s)
        values = _values(record.counts, plan, i, notes)
        readings.append(Reading(channel, start_s, length_s, covered_s, values))


def _bounds(record: Record, path: str, notes: Notes) -> tuple[int, int]:
    """Start and length in seconds; the length is `UNREADABLE` where the record is left out."""
    try:
        start_s = to_s(record.start)
        return start_s, to_s(record.end) - start_s
    except ValueError as error:
        notes.add("time_unreadable", path, f"{error}; the record is left out")
        return 0, UNREADABLE


def _note_length(record: Record, path: str, notes: Notes) -> None:
    length = f"'from' {record.start} to 'to' {record.end}"
    detail = f"{length} is no stretch of 1 s to a day; the record is left out"
    notes.add("record_length", path, detail)


def _values(
    counts: tuple[Count, ...], plan: Plan, i: int, notes: Notes
) -> tuple[tuple[str, int], ...]:
    measures, seconds = plan.measures, plan.seconds
    values: dict[str, int] = {}
    for j, count in enumerate(counts):
        value = count.value
        if value is None:  # a blank is no claim
            continue
        number = count.id
        measure = measures.get(number, "")
        plain = measure and measure not in values and number not in seconds
        if type(value) is int and plain and not count.bins:
            values[measure] = value
        else:
            at = f"records[{i}].counts[{j}]"
            _read_unusual(count, measure, number in seconds, values, at, notes)
    return tuple(values.items())


def _read_unusual(
    count: Count, measure: str, seconds: bool, values: dict[str, int], at: str, notes: Notes
) -> None:
    """Floats, counters with bins, one too many, and those that a record names twice."""
    if not measure:
        notes.add("too_many", at, "a counter beyond what one logic can have; left out")
        return
    if measure in values:
        detail = f"counter {count.id} is named twice in one record; the first value stands"
        notes.add("counter_twice", at, detail)
        return
    number = count.value or 0
    if seconds:
        number = round(number * 1000)
    numbers = [(measure, f"{at}.value", number)]
    numbers += [
        (bin_of(measure, k), f"{at}.bins[{k}]", n) for k, n in enumerate(count.bins[:BINS_MAX])
    ]
    for name, path, n in numbers:
        if n != int(n):
            notes.add("not_whole", path, f"{n} is no whole number; this value is left out")
        elif n > VALUE_MAX:
            notes.add("too_large", path, f"{n} is above {VALUE_MAX}; left out")
        else:
            values[name] = int(n)
