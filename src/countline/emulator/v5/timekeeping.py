"""`/time`: the time zone, NTP, the clock set by hand, and how it goes."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

from countline.emulator.v5.ask import DONE, Ask, Refused, Reply, invalid, plain, replied
from countline.emulator.v5.device import Device
from countline.emulator.v5.factory import factory_value
from countline.emulator.v5.resources import get_setting
from countline.emulator.v5.routes import route
from countline.emulator.v5.shapes import Time

BAD_TIME, PAST_TIME = 11200, 11201
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def put_time(device: Device, ask: Ask) -> Reply:
    wanted = ask.fields(Time)
    if wanted.time_zone not in available_timezones():
        raise invalid(f"time_zone: '{wanted.time_zone}' is no IANA time zone")
    _write(device, plain(wanted))
    return DONE


def delete_time(device: Device, ask: Ask) -> Reply:
    _write(device, factory_value(device, "/time"))
    return DONE


def _write(device: Device, body: dict[str, Any]) -> None:
    """Where NTP is switched on, the clock is right from now on."""
    ntp_was_off = not device.config.kept["/time"]["ntp_enabled"]
    device.config.write("/time", body)
    if ntp_was_off and body["ntp_enabled"] and device.running.offset_ms():
        device.set_clock(device.running.true_ms())


def put_manual(device: Device, ask: Ask) -> Reply:
    if device.config.kept["/time"]["ntp_enabled"]:
        raise Refused(412, 412, "NTP is enabled")
    body = ask.object()
    text = body.get("time_utc", body.get("time_local"))
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError as wrong:
        raise Refused(400, BAD_TIME, "Wrong time format", f"{text}") from wrong
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC if "time_utc" in body else device.zone())
    if at < EARLIEST:
        raise Refused(400, PAST_TIME, "Time is in the past", f"{text}")
    device.set_clock(round(at.timestamp() * 1000))
    return DONE


def state_of(device: Device) -> dict[str, Any]:
    """`/time/state`, also a part of status packages."""
    now, ntp = device.local(), device.config.kept["/time"]
    offset = now.utcoffset()
    assert offset is not None
    details: dict[str, Any] = {
        "time": device.rfc3339(),
        "tz_offset_sec": round(offset.total_seconds()),
    }
    sources = []
    if ntp["ntp_enabled"]:
        host = (ntp["ntp_servers"] or ["192.0.2.123"])[0]
        details |= {
            "ntp_host": host,
            "ntp_host_stratum": 2,
            "ntp_rms_offset": 0.0018,
            "ntp_root_delay": 0.0108,
            "ntp_root_dispersion": 0.0021,
        }
        sources = [
            {
                "ip_addr": "192.0.2.123",
                "name": host,
                "state": "SELECTED_SOURCE",
                "n_successful": device.running.uptime_s() // 64 + 1,
                "n_failed": 0,
                "sec_since_last_success": device.running.uptime_s() % 64,
            }
        ]
    body: dict[str, Any] = {"state": "OK", "details": details, "sources": sources}
    if device.running.downs:
        start_ms, end_ms = device.running.downs[-1]
        body["last_downtime_sec"] = (end_ms - start_ms) // 1000
    return body


def state(device: Device, ask: Ask) -> Reply:
    return replied(state_of(device))


def zones(device: Device, ask: Ask) -> Reply:
    return replied({"time_zones": sorted(available_timezones())})


def stamp(device: Device, ask: Ask) -> Reply:
    return replied({"time": device.rfc3339(), "time_ms": device.running.now_ms()})


ROUTES = (
    route("GET", "/time", get_setting, "time_cfg_read"),
    route("PUT", "/time", put_time, "time_cfg_write"),
    route("DELETE", "/time", delete_time, "time_cfg_write"),
    route("PUT", "/time/manual", put_manual, "time_cfg_write"),
    route("GET", "/time/state", state, "time_cfg_read"),
    route("GET", "/time/zones", zones, "time_cfg_read"),
    route("GET", "/time/stamp", stamp, "time_cfg_read", since="5.9"),
    route("GET", "/time/verbose", state, "time_cfg_read", since="5.9"),
)
