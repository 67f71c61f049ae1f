"""Makers' formats: each a folder with a pure codec. The table of all of them is `DRIVERS`."""

from countline.drivers.reading import (
    ChannelInfo,
    Decoded,
    Driver,
    FileOptions,
    FilePlace,
    Measured,
    Note,
    Push,
    Reading,
    StatusInfo,
)

__all__ = [
    "DRIVERS",
    "ChannelInfo",
    "Decoded",
    "Driver",
    "FileOptions",
    "FilePlace",
    "Measured",
    "Note",
    "Push",
    "Reading",
    "StatusInfo",
]

DRIVERS: dict[str, Driver] = {}
