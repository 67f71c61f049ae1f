"""What a logic is, apart from its records: the part that stays the same from push to push."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from countline.drivers.reading import ChannelInfo, Measured
from countline.drivers.xovis_v5.mend import NO_COUNT
from countline.drivers.xovis_v5.names import SECONDS, TEMPLATES, measured
from countline.drivers.xovis_v5.wire import Config, Geometry, Logic, Record
from countline.model.sensor import ChannelShape

COUNTERS_MAX = 500  # of one logic; sensors allow about 80 in all
BINS_MAX = 100  # an age counter has at most 20
PLANS_MAX = 20_000  # logics remembered: 6,000 sensors with three, 40 MB
COUNTERS_REMEMBERED_MAX = 32  # a logic with more is looked at anew each time

Counters = tuple[tuple[int, str, int], ...]  # (id, name, bins) of each counter of a logic


@dataclass(frozen=True, slots=True)
class Plan:
    """All that can be said of a logic without its records."""

    channel: ChannelInfo
    measures: Mapping[int, str]  # by counter id
    seconds: frozenset[int]  # counters of seconds
    known: bool  # its template is


@dataclass(frozen=True, slots=True)
class CounterList:
    """What a package's `config` says: counter types and names, and names of logics."""

    types: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    logics: Mapping[int, str] = field(default_factory=dict)

    @staticmethod
    def of(config: Config | None) -> "CounterList | None":
        if config is None:
            return None
        return CounterList(
            types={counter.id: counter.type for counter in config.counts},
            names={counter.id: counter.name for counter in config.counts},
            logics={logic.id: logic.name for logic in config.logics},
        )


class Usual(NamedTuple):
    """A logic as nearly all of its packages have it: the same counters, with whole values."""

    channel: ChannelInfo
    geometries: tuple[Geometry, ...]
    counters: tuple[tuple[int, str, str], ...]  # (id, name, measure), in the body's order


class Plans:
    """Plans by all that they depend on, so that remembering one changes no answer."""

    def __init__(self) -> None:
        self._known: dict[object, Plan] = {}
        self.usual: dict[tuple[int, str, str], Usual] = {}  # by id, name and template of a logic

    def remember(self, logic: Logic, plan: Plan) -> None:
        """Remember a logic as it is now, where it has one record that nothing is noted about."""
        if not plan.known or plan.seconds or not logic.name or len(logic.records) != 1:
            return
        counts = logic.records[0].counts
        counters = tuple((c.id, c.name, plan.measures.get(c.id, "")) for c in counts)
        measures = {measure for _, _, measure in counters}
        if "" in measures or len(measures) != len(counters) or any(c.bins for c in counts):
            return
        if len(self.usual) >= PLANS_MAX:
            self.usual.clear()
        self.usual[logic.id, logic.name, logic.info] = Usual(
            plan.channel, logic.geometries, counters
        )

    def of(self, logic: Logic, listed: CounterList | None) -> Plan:
        """The plan of a logic, given the package's counter list."""
        counters = _counters(logic.records)
        if listed is not None or not logic.name or len(counters) > COUNTERS_REMEMBERED_MAX:
            return _make_plan(logic, counters, listed or CounterList())
        types = tuple([geometry.type for geometry in logic.geometries])
        key = (logic.id, logic.name, logic.info, types, counters)
        plan = self._known.get(key)
        if plan is None:
            if len(self._known) >= PLANS_MAX:
                self._known.clear()
            plan = self._known[key] = _make_plan(logic, counters, CounterList())
        return plan


def _counters(records: tuple[Record, ...]) -> Counters:
    """Each counter that any record names; usually all records name the same."""
    if len(records) == 1:
        return tuple([(c.id, c.name, len(c.bins)) for c in records[0].counts])
    found = [[(c.id, c.name, len(c.bins)) for c in record.counts] for record in records]
    return tuple(dict.fromkeys(chain.from_iterable(found)))


def _make_plan(logic: Logic, counters: Counters, listed: CounterList) -> Plan:
    names: dict[int, str] = {}
    bins: dict[int, int] = {}
    for counter, name, width in counters:
        if counter != NO_COUNT.id and (counter in names or len(names) < COUNTERS_MAX):
            names.setdefault(counter, name or listed.names.get(counter, ""))
            bins[counter] = max(bins.get(counter, 0), min(width, BINS_MAX))
    found = measured(logic.info, logic.id, names.items(), listed.types)
    shape = _shape(logic)
    channel = ChannelInfo(
        channel=str(logic.id),
        name=logic.name or listed.logics.get(logic.id) or _main_geometry(logic),
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
        yield whole._replace(measure=bin_of(whole.measure, i))


def bin_of(measure: str, i: int) -> str:
    """The measure of a counter's bin."""
    return f"{measure}:{i}"


def _shape(logic: Logic) -> ChannelShape:
    known = TEMPLATES.get(logic.info)
    if known:
        return known.shape
    types = {geometry.type for geometry in logic.geometries}
    return "line" if types == {"LINE"} else "zone" if types == {"ZONE"} else "other"


def _main_geometry(logic: Logic) -> str:
    """Its name: the first whose type fits the template, since their order tells nothing."""
    known = TEMPLATES.get(logic.info)
    fitting = (g.name for g in logic.geometries if not known or g.type == known.geometry)
    return next(fitting, "")
