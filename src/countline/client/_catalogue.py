"""Operations on the catalogue: locations, zones, lines, sensors and keys, listed and changed."""

from countline.client._requests import CONFIGURE_S, Request, page, part, write
from countline.wire import v3_catalogue as wire


def locations(*, limit: int | None = None) -> Request[wire.LocationPage]:
    """Every location that the key sees, by id."""
    return page("/v3/locations", wire.LocationPage, limit=limit)


def zones(*, location_id: str | None = None, limit: int | None = None) -> Request[wire.ZonePage]:
    """Every zone, by id; of one location where it is named."""
    return page("/v3/zones", wire.ZonePage, location_id=location_id, limit=limit)


def lines(*, location_id: str | None = None, limit: int | None = None) -> Request[wire.LinePage]:
    """Every line, by id; of one location where it is named."""
    return page("/v3/lines", wire.LinePage, location_id=location_id, limit=limit)


def sensors(
    *, location_id: str | None = None, limit: int | None = None
) -> Request[wire.SensorPage]:
    """Every sensor, by id, then discovered devices; of one location where it is named."""
    return page("/v3/sensors", wire.SensorPage, location_id=location_id, limit=limit)


def keys(*, limit: int | None = None) -> Request[wire.KeyPage]:
    """Every key, by id, without its secret. Needs the scope `admin`."""
    return page("/v3/keys", wire.KeyPage, limit=limit)


def location(location_id: str) -> Request[wire.Location]:
    """One location."""
    return Request(path=f"/v3/locations/{part(location_id)}", answer=wire.Location)


def zone(zone_id: int) -> Request[wire.Zone]:
    """One zone."""
    return Request(path=f"/v3/zones/{part(zone_id)}", answer=wire.Zone)


def key(key_id: str) -> Request[wire.Key]:
    """One key, without its secret. Needs the scope `admin`."""
    return Request(path=f"/v3/keys/{part(key_id)}", answer=wire.Key)


def line(line_id: int) -> Request[wire.Line]:
    """One line."""
    return Request(path=f"/v3/lines/{part(line_id)}", answer=wire.Line)


def sensor(sensor_id: str) -> Request[wire.Sensor]:
    """One sensor."""
    return Request(path=f"/v3/sensors/{part(sensor_id)}", answer=wire.Sensor)


def add_location(new: wire.LocationNew) -> Request[wire.Location]:
    """Add a location; its default zone comes with it. Needs the scope `write`."""
    return write("POST", "/v3/locations", new, wire.Location)


def change_location(location_id: str, change: wire.LocationChange) -> Request[wire.Location]:
    """Change a location; what the change leaves out stays."""
    return write("PATCH", f"/v3/locations/{part(location_id)}", change, wire.Location)


def add_zone(new: wire.ZoneNew) -> Request[wire.Zone]:
    """Add a zone to a location. Needs the scope `write`."""
    return write("POST", "/v3/zones", new, wire.Zone)


def change_zone(zone_id: int, change: wire.ZoneChange) -> Request[wire.Zone]:
    """Change a zone; what the change leaves out stays."""
    return write("PATCH", f"/v3/zones/{part(zone_id)}", change, wire.Zone)


def add_line(new: wire.LineNew) -> Request[wire.Line]:
    """Add a line with the channels that count it. Needs the scope `write`."""
    return write("POST", "/v3/lines", new, wire.Line)


def change_line(line_id: int, change: wire.LineChange) -> Request[wire.Line]:
    """Change a line; what the change leaves out stays."""
    return write("PATCH", f"/v3/lines/{part(line_id)}", change, wire.Line)


def register_sensor(new: wire.SensorNew) -> Request[wire.Sensor]:
    """Register a sensor, or adopt a discovered device by its serial. Needs the scope `admin`."""
    return write("POST", "/v3/sensors", new, wire.Sensor)


def change_sensor(sensor_id: str, change: wire.SensorChange) -> Request[wire.Sensor]:
    """Change a sensor; what the change leaves out stays."""
    return write("PATCH", f"/v3/sensors/{part(sensor_id)}", change, wire.Sensor)


def retire_sensor(sensor_id: str) -> Request[wire.Sensor]:
    """Retire a sensor for good; its numbers stay. Needs the scope `admin`.

    An adopted device is left as it was found.
    """
    path = f"/v3/sensors/{part(sensor_id)}"
    return Request(method="DELETE", path=path, answer=wire.Sensor, timeout_s=CONFIGURE_S)


def create_key(new: wire.KeyNew) -> Request[wire.KeyMade]:
    """Make a key; its secret is in this answer only. Needs the scope `admin`."""
    return write("POST", "/v3/keys", new, wire.KeyMade)


def withdraw_key(key_id: str) -> Request[wire.Key]:
    """End a key now. Needs the scope `admin`."""
    return Request(method="DELETE", path=f"/v3/keys/{part(key_id)}", answer=wire.Key)
