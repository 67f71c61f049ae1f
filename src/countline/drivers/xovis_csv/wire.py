"""The columns of an export, and what its file name tells: device, logic and the logic's name."""

import re
from dataclasses import dataclass

from countline.drivers.reading import ChannelInfo, Measured
from countline.drivers.xovis_v5.heads import VENDOR, tidy_serial
from countline.drivers.xovis_v5.names import kind_of, measure_named
from countline.errors import BadPush
from countline.model.ids import DeviceKey
from countline.model.sensor import ChannelShape

TIMES = ("from-time", "to-time")
TIME_FORM = "%d/%m/%Y - %H:%M"
TEMPLATE = "xovis_csv"
NAMELESS = "csv"  # the channel where no file name tells the logic
_FILE_NAME = re.compile(r"((?:[0-9A-F]{2}_){5}[0-9A-F]{2})_(\d{1,15})_(.*?)(\.csv)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """What a file name tells."""

    device: DeviceKey | None
    channel: str
    name: str


def read_name(name: str) -> Named:
    """`00_6E_02_1A_2B_3C_1000_South door.csv`; other names tell nothing."""
    base = name.replace("\\", "/").rpartition("/")[2]
    match = _FILE_NAME.fullmatch(base)
    if match is None:
        return Named(None, NAMELESS, "")
    serial = tidy_serial(match[1].replace("_", ":"))
    return Named(DeviceKey(vendor=VENDOR, serial=serial), str(int(match[2])), match[3][:200])


def write_name(device: DeviceKey, channel: ChannelInfo) -> str:
    """The name that a sensor gives such a file."""
    return f"{device.serial.upper().replace(':', '_')}_{channel.channel}_{channel.name}.csv"


def read_header(header: list[str]) -> tuple[Measured, ...]:
    """One measure per counter column. Raises `BadPush` for other headers."""
    names = [cell.strip() for cell in header]
    if tuple(name.lower() for name in names[:2]) != TIMES or len(names) < 3:
        found = ", ".join(name[:40] for name in names[:8])
        raise BadPush(f"the header is '{found}'; expected from-time,to-time and counter names")
    counters = names[2:]
    measures = _measures(counters)
    return tuple(
        Measured(measure or f"column-{i}", kind_of(measure) if measure else "unknown", name, name)
        for i, (name, measure) in enumerate(zip(counters, measures, strict=True), start=1)
    )


def _measures(counters: list[str]) -> list[str | None]:
    """By name, none twice; of two columns with names that tell nothing the first is forward."""
    found: list[str | None] = []
    for name in counters:
        measure = measure_named(name)
        found.append(None if measure in found else measure)
    both = ("forward", "backward")
    if len(found) == 2 and all(measure is None or measure in both for measure in found):
        match found:
            case ["backward", _]:
                return ["backward", "forward"]
            case [None, "forward"]:
                return ["backward", "forward"]
            case _:
                return ["forward", "backward"]
    return found


def shape_of(measures: tuple[Measured, ...]) -> ChannelShape:
    """A line where it counts both ways, a zone where it counts what is inside."""
    names = {measured.measure for measured in measures}
    if names >= {"forward", "backward"}:
        return "line"
    return "zone" if names & {"present", "in", "out", "queue_length"} else "other"
