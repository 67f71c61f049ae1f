"""`countline layouts`: a plan goes to files and comes back, and nothing is half imported."""

import json

import pytest

from tests.pictures import PNG
from tests.unit.cli.command_line import CommandLine

ZONE = {
    "type": "Feature",
    "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 3], [0, 3]]]},
    "properties": {"kind": "zone", "id": 1},
}
SENSOR = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [2, 1]},
    "properties": {"kind": "sensor", "id": "S1", "rotation_deg": 90},
}
PLAN = {"type": "FeatureCollection", "features": [ZONE, SENSOR]}


@pytest.fixture
def shop(countline: CommandLine) -> CommandLine:
    """A folder with a location and a sensor, a plan and its image."""
    countline.run("sensors", "register", "S1", "--location", "L", "--tz", "UTC")
    countline.write("plan.geojson", json.dumps(PLAN))
    (countline.folder / "plan.png").write_bytes(PNG)
    return countline


def take(shop: CommandLine) -> None:
    shop.run(
        "layouts", "import", "plan.geojson", "--location", "L", "--floor", "0",
        "--image", "plan.png", "--scale", "0.02",
    )  # fmt: skip


def test_a_plan_is_imported_listed_and_exported(shop: CommandLine) -> None:
    assert "no layouts yet" in shop.run("layouts", "list").out
    take(shop)
    (listed,) = shop.json("layouts", "list", "--location", "L")["data"]
    assert (listed["name"], listed["floor"], listed["scale_m_per_px"]) == ("plan", 0, 0.02)
    assert (listed["zones"], listed["sensors"], listed["image"]["width_px"]) == ([1], ["S1"], 4)
    assert "4 x 3" in shop.run("layouts", "list").out
    shop.run("layouts", "export", "1", "--to", "out.geojson", "--image", "out.png")
    assert (shop.folder / "out.png").read_bytes() == PNG
    told = json.loads((shop.folder / "out.geojson").read_text())
    assert shop.run("layouts", "export", "1").document == told
    assert [f["id"] for f in told["features"]] == ["zone/1", "sensor/S1"]
    shop.run("layouts", "import", "out.geojson", "--layout", "1", "--name", "Ground floor")
    assert shop.run("layouts", "export", "1").document == told
    (listed,) = shop.json("layouts", "list")["data"]
    assert (listed["name"], listed["image"]["width_px"]) == ("Ground floor", 4)
    assert shop.json("layouts", "list", "--location", "M")["data"] == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("plan.geojson",), 2, "--location"),
        (("plan.geojson", "--location", "M"), 3, "There is no location 'M'."),
        (("plan.geojson", "--layout", "9"), 3, "There is no layout 9."),
        (("none.geojson", "--location", "L"), 2, "none.geojson: No such file"),
        (("plan.png", "--location", "L"), 2, "not JSON"),
        (("wrong.geojson", "--location", "L"), 2, "zone 7: is not a zone of L"),
        (("--image", "plan.geojson", "--location", "L"), 2, "neither PNG nor JPEG"),
    ],
)
def test_what_cannot_be_imported_changes_nothing(
    shop: CommandLine, words: tuple[str, ...], code: int, told: str
) -> None:
    wrong = {**ZONE, "properties": {"kind": "zone", "id": 7}}
    shop.write("wrong.geojson", json.dumps({**PLAN, "features": [SENSOR, wrong]}))
    assert told in shop.run("layouts", "import", *words, code=code).err
    assert shop.json("layouts", "list")["data"] == []


def test_what_is_not_there_is_not_exported(shop: CommandLine) -> None:
    shop.run("layouts", "export", "1", code=3)
    take(shop)
    shop.run("layouts", "export", "1", "--coordinates", "wgs84", code=2)
    said = shop.run("layouts", "export", "1", "--to", "no/such/folder.geojson", code=2)
    assert "folder.geojson" in said.err


def test_an_image_alone_makes_a_layout(shop: CommandLine) -> None:
    made = shop.json("layouts", "import", "--image", "plan.png", "--location", "L")
    assert (made["name"], made["image"]["media_type"], made["zones"]) == ("plan", "image/png", [])
    scaled = shop.json("layouts", "import", "--layout", "1", "--scale", "0.5")
    assert (scaled["scale_m_per_px"], scaled["name"]) == (0.5, "plan")
    shop.run("layouts", "import", "plan.geojson", "--layout", "1")
    assert shop.run("layouts", "export", "1", "--image", "out.png").out == ""
