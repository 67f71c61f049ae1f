"""`/network` and `/www`: how the network is, the tunnels out of it, and the web server's ports."""

from typing import Any

from countline.emulator.v5.ask import DONE, Ask, Reply, invalid, plain, replied
from countline.emulator.v5.configuration import Body
from countline.emulator.v5.device import Device
from countline.emulator.v5.resources import Collection, get_setting
from countline.emulator.v5.routes import route
from countline.emulator.v5.shapes import Remote, Www

REMOTES = Collection(
    path="/network/remotes", key="remotes", name="Remote", shape=Remote, most="remotes",
    area="remote_cfg", full_status=507,
)  # fmt: skip


def put_www(device: Device, ask: Ask) -> Reply:
    wanted = ask.fields(Www)
    if wanted.http_enabled and wanted.http_port == wanted.https_port:
        raise invalid("https_port: HTTP and HTTPS need ports of their own")
    device.config.write("/www/config", plain(wanted))
    return DONE


def state_of(device: Device) -> dict[str, Any]:
    """`/network/state`, also a part of status packages."""
    up_s = device.running.uptime_s()
    config = device.config.kept["/network/ipv4"]
    link = {
        "mac": device.serial,
        "mtu": 1500,
        "rx_bytes": 2_300 * up_s,
        "rx_packets": 11 * up_s,
        "rx_dropped": 0,
        "rx_errors": 0,
        "tx_packets": 9 * up_s,
        "tx_errors": 0,
    }
    ipv4 = {
        **config,
        "address": device.where.ip,
        "dhcp_state": "bound" if config["dhcp_enabled"] else "disabled",
    }
    ipv6: Body = {"addresses": [], "dns_entries": [], "gateways": []}
    return {"state": "OK", "details": {"ipv4": ipv4, "ipv6": ipv6, "link": link}}


def state(device: Device, ask: Ask) -> Reply:
    return replied(state_of(device))


def remotes_state_of(device: Device) -> dict[str, Any]:
    """`/network/remotes/state`: no tunnel is ever open."""
    states = [
        {**remote, "connected": False, "last_status_string": "not reachable"}
        for remote in device.config.items("/network/remotes").values()
    ]
    return {"remote_states": states}


def remotes_state(device: Device, ask: Ask) -> Reply:
    return replied(remotes_state_of(device))


def remote_state(device: Device, ask: Ask) -> Reply:
    REMOTES.one(device, "", ask.id())
    states = remotes_state_of(device)["remote_states"]
    return replied(next(state for state in states if state["id"] == ask.id()))


def mdns_state(device: Device, ask: Ask) -> Reply:
    return replied({"services": []})


def wireless_state(device: Device, ask: Ask) -> Reply:
    enabled = device.config.kept["/network/wireless"]["enabled"]
    return replied({"state": "OK", "details": {"enabled": enabled}})


ROUTES = (
    route("GET", "/network/state", state, "net_cfg_read"),
    *REMOTES.rows(),
    route("GET", "/network/remotes/state", remotes_state, "remote_cfg_read"),
    route("GET", "/network/remotes/{id}/state", remote_state, "remote_cfg_read"),
    route("GET", "/network/mdns/state", mdns_state, "net_cfg_read"),
    route("GET", "/network/wireless/state", wireless_state, "net_cfg_read", since="5.6"),
    route("GET", "/www/config", get_setting, "www_config_read"),
    route("PUT", "/www/config", put_www, "www_config_write"),
)
