"""Controllers that read over TCP, with pymodbus' own client, and what they are refused."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.constants import ExcCodes

from countline import __version__
from countline.engine.board import Board
from countline.limits import MODBUS_CALLERS_MAX
from countline.outlets.modbus.layout import BLOCK, ZONE_ID_MAX
from countline.outlets.modbus.zone_block import ZONE_BITS, ZONE_REGISTERS
from tests.held_time import until
from tests.unit.outlets.modbus.reading import NOW_S, Site, full, in_loop, sensor, served, zone

Client = AsyncModbusTcpClient
TYPES = {
    "uint16": Client.DATATYPE.UINT16,
    "int16": Client.DATATYPE.INT16,
    "uint32": Client.DATATYPE.UINT32,
}
# What a controller reads of the zone that `full` describes.
EXPECTED = {
    "zone_id": 3, "quality": 4, "people": 13, "last_known": 13, "high": 15, "capacity": 60,
    "utilisation": 217, "density": 108, "occupied": 1, "light": 2, "in_today": 70_000,
    "out_today": 69_987, "passby_today": 50, "in_total": 305_419_896, "out_total": 305_419_883,
    "as_of": NOW_S - 10, "age": 10, "area": 1205, "air_unit": 1, "air_mode": 1, "air_fallback": 0,
    "air_population": 15, "air_flow": 735, "air_design_flow": 1860, "setpoint": -125,
    "setpoint_gives": 1, "setpoint_unit": 1, "air_age": 5, "air_as_of": NOW_S - 5,
}  # fmt: skip


async def value_of(client: Client, name: str, zone_id: int = 3, *, holding: bool = False) -> Any:
    """One register of a zone, as a controller is told to read it."""
    (place,) = [row.place for row in ZONE_REGISTERS if row.place.name == name]
    read = client.read_holding_registers if holding else client.read_input_registers
    answer = await read(BLOCK * zone_id + place.at, count=place.words)
    assert not answer.isError(), answer
    return client.convert_from_registers(
        list(answer.registers), TYPES[place.kind], word_order="big"
    )


def code_of(answer: Any) -> int:
    assert answer.isError()
    return int(answer.exception_code)


@in_loop
async def test_each_register_says_what_the_map_says() -> None:
    board = Board()
    board.put(zones=[full(3)])
    async with served(board) as site, site.caller() as client:
        for holding in (False, True):
            found = {name: await value_of(client, name, holding=holding) for name in EXPECTED}
            assert found == EXPECTED
    assert EXPECTED.keys() == {row.place.name for row in ZONE_REGISTERS}


@in_loop
async def test_what_is_unknown_reads_as_unknown_and_never_as_nought() -> None:
    board = Board()
    board.put(zones=[zone(3)])
    async with served(board) as site, site.caller() as client:
        assert await value_of(client, "quality") == 0
        unknown = {"uint16": 0xFFFF, "int16": -0x8000, "uint32": 0xFFFF_FFFF}
        for row in ZONE_REGISTERS[2:]:
            assert await value_of(client, row.place.name) == unknown[row.place.kind], row.place
        nobody = await client.read_discrete_inputs(16 * 3, count=16)
        assert not any(nobody.bits), "neither occupied nor vacant"


@in_loop
async def test_large_numbers_have_their_great_word_first() -> None:
    board = Board()
    board.put(zones=[full(3, in_total=0x12345678)])
    async with served(board) as site, site.caller() as client:
        answer = await client.read_input_registers(3 * BLOCK + 16, count=2)
        assert answer.registers == [0x1234, 0x5678]


@in_loop
async def test_a_read_shows_the_board_as_it_is_at_that_moment() -> None:
    board = Board()
    board.put(zones=[full(3, people=1)])
    async with served(board) as site, site.caller() as client:
        for people in (1, 0, 65_534, 70_000):
            board.put(zones=[full(3, people=people)])
            assert await value_of(client, "people") == min(people, 65_534)
        site.time.pass_by(100)
        assert await value_of(client, "age") == 110
        board.put(zones=[zone(3, quality="unknown", last_known=5)])
        assert await value_of(client, "people") == 0xFFFF
        assert await value_of(client, "last_known") == 5


@in_loop
async def test_discrete_inputs_tell_occupied_from_vacant() -> None:
    board = Board()
    board.put(zones=[full(1), full(2, people=0, light=None, air=None, quality="poor")])
    async with served(board) as site, site.caller() as client:
        answer = await client.read_discrete_inputs(16, count=32)
        names = {bit.at: bit.name for bit in ZONE_BITS}
        on = {(1 + at // 16, names[at % 16]) for at, bit in enumerate(answer.bits) if bit}
        assert on == {
            (1, "known"), (1, "occupied"), (1, "good"), (1, "amber"), (1, "air_known"),
            (2, "known"), (2, "vacant"),
        }  # fmt: skip
        (one,) = (await client.read_discrete_inputs(17, count=1)).bits[:1]
        assert one, "a single one, out of the middle"


@in_loop
async def test_the_head_says_how_countline_is() -> None:
    board = Board()
    zones = [full(1), full(2, quality="stale"), full(ZONE_ID_MAX + 1)]
    board.put(zones=zones, sensors=[sensor("A", "healthy"), sensor("B", "offline")])
    async with served(board) as site, site.caller() as client:
        site.time.pass_by(7)
        words = (await client.read_input_registers(0, count=16)).registers
        assert words[:7] == [0x434C, 1, 7, 2, 1, 1, 17]
        assert (words[8] << 16) + words[9] == NOW_S + 7
        assert words[10:16] == [0, 7, 1, 0, 1, 0]
        bits = (await client.read_discrete_inputs(0, count=4)).bits[:4]
        assert bits == [True, True, False, False]
        site.time.pass_by(65_535 - 7)
        (beat,) = (await client.read_input_registers(2, count=1)).registers
        assert beat == 0, "it never looks like unknown"


@in_loop
async def test_no_zones_are_no_good_zones() -> None:
    async with served() as site, site.caller() as client:
        words = (await client.read_input_registers(0, count=7)).registers
        assert words[3:7] == [0, 0, 0xFFFF, 0xFFFF]
        assert not any((await client.read_discrete_inputs(0, count=4)).bits)


@in_loop
async def test_zones_come_and_go_and_the_others_stay_where_they_are() -> None:
    board = Board()
    board.put(zones=[full(1, people=1), full(3, people=3)])
    async with served(board) as site, site.caller() as client:
        gap = await client.read_input_registers(2 * BLOCK + 2, count=1)
        assert code_of(gap) == ExcCodes.ILLEGAL_ADDRESS
        over_the_gap = await client.read_input_registers(2 * BLOCK - 1, count=2)
        assert code_of(over_the_gap) == ExcCodes.ILLEGAL_ADDRESS
        board.put(zones=[full(2, people=2)])
        assert [await value_of(client, "people", n) for n in (1, 2, 3)] == [1, 2, 3]
        board.keep_only(zones=[z for z in board.zones if z != 1], sensors=[])
        gone = await client.read_discrete_inputs(16, count=1)
        assert code_of(gone) == ExcCodes.ILLEGAL_ADDRESS
        assert [await value_of(client, "people", n) for n in (2, 3)] == [2, 3]


@in_loop
async def test_the_last_zone_ends_with_the_last_register() -> None:
    board = Board()
    board.put(zones=[full(ZONE_ID_MAX)])
    async with served(board) as site, site.caller() as client:
        assert await value_of(client, "zone_id", ZONE_ID_MAX) == ZONE_ID_MAX
        assert not (await client.read_input_registers(65_535, count=1)).isError()
        beyond = await client.read_input_registers(65_535, count=2)
        assert code_of(beyond) == ExcCodes.ILLEGAL_ADDRESS
        bits = await client.read_discrete_inputs(16 * ZONE_ID_MAX, count=17)
        assert code_of(bits) == ExcCodes.ILLEGAL_ADDRESS


@in_loop
async def test_nothing_can_be_written() -> None:
    board = Board()
    board.put(zones=[full(3)])
    at = 3 * BLOCK + 2
    async with served(board) as site, site.caller() as client:
        for written in (
            client.write_register(at, 0),
            client.write_registers(at, [0, 0]),
            client.write_coil(0, True),
            client.write_coils(0, [True] * 9),
            client.mask_write_register(address=at, and_mask=0, or_mask=0),
            client.readwrite_registers(read_address=at, read_count=1, write_address=at, values=[0]),
            client.read_coils(0, count=1),
            client.read_fifo_queue(address=at),
            client.diag_restart_communication(True),
            client.report_device_id(),
        ):
            assert code_of(await written) == ExcCodes.ILLEGAL_FUNCTION
        assert await value_of(client, "people") == 13


@in_loop
async def test_other_units_are_told_that_nobody_is_there() -> None:
    board = Board()
    board.put(zones=[full(3)])
    async with served(board, unit=7) as site, site.caller() as client:
        for unit in (7, 255):
            answer = await client.read_input_registers(3 * BLOCK, count=1, device_id=unit)
            assert answer.registers == [3], unit
        for unit in (1, 8, 247):
            answer = await client.read_input_registers(3 * BLOCK, count=1, device_id=unit)
            assert code_of(answer) == ExcCodes.GATEWAY_NO_RESPONSE


@in_loop
async def test_it_says_who_it_is() -> None:
    async with served() as site, site.caller() as client:
        answer: Any = await client.read_device_information()
        told = answer.information
        assert told == {0: b"countline", 1: b"countline", 2: __version__.encode()}


@in_loop
async def test_two_controllers_read_at_once() -> None:
    board = Board()
    board.put(zones=[full(n, people=n) for n in range(1, 21)])
    async with served(board) as site, site.caller() as one, site.caller() as two:
        found = await asyncio.gather(
            *(value_of(client, "people", n) for n in range(1, 21) for client in (one, two))
        )
        assert found == [n for n in range(1, 21) for _ in range(2)]


@in_loop
async def test_it_stops_and_starts_again_on_the_same_port() -> None:
    board = Board()
    board.put(zones=[full(3)])
    async with served(board) as site, site.caller():
        port = site.ports[0]
    for _ in range(3):
        again = Site(board)
        task = again.run(port)
        await until(lambda: bool(again.ports))  # noqa: B023  # is over before the next one
        assert again.ports == [port]
        async with again.caller() as client:
            assert await value_of(client, "people") == 13
        again.stop.set()
        await task


@in_loop
async def test_a_port_that_is_taken_is_told_in_words_and_tried_again() -> None:
    site = Site(Board())
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        task = site.run(port)
        await until(lambda: "modbus" in site.troubles)
        trouble = site.troubles["modbus"]
        assert trouble.code == "modbus_failing"
        assert trouble.detail == f"Cannot listen on 127.0.0.1:{port}: address already in use."
        assert trouble.since_s == NOW_S
    await until(lambda: bool(site.ports))
    assert site.troubles == {}
    site.stop.set()
    await task


@in_loop
async def test_zones_beyond_the_map_are_reported_until_they_are_gone() -> None:
    board = Board()
    async with served(board) as site:
        assert site.troubles == {}
        board.put(zones=[full(1), full(ZONE_ID_MAX + 1), full(ZONE_ID_MAX + 2)])
        await until(lambda: "modbus_zones" in site.troubles)
        told = site.troubles["modbus_zones"].detail
        assert "zones 1 to 1023, so 2 cannot be read there, the first 1024" in told
        board.keep_only(zones=[z for z in board.zones if z <= ZONE_ID_MAX], sensors=[])
        await until(lambda: site.troubles == {})


# -- what no client of a library sends ------------------------------------------------------------
def request(transaction: int, at: int, count: int = 1, *, function: int = 4) -> bytes:
    body = bytes([1, function]) + at.to_bytes(2, "big") + count.to_bytes(2, "big")
    return transaction.to_bytes(2, "big") + b"\0\0" + len(body).to_bytes(2, "big") + body


async def answers(reader: asyncio.StreamReader, count: int) -> list[tuple[int, bytes]]:
    """(transaction, what follows the unit) of so many answers."""
    found = []
    async with asyncio.timeout(30):  # one that never comes must not hang the test
        for _ in range(count):
            head = await reader.readexactly(6)
            body = await reader.readexactly(int.from_bytes(head[4:], "big"))
            found.append((int.from_bytes(head[:2], "big"), body[1:]))
    return found


@in_loop
async def test_requests_in_one_go_or_in_pieces_are_all_answered_in_their_order() -> None:
    board = Board()
    board.put(zones=[full(n, people=n) for n in range(1, 33)])
    asked = b"".join(request(n, BLOCK * n + 2) for n in range(1, 33))
    async with served(board) as site:
        reader, writer = await asyncio.open_connection("127.0.0.1", site.ports[0])
        expected = [(n, bytes([4, 2, 0, n])) for n in range(1, 33)]
        writer.write(asked)
        assert await answers(reader, 32) == expected
        for at in range(0, len(asked), 5):
            writer.write(asked[at : at + 5])
            await writer.drain()
            await asyncio.sleep(0)
        assert await answers(reader, 32) == expected
        writer.close()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (request(1, BLOCK, 0), 3),
        (request(1, BLOCK, 126), 3),
        (request(1, 0, 2001, function=2), 3),
        (request(1, BLOCK) [:4] + b"\0\3\1\4\0", 3),
        (request(1, BLOCK, function=99), 1),
        (request(1, BLOCK, function=0x84), 1),
    ],
    ids=["no count", "too many", "too many bits", "short", "unknown function", "an answer"],
)  # fmt: skip
@in_loop
async def test_a_request_that_is_none_is_refused_and_the_next_one_answered(
    sent: bytes, code: int
) -> None:
    async with served() as site:
        reader, writer = await asyncio.open_connection("127.0.0.1", site.ports[0])
        writer.write(sent + request(2, 0))
        refused, good = await answers(reader, 2)
        assert refused == (1, bytes([sent[7] | 0x80, code]))
        assert good == (2, b"\x04\x02CL")
        writer.close()


@pytest.mark.parametrize(
    "sent",
    [b"GET / HTTP/1.1\r\n\r\n", b"\0\1\0\0\xff\xff\1\4", b"\0\1\0\0\0\1\1\4", b"\0" * 20_000],
    ids=["http", "too long", "too short", "noughts"],
)
@in_loop
async def test_what_is_no_modbus_is_let_go(sent: bytes) -> None:
    async with served() as site:
        reader, writer = await asyncio.open_connection("127.0.0.1", site.ports[0])
        writer.write(sent)
        assert await reader.read() == b""
        writer.close()
        async with site.caller() as client:
            assert (await client.read_input_registers(0, count=1)).registers == [0x434C]


async def comes_about(holds: Callable[[], Awaitable[bool]]) -> bool:
    for _ in range(1000):
        if await holds():
            return True
    return False


@in_loop
async def test_one_caller_too_many_is_let_go_and_the_others_stay() -> None:
    async with served() as site:
        opened = [
            await asyncio.open_connection("127.0.0.1", site.ports[0])
            for _ in range(MODBUS_CALLERS_MAX)
        ]
        for reader, writer in opened:
            writer.write(request(1, 0))
            assert await answers(reader, 1) == [(1, b"\x04\x02CL")]
        reader, writer = await asyncio.open_connection("127.0.0.1", site.ports[0])
        assert await reader.read() == b""
        writer.close()
        opened[0][1].close()
        await opened[0][1].wait_closed()

        async def welcome() -> bool:
            reader, writer = await asyncio.open_connection("127.0.0.1", site.ports[0])
            writer.write(request(1, 0))
            answer = await reader.read(11)
            writer.close()
            await asyncio.sleep(0.001)
            return len(answer) == 11

        assert await comes_about(welcome), "the place of who left is free"
        for _, writer in opened:
            writer.close()
