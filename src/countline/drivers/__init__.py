"""Makers' formats: each a folder with a pure codec. The table of all of them is `DRIVERS`."""

from countline.drivers import tidy_csv, xovis_csv, xovis_v5
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

_ALL: tuple[Driver, ...] = (xovis_v5.DRIVER, xovis_csv.DRIVER, tidy_csv.DRIVER)
DRIVERS: dict[str, Driver] = {driver.name: driver for driver in _ALL}
