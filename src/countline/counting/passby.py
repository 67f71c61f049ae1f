"""People who pass by without coming in, where a line along the front is all that counts them."""

from collections.abc import Iterable
from typing import NamedTuple

from countline.model.place import VisitorsCross

LOW_SAMPLE = 30  # below so many people a rate says little


class Crossings(NamedTuple):
    """One local hour at a frontage: its crossings in both directions, and those of the doors.

    None where nothing was covered.
    """

    frontage: int | None
    ins: int | None
    outs: int | None


class CaptureRate(NamedTuple):
    """The share of people who came in; None where nobody was near."""

    rate: float | None
    low_sample: bool


def hour_passby(visitors_cross: VisitorsCross, hour: Crossings) -> int | None:
    """Pass-by of one local hour, never below 0; None where a number it needs is missing."""
    needed = {
        "none": (hour.frontage,),
        "in": (hour.frontage, hour.ins),
        "in_and_out": (hour.frontage, hour.ins, hour.outs),
    }[visitors_cross]
    known = [number for number in needed if number is not None]
    if len(known) < len(needed):
        return None
    frontage, *visitors = known
    return max(0, frontage - sum(visitors))


def sum_passby(hours: Iterable[int | None]) -> int | None:
    """Derived pass-by of a day or longer: its hours summed; None where no hour has any."""
    known = [hour for hour in hours if hour is not None]
    return sum(known) if known else None


def capture_rate(ins: int, passby: int) -> CaptureRate:
    """`ins / (ins + passby)`, and whether that rests on too few people to mean much."""
    near = ins + passby
    return CaptureRate(ins / near if near else None, near < LOW_SAMPLE)
