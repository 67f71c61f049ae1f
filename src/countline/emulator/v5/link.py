"""The network between a device and its receivers, and what is wrong with it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from countline.emulator.chance import chance
from countline.emulator.v5.delivering import COULD_NOT_CONNECT, Outcome, deliver

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device

Carry = Callable[[Mapping[str, Any], bytes], Awaitable[Outcome]]


class Link:
    """Switches, to be turned while a device runs. `device.part(Link)`.

    The outages and doubled packages of the sensor's own `Faults` count too.
    """

    def __init__(self, device: "Device") -> None:
        self.lost = False  # nothing arrives
        self.outages_ms: list[tuple[int, int]] = []  # the same from one true instant to another
        self.doubled = device.sensor.faults.doubled  # share of packages that arrive twice
        self.answer: int | None = None  # every receiver answers this
        self.slow_s = 0.0  # every receiver takes so long
        self.carry: Carry = deliver  # over sockets; a simulation carries bodies by itself
        self._device = device

    def trouble(self, true_ms: int | None = None) -> Outcome | None:
        """Why nothing arrives at an instant; None: all is well."""
        at_ms = self._device.running.true_ms() if true_ms is None else true_ms
        away = any(start <= at_ms < end for start, end in self.outages_ms)
        if self.lost or away or self._device.sensor.faults.is_offline(at_ms / 1000):
            return Outcome(COULD_NOT_CONNECT, "Couldn't connect to server")
        return None if self.answer is None else Outcome(self.answer, "")

    def doubles(self, *words: object) -> bool:
        """Whether a package arrives a second time."""
        dice = chance(self._device.sensor.seed, self._device.serial, "doubled", *words)
        return dice.random() < self.doubled
