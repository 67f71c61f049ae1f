"""The columns of a tidy file: which there are, what each means, and what an option stands in for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from operator import itemgetter

from countline.drivers.faults import Faults, shown
from countline.drivers.reading import FileOptions, Measured
from countline.model.sensor import CounterKind

PLACE = ("location", "sensor", "zone")
TIMES = ("start", "end")
COUNTS = {"in": "forward", "out": "backward", "passby": "passby"}
KNOWN = (*PLACE, *TIMES, *COUNTS)
STAFF = {"in_staff": "forward_staff", "out_staff": "backward_staff"}
STATES = frozenset({"present", "queue_length"})  # what is there at the end of a bin
_MEASURE = re.compile(r"[a-z][a-z0-9_]{0,63}")

Row = list[str]
Picker = Callable[[Row], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row everything is."""

    width: int
    place: tuple[int | None, ...]  # location, sensor, zone
    start: int
    end: int | None
    counts: tuple[int, ...]
    names: tuple[str, ...]  # of the counts, as the header has them
    measures: tuple[Measured, ...]  # of the counts, in our words


def read_columns(header: Row, options: FileOptions) -> Columns:
    """What the header says. Raises `BadPush` with everything that is wrong with it."""
    names = [cell.strip().lower() for cell in header]
    faults = Faults()
    further = tuple(name.strip().lower() for name in options.measures)
    _check_names(names, further, faults)
    counts = [i for i, name in enumerate(names) if name in COUNTS or name in further]
    if "start" not in names:
        faults.of("start", f"no such column; found {_listed(names)}, expected {_listed(KNOWN)}")
    elif not counts:
        faults.of("in", "no column with counts; expected one of in, out, passby, or --measure NAME")
    faults.raise_any()
    return Columns(
        width=len(names),
        place=tuple(names.index(name) if name in names else None for name in PLACE),
        start=names.index("start"),
        end=names.index("end") if "end" in names else None,
        counts=tuple(counts),
        names=tuple(names[i] for i in counts),
        measures=tuple(_measured(names[i]) for i in counts),
    )


def _check_names(names: list[str], further: tuple[str, ...], faults: Faults) -> None:
    for name in names:
        if names.count(name) > 1:
            faults.of(name or "header", f"column {shown(name)} is there {names.count(name)} times")
            return
    for name in names:
        if name in KNOWN:
            continue
        if name not in further:
            near = _nearest(name, (*KNOWN, *STAFF))
            faults.of(
                name or "header", f"column {shown(name)} is not known; {near}{_or_take(name)}"
            )
        elif not _MEASURE.fullmatch(name) or name in COUNTS.values() or name in STAFF.values():
            better = {ours: theirs for theirs, ours in (COUNTS | STAFF).items()}.get(name)
            advice = f"call it '{better}'" if better else "use a-z, 0-9 and _, a letter first"
            faults.of(name, f"column {shown(name)} cannot be a measure; {advice}")
    for name in further:
        if name not in names:
            faults.of("--measure", f"no column {shown(name)}; {_nearest(name, names)}")


def _measured(name: str) -> Measured:
    measure = COUNTS.get(name) or STAFF.get(name) or name
    kind: CounterKind = "state" if measure in STATES else "accumulating"
    return Measured(measure, kind, name, name)


def _nearest(name: str, among: tuple[str, ...] | list[str]) -> str:
    near = get_close_matches(name[:64], among, n=1)
    return f"nearest is '{near[0]}'" if near else f"there are {_listed(among)}"


def _or_take(name: str) -> str:
    return f"; --measure {name} takes it as a measure" if _MEASURE.fullmatch(name) else ""


def _listed(names: tuple[str, ...] | list[str]) -> str:
    shown_names = ", ".join(name[:40] for name in names[:12])
    return shown_names or "none"


def picker(indexes: tuple[int, ...]) -> Picker:
    """The cells at `indexes` of a row, always as a tuple."""
    if len(indexes) > 1:
        return itemgetter(*indexes)
    return lambda row: tuple([row[i] for i in indexes])
