"""A building's controller finds the BACnet device over UDP, reads it, and is told of changes."""

import asyncio
import json
import math
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bacpypes3.ipv4.app import BBMDApplication
from bacpypes3.local.device import DeviceObject
from bacpypes3.pdu import IPv4Address

from countline.errors import Conflict
from countline.outlets.bacnet import BacnetSettings
from countline.outlets.bacnet.sockets import bind
from tests.app.bacnet_site import (
    DEVICE,
    air,
    device_on,
    fault,
    free_port,
    hall,
    site_with,
    standing,
    until,
    until_read,
)

OCCUPANCY = "analog-value,301"
COMMUNICATION_FAILURE = 12
EVERY = {
    "analog-value,301": ("ZRH.3.Occupancy", 5.0),
    "binary-input,302": ("ZRH.3.Occupied", 1),
    "analog-input,303": ("ZRH.3.OccupancyHigh", 6.5),
    "multi-state-input,304": ("ZRH.3.DataQuality", 1),
    "analog-input,305": ("ZRH.3.DensityPercent", 50.0),
    "multi-state-input,306": ("ZRH.3.CapacityLight", 1),
    "analog-input,307": ("ZRH.3.OA-Flow-Request", 42.5),
    "analog-input,308": ("ZRH.3.OA-Flow-Design", 80.0),
    "analog-input,309": ("ZRH.3.Setpoint-Offset", 1.5),
    "accumulator,311": ("ZRH.3.In-Total", 120),
    "accumulator,312": ("ZRH.3.Out-Total", 115),
}


def run(story: Any) -> None:
    asyncio.run(story)


# -- finding and reading --------------------------------------------------------------------------
def test_a_controller_finds_the_device_and_reads_every_point() -> None:
    async def story() -> None:
        async with standing(hall()) as site:
            (found,) = await site.client.who_is(DEVICE, DEVICE, address=site.client.there)
            assert str(found.iAmDeviceIdentifier) == f"device,{DEVICE}"
            ids = [f"{kind},{number}" for kind, number in await site.client.ids()]
            assert ids == [f"device,{DEVICE}", "network-port,1", *EVERY]
            asked = [part for one in ids[2:] for part in (one, WANTED)]
            rows = await site.client.read_property_multiple(site.client.there, asked)
            told: dict[str, list[Any]] = {}
            for object_id, _, _, value in rows:
                told.setdefault(f"{object_id[0]},{object_id[1]}", []).append(value)
            assert {one: (name, value) for one, (name, value, *_) in told.items()} == EVERY
            assert {one: int(reliability) for one, (_, _, reliability, _) in told.items()} == (
                dict.fromkeys(EVERY, 0)
            )
            assert not any(fault(flags) for *_, flags in told.values())

    run(story())


WANTED = ["object-name", "present-value", "reliability", "status-flags"]


def test_the_device_says_what_it_is_and_can_do() -> None:
    async def story() -> None:
        async with standing(hall(), device_name="People of ZRH", vendor_identifier=555) as site:
            read = site.client.get
            thing = f"device,{DEVICE}"
            assert await read(thing, "object-name") == "People of ZRH"
            assert await read(thing, "vendor-identifier") == 555
            assert str(await read(thing, "protocol-services-supported")) == (
                "subscribe-cov;read-property;read-property-multiple;write-property;"
                "write-property-multiple;i-am;i-have;who-has;who-is"
            )
            assert str(await read(thing, "protocol-object-types-supported")) == (
                "analog-input;analog-value;binary-input;device;multi-state-input;accumulator;"
                "network-port"
            )
            assert await read("network-port,1", "bacnet-ip-udp-port") == site.port
            (found,) = await site.client.who_has(
                DEVICE, DEVICE, object_name="ZRH.3.Occupancy", address=site.client.there
            )
            assert str(found.objectIdentifier) == OCCUPANCY

    run(story())


@pytest.mark.parametrize(
    ("thing", "name", "expected"),
    [
        (OCCUPANCY, "units", "no-units"),
        (OCCUPANCY, "cov-increment", "1.0"),
        (OCCUPANCY, "description", "Hall, Zürich: people now"),
        ("binary-input,302", "active-text", "occupied"),
        ("binary-input,302", "inactive-text", "empty"),
        ("multi-state-input,304", "state-text", "['good', 'fair', 'poor', 'stale', 'unknown']"),
        ("multi-state-input,306", "number-of-states", "4"),
        ("analog-input,305", "units", "percent"),
        ("analog-input,307", "units", "liters-per-second"),
        ("analog-input,309", "units", "delta-degrees-kelvin"),
        ("accumulator,311", "max-pres-value", "4294967295"),
    ],
)
def test_a_point_says_what_it_shows(thing: str, name: str, expected: str) -> None:
    async def story() -> None:
        async with standing(hall()) as site:
            assert str(await site.client.get(thing, name)) == expected

    run(story())


