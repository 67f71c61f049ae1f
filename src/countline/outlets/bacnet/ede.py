"""The list of points as files: a plain table, and EDE, which building management systems import.

EDE is a table of objects, layout 2.3, and a table of the texts of states beside it.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from countline import __version__
from countline.limits import PEOPLE_OF_ZONE_MAX
from countline.outlets.bacnet.points import LIGHTS, OBJECT_TYPES, PRESENCE, QUALITIES, Point

STATES: Sequence[tuple[str, ...]] = (PRESENCE, QUALITIES, LIGHTS)  # by reference, from 1
LAYOUT = "2.3"
MANDATORY = (
    "keyname",
    "device obj.-instance",
    "object-name",
    "object-type",
    "object-instance",
)
OPTIONAL = (
    "description",
    "present-value-default",
    "min-present-value",
    "max-present-value",
    "settable",
    "supports COV",
    "hi-limit",
    "low-limit",
    "state-text-reference",
    "unit-code",
    "vendor-specific-address",
)
COLUMNS = (
    "object_type",
    "object_instance",
    "object_name",
    "description",
    "unit",
    "states",
    "settable",
    "zone_id",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What an EDE file says of itself. `day` is `2026-11-24`."""

    device_instance: int
    device_name: str
    day: str


def write_ede(points: Iterable[Point], heading: Heading) -> str:
    """The table of objects."""
    needs = ["mandatory"] * len(MANDATORY) + ["optional"] * len(OPTIONAL)
    titles = [*MANDATORY, *OPTIONAL]
    rows: list[list[str | int]] = [
        ["# Engineering-Data-Exchange - B.I.G.-EU"],
        ["PROJECT_NAME", heading.device_name],
        ["VERSION_OF_REFERENCEFILE", 1],
        ["TIMESTAMP_OF_LAST_CHANGE", heading.day],
        ["AUTHOR_OF_LAST_CHANGE", f"countline {__version__}"],
        ["VERSION_OF_LAYOUT", LAYOUT],
        [f"#{needs[0]}", *needs[1:]],
        [f"# {titles[0]}", *titles[1:]],
        *(_row(point, heading.device_instance) for point in points),
    ]
    return _table(rows, ";")


def _row(point: Point, device_instance: int) -> list[str | int]:
    high = PEOPLE_OF_ZONE_MAX if point.settable else ""
    return [
        point.name,
        device_instance,
        point.name,
        OBJECT_TYPES[point.id.kind],
        point.id.instance,
        point.description,
        "",
        0 if point.settable else "",
        high,
        "Y" if point.settable else "N",
        "Y",
        "",
        "",
        STATES.index(point.states) + 1 if point.states else "",
        "" if point.unit is None else point.unit,
        "",
    ]


def write_states(points: Iterable[Point]) -> str:
    """The table of the texts of states, of those that are referred to."""
    used = {point.states for point in points}
    widest = max(map(len, STATES))
    titles = [f"Text {n}" for n in range(1, widest + 1)]
    titles[:2] = ["Text 1 or Inactive-Text", "Text 2 or Active-Text"]
    rows: list[list[str | int]] = [["#State Text Reference"], ["#Reference Number", *titles]]
    for number, states in enumerate(STATES, start=1):
        if states in used:
            rows.append([number, *states, *[""] * (widest - len(states))])
    return _table(rows, ";")


def write_csv(points: Iterable[Point]) -> str:
    """The same for people and programs: one row for each object."""
    rows: list[list[str | int]] = [list(COLUMNS)]
    for point in points:
        unit = "" if point.unit is None else point.unit
        settable = "yes" if point.settable else "no"
        rows.append(
            [
                point.id.kind,
                point.id.instance,
                point.name,
                point.description,
                unit,
                "|".join(point.states),
                settable,
                point.zone_id,
            ]
        )
    return _table(rows, ",")


def _table(rows: Iterable[Sequence[str | int]], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
