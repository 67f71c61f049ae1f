"""Version 1's lists and health: version 3's, under their short addresses."""

from litestar import Response
from litestar.params import FromPath

from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.api.v1.asking import PlacePageAsking
from countline.api.v3 import device_config, health, layouts, places, sensors
from countline.wire import v1, v3_catalogue, v3_devices, v3_layouts


async def list_sensors(request: ApiRequest[PlacePageAsking]) -> Response[v3_catalogue.SensorPage]:
    """Sensors by id, each with its health."""
    return await sensors.list_sensors(request)


async def list_devices(request: ApiRequest[PlacePageAsking]) -> Response[v3_catalogue.SensorPage]:
    """The same as `/api/v1/sensors`, under its other name."""
    return await sensors.list_sensors(request)


async def list_zones(request: ApiRequest[PlacePageAsking]) -> Response[v3_catalogue.ZonePage]:
    """Zones by id, with the sensors that count or measure each."""
    return await places.list_zones(request)


async def list_layouts(request: ApiRequest[PlacePageAsking]) -> Response[v3_layouts.LayoutPage]:
    """Floor plans by id, with the zones, lines and sensors that are on each."""
    return await layouts.list_layouts(request)


async def system_health(request: ApiRequest[Asking]) -> v1.SystemHealth:
    """The health of the whole installation."""
    whole = await health.system_health(request)
    return v1.SystemHealth(health=whole.health, version=whole.version, sensors=whole.sensors)


async def sensor_config(
    request: ApiRequest[Asking], sensor_id: FromPath[str]
) -> Response[v3_devices.SensorConfig]:
    """A device's configuration as it is now, and what somebody changed on the device itself."""
    return await device_config.get_config(request, sensor_id)
