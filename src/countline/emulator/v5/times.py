"""Instants as a device writes them: three formats in data, one with a zone's name in its states."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device

TimeFormat = Literal["UNIX_TIME_MS", "UNIX_TIME_S", "RFC3339"]
FORMATS: tuple[TimeFormat, ...] = ("UNIX_TIME_MS", "UNIX_TIME_S", "RFC3339")


def written(device: "Device", own_ms: int, form: str) -> int | str:
    """An instant of the device's clock, with its local offset where it is text."""
    if form == "RFC3339":
        local = device.local(own_ms)
        return local.isoformat(timespec="milliseconds" if own_ms % 1000 else "seconds")
    return own_ms // 1000 if form == "UNIX_TIME_S" else own_ms


def spoken(seconds: int) -> str:
    """A length of time: `2y 126d`, `3d 4h`, `12m 5s`."""
    units = (("y", 31_536_000), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
    parts = []
    for unit, size in units:
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number}{unit}")
    return " ".join(parts[:2]) or "0s"
