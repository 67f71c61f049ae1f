"""Counts in a table anybody can write: one row per place and stretch of time."""

import csv
from datetime import UTC, datetime
from io import StringIO

from countline.drivers.csv_rows import CsvRows
from countline.drivers.faults import Faults
from countline.drivers.local_times import Times
from countline.drivers.reading import ChannelInfo, Decoded, FileOptions, FilePlace, Push, Reading
from countline.drivers.tidy_csv.rows import Group, RowReader
from countline.drivers.tidy_csv.steps import fill_ends
from countline.drivers.tidy_csv.wire import COUNTS, PLACE, STAFF, TIMES, Columns, read_columns
from countline.errors import BadPush

_COLUMN_OF = {measure: column for column, measure in (COUNTS | STAFF).items()}


class TidyCsv:
    """The codec. A file is taken whole or not at all."""

    name = "tidy_csv"
    vendor = "file"
    keeps_body = True

    def decode(self, push: Push) -> list[Decoded]:
        """One `Decoded` per location, sensor and zone. Raises `BadPush` with every bad line."""
        options = push.options or FileOptions()
        faults = Faults()
        rows = CsvRows(push.body)
        header = rows.header()
        if not header:
            raise BadPush("an empty file; expected a header such as sensor,start,end,in,out")
        columns = read_columns(header, options)
        times = Times(options.time_zone)
        groups = RowReader(columns, options, times, faults).read(rows)
        steps: list[int | None] = [None] * len(groups)
        if columns.end is None:
            steps = [fill_ends(g, options.step_s, times, faults) for g in groups]
        faults.raise_any()
        if not groups:
            raise BadPush("the file has a header, but no rows")
        return [_decoded(g, columns, step) for g, step in zip(groups, steps, strict=True)]

    def encode(self, decoded: list[Decoded]) -> bytes:
        """A file with every column, times in UTC. Further measures need --measure to be read."""
        measures = list(
            dict.fromkeys(m.measure for d in decoded for c in d.channels for m in c.measures)
        )
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*PLACE, *TIMES, *(_COLUMN_OF.get(m, m) for m in measures)])
        for package in decoded:
            place = package.place or FilePlace(location=None, sensor=None, zone=None)
            for reading in package.readings:
                values = dict(reading.values)
                writer.writerow(
                    [place.location, place.sensor, place.zone]
                    + [_time(reading.start_s), _time(reading.start_s + reading.length_s)]
                    + [values.get(measure, "") for measure in measures]
                )
        return text.getvalue().encode()

    def strip_persons(self, body: bytes) -> bytes:
        """As it is: a table of counts names nobody."""
        return body


def _decoded(group: Group, columns: Columns, step_s: int | None) -> Decoded:
    location, sensor, zone = group.place
    channel = "tidy" if zone is None else f"tidy-{zone}"
    counted = {measured.measure for measured in columns.measures}
    info = ChannelInfo(
        channel=channel,
        name=zone or "",
        template="tidy_csv",
        shape="line",
        measures=columns.measures,
        is_door=counted >= {"forward", "backward"},
    )
    readings = [
        Reading(channel, start_s, end_s - start_s, end_s - start_s, values)
        for start_s, end_s, values in zip(group.starts_s, group.ends_s, group.values, strict=True)
    ]
    return Decoded(
        purpose="counts",
        channels=(info,),
        readings=readings,
        place=FilePlace(location=location, sensor=sensor, zone=zone, step_s=step_s),
    )


def _time(instant_s: int) -> str:
    return datetime.fromtimestamp(instant_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


DRIVER = TidyCsv()
