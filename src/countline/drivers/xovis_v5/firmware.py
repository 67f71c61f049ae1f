"""Firmware by its number alone: what follows it (`5.0.3-9738700b2d`) says nothing about order."""

import re
from typing import NamedTuple

_NUMBER = re.compile(r"\s*[vV]?(\d{1,4})(?:\.(\d{1,4}))?(?:\.(\d{1,4}))?(?![\d])")


class Firmware(NamedTuple):
    """A version to compare with others: (5, 6, 2)."""

    major: int
    minor: int = 0
    patch: int = 0

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def firmware_of(text: str) -> Firmware | None:
    """The version that a sensor's text begins with; None where it begins with no number."""
    found = _NUMBER.match(text)
    return Firmware(*(int(part or 0) for part in found.groups())) if found else None
