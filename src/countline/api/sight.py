"""Things of the catalogue that a caller may see; the rest is answered like what is not there."""

from typing import Any

from countline.api.request import ApiRequest
from countline.engine.catalogue import Catalogue
from countline.engine.watch import Sight
from countline.errors import NotFound
from countline.model.ids import LayoutId, LineId, LocationId, SensorId, ZoneId
from countline.model.layout import Layout
from countline.model.place import Line, Location, Zone
from countline.model.query import Asked
from countline.model.sensor import Sensor


def sees(sight: Sight, location_id: str | None) -> bool:
    """Whether a location is in sight; what is in no location needs sight of all."""
    return sight is None or location_id in sight


def location_of(request: ApiRequest[Any], location_id: str) -> Location:
    """A location. Raises `NotFound`."""
    found = _catalogue(request).locations.get(LocationId(location_id))
    if found is None or not sees(request.sight, location_id):
        raise NotFound(f"There is no location {location_id!r}.", code="location_not_found")
    return found


def zone_of(request: ApiRequest[Any], zone_id: int) -> Zone:
    """A zone. Raises `NotFound`."""
    found = _catalogue(request).zones.get(ZoneId(zone_id))
    if found is None or not sees(request.sight, found.location_id):
        raise NotFound(f"There is no zone {zone_id}.", code="zone_not_found")
    return found


def line_of(request: ApiRequest[Any], line_id: int) -> Line:
    """A line. Raises `NotFound`."""
    found = _catalogue(request).lines.get(LineId(line_id))
    if found is None or not sees(request.sight, found.location_id):
        raise NotFound(f"There is no line {line_id}.", code="line_not_found")
    return found


def layout_of(request: ApiRequest[Any], layout_id: int) -> Layout:
    """A layout. Raises `NotFound`."""
    found = _catalogue(request).layouts.get(LayoutId(layout_id))
    if found is None or not sees(request.sight, found.location_id):
        raise NotFound(f"There is no layout {layout_id}.", code="layout_not_found")
    return found


def sensor_of(request: ApiRequest[Any], sensor_id: str) -> Sensor:
    """A sensor. Raises `NotFound`."""
    found = _catalogue(request).sensor_by_id.get(SensorId(sensor_id))
    if found is None or not sees(request.sight, found.location_id):
        raise NotFound(f"There is no sensor {sensor_id!r}.", code="sensor_not_found")
    return found


def check_subject(request: ApiRequest[Any], asked: Asked) -> None:
    """Whom a question is about must be in sight before anything else about it is looked at."""
    if asked.sensor_id is not None:
        sensor_of(request, asked.sensor_id)
    if asked.zone_id is not None:
        zone_of(request, asked.zone_id)
    if asked.location_id is not None:
        location_of(request, asked.location_id)


def _catalogue(request: ApiRequest[Any]) -> Catalogue:
    """The last snapshot: authentication has just asked the store whether it moved."""
    return request.engine.desk.current()
