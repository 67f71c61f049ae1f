"""Devices at a time that is stepped: a week of pushes in seconds, without clock, socket or sleep.

`sendings` is the seam: it yields each push as it leaves and is sent its outcome, so that a caller
may hand bodies to whatever takes them. `simulate` and `simulate_async` drive it with a receiver.
"""

from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import TYPE_CHECKING

from countline.emulator.v5.delivering import TIMED_OUT, Outcome
from countline.emulator.v5.feeding import Run
from countline.emulator.v5.link import Link
from countline.emulator.v5.observing import Observer
from countline.emulator.v5.runs import Runs
from countline.emulator.v5.sending import Sending

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device

OK = Outcome(200, "OK")
Receiver = Callable[[Sending], Outcome]


class SteppedTime:
    """A time that only moves when it is told to: `emulated_sensor(true_ms=time)`."""

    def __init__(self, at_ms: int) -> None:
        self.at_ms = at_ms

    def __call__(self) -> int:
        return self.at_ms

    def to(self, at_ms: int) -> None:
        """Move on; never back."""
        self.at_ms = max(self.at_ms, at_ms)


def sendings(
    devices: Sequence["Device"], time: SteppedTime, until_ms: int
) -> Generator[Sending, Outcome, None]:
    """Every push of some devices until an instant, in order; each wants its outcome sent back.

    What the link of a device keeps from arriving is not yielded; what it doubles is, twice. A
    device that is stepped pushes no more by itself where it listens.
    """
    for device in devices:
        device.part(Runs).by_hand = True
    while True:
        due = [(run.attention_ms(), run) for device in devices for run in device.part(Runs)]
        at_ms, run = min(due, key=lambda entry: entry[0], default=(until_ms, None))
        if run is None or at_ms >= until_ms:
            break
        time.to(at_ms)
        for at_once in range(1_000_000):  # noqa: B007 - a bound, not a count
            sending = run.take()
            if sending is None:
                break
            outcome = yield from _attempt(run, sending, time)
            run.settle(sending, outcome)
    time.to(until_ms)
    for device in devices:
        for root in device.roots():
            device.part(Observer).context(root)


def _attempt(run: Run, sending: Sending, time: SteppedTime) -> Generator[Sending, Outcome, Outcome]:
    link = run.device.part(Link)
    if (trouble := link.trouble()) is not None:
        return trouble
    outcome = yield sending
    if link.slow_s:
        timeout_s = sending.connection["config"].get("connection_timeout_s") or 10
        time.to(time.at_ms + round(min(link.slow_s, timeout_s) * 1000))
        if link.slow_s > timeout_s:
            return Outcome(TIMED_OUT, "Timeout was reached")
    if link.doubles(sending.root, sending.agent_id, sending.package):
        yield sending._replace(repeat=1)
    return outcome


def simulate(
    devices: Sequence["Device"], time: SteppedTime, until_ms: int, receive: Receiver
) -> None:
    """Let time pass until an instant, handing every push to a receiver."""
    pushes = sendings(devices, time, until_ms)
    sending = next(pushes, None)
    while sending is not None:
        try:
            sending = pushes.send(receive(sending))
        except StopIteration:
            return


async def simulate_async(
    devices: Sequence["Device"],
    time: SteppedTime,
    until_ms: int,
    receive: Callable[[Sending], Awaitable[Outcome]],
) -> None:
    """The same with a receiver that is awaited."""
    pushes = sendings(devices, time, until_ms)
    sending = next(pushes, None)
    while sending is not None:
        try:
            sending = pushes.send(await receive(sending))
        except StopIteration:
            return
