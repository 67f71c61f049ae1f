"""The device's sockets, bound before anything else starts: a port in use is an error that says so."""

import socket
from contextlib import ExitStack
from dataclasses import dataclass

from countline.errors import Conflict
from countline.outlets.bacnet.settings import BacnetSettings


@dataclass(frozen=True, slots=True)
class Sockets:
    """One for what is sent to us, and one for what is sent to everybody on the network.

    A foreign device, and one on a network of its own, hears no broadcasts.
    """

    own: socket.socket
    broadcast: socket.socket | None

    def close(self) -> None:
        """Let go of the port, where nobody uses it yet."""
        self.own.close()
        if self.broadcast is not None:
            self.broadcast.close()


def bind(settings: BacnetSettings) -> Sockets:
    """Take the port for this process alone. Raises `Conflict` that names it."""
    interface, port = settings.interface, settings.port
    everybody = interface.network.broadcast_address
    with ExitStack() as opened:
        own = opened.enter_context(_bound(str(interface.ip), port))
        broadcast = None
        if everybody != interface.ip and not settings.bbmd:
            broadcast = opened.enter_context(_bound(str(everybody), port))
        opened.pop_all()
        return Sockets(own, broadcast)


def _bound(address: str, port: int) -> socket.socket:
    """A socket without SO_REUSEPORT: with it, two devices would take one port and share its data."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setblocking(False)
        sock.bind((address, port))
    except OSError as error:
        sock.close()
        reason = (error.strerror or str(error)).lower()
        raise Conflict(
            f"Cannot listen for BACnet on {address}:{port} (UDP): {reason}.", code="port_taken"
        ) from error
    return sock
