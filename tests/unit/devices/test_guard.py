"""Where sensors may be, however an address is written and whatever a name says."""

import asyncio
from ipaddress import ip_address

import pytest

from countline.devices.guard import AllowedNetworks, resolve
from countline.errors import DeviceUnreachable, NotAllowed

USUAL = AllowedNetworks.of()
EVERYWHERE = AllowedNetworks.of(["0.0.0.0/0", "::/0"])
LOOPBACK = AllowedNetworks.of(["127.0.0.0/8", "::1/128"])

NEVER = [
    *("169.254.169.254", "169.254.1.1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254"),
    *("0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1"),
    *("100.100.100.200", "168.63.129.16", "192.0.0.192"),
    *("::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::"),
    "::169.254.169.254",
]
PRIVATE = [
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.168",
    "fd12::1",
    "::ffff:10.1.2.3",
]
PUBLIC = ["93.184.216.34", "172.32.0.1", "2606:2800:220::1", "::ffff:93.184.216.34"]
OWN = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]


@pytest.mark.parametrize("text", NEVER)
@pytest.mark.parametrize("networks", [USUAL, EVERYWHERE, LOOPBACK])
def test_what_is_no_sensors_place_is_never_contacted(text: str, networks: AllowedNetworks) -> None:
    with pytest.raises(NotAllowed) as caught:
        networks.permitted("camera", [text])
    assert caught.value.error_code == "address_not_allowed"
    assert "never contacted" in caught.value.detail


@pytest.mark.parametrize("text", PRIVATE)
def test_private_networks_are_allowed_as_long_as_nothing_is_named(text: str) -> None:
    assert USUAL.permitted(text, [text]) == [text]


@pytest.mark.parametrize("text", PUBLIC)
def test_other_networks_where_they_are_named(text: str) -> None:
    with pytest.raises(NotAllowed, match=r"devices\.allowed_networks"):
        USUAL.permitted(text, [text])
    assert EVERYWHERE.permitted(text, [text]) == [text]


@pytest.mark.parametrize("text", OWN)
def test_loopback_only_where_a_network_inside_it_is_named(text: str) -> None:
    for networks in (USUAL, EVERYWHERE):
        with pytest.raises(NotAllowed, match=r"127\.0\.0\.0/8"):
            networks.permitted(text, [text])
    assert LOOPBACK.permitted(text, [text]) == [text]


def test_an_address_inside_an_address_is_judged_too() -> None:
    nat64 = AllowedNetworks.of(["64:ff9b::/96"])
    assert not nat64.allows(ip_address("64:ff9b::10.0.0.1"))
    both = AllowedNetworks.of(["64:ff9b::/96", "10.0.0.0/8"])
    assert both.allows(ip_address("64:ff9b::10.0.0.1"))
    assert not both.allows(ip_address("64:ff9b::127.0.0.1"))


def test_of_a_names_addresses_only_those_that_are_allowed() -> None:
    assert USUAL.permitted("camera", ["8.8.8.8", "10.0.0.1", "::1"]) == ["10.0.0.1"]
    with pytest.raises(NotAllowed, match=r"camera \(8\.8\.8\.8, ::1\)"):
        USUAL.permitted("camera", ["8.8.8.8", "::1"])


@pytest.mark.parametrize("text", ["2130706433", "0x7f.1", "127.1", "localhost"])
def test_loopback_written_otherwise(text: str) -> None:
    found = asyncio.run(resolve(text, 443))
    with pytest.raises(NotAllowed):
        USUAL.permitted(text, found)


@pytest.mark.parametrize("text", ["sensor.invalid", "a" * 70])
def test_a_name_that_nobody_knows(text: str) -> None:
    with pytest.raises(DeviceUnreachable, match="check the name"):
        asyncio.run(resolve(text, 443))
