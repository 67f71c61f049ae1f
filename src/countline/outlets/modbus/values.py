"""How a value becomes registers: its kinds, and the value of each that stands for unknown."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["uint16", "int16", "uint32"]

UNKNOWN: dict[Kind, int] = {"uint16": 0xFFFF, "int16": 0x8000, "uint32": 0xFFFF_FFFF}
WORDS: dict[Kind, int] = {"uint16": 1, "int16": 1, "uint32": 2}
LOWEST: dict[Kind, int] = {"uint16": 0, "int16": -0x7FFF, "uint32": 0}
HIGHEST: dict[Kind, int] = {"uint16": 0xFFFE, "int16": 0x7FFF, "uint32": 0xFFFF_FFFE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value stands in its block, and how it is written.

    `scale` is how many steps of the register make one of what `says` speaks of: with 10, a register
    of 735 is 73.5.
    """

    name: str
    at: int
    kind: Kind
    says: str
    unit: str = ""
    scale: int = 1

    @property
    def words(self) -> int:
        """How many registers it takes."""
        return WORDS[self.kind]

    @property
    def unknown(self) -> int:
        """What stands there where the value is not known, as an unsigned number."""
        return UNKNOWN[self.kind]


def to_words(place: Place, value: float | None) -> list[int]:
    """Registers of a value, the most significant first; one that does not fit is the last that does.

    A value that is known never looks like one that is not.
    """
    if value is None:
        number = UNKNOWN[place.kind]
    else:
        steps = min(max(value * place.scale, LOWEST[place.kind]), HIGHEST[place.kind])
        number = round(steps)
    if place.words == 1:
        return [number & 0xFFFF]
    return [number >> 16, number & 0xFFFF]