# -- telling the truth ----------------------------------------------------------------------------
def test_an_unknown_zone_keeps_its_last_value_and_says_that_it_is_none() -> None:
    async def story() -> None:
        async with standing(hall()) as site:
            lost = hall(people=None, quality="unknown", high=None, utilisation=None, light=None)
            site.board.put(zones=[lost])
            await until_read(
                lambda: site.client.state(OCCUPANCY), (5.0, True, COMMUNICATION_FAILURE)
            )
            state = site.client.state
            assert await state("binary-input,302") == (1, True, COMMUNICATION_FAILURE)
            assert await state("analog-input,303") == (6.5, True, COMMUNICATION_FAILURE)
            assert await state("analog-input,305") == (50.0, True, COMMUNICATION_FAILURE)
            assert await state("multi-state-input,304") == (5, False, 0)
            assert await state("multi-state-input,306") == (4, True, COMMUNICATION_FAILURE)
            assert await state("accumulator,311") == (120, True, COMMUNICATION_FAILURE)
            site.board.put(zones=[hall(people=0, last_known=0)])
            await until_read(lambda: state(OCCUPANCY), (0.0, False, 0))
            assert await state("binary-input,302") == (0, False, 0)

    run(story())


def test_what_was_never_known_is_no_number_and_nobody_calls_it_empty() -> None:
    async def story() -> None:
        new = hall(
            people=None, last_known=None, quality="unknown", high=None, utilisation=None,
            light=None, in_total=None, out_total=None, air=None,
        )  # fmt: skip
        async with standing(new) as site:
            for thing in (OCCUPANCY, "analog-input,303", "analog-input,305"):
                value, *flags = await site.client.state(thing)
                assert math.isnan(value)
                assert flags == [True, COMMUNICATION_FAILURE]
            assert await site.client.state("binary-input,302") == (1, True, COMMUNICATION_FAILURE)
            assert len(await site.client.ids()) == 8  # no totals, and nobody asks for air

    run(story())


def test_a_stale_zone_is_shown_with_the_fault_flag() -> None:
    async def story() -> None:
        async with standing(hall(quality="stale", people=6)) as site:
            assert await site.client.state(OCCUPANCY) == (6.0, True, COMMUNICATION_FAILURE)
            assert await site.client.state("multi-state-input,304") == (4, False, 0)

    run(story())


def test_air_falls_back_with_its_value_and_the_fault_flag() -> None:
    async def story() -> None:
        async with standing(hall()) as site:
            site.board.put(zones=[hall(air=air(flow=80.0, fallback=True))])
            await until_read(
                lambda: site.client.state("analog-input,307"), (80.0, True, COMMUNICATION_FAILURE)
            )
            assert await site.client.state("analog-input,308") == (80.0, False, 0)
            assert await site.client.state("analog-input,309") == (1.5, True, COMMUNICATION_FAILURE)

    run(story())


# -- the port -------------------------------------------------------------------------------------
def test_a_port_in_use_is_an_error_that_names_it() -> None:
    async def story() -> None:
        async with standing(hall()) as site:
            with pytest.raises(
                Conflict, match=rf"127\.0\.0\.1:{site.port} \(UDP\): address already"
            ):
                async with device_on(site):
                    raise AssertionError("two devices on one port")
            assert await site.client.get(OCCUPANCY) == 5.0

    run(story())


def test_an_address_of_another_machine_is_an_error_that_names_it() -> None:
    port = free_port()
    wanted = BacnetSettings(address=f"192.0.2.10/24:{port}", device_instance=1)
    with pytest.raises(Conflict, match=rf"192\.0\.2\.10:{port}"):
        bind(wanted)


def test_the_port_is_free_again_when_the_device_has_ended() -> None:
    async def story() -> None:
        async with site_with(hall()) as site:
            for _ in range(2):
                async with device_on(site):
                    assert await site.client.get(OCCUPANCY) == 5.0
            assert site.troubles[-1] is None

    run(story())


