"""Who can reach an IP address: everybody, only those near it, or nobody who should.

Guards against addresses that only this machine or its network can reach are built on this.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Literal

Address = IPv4Address | IPv6Address
Reach = Literal["public", "private", "never"]

# Where sensors are, as long as nobody says otherwise.
PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
# Where clouds tell a machine its secrets; some of them look like usual addresses.
METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",
        "fd00:ec2::254",
        "fd20:ce::254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
    )
)
NAT64 = IPv6Network("64:ff9b::/96")
COMPATIBLE = IPv6Network("::/96")  # an IPv4 address written in full as IPv6, an old custom


def reach(address: Address) -> Reach:
    """Who can reach an address. An IPv6 address that carries an IPv4 one is judged as both."""
    found = {_reach(address), *(_reach(inner) for inner in carried(address))}
    return "never" if "never" in found else "private" if "private" in found else "public"


def _reach(address: Address) -> Reach:
    if address in METADATA or address.is_link_local or address.is_multicast:
        return "never"
    if address.is_unspecified or (
        address.version == 4 and address.packed[0] in (0, *range(240, 256))
    ):
        return "never"
    if isinstance(address, IPv6Address) and address.is_site_local:
        return "private"
    return "public" if address.is_global else "private"


def carried(address: Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 one carries inside it: a packet may come out there."""
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    last = int(address) & 0xFFFF_FFFF
    if address in NAT64 or (address in COMPATIBLE and last > 1):
        yield IPv4Address(last)
