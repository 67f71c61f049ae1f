"""Which addresses may be contacted as sensors, judged where the connection is made.

A name is resolved once, each address is judged, and the connection goes to an address that was
judged, so that a name which answers differently the second time gains nothing. An address may be
contacted when a network that the setting `devices.allowed_networks` names holds it. Loopback counts
only where a network inside loopback is named, and link-local addresses, those where clouds keep
their secrets, multicast and `0.0.0.0` never do, whatever is named.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from countline.errors import DeviceUnreachable, NotAllowed
from countline.reach import PRIVATE_NETWORKS, Address, carried, reach

Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[list[str]]]

_SETTING = "devices.allowed_networks"


@dataclass(frozen=True, slots=True)
class AllowedNetworks:
    """The networks in which sensors may be."""

    networks: tuple[Network, ...]

    @staticmethod
    def of(texts: Iterable[str] = PRIVATE_NETWORKS) -> "AllowedNetworks":
        """From texts such as `10.0.0.0/8`. Raises ValueError for what is no network."""
        return AllowedNetworks(tuple(ip_network(text) for text in texts))

    def allows(self, address: Address) -> bool:
        """Whether a sensor may be there. What an IPv6 address carries inside is judged too."""
        address = _plain(address)
        return self._holds(address) and all(self._holds(inner) for inner in carried(address))

    def _holds(self, address: Address) -> bool:
        if reach(address) == "never":
            return False
        for network in self.networks:
            if network.version == address.version and address in network:
                if address.is_loopback and not network.is_loopback:
                    continue  # `0.0.0.0/0` does not mean this machine
                return True
        return False

    def permitted(self, host: str, found: Iterable[str]) -> list[str]:
        """Those of a name's addresses that may be contacted. Raises `NotAllowed` for none."""
        texts = list(found)
        if good := [text for text in texts if self.allows(ip_address(text))]:
            return good
        raise NotAllowed(self._why(host, texts), code="address_not_allowed")

    def _why(self, host: str, found: list[str]) -> str:
        where = host if found == [host] else f"{host} ({', '.join(found[:4])})"
        addresses = [_plain(ip_address(text)) for text in found]
        if all(reach(address) == "never" for address in addresses):
            return f"{where} is never contacted: no sensor can be at such an address"
        named = ", ".join(str(network) for network in self.networks) or "no network"
        loopback = any(address.is_loopback for address in addresses)
        return (
            f"{where} is outside the networks in which sensors may be ({named}); add its network to"
            f" the setting {_SETTING}" + (", as 127.0.0.0/8 or ::1/128" if loopback else "")
        )


def _plain(address: Address) -> Address:
    """`::ffff:10.0.0.1` is 10.0.0.1 in another way of writing."""
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, or of an address in any way of writing it.

    Raises `DeviceUnreachable` where the name has none.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        detail = f"{host} cannot be resolved ({error}); check the name, or give the IP address"
        raise DeviceUnreachable(detail) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
