"""A device's time: its own clock with every step it made, and when it was up."""

from bisect import bisect_right
from collections.abc import Callable, Iterable

REBOOT_S = 75


class Running:
    """The clock and the boots of a device over true time, which is handed in."""

    def __init__(
        self,
        true_ms: Callable[[], int],
        *,
        booted_ms: int,
        offset_ms: int,
        planned: Iterable[tuple[int, int]] = (),
    ) -> None:
        """`booted_ms`: when it came up first; `planned`: when it was and will be away, in order."""
        self.true_ms = true_ms
        self.reboot_s = REBOOT_S
        self.went_down: Callable[[], None] = lambda: None
        self._planned = list(planned)
        self._downs: list[tuple[int, int]] = []
        self._first_boot_ms = booted_ms
        self._steps: list[tuple[int, int]] = [(0, offset_ms)]  # from when on, how far ahead
        self._let_pass()  # nobody needs to hear of what is past

    @property
    def downs(self) -> list[tuple[int, int]]:
        """When it was away, [from, to) in true time; what was planned happens as time comes."""
        self._let_pass()
        return self._downs

    def _let_pass(self) -> None:
        while self._planned and self._planned[0][0] <= self.true_ms():
            self._go_down(self._planned.pop(0))

    def _go_down(self, away: tuple[int, int]) -> None:
        self._downs.append(away)
        self.went_down()

    def now_ms(self) -> int:
        """What its clock shows."""
        return self.own_ms(self.true_ms())

    def own_ms(self, true_ms: int) -> int:
        """What its clock showed at a true instant."""
        return true_ms + self.offset_ms(true_ms)

    def offset_ms(self, true_ms: int | None = None) -> int:
        """How far its clock was ahead."""
        at_ms = self.true_ms() if true_ms is None else true_ms
        return self._steps[max(0, bisect_right(self._steps, (at_ms, 1 << 62)) - 1)][1]

    @property
    def steps(self) -> tuple[tuple[int, int], ...]:
        """(true ms from which on, ms ahead), in order of time."""
        return tuple(self._steps)

    def step_to(self, own_ms: int) -> None:
        """Set the clock."""
        true_ms = self.true_ms()
        self._steps.append((true_ms, own_ms - true_ms))

    def reboot(self) -> None:
        """Go down now, and come up `reboot_s` later."""
        at_ms = self.true_ms()
        self._let_pass()
        self._go_down((at_ms, at_ms + self.reboot_s * 1000))

    def is_down(self, true_ms: int | None = None) -> bool:
        at_ms = self.true_ms() if true_ms is None else true_ms
        return any(start <= at_ms < end for start, end in self.downs[-64:])

    def booted_ms(self, true_ms: int | None = None) -> int:
        """When it last came up, in true time."""
        at_ms = self.true_ms() if true_ms is None else true_ms
        boots_ms = [self._first_boot_ms, *(end for _, end in self.downs)]
        return max((ms for ms in boots_ms if ms <= at_ms), default=boots_ms[0])

    def uptime_s(self) -> int:
        return max(0, self.true_ms() - self.booted_ms()) // 1000
