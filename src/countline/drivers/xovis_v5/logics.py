"""`logics_data` to readings: the path that every minute of every sensor takes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

from countline.drivers.reading import ChannelInfo, Decoded, Measured, Note, Reading
from countline.drivers.xovis_v5.heads import about_sensor, head_of, note
from countline.drivers.xovis_v5.mend import NO_COUNT, NO_LOGIC, NO_RECORD
from countline.drivers.xovis_v5.names import SECONDS, TEMPLATES, measured
from countline.drivers.xovis_v5.times import MS_FROM, to_s
from countline.drivers.xovis_v5.wire import Config, Count, Logic, LogicsData, Record
from countline.limits import VALUE_MAX
from countline.model.sensor import ChannelShape

RECORD_S_MAX = 32 * 86_400  # the longest resolution is a day; a month of days leaves room
BINS_MAX = 100  # an age counter has at most 20
UNREADABLE = -(10**12)  # the length of a record whose times cannot be read
PLANS_MAX = 10_000  # logics remembered: some thousand sensors' worth, 10 MB

Counters = tuple[tuple[int, str, int], ...]  # (id, name, bins) of each counter of a logic


@dataclass(frozen=True, slots=True)
class Plan:
    """All that can be said of a logic without its records."""

    channel: ChannelInfo
    measures: dict[int, str]  # by counter id
    seconds: frozenset[int]  # counters of seconds
    known: bool


Plans = dict[object, Plan]


def decode_logics(data: LogicsData, path: str, notes: list[Note], plans: Plans) -> Decoded:
    """One package. `plans` only saves work: with it or without, the answer is the same."""
    channels: dict[str, ChannelInfo] = {}
    readings: list[Reading] = []
    geometry = False
    for i, logic in enumerate(data.logics):
        if logic is NO_LOGIC:
            continue
        plan = _plan(logic, data.config, plans)
        if not plan.known:
            notes.append(_template_note(f"{path}.logics[{i}]", plan))
        channel = plan.channel
        key = channel.channel
        channels[key] = _joined(channels[key], channel) if key in channels else channel
        geometry = geometry or bool(logic.geometries)
        before = len(notes)
        _read_records(logic.records, plan, readings, notes)
        if len(notes) > before:
            notes[before:] = [_below(n, f"{path}.logics[{i}]") for n in notes[before:]]
    return Decoded(
        purpose="counts",
        channels=tuple(channels.values()),
        readings=readings,
        status=about_sensor(data.sensor_info),
        names_geometry=geometry,
        notes=tuple(notes),
        **head_of(data.package_info, data.sensor_info),
    )


def _plan(logic: Logic, config: Config | None, plans: Plans) -> Plan:
    counters = _counters(logic.records)
    if config is not None or not logic.name:
        return _make_plan(logic, counters, config)
    types = tuple([geometry.type for geometry in logic.geometries])
    key = (logic.id, logic.name, logic.info, types, counters)
    plan = plans.get(key)
    if plan is None:
        plan = _make_plan(logic, counters, None)
        if len(plans) >= PLANS_MAX:
            plans.clear()
        plans[key] = plan
    return plan


def _counters(records: tuple[Record, ...]) -> Counters:
    """Each counter that any record names; usually all records name the same."""
    if len(records) == 1:
        return tuple([(c.id, c.name, len(c.bins)) for c in records[0].counts])
    found = [[(c.id, c.name, len(c.bins)) for c in record.counts] for record in records]
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def _make_plan(logic: Logic, counters: Counters, config: Config | None) -> Plan:
    kinds = {c.id: c.type for c in config.counts} if config else {}
    given = {c.id: c.name for c in config.counts} if config else {}
    pairs: dict[int, str] = {}
    bins: dict[int, int] = {}
    for counter, name, width in counters:
        if counter != NO_COUNT.id:
            pairs.setdefault(counter, name or given.get(counter, ""))
            bins[counter] = max(bins.get(counter, 0), min(width, BINS_MAX))
    found = measured(logic.info, logic.id, pairs.items(), kinds)
    shape = _shape(logic)
    channel = ChannelInfo(
        channel=str(logic.id),
        name=logic.name or _name(logic, config),
        template=logic.info,
        shape=shape,
        measures=tuple(chain.from_iterable(_with_bins(m, bins[c]) for c, m in found.items())),
        is_door=shape == "line" and _counts_both_ways(found.values()),
    )
    measures = {counter: m.measure for counter, m in found.items()}
    seconds = frozenset(counter for counter, measure in measures.items() if measure in SECONDS)
    return Plan(channel, measures, seconds, logic.info in TEMPLATES)


def _counts_both_ways(found: Iterable[Measured]) -> bool:
    growing = {m.measure for m in found if m.kind == "accumulating"}
    return growing >= {"forward", "backward"}


def _with_bins(whole: Measured, bins: int) -> Iterable[Measured]:
    """A counter, and one measure for each of its bins: `forward:age:0`, `forward:age:1` ..."""
    yield whole
    for i in range(bins):
        yield whole._replace(measure=_bin(whole.measure, i))


def _bin(measure: str, i: int) -> str:
    return f"{measure}:{i}"


def _shape(logic: Logic) -> ChannelShape:
    known = TEMPLATES.get(logic.info)
    if known:
        return known.shape
    types = {geometry.type for geometry in logic.geometries}
    return "line" if types == {"LINE"} else "zone" if types == {"ZONE"} else "other"


def _name(logic: Logic, config: Config | None) -> str:
    """For packages without names: the counter list's, else that of the main geometry, which is
    the first whose type fits the template (their order tells nothing)."""
    named = {entry.id: entry.name for entry in config.logics} if config else {}
    if named.get(logic.id):
        return named[logic.id]
    known = TEMPLATES.get(logic.info)
    fitting = [g.name for g in logic.geometries if not known or g.type == known.geometry]
    return fitting[0] if fitting else ""


def _joined(one: ChannelInfo, other: ChannelInfo) -> ChannelInfo:
    """A logic that a package names twice."""
    measures = {m.measure: m for m in (*other.measures, *one.measures)}
    return replace(one, measures=tuple(measures.values()), is_door=one.is_door or other.is_door)


def _template_note(path: str, plan: Plan) -> Note:
    counters = ", ".join(m.name or m.counter for m in plan.channel.measures[:8])
    detail = f"template '{plan.channel.template}' is not known; its counters ({counters})"
    if any(m.kind == "unknown" for m in plan.channel.measures):
        return note("template_unknown", path, f"{detail} are kept but not counted")
    return note("template_unknown", path, f"{detail} are of the kinds that the counter list says")


def _read_records(
    records: tuple[Record, ...], plan: Plan, readings: list[Reading], notes: list[Note]
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
                notes.append(_length_note(record, f"records[{i}]"))
            continue
        samples, expected = record.samples, record.samples_expected
        if samples is None or not expected or samples >= expected:
            covered_s = length_s
        else:
            covered_s = int(length_s * samples // expected)
        values = _values(record.counts, plan, i, notes)
        readings.append(Reading(channel, start_s, length_s, covered_s, values))


def _below(inner: Note, path: str) -> Note:
    return note(inner.code, f"{path}.{inner.path}", inner.detail)


def _bounds(record: Record, path: str, notes: list[Note]) -> tuple[int, int]:
    """Start and length in seconds; the length is `UNREADABLE` where the record is left out."""
    try:
        start_s = to_s(record.start)
        return start_s, to_s(record.end) - start_s
    except ValueError as error:
        notes.append(note("time_unreadable", path, f"{error}; the record is left out"))
        return 0, UNREADABLE


def _length_note(record: Record, path: str) -> Note:
    length = f"'from' {record.start} to 'to' {record.end}"
    return note("record_length", path, f"{length} is no stretch of 1 s to 32 days; left out")


def _values(
    counts: tuple[Count, ...], plan: Plan, i: int, notes: list[Note]
) -> tuple[tuple[str, int], ...]:
    measures, seconds = plan.measures, plan.seconds
    values: dict[str, int] = {}
    for j, count in enumerate(counts):
        value = count.value
        if value is None:  # a blank is no claim
            continue
        number = count.id
        measure = measures[number]
        if type(value) is not int or number in seconds or count.bins or measure in values:
            at = f"records[{i}].counts[{j}]"
            _read_unusual(count, measure, number in seconds, values, at, notes)
        else:
            values[measure] = value
    return tuple(values.items())


def _read_unusual(
    count: Count, measure: str, seconds: bool, values: dict[str, int], at: str, notes: list[Note]
) -> None:
    """Floats, seconds, counters with bins, and counters that a record names twice."""
    if measure in values:
        detail = f"counter {count.id} is named twice in one record; the first value stands"
        notes.append(note("counter_twice", at, detail))
        return
    number = count.value or 0
    if seconds:
        number = round(number * 1000)
    numbers = [(measure, f"{at}.value", number)]
    numbers += [
        (_bin(measure, k), f"{at}.bins[{k}]", n) for k, n in enumerate(count.bins[:BINS_MAX])
    ]
    for name, path, n in numbers:
        if n != int(n):
            notes.append(note("not_whole", path, f"{n} is no whole number; this value is left out"))
        elif n > VALUE_MAX:
            notes.append(note("too_large", path, f"{n} is above {VALUE_MAX}; left out"))
        else:
            values[name] = int(n)
