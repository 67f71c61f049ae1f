"""Devices that answer in a range of addresses, recognised without any password."""

import asyncio
from collections.abc import Iterable
from ipaddress import ip_network

from countline.devices.adoptions import Adoptions
from countline.devices.xovis_v5 import Address, recognise
from countline.drivers.xovis_v5 import DRIVER
from countline.engine.adopting import FoundDevice
from countline.engine.catalogue import Catalogue
from countline.engine.changes import bad_field
from countline.errors import DeviceError, TooMuch

ADDRESSES_MAX = 4_096  # a /20; at 64 at once and 2 s each that is two minutes
AT_ONCE = 64
ANSWER_S_MAX = 2  # a sensor in the same house answers at once, or is not there


def addresses_of(network: str) -> list[str]:
    """The addresses of a range (`192.0.2.0/28`), of one host, or of several of both, by commas.

    An address may have a scheme and a port; each comes once. Raises `BadQuery`, `TooMuch`.
    """
    found: dict[str, None] = {}
    for part in network.split(","):
        if len(found) > ADDRESSES_MAX:
            break
        text = part.strip()
        if "/" not in text.partition("://")[2] and ("://" in text or "/" not in text):
            found[text] = None
            continue
        try:
            hosts = ip_network(text, strict=False)
        except ValueError:
            raise bad_field("network", f"{text!r} is no range; write 192.0.2.0/28") from None
        if hosts.num_addresses > ADDRESSES_MAX:
            raise TooMuch(
                f"{text} has {hosts.num_addresses} addresses; ask for {ADDRESSES_MAX} at most."
            )
        found |= dict.fromkeys(str(host) for host in hosts.hosts())
    if len(found) > ADDRESSES_MAX:
        raise TooMuch(f"These are more than {ADDRESSES_MAX} addresses; ask for fewer at a time.")
    return list(found)


async def discover(adoptions: Adoptions, network: str) -> list[FoundDevice]:
    """Everything of generation 5 that answers there, HTTPS first, then HTTP; by address.

    Raises `BadQuery`, `TooMuch`, and `NotAllowed` where sensors may not be contacted there.
    """
    catalogue = await adoptions.engine.desk.fresh()
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(text: str) -> FoundDevice | None:
        async with gate:
            for address in _ways(text):
                if (found := await _try(adoptions, address, catalogue)) is not None:
                    return found
        return None

    asking = [asyncio.create_task(one(text)) for text in addresses_of(network)]
    try:
        answers = await asyncio.gather(*asking)
    finally:
        for task in asking:  # one that may not be contacted ends the others too
            task.cancel()
    return [found for found in answers if found is not None]


def _ways(text: str) -> Iterable[Address]:
    if "://" in text:
        yield Address.of(text)
        return
    yield Address.of(f"https://{text}")
    yield Address.of(f"http://{text}")


async def _try(adoptions: Adoptions, address: Address, catalogue: Catalogue) -> FoundDevice | None:
    try:
        async with (
            asyncio.timeout(ANSWER_S_MAX),
            adoptions.devices.client(address) as client,
        ):
            found = await recognise(client)
    except (DeviceError, TimeoutError):
        return None
    device = catalogue.device_by_serial.get((DRIVER.vendor, found.serial, "single"))
    sensor = None if device is None or device.sensor is None else catalogue.sensors[device.sensor]
    return FoundDevice(
        address=str(address),
        serial=found.serial,
        model=found.model,
        firmware=found.firmware_text,
        name=found.name,
        group=found.group,
        sensor_id=None if sensor is None else sensor.sensor_id,
    )
