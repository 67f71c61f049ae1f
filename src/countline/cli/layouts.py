"""`countline layouts`: floor plans, taken from files and written to files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from cyclopts import App, Parameter

from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options
from countline.errors import BadQuery, FieldError, NotFound
from countline.model.ids import LayoutId, LocationId
from countline.model.layout import Layout
from countline.wire.v3_layouts import FeatureCollection

if TYPE_CHECKING:
    from countline.engine.catalogue import Catalogue
    from countline.engine.engine import Engine

Coordinates = Annotated[
    Literal["metres", "wgs84"] | None,
    Parameter(
        help="Metres of the layout, or longitude and latitude; left out: as the file says, or metres."
    ),
]


async def list_(
    *,
    location: Annotated[str | None, Parameter(help="Only the layouts of this location.")] = None,
    options: Options = NONE_GIVEN,
) -> int:
    """List the floor plans by id, and what is drawn on each."""
    from countline.api.v3.layouts import render_layout

    async with opened_engine(options, must_exist=True) as engine:
        catalogue = await engine.desk.fresh()
    told = [
        render_layout(one, catalogue)
        for _, one in sorted(catalogue.layouts.items())
        if location in (None, one.location_id)
    ]
    if options.json:
        show.document({"data": msgspec.to_builtins(told)})
        return DONE
    columns = ("layout_id", "location_id", "name", "floor", "scale_m_per_px")
    drawn = ("zones", "lines", "sensors")
    rows = [
        [
            *(getattr(one, name) for name in columns),
            f"{one.image.width_px} x {one.image.height_px}" if one.image else None,
            *(getattr(one, name) for name in drawn),
        ]
        for one in told
    ]
    show.table((*columns, "image", *drawn), rows, empty="no layouts yet")
    return DONE


async def import_(
    file: Path | None = None,
    /,
    *,
    layout: Annotated[
        int | None, Parameter(help="The layout to change; left out: a new one is made.")
    ] = None,
    location: Annotated[str | None, Parameter(help="The location that a new layout is of.")] = None,
    name: Annotated[
        str | None, Parameter(help="What a new layout is called; left out: the file's name.")
    ] = None,
    floor: Annotated[int | None, Parameter(help="Its floor; 0 is the ground floor.")] = None,
    image: Annotated[
        Path | None, Parameter(help="The image behind it: PNG or JPEG, at most 5 MB.")
    ] = None,
    scale: Annotated[
        float | None, Parameter(help="How many metres a pixel of the image is wide.")
    ] = None,
    coordinates: Coordinates = None,
    options: Options = NONE_GIVEN,
) -> int:
    """Take a floor plan: what is drawn on it from a GeoJSON file, and its image.

    The file replaces all that was drawn. Its zones, lines and sensors are there already.

    Parameters
    ----------
    file
        GeoJSON, as `countline layouts export` writes it; left out: what is drawn stays.
    """
    from countline.api.geojson import read_geometry
    from countline.api.v3.layouts import render_layout
    from countline.engine.images import read_image

    content = None if image is None else _read(image)
    if content is not None:
        read_image(content)
    sent = None if file is None else _read_collection(file)
    given = {"name": name, "floor": floor, "scale_m_per_px": scale}
    frame: dict[str, Any] = {field: v for field, v in given.items() if v is not None}
    if layout is None:
        frame = {"name": (file or image or Path("Plan")).stem} | frame
    async with opened_engine(options, must_exist=True) as engine:
        catalogue = await engine.desk.fresh()
        target = _target(catalogue, layout, location)
        if sent is not None:  # before anything is changed
            read_geometry(sent, target, catalogue, coordinates)
        layout_id = await _take(engine, target, frame, content)
        if sent is not None:
            target = engine.desk.current().layouts[layout_id]
            wanted = read_geometry(sent, target, catalogue, coordinates)
            await engine.layouts.replace_geometry(layout_id, wanted)
        catalogue = await engine.desk.fresh()
    told = render_layout(catalogue.layouts[layout_id], catalogue)
    if options.json:
        show.document(msgspec.to_builtins(told))
        return DONE
    drawn = f"{len(told.zones)} zones, {len(told.lines)} lines, {len(told.sensors)} sensors"
    show.tell(f"Layout {told.layout_id} ({told.name}, {told.location_id}): {drawn}.")
    return DONE


async def export(
    layout_id: int,
    /,
    *,
    to: Annotated[Path | None, Parameter(help="Where to write; left out: standard output.")] = None,
    image: Annotated[Path | None, Parameter(help="Where to write its image.")] = None,
    coordinates: Coordinates = None,
    options: Options = NONE_GIVEN,
) -> int:
    """Write what is drawn on a floor plan as GeoJSON, and its image.

    What is written can be imported again, and changes nothing.

    Parameters
    ----------
    layout_id
        The layout, as `countline layouts list` shows it.
    """
    from countline.api.geojson import tell_geometry

    async with opened_engine(options, must_exist=True) as engine:
        catalogue = await engine.desk.fresh()
        known = _known(catalogue.layouts.get(LayoutId(layout_id)), layout_id)
        told = tell_geometry(known, catalogue, coordinates or "metres")
        content = None if image is None else await engine.layouts.image(layout_id)
    if image is not None and content is not None:
        _write(image, content)
    text = msgspec.json.format(msgspec.json.encode(told), indent=2)
    if to is not None:
        _write(to, text + b"\n")
    elif image is None or options.json:
        show.plain(text.decode())
    return DONE


def _target(catalogue: "Catalogue", layout_id: int | None, location: str | None) -> Layout:
    """The layout to import into: the one named, or a new one as it will be."""
    if layout_id is not None:
        return _known(catalogue.layouts.get(LayoutId(layout_id)), layout_id)
    if location is None:
        raise _bad("--location", "a new layout needs a location; or name a layout with --layout")
    if location not in catalogue.locations:
        raise NotFound(f"There is no location {location!r}.", code="location_not_found")
    return Layout(layout_id=LayoutId(0), location_id=LocationId(location), name="")


async def _take(
    engine: "Engine", target: Layout, frame: dict[str, Any], image: bytes | None
) -> LayoutId:
    """Make the layout, or change it, and give it its image."""
    if not target.layout_id:
        target = await engine.layouts.add(location_id=target.location_id, **frame)
    elif frame:
        await engine.layouts.change(target.layout_id, **frame)
    if image is not None:
        await engine.layouts.put_image(target.layout_id, image)
    return target.layout_id


def _read_collection(file: Path) -> FeatureCollection:
    from countline.api.bodies import decode_body

    sent = decode_body(_read(file), FeatureCollection)
    assert isinstance(sent, FeatureCollection)
    return sent


def _known(found: Layout | None, layout_id: int) -> Layout:
    if found is None:
        raise NotFound(f"There is no layout {layout_id}.", code="layout_not_found")
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _bad(str(path), error.strerror or "cannot be read") from error


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _bad(str(path), error.strerror or "cannot be written") from error


def _bad(field: str, detail: str) -> BadQuery:
    return BadQuery(f"{field}: {detail}", errors=(FieldError(field=field, detail=detail),))


LAYOUTS = App(name="layouts", help="List floor plans, and take or write them as GeoJSON.")
for command, word in ((list_, "list"), (import_, "import"), (export, "export")):
    LAYOUTS.command(command, name=word)
