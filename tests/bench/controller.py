"""A BACnet controller that hears of changes, run as a process of its own.

`python -m tests.bench.controller` reads a line of its own port, the device's, and zones; it prints
`subscribed`, and then zone, people and when, on the clock that all processes of a machine share. It
ends with its standard input.
"""

import asyncio
import math
import sys
from contextlib import AsyncExitStack
from time import perf_counter
from typing import Any

from bacpypes3.apdu import ErrorRejectAbortNack
from bacpypes3.ipv4.app import NormalApplication
from bacpypes3.local.device import DeviceObject
from bacpypes3.pdu import Address, IPv4Address
from bacpypes3.primitivedata import ObjectIdentifier

OCCUPANCY = "analog-value,{zone}01"
SUBSCRIBED_S_MAX = 30.0
AGAIN_S = 0.1


async def main() -> None:
    """Subscribe, and tell what comes until nobody listens."""
    port, device_port, *zones = map(int, sys.stdin.readline().split())
    me = DeviceObject(
        objectIdentifier=("device", 99), objectName="controller", vendorIdentifier=999
    )
    app = NormalApplication(me, IPv4Address(f"127.0.0.1/8:{port}"))
    there = Address(f"127.0.0.1:{device_port}")
    async with AsyncExitStack() as stack:
        async with asyncio.timeout(SUBSCRIBED_S_MAX):
            subscribed = [(zone, await _subscribe(stack, app, there, zone)) for zone in zones]
        print("subscribed", flush=True)
        tasks = [asyncio.create_task(_tell(*one)) for one in subscribed]
        await asyncio.to_thread(sys.stdin.read)
        for task in tasks:
            task.cancel()
    app.close()


async def _subscribe(stack: AsyncExitStack, app: Any, there: Address, zone: int) -> Any:
    """For ever; again while the device does not have the zone yet."""
    wanted = ObjectIdentifier(OCCUPANCY.format(zone=zone))
    while True:
        try:
            return await stack.enter_async_context(app.change_of_value(there, wanted, lifetime=0))
        except ErrorRejectAbortNack:
            await asyncio.sleep(AGAIN_S)


async def _tell(zone: int, subscription: Any) -> None:
    while True:
        name, value = await subscription.get_value()
        at_s = perf_counter()
        if str(name) == "present-value" and not math.isnan(value):
            print(zone, round(value), at_s, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
