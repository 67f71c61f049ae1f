"""Packages back to the JSON that a v5 sensor would have pushed."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from countline.drivers.reading import ChannelInfo, Decoded, Measured, Reading, StatusInfo, Total
from countline.drivers.xovis_v5.names import SECONDS, TEMPLATES
from countline.errors import NotReady
from countline.model.health import Licence

VERSION = "5.0"
# What sensors call their counters where nobody has renamed them.
COUNTER_NAMES = {
    "forward": "fw",
    "backward": "bw",
    "present": "balance",
    "dwell_ms": "dwell_time",
    "queue_length": "queue-length",
    "queue_ms": "queueing-time",
}


def encode(decoded: list[Decoded]) -> bytes:
    """One object for one package, an array for several. Raises `NotReady` for unknown kinds."""
    bodies = [_body(package) for package in decoded]
    return msgspec.json.encode(bodies[0] if len(bodies) == 1 else bodies)


def _body(package: Decoded) -> dict[str, Any]:
    match package.purpose:
        case "counts":
            return {"logics_data": _logics(package)}
        case "status":
            return {"status_data": head(package) | {"states": _states(package.status)}}
        case "live":
            return {"live_data": head(package) | {"frames": _frames(package)}}
        case "test":
            return {"connection_test": {"data": "test"}}
        case _:
            raise NotReady("nothing is known of this kind of data, so it cannot be written")


def head(package: Decoded) -> dict[str, Any]:
    """`package_info` and, where the device is known, `sensor_info`."""
    info: dict[str, Any] = {"version": VERSION}
    if package.sequence is not None:
        info["id"] = package.sequence
    if package.agent is not None:
        info["agent_id"] = int(package.agent)
    if package.device is None:
        return {"package_info": info}
    sensor: dict[str, Any] = {"serial_number": package.device.serial.upper()}
    kind, _, number = package.device.context.partition(":")
    sensor["type"] = "MULTI_SENSOR" if kind == "multi" else "SINGLE_SENSOR"
    if kind == "multi":
        sensor["multisensor_id"] = int(number)
    if package.sent_ms is not None:
        sensor["time"] = package.sent_ms
    if package.purpose != "status" and package.status is not None:
        told = {"sw_version": package.status.firmware, "device_type": package.status.model}
        sensor |= {key: text for key, text in told.items() if text is not None}
    return {"package_info": info, "sensor_info": sensor}


def _logics(package: Decoded) -> dict[str, Any]:
    by_channel: dict[str, list[Reading]] = {c.channel: [] for c in package.channels}
    for reading in package.readings:
        by_channel[reading.channel].append(reading)
    logics = [_logic(c, by_channel[c.channel], package.names_geometry) for c in package.channels]
    config = [c for c in package.channels if _needs_counter_list(c)]
    return head(package) | ({"config": _config(config)} if config else {}) | {"logics": logics}


def _logic(channel: ChannelInfo, readings: list[Reading], names_geometry: bool) -> dict[str, Any]:
    number = logic_id(channel)
    known = TEMPLATES.get(channel.template)
    kind = known.geometry if known else {"line": "LINE", "zone": "ZONE"}.get(channel.shape, "")
    geometry = {"id": number, "type": kind, "name": channel.name}
    return {
        "id": number,
        "name": channel.name,
        "info": channel.template,
        "geometries": [geometry] if names_geometry else [],
        "records": [_record(channel, reading) for reading in readings],
    }


def logic_id(channel: ChannelInfo) -> int:
    """The maker's number of a channel."""
    if not channel.channel.isdecimal():
        raise NotReady(f"channel '{channel.channel}' has no logic id, so it cannot be written")
    return int(channel.channel)


def counter_id(channel: ChannelInfo, measured: Measured) -> int:
    """The maker's number of a counter; where none is given, that of the newer scheme."""
    if measured.counter:
        return int(measured.counter)
    known = TEMPLATES.get(channel.template)
    places = known.measures if known else ()
    if measured.measure not in places:
        raise NotReady(f"measure '{measured.measure}' has no counter id and no place in a template")
    return logic_id(channel) * 1000 + places.index(measured.measure) + 1


def _record(channel: ChannelInfo, reading: Reading) -> dict[str, Any]:
    samples, expected = _samples(reading.covered_s, reading.length_s)
    return {
        "from": reading.start_s * 1000,
        "to": (reading.start_s + reading.length_s) * 1000,
        "samples": samples,
        "samples_expected": expected,
        "counts": _counts(channel, dict(reading.values)),
    }


def _samples(covered_s: int, length_s: int) -> tuple[int, int]:
    """Minutes found and expected where these are whole, else seconds."""
    if length_s % 60 == 0 and covered_s % 60 == 0:
        return covered_s // 60, length_s // 60
    return covered_s, length_s


