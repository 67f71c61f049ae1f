"""Identifiers, and the rule that a chosen one must follow."""

import re
from dataclasses import dataclass
from typing import NewType

LocationId = NewType("LocationId", str)
SensorId = NewType("SensorId", str)
ZoneId = NewType("ZoneId", int)
LineId = NewType("LineId", int)
LayoutId = NewType("LayoutId", int)
SensorNo = NewType("SensorNo", int)  # a sensor's small number in the store
SeriesNo = NewType("SeriesNo", int)  # one channel and one measure
CommitId = NewType("CommitId", int)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def is_id(text: str) -> bool:
    """Whether a chosen location or sensor id is well formed."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceKey:
    """A piece of hardware: vendor, serial (lower case), context (`single`, `multi:1`)."""

    vendor: str
    serial: str
    context: str = "single"
