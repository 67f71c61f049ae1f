"""Makers' formats: each a folder with a pure codec. `DRIVERS` has all, `PUSH_DRIVERS` those that sensors push."""

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
    Total,
)

__all__ = [
    "DRIVERS",
    "PUSH_DRIVERS",
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
    "Total",
]

_PUSHED: tuple[Driver, ...] = (xovis_v5.DRIVER,)
_FILES: tuple[Driver, ...] = (xovis_csv.DRIVER, tidy_csv.DRIVER)
PUSH_DRIVERS: dict[str, Driver] = {driver.name: driver for driver in _PUSHED}
DRIVERS: dict[str, Driver] = {driver.name: driver for driver in (*_PUSHED, *_FILES)}