def _counts(channel: ChannelInfo, values: dict[str, int]) -> list[dict[str, Any]]:
    """One entry per counter; measures after a counter's first are its bins."""
    counts: dict[int, dict[str, Any]] = {}
    for measured in channel.measures:
        counter = counter_id(channel, measured)
        value = values.get(measured.measure)
        if counter in counts:
            counts[counter].setdefault("bins", []).append(value or 0)
            continue
        name = measured.name
        if not (name or measured.counter):
            name = COUNTER_NAMES.get(measured.measure, measured.measure)
        counts[counter] = {"id": counter, "name": name}
        if value is None:
            continue
        counts[counter]["value"] = value
        if measured.measure in SECONDS:
            counts[counter] |= {"value": value / 1000, "unit": "seconds"}
    return list(counts.values())


def _needs_counter_list(channel: ChannelInfo) -> bool:
    known = channel.template in TEMPLATES
    return not known and any(m.kind != "unknown" for m in channel.measures)


def _config(channels: list[ChannelInfo]) -> dict[str, Any]:
    types = {"accumulating": "accumulation", "state": "state"}
    return {
        "logics": [{"id": logic_id(c), "name": c.name} for c in channels],
        "counts": [
            {"id": counter_id(c, m), "name": m.name, "type": types[m.kind]}
            for c in channels
            for m in c.measures
            if m.kind != "unknown"
        ],
    }


def _frames(package: Decoded) -> list[dict[str, Any]]:
    """A frame for each instant at which a counter moved; the newest tells time and light."""
    status = package.status or StatusInfo()
    frames: dict[int | None, dict[str, Any]] = {}
    for total in sorted(package.totals, key=lambda total: (total.at_ms, total.order)):
        frame = frames.setdefault(total.at_ms, {"time": total.at_ms})
        frame.setdefault("events", []).append(_count_event(total))
    if status.device_time_ms is not None or status.illumination is not None:
        newest = {"time": status.device_time_ms, "illumination": status.illumination}
        frames.setdefault(status.device_time_ms, {}).update(_given(newest))
    seen = {at_ms // 1000 for at_ms in frames if at_ms is not None}
    for at_s in package.frames_s:
        if at_s not in seen:
            frames[at_s * 1000] = {"time": at_s * 1000}
    return [frame | {"tracked_objects": []} for frame in frames.values()]


def _count_event(total: Total) -> dict[str, Any]:
    attributes = {
        "logic_id": int(total.channel),
        "counter_id": int(total.counter),
        "counter_name": total.name,
        "counter_value": total.total,
    }
    if SECONDS.isdisjoint(total.measures):
        kind = _STEPS.get(total.step, "COUNT_INCREMENT_BY_DWELL_TIME")
    else:
        kind = "TIME_CHANGE"
        attributes |= {"amount": total.step / 1000, "counter_value": total.total / 1000}
    kind = "COUNT_RESET" if total.was_reset else kind
    return {"category": "COUNT", "type": kind, "attributes": attributes}


_STEPS = {1: "COUNT_INCREMENT", -1: "COUNT_DECREMENT"}


def _states(status: StatusInfo | None) -> dict[str, Any]:
    told = status or StatusInfo()
    temperatures = {"die": told.temperature_c}
    details = {"uptime_sec": told.uptime_s, "temperatures": _given(temperatures)}
    device = {"state": {"state": told.state, "details": _given(details)}}
    return {
        "device": {
            "state": _given(device["state"]),
            "info": _given({"fw_version": told.firmware, "variant": told.model}),
        },
        "time": {"state": {"state": "OK", "details": _given({"time": _rfc3339(told)})}},
        "singlesensor": {"status": _given({"illumination": told.illumination})},
        **_licence_states(told.licences),
    }


def _licence_states(licences: tuple[Licence, ...] | None) -> dict[str, Any]:
    if licences is None:
        return {}
    rows: dict[str, list[dict[str, Any]]] = {
        "licensed_lifetime": [],
        "licensed_recurring": [],
        "licensed_test": [],
    }
    for one in licences:
        lasting = "licensed_lifetime" if one.remaining_days is None else "licensed_recurring"
        kind = "licensed_test" if one.state == "test" else lasting
        rows[kind].append(_given({"feature": one.feature, "days": one.remaining_days}))
    return {"license": {"status": rows}}


def _rfc3339(status: StatusInfo) -> str | None:
    if status.device_time_ms is None:
        return None
    seconds, ms = divmod(status.device_time_ms, 1000)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=ms * 1000)
    return moment.isoformat(timespec="milliseconds")


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}
