"""Which measure a counter is: by the maker's template and counter id, else by its name.

Counter names are user text ("Reverse"), so an id of the newer scheme, `logic * 1000 + n`, goes
first; a known spelling is next, the place among the logic's counters last. A measure with a colon
(`forward:male`) is a split of another by what persons are like; houses may drop those.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from countline.drivers.reading import Measured
from countline.model.sensor import ChannelShape, CounterKind

STATES = frozenset({"present", "queue_length"})  # the value at a record's end; others only grow
SECONDS = frozenset({"dwell_ms", "queue_ms"})  # the sensor counts seconds, we keep milliseconds
CONFIG_KINDS: Mapping[str, CounterKind] = {"accumulation": "accumulating", "state": "state"}


@dataclass(frozen=True, slots=True)
class Template:
    """What a logic made from this template counts; the measures are by n = 1, 2 ..."""

    shape: ChannelShape
    geometry: str
    measures: tuple[str, ...]


def _templates() -> dict[str, Template]:
    line = ("forward", "backward")
    table = {
        "XLT_ZONE_OCCUPANCY_COUNT": Template("zone", "ZONE", ("present", "visits", "dwell_ms")),
        "XLT_4X_ZONE_COUNT": Template("zone", "ZONE", ("present",)),
        "XLT_ZONE_IN_OUT_COUNT": Template("zone", "ZONE", ("in", "out")),
        "XLT_ZONE_DOOR_COUNT": Template("zone", "ZONE", ("in", "out")),
        "XLT_QUEUE_STATISTICS": Template("zone", "ZONE", ("queue_length", "outflow", "queue_ms")),
        "XLT_WRONG_WAY_DETECTION": Template("other", "ZONE", ("wrong_way",)),
    }
    for what in ("IN_OUT", "LATE"):
        table[f"XLT_LINE_{what}_COUNT"] = Template("line", "LINE", line)
        table[f"XLT_4X_LINE_{what}_COUNT"] = Template("line", "LINE", line)
        # Other objects cross lines too, but only lines that count persons may become a door.
        for objects in ("GROUP", "BICYCLE", "PRAM", "WHEELCHAIR", "SHOPPING_CART"):
            table[f"XLT_{objects}_LINE_{what}_COUNT"] = Template("other", "LINE", line)
    return table


TEMPLATES: Mapping[str, Template] = _templates()

_SPELLINGS = {
    spelling: measure
    for measure, spellings in {
        "forward": ("fw", "fwd", "forward", "forwards", "forward-counter", "forward-count"),
        "backward": (
            *("bw", "bwd", "backward", "backwards", "backward-counter", "backward-count"),
            *("reverse", "reverse-counter", "reverse-count"),
        ),
        "present": ("balance", "occupancy"),
        "visits": ("visits",),
        "dwell_ms": ("dwell-time",),
        "in": ("in",),
        "out": ("out",),
        "queue_length": ("queue-length",),
        "outflow": ("outflow",),
        "queue_ms": ("queueing-time", "queuing-time"),
        "wrong_way": ("wrong-way",),
    }.items()
    for spelling in spellings
}


def measure_named(name: str) -> str | None:
    """The measure that a counter of this name is; None where the name tells nothing."""
    words = re.sub(r"[\s_-]+", "-", name.strip().lower())
    if words in _SPELLINGS:
        return _SPELLINGS[words]
    split = re.fullmatch(r"(fw|bw|in|out)-([a-z0-9-]+)", words)
    if split:
        return f"{_SPELLINGS[split[1]]}:{split[2].replace('-', '_')}"
    return None


def measures_told(logic: int, counter: int, name: str) -> tuple[str, ...]:
    """Which measures a counter may be where its template is not told, the likeliest first.

    Measures of one template have places of their own, so a channel has only one of them.
    """
    n = _number(counter, logic)
    placed = (t.measures[n - 1] for t in TEMPLATES.values() if 0 < n <= len(t.measures))
    named = (measure_named(name), f"split:{counter}", f"counter-{counter}")
    return tuple(dict.fromkeys(m for m in (*placed, *named) if m))


def kind_of(measure: str) -> CounterKind:
    """What a counter of a known measure does."""
    return "state" if measure in STATES else "accumulating"


def measured(
    template: str, logic: int, counters: Iterable[tuple[int, str]], config: Mapping[int, str]
) -> dict[int, Measured]:
    """Counter id to measure, no measure twice. `counters` are (id, name) pairs of one logic,
    `config` the types that a counter list gives."""
    known = TEMPLATES.get(template)
    pairs = dict(counters)
    found = _recognised(known, logic, pairs)
    rest = "split:" if known and known.geometry == "LINE" else "counter-"
    result: dict[int, Measured] = {}
    for counter, name in pairs.items():
        measure = found.get(counter) or f"{rest}{counter}"
        kind: CounterKind = kind_of(measure) if known and measure[:8] != "counter-" else "unknown"
        kind = CONFIG_KINDS.get(config.get(counter, ""), kind)
        result[counter] = Measured(measure, kind, str(counter), name)
    return result


def _recognised(known: Template | None, logic: int, counters: Mapping[int, str]) -> dict[int, str]:
    """Counter id to measure for those that id, name or place tell; no measure twice."""
    places = known.measures if known else ()
    found: dict[int, str] = {}
    taken: set[str] = set()

    def take(counter: int, measure: str | None) -> None:
        if measure and measure not in taken and counter not in found:
            found[counter] = measure
            taken.add(measure)

    for counter in counters:
        if 0 < (n := _number(counter, logic)) <= len(places):
            take(counter, places[n - 1])
    for counter, name in counters.items():
        measure = measure_named(name)
        if measure and (not known or measure.partition(":")[0] in places):
            take(counter, measure)
    # Sensors make a template's counters in one order, so ids tell where names do not.
    rest = sorted(c for c in counters if c not in found and not _number(c, logic))
    free = [measure for measure in places if measure not in taken]
    if len(rest) == len(free) or (len(counters) == 1 and places[:1] == ("present",)):
        for counter, measure in zip(rest, free, strict=False):
            take(counter, measure)
    return found


def _number(counter: int, logic: int) -> int:
    """The n of `logic * 1000 + n`; 0 for a counter of the older scheme, which just counts up."""
    n = counter - logic * 1000
    return n if logic and 0 < n < 1000 else 0
