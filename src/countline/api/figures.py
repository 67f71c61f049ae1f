"""Figures of a row that are told rounded, the same in JSON and tables, in both versions."""

from countline.model.query import Row

LOW_SAMPLE = 30  # a capture rate of fewer people than this says little


def coverage_of(row: Row) -> float:
    """Four digits of it; whole and none, which most rows have, need no rounding."""
    if row.covered_s >= row.expected_s > 0:
        return 1.0
    return round(row.coverage, 4) if row.covered_s else 0.0


def capture_rate(row: Row) -> tuple[float | None, bool]:
    """`in / (in + passby)`, and whether it rests on few people."""
    if row.passby is None or row.ins is None:
        return None, False
    people = row.ins + row.passby
    if not people:
        return None, False
    # Rounded to four digits in whole numbers: half the cost, on every row of every answer.
    return (20_000 * row.ins + people) // (2 * people) / 10_000, people < LOW_SAMPLE
