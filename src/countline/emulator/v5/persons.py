"""What an emulated person is like: height, gender, face mask, age. Nobody real is described."""

from typing import NamedTuple

from countline.emulator.chance import chance
from countline.emulator.sensor import Sensor
from countline.emulator.v5.happenings import Happening

MASKED = 0.04


class Traits(NamedTuple):
    """As a device would measure them."""

    height_m: float
    gender: str  # MALE, FEMALE
    face_mask: str  # MASK, NO_MASK
    sideways_m: float  # where on the line, from its middle
    age: int


def traits_of(sensor: Sensor, happening: Happening) -> Traits:
    """The same for all that happens to a person at one instant."""
    dice = chance(sensor.seed, "person", happening.at_ms)
    return Traits(
        height_m=round(min(2.1, max(1.1, dice.gauss(1.7, 0.1))), 2),
        gender="MALE" if dice.random() < 0.5 else "FEMALE",
        face_mask="MASK" if dice.random() < MASKED else "NO_MASK",
        sideways_m=round(dice.uniform(-0.9, 0.9), 3),
        age=min(95, max(3, round(dice.gauss(38, 18)))),
    )
