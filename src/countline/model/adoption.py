"""What the gateway arranged with a device of its own accord: adoption, changes, holes to fill."""

from dataclasses import dataclass, field
from typing import Any, Literal

from countline.model.ids import SensorNo

AdoptionState = Literal["adopting", "adopted", "releasing"]
HoleState = Literal["open", "healed", "permanent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """How a sensor's device is reached, and what was made on it.

    It is written down before the device is first changed, so that a gateway that dies half-way
    still knows what to take back. `password` and `push_secret` are sealed; nothing here is of use
    to a reader of the file who lacks the key. `made` lists what we made on the device, newest last,
    each `{"kind": ..., "id": ...}`; taking it back in reverse leaves the device as it was found.
    """

    sensor: SensorNo
    address: str  # https://192.0.2.17:443
    user: str = ""
    password: bytes = b""
    push_secret: bytes = b""
    certificate: str = ""  # SHA-256 of the certificate that was seen first; "" over plain HTTP
    state: AdoptionState = "adopting"
    target: str = ""  # where the device was told to push
    made: tuple[dict[str, Any], ...] = ()
    checksum: str = ""  # of the device's configuration, as it was last known to be right
    contents: bytes = b""  # that configuration, secrets blanked, compressed: to show what moved
    adopted_s: int = 0
    history_from_s: int | None = None  # the oldest minute that its history was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationChange:
    """One change of a device's configuration: who made it, when, and what it was."""

    change_id: int
    sensor: SensorNo
    at_s: int
    who: str  # the name of a key, `command line`, or `device`: somebody did it there
    what: str  # in words
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Minutes of a sensor that are missing, and what came of asking its device for them."""

    hole_id: int
    sensor: SensorNo
    from_s: int
    to_s: int
    state: HoleState = "open"
    tries: int = 0
    next_try_s: int = 0
    reason: str = ""  # why the last try brought nothing, in words
