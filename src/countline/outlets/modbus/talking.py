"""What one caller asks, request by request: judged first, then answered by pymodbus."""

import asyncio
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.pdu import ExceptionResponse
from pymodbus.server.requesthandler import ServerRequestHandler

READ_BITS = 2
READ_HOLDING = 3
READ_INPUT = 4
IDENTIFY = 0x2B
ANY_UNIT = (0, 255)  # what many callers send where the address of the host is enough

HEADER_BYTES = 8  # transaction, protocol, length, unit, function
LENGTH_MAX = 254  # what a header may announce
REQUEST_BYTES = 12  # of a read: the header, an address and a count
WAITING_BYTES_MAX = 64 * 260  # requests behind the one that is answered
UNREAD_BYTES_MAX = 65_536  # answers that a caller does not take
COUNT_MAX = {READ_BITS: 2000, READ_HOLDING: 125, READ_INPUT: 125}


def refusal(request: bytes, unit: int) -> ExcCodes | None:
    """Why a request is not answered; None where it is. `request` is whole, with its header."""
    asked, function = request[6], request[7]
    if asked != unit and asked not in ANY_UNIT:
        return ExcCodes.GATEWAY_NO_RESPONSE
    if function == IDENTIFY:
        return None
    if function not in COUNT_MAX:
        return ExcCodes.ILLEGAL_FUNCTION
    count = int.from_bytes(request[10:12], "big")
    if len(request) != REQUEST_BYTES or not 1 <= count <= COUNT_MAX[function]:
        return ExcCodes.ILLEGAL_VALUE
    return None


class Caller(ServerRequestHandler):
    """One connection. Requests that come before the last answer wait for their turn.

    By itself pymodbus forgets them. What is no Modbus, or sends much and reads nothing, is let go.
    """

    def __init__(self, server: Any, unit: int, *, welcome: bool) -> None:
        super().__init__(server, None, None, None)  # type: ignore[no-untyped-call]
        self._unit = unit
        self._welcome = welcome
        self._waiting = b""
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """One too many is let go at once."""
        super().connection_made(transport)
        if not self._welcome:
            self.close()

    def data_received(self, data: bytes) -> None:
        """Take what came, however it was cut."""
        self._waiting += data
        if len(self._waiting) > WAITING_BYTES_MAX:
            self.close()
        elif not self._busy:
            self._next()

    def server_send(self, pdu: Any, addr: Any) -> None:
        """Answer, and go on with the next request."""
        super().server_send(pdu, addr)  # type: ignore[no-untyped-call]
        transport: Any = self.transport
        if transport and transport.get_write_buffer_size() > UNREAD_BYTES_MAX:
            self.close()
        self.loop.call_soon(self._next)

    def _next(self) -> None:
        """Answer the first request that is whole."""
        self._busy = False
        if self.is_closing or len(self._waiting) < HEADER_BYTES:
            return
        length = int.from_bytes(self._waiting[4:6], "big")
        if self._waiting[2:4] != b"\0\0" or not 2 <= length <= LENGTH_MAX:
            self.close()
            return
        request, rest = self._waiting[: 6 + length], self._waiting[6 + length :]
        if len(request) < 6 + length:
            return
        self._waiting, self._busy = rest, True
        why = refusal(request, self._unit)
        if why is None:
            super().data_received(request)
        else:
            transaction = int.from_bytes(request[:2], "big")
            self.server_send(ExceptionResponse(request[7], why, request[6], transaction), None)