# -- a BBMD ---------------------------------------------------------------------------------------
def test_the_device_registers_at_a_bbmd_and_takes_its_registration_back() -> None:
    async def story() -> None:
        port = free_port()
        me = DeviceObject(objectIdentifier=("device", 98), objectName="b", vendorIdentifier=999)
        bbmd = BBMDApplication(me, IPv4Address(f"127.0.0.1/8:{port}"))
        try:
            async with (
                site_with(hall()) as site,
                device_on(site, bbmd=f"127.0.0.1:{port}", bbmd_ttl_s=60),
            ):
                await until(lambda: bbmd.bbmd.bbmdFDT)
                (entry,) = bbmd.bbmd.bbmdFDT
                assert (str(entry.fdAddress), entry.fdTTL) == (f"127.0.0.1:{site.port}", 60)
                assert await site.client.get(OCCUPANCY) == 5.0
                assert str(await site.client.get("network-port,1", "bacnet-ip-mode")) == "foreign"
            await until(lambda: not bbmd.bbmd.bbmdFDT)
            assert {*site.troubles} == {None}
        finally:
            bbmd.close()

    run(story())


class Moody(asyncio.DatagramProtocol):
    """A BBMD that refuses the first registration and takes the next."""

    def __init__(self) -> None:
        self.asked = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        assert data[:4] == bytes.fromhex("81050006")
        self.asked += 1
        code = "0030" if self.asked == 1 else "0000"
        self.transport.sendto(bytes.fromhex("81000006" + code), addr)


def test_a_bbmd_that_refuses_is_told_to_health_and_asked_again() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        transport, bbmd = await loop.create_datagram_endpoint(Moody, local_addr=("127.0.0.1", 0))
        at = "127.0.0.1:{1}".format(*transport.get_extra_info("sockname"))
        try:
            async with site_with(hall()) as site, device_on(site, bbmd=at):
                people = iter(range(6, 10_000))

                def told(trouble: str | None) -> bool:
                    """Each change of the board is a moment at which the outlet looks."""
                    site.board.put(zones=[hall(people=next(people))])
                    return site.troubles[-1:] == [trouble]

                await until(lambda: bbmd.asked)
                refused = f"The BBMD at {at} refuses to register this device (code 0x0030)."
                await until(lambda: told(refused))
                await until(lambda: told(None))
                assert bbmd.asked == 2
        finally:
            transport.close()

    run(story())


def test_a_bbmd_that_never_answers_is_told_to_health() -> None:
    async def story() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            at = f"127.0.0.1:{silent.getsockname()[1]}"
            async with site_with(hall()) as site, device_on(site, bbmd=at):
                await until(lambda: site.troubles)
                assert site.troubles[-1] is None
                site.elapsed_s = 20
                site.board.put(zones=[hall(people=6)])
                await until(lambda: site.troubles[-1])
                assert f"The BBMD at {at} does not answer" in str(site.troubles[-1])

    run(story())


# -- others ---------------------------------------------------------------------------------------
def test_rubbish_is_no_answer_and_no_end(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with standing(hall(), writable=True) as site:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                for rubbish in RUBBISH:
                    stranger.sendto(rubbish, ("127.0.0.1", site.port))
            assert await site.client.get(OCCUPANCY) == 5.0
        assert not caplog.records

    run(story())


RUBBISH = (
    b"",
    b"GET / HTTP/1.1",
    bytes.fromhex("810a0004"),  # an empty NPDU
    bytes.fromhex("810a000901040005ff"),  # a service that does not exist
    bytes.fromhex("810a001101040005010f0c00800000191f"),  # a write that ends in the middle
    bytes.fromhex("810a000cffffffffffffffff"),
    bytes(1_400),
)


def test_bac0_finds_the_device_and_reads_it(tmp_path: Path) -> None:
    """BAC0 is what many integrators use. It runs beside, in a folder that it may fill."""

    async def story() -> None:
        async with standing(hall(), hall(4, people=None, quality="unknown", last_known=2)) as site:
            client = await asyncio.create_subprocess_exec(
                sys.executable,
                str(Path(__file__).with_name("bac0_reader.py")),
                f"127.0.0.1/8:{free_port()}",
                f"127.0.0.1:{site.port}",
                str(DEVICE),
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            out, complaints = await client.communicate()
            assert client.returncode == 0, complaints.decode()
            told = json.loads(out.decode().splitlines()[-1])
        assert told["who_is"] == DEVICE
        assert told["objects"] == 24
        assert told["points"]["ZRH.3.Occupancy"] == 5.0
        assert told["points"]["ZRH.4.Occupancy"] == 2.0
        assert told["points"]["ZRH.3.OA-Flow-Request"] == 42.5
        assert told["points"]["ZRH.3.DataQuality"] == 1
        assert told["points"]["ZRH.4.DataQuality"] == 5
        assert told["total"] == 120
        assert told["reliability"] == [0, 12]

    run(story())
