"""Counts as a table: CSV, streamed piece by piece, so that no answer has to fit in memory."""

import csv
import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from litestar.response import Stream

from countline.api.figures import coverage_of
from countline.api.request import ApiRequest
from countline.errors import Impossible
from countline.limits import CSV_ROWS_MAX
from countline.model.interval import Granularity
from countline.model.query import Answer, Query, Row

MEDIA_TYPE = "text/csv; charset=utf-8"
PIECE_ROWS = 10_000  # rows asked of the engine at once: a few ten ms of work, some 5 MB
COLUMNS = (
    "timestamp", "in", "out", "passby", "occupancy", "adjustment", "occupancy_max", "occupancy_avg",
    "occupancy_min", "person_hours", "coverage", "reason", "final", "provisional", "revision",
    "in_staff", "out_staff", "passby_source",
)  # fmt: skip
CIVIL_COLUMNS = ("local_date", "duration_seconds")


def wants_csv(format_asked: str, accept: str | None) -> bool:
    """Whether the caller wants a table: says so, or accepts one before JSON."""
    if format_asked == "csv" or accept is None:
        return format_asked == "csv"
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    known = [kind for kind in kinds if kind in ("text/csv", "application/json", "*/*")]
    return known[:1] == ["text/csv"]


async def stream_counts(request: ApiRequest[Any], query: Query, zone: tzinfo) -> Stream:
    """A CSV answer. What can be wrong is found before the answer begins."""
    if (query.end_s - query.start_s) // query.granularity.longest_s > CSV_ROWS_MAX:
        raise Impossible(
            f"This is more than {CSV_ROWS_MAX} rows; ask for less time or a coarser granularity.",
            code="too_many_rows",
            fits=_fitting(query).value,
        )
    query = replace(query, granularity=await _effective(request, query), coarsen=False)
    name = query.asked.sensor_id or query.asked.location_id or f"zone-{query.asked.zone_id}"

    async def text() -> AsyncIterator[str]:
        yield _csv([_header(query)])
        for piece in _pieces(query):
            answer = await request.engine.questions.answer(piece, request.sight)
            if told := _csv(_lines(answer, query, zone)):
                yield told

    return Stream(
        text(),
        headers={
            "Content-Type": MEDIA_TYPE,  # the route's own, JSON, goes before `media_type` here
            "Content-Disposition": f'attachment; filename="counts-{name}.csv"',
        },
    )


async def _effective(request: ApiRequest[Any], query: Query) -> Granularity:
    """The granularity of every piece. Asking the whole for no rows checks it without reading it."""
    whole = replace(query, rows_max=0, coarsen=False, occupancy=False)
    try:
        await request.engine.questions.answer(whole, request.sight)
    except Impossible as error:
        if error.error_code == "granularity_too_fine" and query.coarsen:
            return Granularity(error.extra["finest"])
        if error.error_code != "too_many_rows":
            raise
    return query.granularity


def _pieces(query: Query) -> list[Query]:
    """The question cut into stretches; a bucket belongs to the one in which it starts."""
    step_s = PIECE_ROWS * query.granularity.longest_s
    starts = range(query.start_s, query.end_s, step_s)
    return [replace(query, start_s=s, end_s=min(s + step_s, query.end_s)) for s in starts]


def _fitting(query: Query) -> Granularity:
    length_s = query.end_s - query.start_s
    return next(
        (g for g in Granularity if length_s // g.longest_s <= CSV_ROWS_MAX), Granularity.MONTH
    )


def _header(query: Query) -> list[Any]:
    grouped = [f"{query.group_by}_id"] if query.group_by else []
    return [*grouped, *COLUMNS, *(CIVIL_COLUMNS if query.granularity.is_civil else ())]


def _lines(answer: Answer, query: Query, zone: tzinfo) -> Iterator[list[Any]]:
    for group in answer.groups:
        grouped = [group.zone_id or group.line_id] if query.group_by else []
        for row in group.rows:
            yield [*grouped, *_cells(row, zone)]


def _cells(row: Row, zone: tzinfo) -> list[Any]:
    cells = [
        datetime.fromtimestamp(row.start_s, zone).isoformat().replace("+00:00", "Z"),
        row.ins,
        row.outs,
        row.passby,
        row.occupancy,
        sum(a.people for a in row.adjustment),
        row.occupancy_max,
        row.occupancy_avg,
        row.occupancy_min,
        row.person_hours,
        coverage_of(row),
        row.reason,
        "true" if row.final else "false",
        "true" if row.provisional else "false",
        row.revision,
        row.in_staff,
        row.out_staff,
        row.passby_source,
    ]
    return (
        cells
        if row.local_date is None
        else [*cells, row.local_date.isoformat(), row.end_s - row.start_s]
    )


def _csv(lines: Iterator[list[Any]] | list[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(map(quoted, cells) for cells in lines)
    return out.getvalue()


def quoted(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + cell
    return cell
