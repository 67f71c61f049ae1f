"""Reads a BACnet device by BAC0 and prints what it found: `bac0_reader.py MINE THEIRS INSTANCE`."""

import asyncio
import json
import sys
from typing import Any

import BAC0


async def read(mine: str, theirs: str, instance: int) -> dict[str, Any]:
    """Find the device, list its objects and points, and read some of them."""
    ip, _, port = mine.partition(":")
    async with BAC0.start(ip=ip, port=int(port), ping=False) as network:
        (found,) = await network.who_is(theirs, instance, instance)
        objects = await network.read(f"{theirs} device {instance} objectList")
        device = await BAC0.device(theirs, instance, network, poll=0)
        points = {}
        for point in device.points:
            points[point.properties.name] = await point.value
        several = await network.readMultiple(
            f"{theirs} analog-value 301 reliability analog-value 401 reliability"
        )
        return {
            "who_is": found.iAmDeviceIdentifier[1],
            "objects": len(objects),
            "points": points,
            "total": await network.read(f"{theirs} accumulator 311 presentValue"),
            "reliability": several,
        }


if __name__ == "__main__":
    told = asyncio.run(read(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    sys.stdout.write(json.dumps(told, default=str) + "\n")
