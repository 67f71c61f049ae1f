"""History over REST: the database's minutes in bins, its state, and its end."""

import io
import json
import tarfile
from typing import Any, NamedTuple

from countline.emulator.sensor import MINUTE_MS
from countline.emulator.v5.ask import DONE, Ask, Reply, invalid, replied, told, unknown
from countline.emulator.v5.book import MEMORY_BYTES, RECORD_BYTES, RECORDS_MAX, Record, summed
from countline.emulator.v5.device import Device
from countline.emulator.v5.observing import Context, Observer
from countline.emulator.v5.routes import Route, route
from countline.emulator.v5.rules import listed_geometries
from countline.emulator.v5.times import FORMATS, spoken, written

BINS_MAX = 50_000
DAY_MS = 86_400_000


class Window(NamedTuple):
    """What is asked: from when to when by the device's clock, and how long a bin is."""

    begin_ms: int
    end_ms: int
    step_ms: int
    bins: int
    bins_asked: int


def window(device: Device, context: Context, ask: Ask) -> Window:
    """The window of a question, its defaults filled in. Bins that divide a local
    day begin on whole steps of it."""
    now_ms = device.running.now_ms()
    begin_ms, end_ms = ask.number("begin", -DAY_MS), ask.number("end", 0)
    if begin_ms == 0:
        records = context.book.records
        begin_ms = records[0].minute * MINUTE_MS if records else now_ms
    elif begin_ms < 0:
        begin_ms += now_ms
    end_ms = end_ms + now_ms if end_ms <= 0 else end_ms
    if end_ms < begin_ms:
        raise invalid("end: must not be before begin")
    minutes, bins = ask.number("resolution_min", 0), ask.number("number_of_bins", 0)
    if minutes < 0 or not 0 <= bins <= BINS_MAX:
        raise invalid(f"resolution_min and number_of_bins: 0 or more, at most {BINS_MAX} bins")
    span_ms = max(1, end_ms - begin_ms)
    step_ms = (minutes or max(1, -(-span_ms // (max(bins, 1) * MINUTE_MS)))) * MINUTE_MS
    first_ms = begin_ms - begin_ms % MINUTE_MS
    if minutes and (1440 % minutes == 0 or minutes % 1440 == 0):
        offset = device.local(begin_ms).utcoffset()
        shift_ms = int(offset.total_seconds() * 1000) if offset else 0
        first_ms = (begin_ms + shift_ms) // step_ms * step_ms - shift_ms
    number = -(-(end_ms - first_ms) // step_ms)
    if number > BINS_MAX:
        raise invalid(f"{number} bins are asked for; at most {BINS_MAX} are answered")
    return Window(first_ms, end_ms, step_ms, number, bins)


def _logics(device: Device, ask: Ask) -> Reply:
    context = device.part(Observer).context(ask.root)
    form = ask.query.get("time_format", FORMATS[0])
    if form not in FORMATS:
        raise invalid(f"time_format: '{form}' is none of {', '.join(FORMATS)}")
    only = ask.id("logic_id") if "logic_id" in ask.params else None
    if only is not None and only not in context.rules.channels:
        raise unknown("Logic", only)
    asked = window(device, context, ask)
    records = context.book.between(asked.begin_ms // MINUTE_MS, -(-asked.end_ms // MINUTE_MS))

    def at(own_ms: int) -> int | str:
        return written(device, own_ms, form)

    measurements = [
        {
            "begin": at(begin_ms),
            "end": at(begin_ms + asked.step_ms),
            "records": len(within),
            "counts": _counts(context, within, only),
        }
        for begin_ms, within in _bins(asked, records, empty=ask.flag("include_empty"))
    ]
    ends = (records[0].minute, records[-1].minute + 1) if records else (0, 0)
    body = {
        "begin": at(asked.begin_ms),
        "end": at(asked.end_ms),
        "begin_data": at(ends[0] * MINUTE_MS),
        "end_data": at(ends[1] * MINUTE_MS),
        "index_begin": records[0].number if records else -1,
        "index_end": records[-1].number if records else -1,
        "resolution_ms": asked.step_ms,
        "number_of_bins": len(measurements),
        "number_of_bins_requested": asked.bins_asked,
        "config": _config(device, ask.root, context, only, form),
        "measurements": measurements,
    }
    return replied(body, pretty=ask.flag("pretty"))


def _bins(asked: Window, records: list[Record], *, empty: bool) -> list[tuple[int, list[Record]]]:
    """(begin, records) of each bin that has any; of every bin where the empty ones are wanted."""
    by_bin: dict[int, list[Record]] = {}
    for record in records:
        nth = (record.minute * MINUTE_MS - asked.begin_ms) // asked.step_ms
        by_bin.setdefault(nth, []).append(record)
    chosen = range(asked.bins) if empty else sorted(by_bin)
    return [(asked.begin_ms + nth * asked.step_ms, by_bin.get(nth, [])) for nth in chosen]


def _counts(context: Context, records: list[Record], only: int | None) -> list[dict[str, Any]]:
    total = summed(records)
    rules = context.rules
    return [
        {"id": id_, "value": rules.told(id_, total.value(id_))}
        for id_ in sorted(total.counters)
        if id_ in rules.counters and only in (None, rules.counters[id_]["logic_id"])
    ]


def _config(
    device: Device, root: str, context: Context, only: int | None, form: str
) -> dict[str, Any]:
    """The logics that the numbers are about, with their counters and geometries."""
    logics, drawn = [], dict[int, dict[str, Any]]()
    changed_ms = device.config.changed_ms.get(
        f"{root}/analysis/logics", device.sensor.installed_s * 1000
    )
    for id_, logic in sorted(device.config.items(f"{root}/analysis/logics").items()):
        if only in (None, id_):
            geometries = listed_geometries(device, root, logic)
            drawn.update({g["id"]: g for g in geometries})
            body: dict[str, Any] = {
                "id": id_,
                "name": logic["name"],
                "last_modified": written(device, changed_ms, form),
                "geometries": [g["id"] for g in geometries],
            }
            if logic.get("optional_data"):
                body["optional_data"] = logic["optional_data"]
            logics.append(body)
    counts = [
        {key: counter[key] for key in ("id", "name", "logic_id", "type")}
        for _, counter in sorted(context.rules.counters.items())
        if only in (None, counter["logic_id"])
    ]
    return {"logics": logics, "counts": counts, "geometries": [drawn[id_] for id_ in sorted(drawn)]}


def _status(device: Device, ask: Ask) -> Reply:
    """Times in it carry the name of the zone, which no parser of RFC 3339 takes."""
    context = device.part(Observer).context(ask.root)
    records = context.book.records
    days = context.book.days_kept
    room_s = RECORDS_MAX * 60 if days is None else round(days * 86_400)
    first, last = (records[0], records[-1]) if records else (None, None)
    kept_s = (last.minute + 1 - first.minute) * 60 if first and last else 0

    def at(minute: int) -> str:
        return device.zoned(minute * MINUTE_MS)

    def record(of: Record | None) -> dict[str, Any]:
        if of is None:
            return {"id": -1, "time_begin": at(0), "duration_s": 0, "data_size": 0}
        return {
            "id": of.number, "time_begin": at(of.minute), "duration_s": 60,
            "data_size": RECORD_BYTES,
        }  # fmt: skip

    stored = {
        "time_begin": at(first.minute if first else 0),
        "time_end": at(last.minute + 1 if last else 0),
        "retention_time": spoken(kept_s),
        "retention_time_s": kept_s,
        "number_of_count_records": len(records),
        "oldest_count_record": record(first),
        "newest_count_record": record(last),
        "logics": [
            _logic_status(device, ask.root, context, id_) for id_ in sorted(context.rules.channels)
        ],
        "counts": [
            _counter_status(device, context, counter)
            for _, counter in sorted(context.rules.counters.items())
        ],
    }
    capacity = {
        "memory": MEMORY_BYTES,
        "count_records": RECORDS_MAX if days is None else room_s // 60,
        "time": spoken(room_s),
        "time_s": room_s,
        "fill_level_percent": round(min(100.0, 100 * len(records) * 60 / room_s), 2),
    }
    return replied({"storage": {"capacity": capacity, "stored_data": stored}})


def _logic_status(device: Device, root: str, context: Context, id_: int) -> dict[str, Any]:
    logic = device.config.items(f"{root}/analysis/logics")[id_]
    main = next(iter(listed_geometries(device, root, logic)), {"id": 0, "type": "", "name": ""})
    own = {c for c, counter in context.rules.counters.items() if counter["logic_id"] == id_}
    records = [r for r in context.book.records if own.intersection(r.counters)]
    kept_s = len(records) * 60
    return {
        "id": id_,
        "name": logic["name"],
        "info": context.rules.channels[id_].template,
        "geometry_id": main["id"],
        "geometry_name": main["name"],
        "geometry_type": main["type"],
        "count_records": len(records),
        "retention_time": spoken(kept_s),
        "retention_time_s": kept_s,
        "time_begin": device.zoned((records[0].minute if records else 0) * MINUTE_MS),
    }


def _counter_status(device: Device, context: Context, counter: dict[str, Any]) -> dict[str, Any]:
    id_ = counter["id"]
    total = context.rules.told(id_, context.stored_total(id_))
    body = {
        "id": id_,
        "name": counter["name"],
        "logic_id": counter["logic_id"],
        "last_stored_total_value": int(total),
    }
    if id_ in context.offsets:
        body["reset_offset"] = int(context.rules.told(id_, context.offsets[id_]))
        body["reset_time"] = device.zoned(context.reset_ms[id_])
    return body


def _database(device: Device, ask: Ask) -> Reply:
    """All records as one JSON file in an archive: the real file's layout is not public."""
    context = device.part(Observer).context(ask.root)
    raw = json.dumps(
        [[r.number, r.minute * 60, {**r.grown, **r.states}] for r in context.book.records]
    ).encode()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("sensor_db/records.json")
        entry.size = len(raw)
        tar.addfile(entry, io.BytesIO(raw))
    return told(archive.getvalue(), "application/octet-stream")


def _wipe(device: Device, ask: Ask) -> Reply:
    device.part(Observer).context(ask.root).wipe()
    return DONE


READ, WRITE = "application_read", "application_write"
HISTORY = "{root}/data/history"
ROUTES: tuple[Route, ...] = (
    route("GET", f"{HISTORY}/logics", _logics, READ),
    route("GET", f"{HISTORY}/logics/{{logic_id}}", _logics, READ),
    route("GET", f"{HISTORY}/status", _status, READ),
    route("GET", f"{HISTORY}/sensor_db.tar", _database, READ),
    route("DELETE", f"{HISTORY}/sensor_db", _wipe, WRITE, changes=False),
)
