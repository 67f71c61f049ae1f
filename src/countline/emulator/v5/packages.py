"""Bodies of pushes: the driver writes what it can say, and the rest of the device's speech is added.

The driver's `encode` knows what we understand; a device says more: metadata, formats of time, the
ids of its geometries. What is added here is only that.
"""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from countline.drivers import Decoded, Reading, StatusInfo
from countline.drivers.xovis_v5 import DRIVER
from countline.drivers.xovis_v5.bodies import LiveFrame, live_body
from countline.emulator.sensor import MINUTE_MS
from countline.emulator.v5.book import Record, summed
from countline.emulator.v5.observing import Context
from countline.emulator.v5.rules import listed_geometries
from countline.emulator.v5.times import written
from countline.model.ids import DeviceKey

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device

NAMES_LEFT_OUT = ("geometry_name", "geometry_type", "logic_name", "counter_name")


class Bin(NamedTuple):
    """One step of an agent's resolution, by the device's clock, and the records found in it."""

    start_ms: int
    end_ms: int
    records: tuple[Record, ...]


class Letter(NamedTuple):
    """Who writes a package: the agent below its root, and the package's number."""

    device: "Device"
    root: str
    agent_id: int
    agent: dict[str, Any]
    number: int

    def decoded(self, **more: Any) -> Decoded:
        """The package as the driver takes it. Early firmware does not say who it is."""
        multi = self.device.multisensor_of(self.root)
        key = DeviceKey(
            vendor=DRIVER.vendor,
            serial=self.device.serial,
            context="single" if multi is None else f"multi:{multi}",
        )
        return Decoded(
            device=key if self.device.personality.has("5.3") else None,
            agent=str(self.agent_id),
            sequence=self.number,
            **more,
        )

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = self.agent["config"]["data"]
        return found


def logics_package(letter: Letter, context: Context, bins: Sequence[Bin]) -> bytes | None:
    """Bins of the agent's logics; None where nothing of them is to be sent."""
    filters = letter.agent["config"]["filters"] or {}
    included = filters.get("included_logics", "ALL")
    rules = context.rules
    channels, readings, geometries = [], list[Reading](), dict[str, list[dict[str, Any]]]()
    configured = letter.device.config.items(f"{letter.root}/analysis/logics")
    for id_, channel in sorted(rules.channels.items()):
        if not (included == "ALL" or (included != "NONE" and id_ in included)):
            continue
        found = [
            reading
            for bin_ in bins
            if (reading := _reading(channel.channel, channel.measures, bin_)) is not None
            and (letter.data["include_empty"] or any(value for _, value in reading.values))
        ]
        if found:
            channels.append(channel)
            readings += found
            listed = listed_geometries(letter.device, letter.root, configured[id_])
            geometries[channel.channel] = listed
    if not channels:
        return None
    decoded = letter.decoded(
        purpose="counts", channels=tuple(channels), readings=readings, names_geometry=True
    )
    body = msgspec.json.decode(DRIVER.encode([decoded]))
    data = body["logics_data"]
    data.pop("config", None)
    totals = {bin_.start_ms: summed(bin_.records) for bin_ in bins} if rules.bins else {}
    for logic in data["logics"]:
        logic["geometries"] = geometries[str(logic["id"])]
        for record in logic["records"]:
            if not letter.device.personality.has("5.3"):
                del record["samples"], record["samples_expected"]
            for count in record["counts"] if rules.bins else ():
                if keys := rules.bins.get(count["id"]):
                    count["bins"] = [totals[record["from"]].value(key) for key in keys]
            for field in ("from", "to"):
                record[field] = _time(letter, record[field])
    ids = {logic["id"] for logic in data["logics"]}
    span = (bins[0].start_ms, bins[-1].end_ms)
    return _sealed(letter, body, data, context, ids, span)


def _reading(channel: str, measures: Iterable[Any], bin_: Bin) -> Reading | None:
    """What a bin says of a logic; None where the logic was not there yet."""
    total = summed(bin_.records)
    told = [m for m in measures if int(m.counter) in total.counters]
    if not told:
        return None
    return Reading(
        channel,
        bin_.start_ms // 1000,
        (bin_.end_ms - bin_.start_ms) // 1000,
        min(len(bin_.records) * MINUTE_MS, bin_.end_ms - bin_.start_ms) // 1000,
        tuple((m.measure, total.value(int(m.counter))) for m in told),
    )


