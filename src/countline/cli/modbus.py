"""`countline modbus`: which register holds what, for whoever sets up a controller."""

import csv
import io
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from countline.outlets.modbus.listing import Row


async def map_(
    *,
    format: Annotated[
        Literal["csv", "md"], Parameter(help="For a spreadsheet, or as a Markdown table.")
    ] = "csv",
    options: Options = NONE_GIVEN,
) -> int:
    """List the address of each register and discrete input, for the zones that there are.

    The addresses of a zone follow from its number, so they stay when other zones come and go.
    """
    from countline.outlets.modbus.layout import ZONE_ID_MAX, fits
    from countline.outlets.modbus.listing import ListedZone, markdown, rows_of

    async with opened_engine(options, must_exist=True) as engine:
        catalogue = await engine.desk.fresh()
    zones = {z.zone_id: ListedZone(z.location_id, z.name) for z in catalogue.zones.values()}
    rows = rows_of(zones)
    if options.json:
        show.document({"data": [row._asdict() for row in rows]})
    else:
        show.plain(markdown(rows) if format == "md" else _table(rows))
    if beyond := sorted(zone_id for zone_id in zones if not fits(zone_id)):
        told = ", ".join(str(zone_id) for zone_id in beyond[:5])
        show.warn(f"{len(beyond)} zones have no address, the map ends with {ZONE_ID_MAX}: {told}")
    return DONE


def _table(rows: "Sequence[Row]") -> str:
    from countline.api.table import quoted

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0]._fields)
    writer.writerows(map(quoted, row) for row in rows)
    return text.getvalue().rstrip("\n")


MODBUS = App(name="modbus", help="Which register of Modbus TCP holds what.")
MODBUS.command(map_, name="map")
