"""Layouts: what may change, what is kept, and a sensor's own geometry taken over in one change."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from countline import limits
from countline.engine.engine import Engine, make_engine
from countline.errors import BadQuery, Conflict, NotFound, TooMuch
from countline.model.ids import LayoutId
from countline.model.layout import Geometry, Layout, Placement, Point, SceneShape, Shape
from countline.model.place import Line, Source, Zone
from countline.model.sensor import Sensor
from countline.testing.reference_store import ReferenceStore
from tests.pictures import JPEG, PNG, jpeg, png, which_way_up

T = TypeVar("T")
SQUARE = (Point(0.0, 0.0), Point(4.0, 0.0), Point(4.0, 3.0), Point(0.0, 3.0))
DOOR = SceneShape(key="1000", name="Door", kind="line", points=SQUARE[:2], channel="single/1000")
FOYER = SceneShape(key="1001", name="Foyer", kind="zone", points=SQUARE)


@dataclass(frozen=True, slots=True)
class Plan:
    """A location with a sensor, and a layout of it."""

    runner: asyncio.Runner
    engine: Engine
    sensor: Sensor
    layout: Layout

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def geometry(self, layout_id: int | None = None) -> Geometry:
        catalogue = self.run(self.engine.desk.fresh())
        at = LayoutId(layout_id or self.layout.layout_id)
        return catalogue.geometry_of.get(at, Geometry())

    def head(self) -> tuple[int, int]:
        return self.run(self.engine.store.read(lambda view: view.head()))


@pytest.fixture
def plan() -> Iterator[Plan]:
    with asyncio.Runner() as runner:
        engine = make_engine(ReferenceStore(), now_ms=lambda: 1_767_225_600_000)
        runner.run(engine.desk.add_location(location_id="L", name="Hall"))
        sensor = runner.run(engine.desk.register_sensor(sensor_id="S1", location_id="L"))
        layout = runner.run(engine.layouts.add(location_id="L", name="Ground floor"))
        yield Plan(runner, engine, sensor, layout)
        runner.run(engine.close())


def test_a_layout_is_changed_and_removed_with_what_is_drawn(plan: Plan) -> None:
    layouts, layout_id = plan.engine.layouts, plan.layout.layout_id
    plan.run(layouts.put_image(layout_id, PNG))
    shape = Shape(layout_id=layout_id, kind="zone", number=1, points=SQUARE)
    hangs = Placement(layout_id=layout_id, sensor=plan.sensor.sensor, x_m=1.0, y_m=2.0)
    wanted = Geometry(shapes=(shape,), placements=(hangs,))
    plan.run(layouts.replace_geometry(layout_id, wanted))
    assert plan.geometry() == wanted
    changed = plan.run(layouts.change(layout_id, name="Parterre", floor=0, scale_m_per_px=0.01))
    assert (changed.name, changed.floor, changed.image_width_px) == ("Parterre", 0, 4)
    plan.run(layouts.remove(layout_id))
    assert plan.geometry() == Geometry()
    catalogue = plan.engine.desk.current()
    assert (catalogue.layouts, len(catalogue.zones), len(catalogue.sensors)) == ({}, 1, 1)
    for gone in (layouts.remove(layout_id), layouts.image(layout_id)):
        with pytest.raises(NotFound):
            plan.run(gone)
    assert plan.run(layouts.add(location_id="L", name="Next")).layout_id > layout_id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scale_m_per_px": 0.0}, "scale_m_per_px"),
        ({"scale_m_per_px": 101.0}, "scale_m_per_px"),
        ({"origin_x_px": 1.0}, "origin_px"),
        ({"latitude_deg": 47.0}, "site"),
        ({"latitude_deg": 89.0, "longitude_deg": 8.0, "bearing_deg": 0.0}, "site.latitude_deg"),
    ],
)
def test_a_frame_that_cannot_be_says_why(plan: Plan, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadQuery) as caught:
        plan.run(plan.engine.layouts.change(plan.layout.layout_id, **changes))
    assert [e.field for e in caught.value.errors] == [field]


def test_a_location_has_room_for_so_many(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("countline.engine.drawing.LAYOUTS_OF_LOCATION_MAX", 2)
    assert limits.LAYOUTS_OF_LOCATION_MAX > 2
    plan.run(plan.engine.layouts.add(location_id="L", name="1"))
    with pytest.raises(Conflict, match="at most 2"):
        plan.run(plan.engine.layouts.add(location_id="L", name="2"))
    with pytest.raises(NotFound, match="no location 'M'"):
        plan.run(plan.engine.layouts.add(location_id="M", name="2"))


def test_what_is_of_another_location_is_not_drawn(plan: Plan) -> None:
    other = plan.run(plan.engine.desk.add_location(location_id="M"))
    elsewhere = plan.run(plan.engine.desk.register_sensor(sensor_id="S2", location_id="M"))
    layout_id = plan.layout.layout_id
    wrong = (
        Geometry(
            shapes=(Shape(layout_id=layout_id, kind="line", number=1, points=SQUARE),),
        ),
        Geometry(
            shapes=(
                Shape(
                    layout_id=layout_id, kind="zone", number=other.default_zone or 0, points=SQUARE
                ),
            ),
        ),
        Geometry(
            placements=(Placement(layout_id=layout_id, sensor=elsewhere.sensor, x_m=0.0, y_m=0.0),),
        ),
    )
    for geometry in wrong:
        with pytest.raises(BadQuery, match=r"id: .* of L"):
            plan.run(plan.engine.layouts.replace_geometry(layout_id, geometry))
    assert plan.geometry() == Geometry()


def test_the_same_geometry_again_writes_nothing(plan: Plan) -> None:
    shape = Shape(layout_id=plan.layout.layout_id, kind="zone", number=1, points=SQUARE)
    wanted = Geometry(shapes=(shape,))
    plan.run(plan.engine.layouts.replace_geometry(plan.layout.layout_id, wanted))
    before = plan.engine.desk.current().version
    plan.run(plan.engine.layouts.replace_geometry(plan.layout.layout_id, wanted))
    assert plan.engine.desk.current().version == before
    plan.run(plan.engine.layouts.replace_geometry(plan.layout.layout_id, Geometry()))
    assert plan.engine.desk.current().version > before


def test_no_layout_makes_followers_count_anew(plan: Plan) -> None:
    head = plan.head()
    plan.run(plan.engine.layouts.change(plan.layout.layout_id, floor=3))
    assert plan.head()[1] == head[1]


# -- images ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "kind", "size"),
    [
        (PNG, "image/png", (4, 3)),
        (png(800, 600), "image/png", (800, 600)),
        (JPEG, "image/jpeg", (4, 3)),
        (jpeg(640, 480, which_way_up(1)), "image/jpeg", (640, 480)),
        (jpeg(640, 480, which_way_up(1, "<")), "image/jpeg", (640, 480)),
        (jpeg(640, 480, (0xE1, b"http://ns.adobe.com/xap/1.0/\0")), "image/jpeg", (640, 480)),
        (jpeg(640, 480, (0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\x09")), "image/jpeg", (640, 480)),
        (jpeg(640, 480, (0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0")), "image/jpeg", (640, 480)),
        (JPEG[:2] + b"\xff\x01\xff" + JPEG[2:], "image/jpeg", (4, 3)),
    ],
)
def test_an_image_is_what_its_content_says(
    plan: Plan, content: bytes, kind: str, size: tuple[int, int]
) -> None:
    kept = plan.run(plan.engine.layouts.put_image(plan.layout.layout_id, content))
    assert kept.image_type == kind
    assert (kept.image_width_px, kept.image_height_px, kept.image_bytes) == (*size, len(content))
    assert plan.run(plan.engine.layouts.image(plan.layout.layout_id)) == content
    bare = plan.run(plan.engine.layouts.remove_image(plan.layout.layout_id))
    assert (bare.image_type, bare.image_sha256) == ("", "")
    with pytest.raises(NotFound):
        plan.run(plan.engine.layouts.remove_image(plan.layout.layout_id))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "neither PNG nor JPEG"),
        (b"GIF89a", "neither PNG nor JPEG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "SVG"),
        (b"\xef\xbb\xbf <?xml version='1.0'?><svg/>", "SVG"),
        (PNG[:20], "ends before"),
        (PNG[:8] + b"\0\0\0\rIDAT" + PNG[16:], "begins with its size"),
        (b"\xff\xd8\xff", "ends before"),
        (b"\xff\xd8\xff\xe0\0\x04AB\0", "damaged"),
        (b"\xff\xd8\xff\xd9\0\x02", "without a size"),
        (jpeg(4, 3, which_way_up(6)), "upright"),
        (jpeg(4, 3, which_way_up(8, "<")), "upright"),
    ],
)
def test_what_is_no_image_says_why(plan: Plan, content: bytes, words: str) -> None:
    with pytest.raises(BadQuery, match=words) as caught:
        plan.run(plan.engine.layouts.put_image(plan.layout.layout_id, content))
    assert caught.value.error_code == "image_unreadable"
    assert plan.engine.desk.current().layouts[plan.layout.layout_id].image_type == ""


@pytest.mark.parametrize(
    "content",
    [png(20_001, 1), PNG[:16] + b"\0" * 4 + PNG[20:], b"\0" * (limits.LAYOUT_IMAGE_BYTES_MAX + 1)],
    ids=["wide", "empty", "long"],
)
def test_an_image_has_its_bounds(plan: Plan, content: bytes) -> None:
    with pytest.raises(TooMuch) as caught:
        plan.run(plan.engine.layouts.put_image(plan.layout.layout_id, content))
    assert caught.value.error_code == "image_too_large"


# -- a sensor's own geometry ----------------------------------------------------------------------
def things(plan: Plan) -> tuple[list[Zone], list[Line], list[Source]]:
    catalogue = plan.engine.desk.current()
    return list(catalogue.zones.values()), list(catalogue.lines.values()), list(catalogue.sources)


def test_a_sensor_brings_a_layout_with_its_lines_and_zones(plan: Plan) -> None:
    broken = SceneShape(key="1002", name="Flat", kind="zone", points=SQUARE[:2])
    drawing = plan.run(plan.engine.layouts.draw_sensor(plan.sensor, [DOOR, FOYER, broken]))
    assert drawing.numbers == {"1000": 1, "1001": 2}
    assert drawing.left_out == ("1002",)
    assert drawing.created == ["layout 2 (S1)", "line 1 (Door)", "zone 2 (Foyer)"]
    zones, (line,), (source,) = things(plan)
    assert (zones[1].name, zones[1].area_m2, zones[1].parent_id) == ("Foyer", 12.0, 1)
    assert (line.side_a, line.side_b) == (None, 1)
    assert (source.line_id, source.channel) == (1, "single/1000")
    geometry = plan.geometry(2)
    assert [(s.kind, s.number, s.points) for s in geometry.shapes] == [
        ("line", 1, SQUARE[:2]),
        ("zone", 2, SQUARE),
    ]
    (hangs,) = geometry.placements
    assert (hangs.sensor, hangs.x_m, hangs.y_m) == (plan.sensor.sensor, 0.0, 0.0)


def test_drawing_a_sensor_again_changes_nothing(plan: Plan) -> None:
    twins = [FOYER, SceneShape(key="1003", name="Foyer", kind="zone", points=SQUARE[:3])]
    nameless = SceneShape(key="1004", name="", kind="line", points=SQUARE[1:3])
    first = plan.run(plan.engine.layouts.draw_sensor(plan.sensor, [DOOR, *twins, nameless]))
    before, version = things(plan), plan.engine.desk.current().version
    head = plan.head()
    again = plan.run(plan.engine.layouts.draw_sensor(plan.sensor, [DOOR, *twins, nameless]))
    assert (again.numbers, again.created) == (first.numbers, [])
    assert len(set(again.numbers.values())) >= 3
    assert (things(plan), plan.engine.desk.current().version) == (before, version)
    assert plan.head() == head


def test_a_sensor_that_hangs_on_a_plan_is_drawn_there(plan: Plan) -> None:
    hangs = Placement(
        layout_id=plan.layout.layout_id,
        sensor=plan.sensor.sensor,
        x_m=10.0,
        y_m=5.0,
        rotation_deg=90.0,
    )
    drawing = plan.run(plan.engine.layouts.draw_sensor(plan.sensor, [DOOR], placement=hangs))
    assert drawing.layout == plan.layout
    assert plan.geometry().shapes[0].points == (Point(10.0, 5.0), Point(10.0, 9.0))
    again = plan.run(plan.engine.layouts.draw_sensor(plan.sensor, [DOOR]))
    assert (again.layout, again.created) == (plan.layout, [])
    assert plan.geometry().placements == (hangs,)


def test_a_channel_or_a_number_names_the_line_that_is_there(plan: Plan) -> None:
    line = plan.run(plan.engine.desk.add_line(location_id="L", name="Side door", side_b=1))
    by_number = SceneShape(key="7", name="x", kind="line", points=SQUARE[:2], number=line.line_id)
    drawing = plan.run(plan.engine.layouts.draw_sensor(plan.sensor, [by_number, DOOR]))
    assert drawing.numbers == {"7": 1, "1000": 2}
    other = plan.run(plan.engine.layouts.add(location_id="L", name="Attic"))
    moved = Placement(
        layout_id=other.layout_id, sensor=plan.sensor.sensor, x_m=0.0, y_m=0.0, height_m=3.2
    )
    renamed = SceneShape(
        key="1000", name="Renamed", kind="line", points=SQUARE[:2], channel="single/1000"
    )
    drawing = plan.run(plan.engine.layouts.draw_sensor(plan.sensor, [renamed], placement=moved))
    assert (drawing.numbers, drawing.created) == ({"1000": 2}, [])
    wrong = SceneShape(key="8", name="x", kind="zone", points=SQUARE, number=99)
    with pytest.raises(BadQuery, match="99 is not a zone of L"):
        plan.run(plan.engine.layouts.draw_sensor(plan.sensor, [wrong]))
    nowhere = Placement(layout_id=other.layout_id, sensor=plan.sensor.sensor, x_m=0, y_m=0)
    plan.run(plan.engine.layouts.remove(other.layout_id))
    with pytest.raises(NotFound, match="no layout"):
        plan.run(plan.engine.layouts.draw_sensor(plan.sensor, [DOOR], placement=nowhere))


def test_a_zone_with_a_channel_is_measured_by_it(plan: Plan) -> None:
    measured = SceneShape(
        key="1001", name="Foyer", kind="zone", points=SQUARE, channel="single/1001"
    )
    first = plan.run(plan.engine.layouts.draw_sensor(plan.sensor, [measured]))
    _, _, (source,) = things(plan)
    assert (source.zone_id, source.channel) == (first.numbers["1001"], "single/1001")
    renamed = SceneShape(
        key="1001", name="Lobby", kind="zone", points=SQUARE[:3], channel="single/1001"
    )
    again = plan.run(plan.engine.layouts.draw_sensor(plan.sensor, [renamed]))
    assert (again.numbers, again.created) == (first.numbers, [])
    assert plan.geometry(2).shapes[0].points == SQUARE[:3]
