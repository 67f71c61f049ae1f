"""Sensors: the list, registration, and discovered devices that wait for it."""

from typing import Any

from litestar import Response
from litestar.params import FromPath, JSONBody

from countline.api.lists import next_link, page_of
from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.api.sight import location_of, sees, sensor_of
from countline.api.v3 import render
from countline.api.v3.asking import PlacePageAsking
from countline.api.v3.places import given
from countline.model.sensor import Device, Sensor
from countline.wire import v3_catalogue as wire


async def list_sensors(request: ApiRequest[PlacePageAsking]) -> Response[wire.SensorPage]:
    """Sensors by id, each with its health.

    A key with the scope `admin` that sees every location also gets, after them, the devices that were
    discovered and wait for registration: `state` is `discovered`, `sensor_id` and `location_id` null.
    """
    asking, catalogue = request.asked, request.engine.desk.current()
    if asking.location_id is not None:
        location_of(request, asking.location_id)
    known: list[Sensor | Device] = [
        *_sensors(request, asking.location_id),
        *_discovered(request, asking.location_id),
    ]
    page, cursor = page_of(known, place=_place, limit=asking.limit, cursor=asking.cursor)
    health = {h.sensor_id: h for h in await request.engine.watch.sensors(request.sight)}
    told = [
        render.discovered(x)
        if isinstance(x, Device)
        else render.sensor(x, catalogue, health.get(x.sensor_id))
        for x in page
    ]
    return Response(wire.SensorPage(data=told, next=cursor), headers=next_link(request, cursor))


async def add_sensor(
    request: ApiRequest[Asking], data: JSONBody[wire.SensorNew]
) -> Response[wire.Sensor]:
    """Register a sensor.

    With the `serial` of a discovered device that device is adopted, without contacting it, and what
    it pushed while waiting is counted at once. Without one, the sensor is fed by files.
    """
    location_of(request, data.location_id)
    made = await request.engine.desk.register_sensor(
        sensor_id=data.sensor_id,
        location_id=data.location_id,
        serial=data.serial,
        vendor=data.vendor,
        context=data.context,
        name=data.name,
    )
    return await _tell(request, made)


async def get_sensor(
    request: ApiRequest[Asking], sensor_id: FromPath[str]
) -> Response[wire.Sensor]:
    """One sensor."""
    return await _tell(request, sensor_of(request, sensor_id))


async def change_sensor(
    request: ApiRequest[Asking], sensor_id: FromPath[str], data: JSONBody[wire.SensorChange]
) -> Response[wire.Sensor]:
    """Change a sensor's name, what a minute without a record means, or what live events count for."""
    known = sensor_of(request, sensor_id)
    return await _tell(
        request, await request.engine.desk.change_sensor(known.sensor_id, **given(data))
    )


async def retire_sensor(
    request: ApiRequest[Asking], sensor_id: FromPath[str]
) -> Response[wire.Sensor]:
    """Retire a sensor: nothing is expected of it any more. Its history and its id stay.

    An adopted device is left as it was found: at once, or as soon as it can be reached again.
    """
    known = sensor_of(request, sensor_id)
    retired = await request.engine.desk.retire_sensor(known.sensor_id)
    await request.devices.release(known.sensor_id)
    return await _tell(request, retired)


async def _tell(request: ApiRequest[Any], known: Sensor) -> Response[wire.Sensor]:
    health = await request.engine.watch.sensor(known.sensor_id, request.sight)
    return Response(render.sensor(known, request.engine.desk.current(), health))


def _sensors(request: ApiRequest[Any], location_id: str | None) -> list[Sensor]:
    sight = request.sight
    return [
        s
        for s in request.engine.desk.current().sensor_by_id.values()
        if sees(sight, s.location_id) and location_id in (None, s.location_id)
    ]


def _discovered(request: ApiRequest[Any], location_id: str | None) -> list[Device]:
    if request.sight is not None or location_id is not None or "admin" not in request.caller.scopes:
        return []
    devices = request.engine.desk.current().devices
    open_ones = (devices[i] for i in sorted(devices))
    return [d for d in open_ones if d.sensor is None and d.valid_to_s is None]


def _place(item: Sensor | Device) -> tuple[int, str | int]:
    return (1, item.device_id) if isinstance(item, Device) else (0, item.sensor_id)
