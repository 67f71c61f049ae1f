"""`/discover`: the devices of a fleet know each other, as sensors on one network do."""

from ipaddress import IPv4Address, ip_address
from typing import Annotated, Any

from msgspec import Meta, Struct

from countline.emulator.v5.ask import Ask, Reply, invalid, replied, unknown
from countline.emulator.v5.device import Device
from countline.emulator.v5.routes import route


class Scan(Struct):
    first_ip: str
    count: Annotated[int, Meta(ge=1, le=65536)]


class Mac(Struct):
    mac: str


def found(device: Device) -> list[Device]:
    """Everybody on its network, itself included."""
    return [device, *(other for other in device.where.neighbours if other is not device)]


def ports(device: Device) -> list[dict[str, Any]]:
    known = (("http", device.where.http_port), ("https", device.where.https_port))
    return [{"service": name, "number": number} for name, number in known if number]


def described(device: Device) -> dict[str, Any]:
    return {
        "mac": device.serial,
        "ip": device.where.ip,
        "ipv6": [],
        "ports": ports(device),
        "model": device.sensor.plan.model,
        "fw_version": device.firmware,
        **device.config.read("/device/id"),
    }


def localnetwork(device: Device, ask: Ask) -> Reply:
    up = [other for other in found(device) if not other.running.is_down()]
    return replied({"sensors": [described(other) for other in up]})


def scan(device: Device, ask: Ask) -> Reply:
    job = ask.fields(Scan)
    try:
        first = IPv4Address(job.first_ip)
    except ValueError as wrong:
        raise invalid(f"first_ip: '{job.first_ip}' is no IPv4 address") from wrong
    last = int(first) + job.count
    near = [
        other
        for other in found(device)
        if int(first) <= int(ip_address(other.where.ip)) < last and not other.running.is_down()
    ]
    return replied({"sensors": [described(other) for other in near]})


def by_mac(device: Device, ask: Ask) -> Reply:
    mac = ask.fields(Mac).mac.lower().replace("-", ":")
    for other in found(device):
        if other.serial.lower() == mac and not other.running.is_down():
            whole = described(other)
            return replied({name: whole[name] for name in ("mac", "ip", "ipv6", "ports")})
    raise unknown("Sensor", mac)


ROUTES = (
    route("GET", "/discover/localnetwork", localnetwork, "net_cfg_read"),
    route("POST", "/discover/scan", scan, "net_cfg_write", changes=False),
    route("POST", "/discover/mac", by_mac, "net_cfg_write", since="5.6", changes=False),
)