def live_package(letter: Letter, context: Context, frames: Sequence[LiveFrame]) -> bytes:
    """Frames of a lens."""
    body = msgspec.json.decode(live_body(letter.decoded(purpose="live"), frames))
    data = body["live_data"]
    newer, terse = letter.device.personality.has("5.3"), letter.data.get("normalization") != "NONE"
    times = [frame["time"] for frame in data["frames"]]
    for frame in data["frames"]:
        frame["time"] = _time(letter, frame["time"])
        if not newer:
            del frame["frametype"], frame["illumination"]
        for seen in frame["tracked_objects"]:
            seen.setdefault("type", "PERSON")
            seen.setdefault("attributes", {})
        for event in frame["events"]:
            if terse and "normalization" in letter.data:
                for name in NAMES_LEFT_OUT:
                    event["attributes"].pop(name, None)
    ids = {
        event["attributes"]["logic_id"]
        for frame in data["frames"]
        for event in frame["events"]
        if "logic_id" in event["attributes"]
    }
    return _sealed(letter, body, data, context, ids, (times[0], times[-1]))


def status_package(letter: Letter, context: Context, states: dict[str, Any]) -> bytes:
    """`states` are the bodies of REST resources, by the parts of their paths."""
    device = letter.device
    decoded = letter.decoded(
        purpose="status",
        status=StatusInfo(
            uptime_s=device.running.uptime_s(), device_time_ms=device.running.now_ms(), state="OK"
        ),
    )
    body = msgspec.json.decode(DRIVER.encode([decoded]))
    data = body["status_data"]
    data["states"] = _over(data["states"], states)
    now_ms = device.running.now_ms()
    return _sealed(letter, body, data, context, set(), (now_ms, now_ms))


def dummy_package(letter: Letter, context: Context) -> bytes:
    """A package that says nothing: of logics, or of a lens."""
    if letter.agent["type"] == "LIVE_DATA":
        now_ms = letter.device.running.now_ms()
        return live_package(letter, context, [LiveFrame(framenumber=0, time=now_ms)])
    body = {
        "logics_data": msgspec.json.decode(DRIVER.encode([letter.decoded(purpose="counts")]))[
            "logics_data"
        ]
    }
    now_ms = letter.device.running.now_ms()
    return _sealed(letter, body, body["logics_data"], context, set(), (now_ms, now_ms))


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        result[key] = (
            _over(old, value) if isinstance(value, dict) and isinstance(old, dict) else value
        )
    return result


def _time(letter: Letter, own_ms: int) -> int | str:
    return written(letter.device, own_ms, letter.data["format"]["time"])


def _sealed(
    letter: Letter,
    body: dict[str, Any],
    data: dict[str, Any],
    context: Context,
    logics: set[int],
    span_ms: tuple[int, int],
) -> bytes:
    """The body with its head and metadata as the agent wants them, as bytes."""
    device, agent = letter.device, letter.agent
    if letter.data["meta_data_package_full"]:
        data["package_info"] |= {
            "from": _time(letter, span_ms[0]),
            "to": _time(letter, span_ms[1]),
            "agent_name": agent["name"],
            "agent_type": agent["type"],
        }
    if letter.data["meta_data_sensor_full"] and "sensor_info" in data:
        data["sensor_info"] |= {
            **device.config.read("/device/id"),
            "device_type": device.sensor.plan.model,
            "hw_version": "C",
            "sw_version": device.firmware,
            "time": _time(letter, device.running.now_ms()),
            "timezone": str(device.zone()),
        }
    kind = letter.data["meta_data_config"]
    if kind != "NONE":
        only = None if kind == "FULL" else logics
        data["config"] = config_of(device, letter.root, context, only)
    pretty = letter.data["format"]["pretty"]
    return json.dumps(body, indent=2 if pretty else None, ensure_ascii=False).encode()


def config_of(
    device: "Device", root: str, context: Context, only: set[int] | None
) -> dict[str, Any]:
    """Logics, counters and drawn geometries; of some logics or of all."""
    logics, used = [], set[int]()
    for id_, logic in sorted(device.config.items(f"{root}/analysis/logics").items()):
        if only is None or id_ in only:
            ids = [g["id"] for g in listed_geometries(device, root, logic)]
            used.update(ids)
            logics.append({"id": id_, "name": logic["name"], "geometries": ids})
    counts = [
        {key: counter[key] for key in ("id", "name", "logic_id", "type")}
        for _, counter in sorted(context.rules.counters.items())
        if only is None or counter["logic_id"] in only
    ]
    drawn = device.config.items(f"{root}/scene/geometries")
    geometries = [
        {"id": id_, **{key: geometry.get(key) for key in ("name", "type", "geometry")}}
        for id_, geometry in sorted(drawn.items())
        if only is None or id_ in used
    ]
    return {"logics": logics, "counts": counts, "geometries": geometries}
