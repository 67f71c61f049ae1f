"""The map as people read it: rows for the zones there are, and pages in Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from countline.model.ids import ZoneId
from countline.outlets.modbus.head_block import HEAD_BITS, HEAD_REGISTERS
from countline.outlets.modbus.layout import (
    BITS,
    BLOCK,
    ZONE_ID_MAX,
    Placed,
    PlacedBit,
    placed,
    placed_bits,
)
from countline.outlets.modbus.values import UNKNOWN, Place
from countline.outlets.modbus.zone_block import ZONE_BITS, ZONE_REGISTERS

INPUT_FROM = 300_001  # how many tools write register 0 of function 4
DISCRETE_FROM = 100_001


class ListedZone(NamedTuple):
    """A zone, as far as the map names it."""

    location: str
    name: str


class Row(NamedTuple):
    """One register or discrete input. `entity` is its number as many tools count, from 1."""

    function: int
    address: int
    entity: int
    length: int
    zone_id: int | None
    location: str
    zone: str
    name: str
    kind: str
    unit: str
    unknown: int | None
    says: str


def rows_of(zones: Mapping[ZoneId, ListedZone]) -> list[Row]:
    """Every register and discrete input of countline itself and of these zones."""
    return [
        *(_of_register(one, *_named(zones, one.zone_id)) for one in placed(zones)),
        *(_of_bit(one, *_named(zones, one.zone_id)) for one in placed_bits(zones)),
    ]


def _of_register(one: Placed, location: str, zone: str) -> Row:
    return Row(
        function=4,
        address=one.address,
        entity=INPUT_FROM + one.address,
        length=one.place.words,
        zone_id=one.zone_id,
        location=location,
        zone=zone,
        name=one.place.name,
        kind=one.place.kind,
        unit=one.place.unit,
        unknown=unknown_of(one.place),
        says=one.place.says,
    )


def _of_bit(one: PlacedBit, location: str, zone: str) -> Row:
    return Row(
        function=2,
        address=one.address,
        entity=DISCRETE_FROM + one.address,
        length=1,
        zone_id=one.zone_id,
        location=location,
        zone=zone,
        name=one.name,
        kind="bit",
        unit="",
        unknown=None,
        says=one.says,
    )


def _named(zones: Mapping[ZoneId, ListedZone], zone_id: ZoneId | None) -> tuple[str, str]:
    return ("", "") if zone_id is None else zones[zone_id]


def unknown_of(place: Place) -> int:
    """What stands in a register where its value is not known, as tools show it."""
    return UNKNOWN[place.kind] - 0x1_0000 if place.kind == "int16" else UNKNOWN[place.kind]


def markdown(rows: Iterable[Row]) -> str:
    """Rows as a table."""
    return table(Row._fields, ([*row] for row in rows))


def layout_page(note: str) -> str:
    """The reference page: what one block holds, the same for every zone."""
    head = [row.place for row in HEAD_REGISTERS]
    zone = [row.place for row in ZONE_REGISTERS]
    parts = [
        "# Modbus registers",
        note,
        f"Each zone has {BLOCK} input registers (function 4; function 3 reads the same) from"
        f" `{BLOCK} * zone_id` on, and {BITS} discrete inputs (function 2) from `{BITS} * zone_id` on."
        " Addresses count from 0, as they travel. A zone's number never changes and is never given"
        " again, so its addresses are for ever: other zones may come and go.",
        f"The map has room for zones 1 to {ZONE_ID_MAX}. Reading a zone that there is not is refused"
        " with exception 2. `countline modbus map` lists the addresses of the zones that there are."
        " How to read them is in [the guide](../howto/modbus.md).",
        "A value of 32 bits has its more significant register first. Registers between those that are"
        " listed hold 65535 and are kept for later. A value that is too great for its register is told"
        " as the greatest that fits, which is one less than unknown.",
        "## A zone",
        _places(zone),
        "## Discrete inputs of a zone",
        "What is not known has neither bit: `occupied` 0 and `vacant` 0 together mean unknown.",
        table(("offset", "name", ""), ([b.at, f"`{b.name}`", b.says] for b in ZONE_BITS)),
        "## countline itself",
        "Registers and discrete inputs from 0 on.",
        _places(head),
        table(("input", "name", ""), ([b.at, f"`{b.name}`", b.says] for b in HEAD_BITS)),
        "## Other answers",
        table(
            ("exception", "when"),
            (
                [1, "Any function but 2, 3, 4 and 43/14 (who are you): nothing can be written."],
                [2, "A register or input of a zone that there is not."],
                [3, "More than 125 registers or 2000 inputs, or none."],
                [11, "Another unit than `modbus.unit`, 0 or 255."],
            ),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _places(places: Sequence[Place]) -> str:
    columns = ("offset", "name", "kind", "one step is", "unknown", "")
    return table(
        columns, ([p.at, f"`{p.name}`", p.kind, p.unit, unknown_of(p), p.says] for p in places)
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(line.replace("|  |", "| |") for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return " ".join(str(value).replace("\\", "\\\\").replace("|", "\\|").split())
