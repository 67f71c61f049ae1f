"""Which measure a counter is."""

import pytest

from countline.drivers.xovis_v5.names import TEMPLATES, measure_named, measured

LINE = "XLT_LINE_IN_OUT_COUNT"


def measures(template: str, logic: int, *counters: tuple[int, str]) -> list[str]:
    return [m.measure for m in measured(template, logic, counters, {}).values()]


@pytest.mark.parametrize(
    ("name", "measure"),
    [
        ("fw", "forward"),
        ("Forward counter", "forward"),
        (" FORWARD ", "forward"),
        ("Reverse", "backward"),
        ("backward_counter", "backward"),
        ("dwell_time", "dwell_ms"),
        ("queueing-time", "queue_ms"),
        ("fw-male", "forward:male"),
        ("bw-no_mask", "backward:no_mask"),
        ("fw-age", "forward:age"),
        ("Haupteingang", None),
        ("", None),
        ("fw-", None),
    ],
)
def test_names(name: str, measure: str | None) -> None:
    assert measure_named(name) == measure


def test_an_id_of_the_newer_scheme_goes_before_any_name() -> None:
    assert measures(LINE, 1000, (1000002, "fw"), (1000001, "bw")) == ["backward", "forward"]


def test_names_tell_where_ids_do_not() -> None:
    assert measures(LINE, 2, (8, "Reverse"), (9, "Forward")) == ["backward", "forward"]


def test_places_tell_where_neither_does() -> None:
    assert measures(LINE, 2, (9, "raus"), (8, "rein")) == ["backward", "forward"]
    assert measures(LINE, 2, (8, "bw"), (9, "rein")) == ["backward", "forward"]
    assert measures("XLT_4X_ZONE_COUNT", 3, (5, "Personen")) == ["present"]
    assert measures("XLT_ZONE_OCCUPANCY_COUNT", 3, (5, "Personen")) == ["present"]


def test_places_do_not_tell_among_too_many() -> None:
    found = measures(LINE, 2, (7, "a"), (8, "b"), (9, "c"))
    assert found == ["split:7", "split:8", "split:9"]


def test_renamed_counters_of_an_upgraded_sensor() -> None:
    counters = (6, "rein"), (7, "raus"), (4003, "Frauen"), (4004, "fw-male")
    assert measures(LINE, 4, *counters) == ["forward", "backward", "split:4003", "forward:male"]


def test_no_measure_twice() -> None:
    assert measures(LINE, 2, (1, "fw"), (2, "fw"), (3, "forward")) == [
        "forward",
        "split:2",
        "split:3",
    ]


def test_unknown_templates_are_not_counted() -> None:
    found = measured("XLT_CUSTOM", 9, [(9001, "fw"), (9002, "x")], {})
    assert [(m.measure, m.kind) for m in found.values()] == [
        ("forward", "unknown"),
        ("counter-9002", "unknown"),
    ]


def test_a_counter_list_tells_kinds() -> None:
    types = {9001: "accumulation", 9002: "state", 9003: "novelty"}
    found = measured("XLT_CUSTOM", 9, [(9001, "a"), (9002, "b"), (9003, "c")], types)
    assert [m.kind for m in found.values()] == ["accumulating", "state", "unknown"]


def test_only_lines_of_persons_have_the_shape_of_a_line() -> None:
    lines = {name for name, template in TEMPLATES.items() if template.shape == "line"}
    assert lines == {
        "XLT_LINE_IN_OUT_COUNT",
        "XLT_LINE_LATE_COUNT",
        "XLT_4X_LINE_IN_OUT_COUNT",
        "XLT_4X_LINE_LATE_COUNT",
    }
