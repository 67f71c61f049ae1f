"""Agents in real time: one task each, which sleeps until a package is due and then delivers it."""

import asyncio
from typing import TYPE_CHECKING

from countline.clock import set_within
from countline.emulator.v5.delivering import TIMED_OUT, Outcome
from countline.emulator.v5.feeding import Run
from countline.emulator.v5.link import Link
from countline.emulator.v5.runs import Runs
from countline.emulator.v5.sending import Sending

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device

LOOK_S_MAX = 1.0  # the device's time may be stepped by others
LOOK_S_MIN = 0.02


async def push(device: "Device") -> None:
    """Run every agent of a device, as they come and go, until cancelled."""
    runs = device.part(Runs)
    runs.changed = asyncio.Event()  # of this loop
    tasks: dict[Run, asyncio.Task[None]] = {}
    try:
        while True:
            runs.changed.clear()
            here = set() if runs.by_hand else set(runs)
            for run in here - tasks.keys():
                tasks[run] = asyncio.create_task(_run(runs, run))
            for run in tasks.keys() - here:
                tasks.pop(run).cancel()
            await set_within(runs.changed, LOOK_S_MAX)
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


async def _run(runs: Runs, run: Run) -> None:
    while not runs.by_hand:
        sending = run.take()
        if sending is not None:
            run.settle(sending, await send(sending))
            continue
        wait_s = (run.attention_ms() - run.device.running.true_ms()) / 1000
        await asyncio.sleep(min(max(wait_s, LOOK_S_MIN), LOOK_S_MAX))


async def send(sending: Sending) -> Outcome:
    """Deliver one package over the device's link."""
    link = sending.device.part(Link)
    if (trouble := link.trouble()) is not None:
        return trouble
    outcome = await link.carry(sending.connection, sending.body)
    if link.slow_s:
        timeout_s = sending.connection["config"].get("connection_timeout_s") or 10
        await asyncio.sleep(min(link.slow_s, timeout_s))
        if link.slow_s > timeout_s:
            return Outcome(TIMED_OUT, "Timeout was reached")
    if link.doubles(sending.root, sending.agent_id, sending.package):
        await link.carry(sending.connection, sending.body)
    return outcome
