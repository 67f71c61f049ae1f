"""Tables that anybody writes, and what is told where they cannot be taken."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline.drivers import (
    ChannelInfo,
    Decoded,
    FileOptions,
    FilePlace,
    Measured,
    Push,
    Reading,
)
from countline.drivers.tidy_csv import DRIVER
from countline.errors import BadPush, FieldError
from countline.limits import VALUE_MAX

HOUR = "2025-06-01T08:00Z,2025-06-01T09:00Z"


def decode(text: str | bytes, **options: Any) -> list[Decoded]:
    body = text.encode() if isinstance(text, str) else text
    push = Push(driver="tidy_csv", body=body, received_ms=0, options=FileOptions(**options))
    return DRIVER.decode(push)


def errors(text: str | bytes, **options: Any) -> dict[str, str]:
    """Field to detail of a refusal."""
    with pytest.raises(BadPush) as refusal:
        decode(text, **options)
    assert refusal.value.errors
    return {error.field: error.detail for error in refusal.value.errors}


def values(text: str, **options: Any) -> list[Any]:
    return [reading.values for package in decode(text, **options) for reading in package.readings]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_however_the_file_was_saved(separator: str, line_end: str, mark: str) -> None:
    lines = ["start,end,in,out", f"{HOUR},5,4", '"2025-06-01T09:00Z",2025-06-01T10:00Z,"6",']
    text = mark + line_end.join(line.replace(",", separator) for line in lines)
    assert values(text) == [(("forward", 5), ("backward", 4)), (("forward", 6),)]


def test_no_line_end_at_the_end_and_blank_lines() -> None:
    assert values(f"start,end,in\n\n{HOUR},1\n,,\n  ,,\n\n{HOUR},2") == [
        (("forward", 1),),
        (("forward", 2),),
    ]


@pytest.mark.parametrize("cell", ["", " ", "\t"])
def test_a_blank_cell_is_no_claim_and_never_zero(cell: str) -> None:
    assert values(f"start,end,in,out\n{HOUR},{cell},0") == [(("backward", 0),)]


@pytest.mark.parametrize("cell", ["7", "7.0", " 7 ", "007", "7."])
def test_whole_numbers(cell: str) -> None:
    assert values(f"start,end,in\n{HOUR},{cell}") == [(("forward", 7),)]


NO_COUNTS = [
    "n/a",
    "NaN",
    "null",
    "None",
    "-",
    "-1",
    "7.5",
    "1e3",
    "1 000",
    "٣",
    "+7",
    "#N/A",
    "inf",
]
NO_COUNTS += [str(VALUE_MAX + 1), "9" * 400]


@pytest.mark.parametrize("cell", NO_COUNTS)
def test_other_cells_are_refused_with_line_and_column(cell: str) -> None:
    found = errors(f"start,end,in,out\n{HOUR},1,1\n{HOUR},1,{cell}")
    assert list(found) == ["line 3, out"]
    assert "leave the cell blank" in found["line 3, out"]


def test_a_bad_row_refuses_the_whole_file_and_every_bad_line_is_told() -> None:
    rows = [f"{HOUR},{'x' if n % 2 else n}" for n in range(60)]
    text = "\n".join(["start,end,in", *rows])
    with pytest.raises(BadPush) as refusal:
        decode(text)
    assert [error.field for error in refusal.value.errors] == [
        f"line {n}, in" for n in range(3, 43, 2)
    ]
    assert "and 29 more" in refusal.value.detail


def test_quoted_cells_over_several_lines_keep_the_count_of_lines() -> None:
    text = f'zone,start,end,in\n"Hall\nof mirrors",{HOUR},1\nA,{HOUR},x'
    assert list(errors(text)) == ["line 4, in"]


def test_rows_of_the_wrong_width() -> None:
    found = errors(f"start,end,in\n{HOUR}\n{HOUR},1,2\n{HOUR},1,")
    assert list(found) == ["line 2", "line 3"]


@pytest.mark.parametrize(
    ("header", "field", "advice"),
    [
        ("end,in", "start", "expected"),
        ("start,end", "in", "--measure"),
        ("start,start,in", "start", "2 times"),
        ("start,in,passbys", "passbys", "nearest is 'passby'"),
        ("start,in,in_staf", "in_staf", "nearest is 'in_staff'"),
        ("start,in,Ort", "ort", "--measure ort"),
        ("start,in,", "header", "not known"),
    ],
)
def test_headers(header: str, field: str, advice: str) -> None:
    found = errors(f"{header}\n")
    assert advice in found[field]


def test_a_measure_that_no_column_has() -> None:
    assert "nearest is 'staff'" in errors("start,in,staff", measures=("staf", "staff"))["--measure"]


@pytest.mark.parametrize(("name", "advice"), [("forward", "'in'"), ("1st", "a letter first")])
def test_names_that_no_measure_can_have(name: str, advice: str) -> None:
    assert advice in errors(f"start,in,{name}", measures=(name,))[name]


def test_states_are_states() -> None:
    (package,) = decode(f"start,end,present,visits\n{HOUR},1,2", measures=("present", "visits"))
    assert [m.kind for m in package.channels[0].measures] == ["state", "accumulating"]


def test_a_file_without_rows() -> None:
    with pytest.raises(BadPush, match="no rows"):
        decode("start,end,in\n\n,,\n")


def test_what_is_forgotten_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hours = [f"2025-06-{1 + h // 24:02}T{h % 24:02}:00Z" for h in range(50)]
    rows = [f"{a},{b},{n}" for n, (a, b) in enumerate(pairwise(hours))]
    text = "\n".join(["start,end,in", *rows])
    expected = decode(text)
    monkeypatch.setattr("countline.drivers.tidy_csv.rows._CACHE_MAX", 3)
    assert decode(text) == expected


def test_bounds() -> None:
    assert "at most 200" in errors("start,in" + "," * 200)["line 1"]
    rows = "\n".join(f"{n},{HOUR},1" for n in range(10_001))
    assert list(errors(f"zone,start,end,in\n{rows}")) == ["line 10002"]


@pytest.mark.parametrize("name", ["location", "sensor", "zone"])
def test_an_option_stands_in_for_a_column(name: str) -> None:
    with_column = decode(f"{name},start,end,in\nA1,{HOUR},1")
    assert decode(f"start,end,in\n{HOUR},1", **{name: "A1"}) == with_column
    assert decode(f"{name},start,end,in\nA1,{HOUR},1", **{name: "A1"}) == with_column
    assert decode(f"{name},start,end,in\n,{HOUR},1", **{name: "A1"}) == with_column
    assert list(errors(f"{name},start,end,in\nB2,{HOUR},1", **{name: "A1"})) == [f"line 2, {name}"]


def test_times_without_offset_need_a_time_zone() -> None:
    text = "start,end,in\n2025-06-01 08:00,2025-06-01 09:00,1"
    assert "--tz" in errors(text)["line 2, start"]
    (package,) = decode(text, time_zone="Asia/Kolkata")
    assert package.readings[0].start_s == 1_748_745_000


@pytest.mark.parametrize(
    "time", ["", "noon", "08:00", "01/06/2025 08:00", "2025-13-01", "1748764800"]
)
def test_what_is_no_time(time: str) -> None:
    assert list(errors(f"start,end,in\n{time},2025-06-01T09:00Z,1")) == ["line 2, start"]


@pytest.mark.parametrize("end", ["2025-06-01T08:00Z", "2025-06-01T07:00Z", "2052-06-01T09:00Z"])
def test_an_end_that_makes_no_length(end: str) -> None:
    assert list(errors(f"start,end,in\n2025-06-01T08:00Z,{end},1")) == ["line 2, end"]


class TestWithoutEnd:
    def test_the_smallest_distance_of_each_zone_is_its_step(self) -> None:
        hours = [f"1,2025-06-01T{h:02}:00Z,1" for h in (8, 9, 11)]
        quarters = [f"2,2025-06-01T08:{m:02}Z,1" for m in (45, 0, 15)]
        packages = decode("\n".join(["zone,start,in", *hours, *quarters]))
        assert [p.place.step_s for p in packages if p.place] == [3_600, 900]
        assert [[r.length_s for r in p.readings] for p in packages] == [[3_600] * 3, [900] * 3]

    def test_distances_must_be_multiples(self) -> None:
        text = "start,in\n2025-06-01T08:00Z,1\n2025-06-01T08:10Z,1\n2025-06-01T08:25Z,1"
        assert "600 s" in errors(text)["line 4, start"]
        assert [r.length_s for r in decode(text, step_s=300)[0].readings] == [300] * 3

    def test_a_step_of_years_is_a_slip(self) -> None:
        assert (
            "more than a year"
            in errors("start,in\n2025-06-01T08:00Z,1\n2052-06-01T08:00Z,1")["line 2, start"]
        )

    def test_a_single_row_needs_a_step(self) -> None:
        text = "zone,start,in\n1,2025-06-01T08:00Z,1\n1,2025-06-01T08:00Z,1"
        assert "--step" in errors(text)["line 2, start"]
        (package,) = decode(text, step_s=900)
        assert [r.length_s for r in package.readings] == [900, 900]
        assert package.place and package.place.step_s == 900

    def test_local_days_are_days_of_the_calendar(self) -> None:
        days = "\n".join(f"2025-10-{day},1" for day in range(24, 29))
        (package,) = decode(f"start,in\n{days}", time_zone="Europe/Zurich")
        assert [r.length_s // 3_600 for r in package.readings] == [24, 24, 25, 24, 24]

    def test_days_with_offset_are_days_of_24_hours(self) -> None:
        days = "\n".join(f"2025-10-{day}T00:00Z,1" for day in range(24, 29))
        (package,) = decode(f"start,in\n{days}", time_zone="Europe/Zurich")
        assert {r.length_s for r in package.readings} == {86_400}


names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,10}", fullmatch=True)
zones = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=8)


@st.composite
def tables(draw: st.DrawFn) -> list[Decoded]:
    """What a file can say: places, each with rows, and the same columns for all."""
    columns = draw(st.sampled_from([("forward",), ("forward", "backward"), ("passby", "forward")]))
    labels = {"forward": "in", "backward": "out", "passby": "passby"}
    measures = tuple(Measured(m, "accumulating", labels[m], labels[m]) for m in columns)
    places = draw(
        st.lists(st.tuples(names, names, zones.map(str.strip)), unique=True, min_size=1, max_size=3)
    )
    packages = []
    for location, sensor, zone in places:
        channel = f"tidy-{zone}" if zone else "tidy"
        rows = draw(
            st.lists(
                st.tuples(st.integers(0, 2**32), st.integers(1, 10**6), st.integers(0, VALUE_MAX)),
                min_size=1,
                max_size=4,
            )
        )
        packages.append(
            Decoded(
                purpose="counts",
                channels=(
                    ChannelInfo(
                        channel,
                        zone,
                        "tidy_csv",
                        "line",
                        measures,
                        len(columns) == 2 and "passby" not in columns,
                    ),
                ),
                readings=[
                    Reading(channel, start, length, length, tuple((m, value) for m in columns))
                    for start, length, value in rows
                ],
                place=FilePlace(location=location, sensor=sensor, zone=zone or None),
            )
        )
    return packages


@settings(max_examples=50)
@given(tables())
def test_what_is_written_is_read(packages: list[Decoded]) -> None:
    assert decode(DRIVER.encode(packages)) == packages


@settings(max_examples=50)
@given(tables(), st.randoms(use_true_random=False))
def test_columns_come_in_any_order(packages: list[Decoded], chance: Any) -> None:
    text = DRIVER.encode(packages).decode()
    if '"' in text:  # cells with separators: leave the cutting to others
        return
    rows = [line.split(",") for line in text.splitlines()]
    order = list(range(len(rows[0])))
    chance.shuffle(order)
    moved = "\n".join(",".join(row[i] for i in order) for row in rows)
    assert [sorted(v) for v in values(moved)] == [sorted(v) for v in values(text)]


PAGE = (
    "location,sensor,zone,start,end,in,out\n"
    f"LOC_1,S1,1,{HOUR},3,2\nLOC_1,S1,Hall,{HOUR},,9\nLOC_1,S2,,{HOUR},1,1\n"
).encode()


@given(st.data())
def test_torn_files_are_refused_or_sound(data: st.DataObject) -> None:
    torn = bytearray(PAGE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(torn) - 1))
        torn[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        packages = decode(bytes(torn), time_zone="Europe/Zurich")
    except BadPush as refusal:
        assert refusal.detail
        assert all(isinstance(error, FieldError) for error in refusal.errors)
        return
    for package in packages:
        assert package.readings
        assert all(r.length_s > 0 for r in package.readings)
