"""Serves the map over Modbus TCP, for reading only, until it is told to stop."""

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from pymodbus.constants import ExcCodes
from pymodbus.pdu.device import ModbusDeviceIdentification
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from countline import __version__, clock
from countline.engine.board import Board
from countline.engine.feed import pause
from countline.limits import MODBUS_CALLERS_MAX
from countline.model.ids import ZoneId
from countline.model.query import Reason
from countline.outlets.modbus.layout import BITS, REGISTERS, ZONE_ID_MAX, Memory, fits
from countline.outlets.modbus.talking import READ_BITS, Caller

NAME = "modbus"
BEYOND = "modbus_zones"  # the name of the trouble that zones are beyond the map
AGAIN_S = 10.0  # until a port that is taken is tried again
LOOK_AGAIN_S = 3_600.0
BITS_OF_ALL = BITS * (ZONE_ID_MAX + 1)
SILENT_S = 60  # after so long the system asks whether a caller is still there

_log = structlog.get_logger("countline.modbus")

Report = Callable[[str, Reason | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusSettings:
    """Where to listen, and as which unit."""

    host: str = "127.0.0.1"
    port: int = 5020
    unit: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What a test may replace. `when_up` is told the port whenever listening begins."""

    now_s: Callable[[], int] = clock.now_s
    elapsed_s: Callable[[], float] = clock.elapsed_s
    again_s: float = AGAIN_S
    when_up: Callable[[int], None] = lambda port: None


USUAL = Ways()


async def run_modbus(
    settings: ModbusSettings,
    *,
    board: Board,
    report: Report,
    stop: asyncio.Event,
    ways: Ways = USUAL,
) -> None:
    """Serve until `stop` is set; a port that is taken is reported, and tried again."""
    memory = Memory(board, now_s=ways.now_s, elapsed_s=ways.elapsed_s)
    while not stop.is_set():
        try:
            listening = _listening(settings)
        except OSError as error:
            detail = f"Cannot listen on {settings.host}:{settings.port}: {_reason(error)}."
            _log.warning("modbus not served", detail=detail, again_s=ways.again_s)
            report(NAME, Reason("modbus_failing", detail, ways.now_s()))
            await clock.set_within(stop, ways.again_s)
            continue
        report(NAME, None)
        with listening:
            server = _Server(settings, memory, listening)
            await server.serve_forever(background=True)
            port = listening.getsockname()[1]
            _log.info("modbus.started", host=settings.host, port=port, unit=settings.unit)
            ways.when_up(port)
            try:
                await _watch_ids(board, report, stop, ways.now_s)
            finally:
                await server.shutdown()  # type: ignore[no-untyped-call]
                _log.info("modbus.stopped", port=port)


async def _watch_ids(
    board: Board, report: Report, stop: asyncio.Event, now_s: Callable[[], int]
) -> None:
    """Report zones that the map has no room for, until stopped."""
    told: list[ZoneId] = []
    with board.watching() as changes:
        while not stop.is_set():
            changes.take()
            beyond = sorted(zone_id for zone_id in board.zones if not fits(zone_id))
            if beyond != told:
                report(BEYOND, _too_high(beyond, now_s()) if beyond else None)
                told = beyond
            await pause(LOOK_AGAIN_S, stop, changes.woken)
    report(BEYOND, None)


def _too_high(beyond: Sequence[ZoneId], now_s: int) -> Reason:
    detail = (
        f"Modbus has addresses for zones 1 to {ZONE_ID_MAX}, so {len(beyond)} cannot be read there,"
        f" the first {beyond[0]}; read them by another way."
    )
    return Reason(f"{BEYOND}_failing", detail, now_s)


class _Server(ModbusTcpServer):
    """pymodbus' server on a socket of ours, with callers that wait for their turn."""

    def __init__(self, settings: ModbusSettings, memory: Memory, listening: socket.socket) -> None:
        super().__init__(
            _devices(settings.unit, memory),
            identity=ModbusDeviceIdentification(  # type: ignore[no-untyped-call]
                info_name={
                    "VendorName": "countline",
                    "ProductCode": "countline",
                    "MajorMinorRevision": __version__,
                    "ProductName": "countline people counting",
                }
            ),
        )
        self._unit = settings.unit
        # By itself it would say only that it could not listen, and not why.
        self.call_create = partial(
            self.loop.create_server, self.handle_new_connection, sock=listening
        )

    def callback_new_connection(self) -> Caller:
        """Somebody calls."""
        welcome = len(self.active_connections) < MODBUS_CALLERS_MAX
        if not welcome:
            _log.warning("modbus caller let go", callers=len(self.active_connections))
        return Caller(self, self._unit, welcome=welcome)


def _devices(unit: int, memory: Memory) -> SimDevice:
    """One device whose registers are made when they are read. Its unit is judged by `talking`."""

    async def fill(
        function: int,
        start: int,
        address: int,
        count: int,
        registers: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        if function == READ_BITS:
            address //= BITS
            words = memory.bits(address, count)
        else:
            words = memory.registers(address, count)
        if words is None:
            return ExcCodes.ILLEGAL_ADDRESS
        registers[address - start : address - start + count] = words
        return None

    numbers = SimData(0, count=REGISTERS, datatype=DataType.REGISTERS)
    return SimDevice(
        id=0,
        simdata=(
            # Bits as a list: with a count, pymodbus checks them in a list of its square.
            [SimData(0, values=[False] * BITS, datatype=DataType.BITS)],
            [SimData(0, values=[False] * BITS_OF_ALL, datatype=DataType.BITS)],
            [numbers],
            [numbers],
        ),
        action=fill,
    )


def _listening(settings: ModbusSettings) -> socket.socket:
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    family, address = found[0][0], found[0][4]
    sock = socket.create_server(address[:2], family=family)
    # Callers that vanished free their place; what is set here holds for each connection.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, SILENT_S)
    return sock


def _reason(error: OSError) -> str:
    """In words, and what to do where that is known."""
    reason = error.strerror or str(error)
    if error.errno and not isinstance(error, socket.gaierror):
        reason = os.strerror(error.errno)  # the system's words, without our address once more
    reason = reason.lower()
    if isinstance(error, PermissionError):
        return f"{reason}; ports below 1024 need rights of their own, take another one"
    return reason
