"""The CSV that a Xovis sensor's web page exports: local times, one column per counter of a logic."""

import csv
import re
from datetime import UTC, datetime
from io import StringIO

from countline.drivers.csv_rows import NOT_A_COUNT, CsvRows, whole_number
from countline.drivers.faults import Faults, shown
from countline.drivers.local_times import Moment, Times, end_of, start_of, wrong_with_length
from countline.drivers.reading import (
    ChannelInfo,
    Decoded,
    FileOptions,
    FilePlace,
    Measured,
    Note,
    Push,
    Reading,
)
from countline.drivers.xovis_csv.wire import (
    TEMPLATE,
    TIME_FORM,
    TIMES,
    read_header,
    read_name,
    shape_of,
)
from countline.drivers.xovis_v5.heads import VENDOR
from countline.drivers.xovis_v5.names import SECONDS
from countline.errors import BadPush, FieldError, NotReady
from countline.limits import VALUE_MAX

_TIME = re.compile(r"(\d\d)/(\d\d)/(\d{4}) - (\d\d):(\d\d)(?::(\d\d))?", re.ASCII)
_SECONDS = re.compile(r"\d{1,10}(\.\d{1,9})?", re.ASCII)


class XovisCsv:
    """The codec. A file is taken whole or not at all, but for times that do not exist."""

    name = "xovis_csv"
    vendor = VENDOR
    keeps_body = True

    def decode(self, push: Push) -> list[Decoded]:
        """One `Decoded`: the file's one logic. Raises `BadPush` with every bad line."""
        options = push.options or FileOptions()
        if options.time_zone is None:
            raise _without_time_zone()
        rows = CsvRows(push.body)
        header = rows.header()
        if not header:
            raise BadPush(f"an empty file; expected a header {','.join(TIMES)} and counter names")
        measures = read_header(header)
        named = read_name(push.name)
        reader = _Reader(named.channel, measures, Times(options.time_zone))
        readings = reader.read(rows)
        counted = {m.measure for m in measures if m.kind == "accumulating"}
        channel = ChannelInfo(
            channel=named.channel,
            name=named.name,
            template=TEMPLATE,
            shape=shape_of(measures),
            measures=measures,
            is_door=counted >= {"forward", "backward"},
        )
        place = FilePlace(location=options.location, sensor=options.sensor, zone=options.zone)
        return [
            Decoded(
                purpose="counts",
                device=named.device,
                channels=(channel,),
                readings=readings,
                notes=tuple(reader.notes),
                place=place,
            )
        ]

    def encode(self, decoded: list[Decoded]) -> bytes:
        """The file of one logic, its times in UTC: read it with --tz UTC."""
        if len(decoded) != 1 or len(decoded[0].channels) != 1:
            raise NotReady("an export holds one logic; write one file for each")
        (package,) = decoded
        (channel,) = package.channels
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*TIMES, *(m.name for m in channel.measures)])
        for reading in package.readings:
            values = dict(reading.values)
            writer.writerow(
                [_time(reading.start_s), _time(reading.start_s + reading.length_s)]
                + [_cell(m.measure, values.get(m.measure)) for m in channel.measures]
            )
        return text.getvalue().encode()

    def strip_persons(self, body: bytes) -> bytes:
        """As it is: a table of counts names nobody."""
        return body


class _Reader:
    """Rows to readings. Blank cells are no claim; an interval may come twice."""

    def __init__(self, channel: str, measures: tuple[Measured, ...], times: Times) -> None:
        self.notes: list[Note] = []
        self._channel = channel
        self._measures = measures
        self._times = times
        self._faults = Faults()
        self._moments: dict[str, Moment] = {}
        self._line = 0
        self._last: tuple[int | None, int | None] = (None, None)

    def read(self, rows: CsvRows) -> list[Reading]:
        """All readings, in the file's order. Raises `BadPush` with what is wrong."""
        width = len(self._measures) + len(TIMES)
        readings: list[Reading] = []
        for row in rows:
            self._line = rows.line
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > width or len(row) < len(TIMES):
                self._faults.at(self._line, "", f"{len(row)} cells, but the header has {width}")
                continue
            bounds = self._bounds(row[0], row[1])
            values = self._values(row[2:])
            if bounds is not None and values is not None:
                start_s, end_s = bounds
                length_s = end_s - start_s
                readings.append(Reading(self._channel, start_s, length_s, length_s, values))
        self._faults.raise_any()
        return readings

    def _bounds(self, start_text: str, end_text: str) -> tuple[int, int] | None:
        start, end = self._moment(start_text, TIMES[0]), self._moment(end_text, TIMES[1])
        if start is None or end is None:
            return None
        if not start.instants or not end.ends:
            text = start_text if not start.instants else end_text
            self._note_skipped(text.strip())
            return None
        start_s = start_of(start, *self._last)
        end_s = end_of(end, start, start_s)
        if (wrong := wrong_with_length(end_s - start_s)) is not None:
            self._faults.at(self._line, TIMES[1], wrong)
            return None
        self._last = start_s, end_s
        return start_s, end_s

    def _moment(self, text: str, column: str) -> Moment | None:
        moment = self._moments.get(text)
        if moment is not None:
            return moment
        try:
            moment = self._times.moment(_parsed(text.strip()))
        except ValueError as error:
            self._faults.at(self._line, column, f"{shown(text.strip())} {error}")
            return None
        self._moments[text] = moment
        return moment

    def _note_skipped(self, text: str) -> None:
        detail = (
            f"{shown(text)} does not exist in {self._times.zone}: clocks jump over it; left out"
        )
        self.notes.append(Note(code="time_skipped", path=f"line {self._line}", detail=detail))

    def _values(self, cells: list[str]) -> tuple[tuple[str, int], ...] | None:
        values: list[tuple[str, int]] = []
        for text, measured in zip(cells, self._measures, strict=False):  # cells may be missing
            cell = text.strip()
            if not cell:
                continue
            value = _number(cell, measured.measure)
            if value is None:
                self._faults.at(self._line, measured.name, f"{shown(cell)} {NOT_A_COUNT}")
                return None
            values.append((measured.measure, value))
        return tuple(values)


def _number(cell: str, measure: str) -> int | None:
    if measure not in SECONDS:
        return whole_number(cell)
    ms = round(float(cell) * 1000) if _SECONDS.fullmatch(cell) else -1
    return ms if 0 <= ms <= VALUE_MAX else None


def _parsed(text: str) -> datetime:
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("is no time; expected DD/MM/YYYY - HH:MM")
    day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a clock on the wall


def _time(instant_s: int) -> str:
    if instant_s % 60:
        raise NotReady(f"second {instant_s} is no whole minute, and an export knows no seconds")
    return datetime.fromtimestamp(instant_s, UTC).strftime(TIME_FORM)


def _cell(measure: str, value: int | None) -> str:
    if value is None:
        return ""
    return str(value / 1000) if measure in SECONDS else str(value)


def _without_time_zone() -> BadPush:
    detail = (
        "an export has local times without offset; say whose they are, such as --tz Europe/Zurich"
    )
    return BadPush(detail, errors=(FieldError(field="--tz", detail=detail, code="required"),))


DRIVER = XovisCsv()
