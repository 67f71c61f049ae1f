"""`countline bacnet`: the objects that building controllers see."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from countline import clock
from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options
from countline.errors import ConfigError, FieldError

if TYPE_CHECKING:
    from countline.engine.catalogue import Catalogue
    from countline.model.ids import ZoneId
    from countline.model.ventilation import Ventilation
    from countline.outlets.bacnet import Place, Point

BACNET = App(name="bacnet", help="What building controllers see of each zone.")


async def points(
    *,
    format: Annotated[
        Literal["table", "csv", "ede", "states"],
        Parameter(
            help="A table for people, CSV, or EDE for building management: its objects, and the"
            " texts of their states."
        ),
    ] = "table",
    options: Options = NONE_GIVEN,
) -> int:
    """List the BACnet objects of every zone, by the settings and the catalogue.

    No server need run. Totals, which are listed where a zone has lines, are there from the first
    count on.
    """
    from countline.outlets.bacnet import points_of
    from countline.outlets.bacnet.ede import Heading, write_csv, write_ede, write_states

    bacnet = options.loaded().settings.bacnet
    found = [
        point
        for place in await _places(options)
        for point, _ in points_of(place, writable=bacnet.writable)
    ]
    if options.json:
        show.document({"data": [_document(one) for one in found]})
    elif format == "csv":
        _write(write_csv(found))
    elif format == "states":
        _write(write_states(found))
    elif format == "ede":
        if not bacnet.device_instance:
            detail = "needed: EDE names the device; set it in the table [bacnet]"
            error = FieldError(field="bacnet.device_instance", detail=detail)
            raise ConfigError(f"{error.field}: {detail}", errors=(error,))
        day = f"{datetime.fromtimestamp(clock.now_s(), UTC):%Y-%m-%d}"
        heading = Heading(
            device_instance=bacnet.device_instance, device_name=bacnet.device_name, day=day
        )
        _write(write_ede(found, heading))
    else:
        columns = ("object_type", "object_instance", "object_name", "description", "settable")
        rows = [(*one.id, one.name, one.description, one.settable) for one in found]
        show.table(columns, rows, empty="no zones yet")
    return DONE


def _write(text: str) -> None:
    show.plain(text.removesuffix("\n"))


def _document(point: "Point") -> dict[str, Any]:
    document = asdict(point)
    document["id"] = point.id._asdict()
    return document


async def _places(options: Options) -> "list[Place]":
    from countline.model.ventilation import Ventilation

    async with opened_engine(options, must_exist=True) as engine:
        catalogue = await engine.desk.fresh()
        kept = await engine.store.read(lambda view: view.records(Ventilation))
    air = {one.zone_id: one for one in kept}
    return [_place(catalogue, zone_id, air.get(zone_id)) for zone_id in sorted(catalogue.zones)]


def _place(catalogue: "Catalogue", zone_id: "ZoneId", air: "Ventilation | None") -> "Place":
    from countline.engine.subject import zone_plan
    from countline.outlets.bacnet import Place

    zone = catalogue.zones[zone_id]
    return Place(
        zone_id=zone_id,
        location_id=zone.location_id,
        name=zone.name,
        location_name=catalogue.locations[zone.location_id].name,
        counted=bool(zone_plan(catalogue, zone).flows),
        limited=zone.capacity is not None,
        air_unit=None if air is None else "L/s" if air.system == "si" else "cfm",
        curve_unit=None if air is None or not air.curve else air.curve_unit or None,
    )


BACNET.command(points)
