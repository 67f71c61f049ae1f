"""The device on the network: one object for each point, with the value and flags it was last given."""

import logging
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from types import TracebackType
from typing import Any, Self

from bacpypes3.basetypes import HostNPort
from bacpypes3.local.analog import AnalogInputObject, AnalogValueObject
from bacpypes3.local.binary import BinaryInputObject
from bacpypes3.local.cov import GenericCriteria
from bacpypes3.local.multistate import MultiStateInputObject
from bacpypes3.local.object import Object
from bacpypes3.object import AccumulatorObject, NetworkPortObject

from countline import __version__
from countline.limits import PEOPLE_OF_ZONE_MAX
from countline.outlets.bacnet.points import Kind, ObjectId, Point, Reading
from countline.outlets.bacnet.settings import BacnetSettings
from countline.outlets.bacnet.sockets import Sockets
from countline.outlets.bacnet.stack import Device, Link, Server, Told, notify

APDU_BYTES = 1_476  # what fits in one datagram
TOTAL_MAX = 2**32 - 1


class _Accumulator(Object, AccumulatorObject):  # type: ignore[misc]
    """A total. bacpypes3 has no local one."""

    _cov_criteria = GenericCriteria


class _States(MultiStateInputObject):  # type: ignore[misc]
    """bacpypes3 would look for a `covIncrement`, which states do not have."""

    _cov_criteria = GenericCriteria


class _Port(Object, NetworkPortObject):  # type: ignore[misc]
    """How the device is connected. bacpypes3's own one would open sockets by itself."""


CLASSES: Mapping[Kind, type[Any]] = {
    "analog-input": AnalogInputObject,
    "analog-value": AnalogValueObject,
    "binary-input": BinaryInputObject,
    "multi-state-input": _States,
    "accumulator": _Accumulator,
}
# What stands where nothing was ever known, always with the fault flag: no number, and somebody in.
UNKNOWN: Mapping[Kind, float | int] = {
    "analog-input": math.nan,
    "analog-value": math.nan,
    "binary-input": 1,
    "multi-state-input": 1,
    "accumulator": 0,
}


class BacnetDevice:
    """A device with objects. Made on the event loop; answers while it is entered (`async with`).

    The database revision is the time of the last change of the object list: it rises over restarts
    too, without being kept anywhere.
    """

    def __init__(
        self,
        settings: BacnetSettings,
        sockets: Sockets,
        *,
        told: Told | None = None,
        now_s: Callable[[], int],
    ) -> None:
        # Whatever anybody sends would be a traceback in the log: the network decides what that is.
        logging.getLogger("bacpypes3").setLevel(logging.CRITICAL + 1)
        self._now_s = now_s
        self._objects: dict[ObjectId, Any] = {}
        self._points: dict[ObjectId, Point] = {}
        self._first: dict[tuple[str, int | None], Any] = {}
        self._shown: dict[ObjectId, Reading] = {}
        self._device = Device(
            objectIdentifier=("device", settings.device_instance),
            objectName=settings.device_name,
            description="People counts by zone",
            vendorName="countline",
            vendorIdentifier=settings.vendor_identifier,
            modelName="countline",
            firmwareRevision=__version__,
            applicationSoftwareVersion=__version__,
            maxApduLengthAccepted=APDU_BYTES,
            databaseRevision=now_s(),
        )
        self._server = Server.from_object_list([self._device, _port(settings)])
        self._server.told = told
        self._settings = settings
        self._sockets = sockets
        self._link: Link | None = None

    @property
    def link(self) -> Link:
        """The way to the network, once the device is entered."""
        assert self._link is not None, "not entered"
        return self._link

    async def __aenter__(self) -> Self:
        self._link = Link(self._server, self._settings, self._sockets)
        await self._link.ready()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for found in self._objects.values():
            self._server.forget(found.objectIdentifier)
        await self.link.close()

    @property
    def ids(self) -> frozenset[ObjectId]:
        """The objects of points that there are."""
        return frozenset(self._objects)

    def announce(self) -> None:
        """Tell the network that the device is there."""
        if self.link.has_broadcast:
            self._server.i_am()

    def show(self, point: Point, reading: Reading) -> None:
        """Give a point its value and flags; its object is made where there is none yet."""
        found = self._objects.get(point.id)
        if found is None:
            found = self._add(point)
        elif self._points[point.id] != point:
            self._rename(found, point)
        before = self._shown.get(point.id)
        if reading == before:
            return
        flags = before is None or before.sound != reading.sound
        if flags:
            found.reliability = "noFaultDetected" if reading.sound else "communicationFailure"
        notify(self._server, found, flags=flags)
        if reading.value is not None and (before is None or reading.value != before.value):
            found.presentValue = _fitting(point.id.kind, reading.value)
        self._shown[point.id] = reading

    def remove(self, ids: Iterable[ObjectId]) -> None:
        """Take objects away. Who had subscribed hears no more of them."""
        for one in list(ids):
            found = self._objects.pop(one)
            self._server.forget(found.objectIdentifier)
            self._server.delete_object(found)
            self._points.pop(one)
            self._shown.pop(one, None)
            self._revise()

    def _add(self, point: Point) -> Any:
        """A copy of the first object of its sort: to make one anew takes bacpypes3 three ms."""
        sort = point.label, point.unit
        if sort not in self._first:
            self._first[sort] = _made(point)
        made = copy(self._first[sort])
        made._property_monitors = defaultdict(list)
        made.objectIdentifier = (point.id.kind, point.id.instance)
        made.objectName = point.name
        made.description = point.description
        made._settable_zone = point.zone_id if point.settable else None
        self._server.add_object(made)
        self._objects[point.id] = made
        self._points[point.id] = point
        self._revise()
        return made

    def _rename(self, found: Any, point: Point) -> None:
        """What a zone is called, and the unit of its air, may change; identifiers never do."""
        found.description = point.description
        if point.unit is not None:
            found.units = point.unit
        self._points[point.id] = point

    def _revise(self) -> None:
        self._device.databaseRevision = max(self._device.databaseRevision + 1, self._now_s())


def _made(point: Point) -> Any:
    return CLASSES[point.id.kind](
        objectIdentifier=(point.id.kind, point.id.instance),
        objectName=point.name,
        presentValue=UNKNOWN[point.id.kind],
        reliability="communicationFailure",
        eventState="normal",
        outOfService=False,
        **_more(point),
    )


def _more(point: Point) -> dict[str, Any]:
    """The properties that only some kinds of objects have."""
    match point.id.kind:
        case "analog-input" | "analog-value":
            more = {"units": point.unit, "covIncrement": point.increment}
            if point.settable:
                more |= {"minPresValue": 0, "maxPresValue": PEOPLE_OF_ZONE_MAX}
            return more
        case "binary-input":
            inactive, active = point.states
            return {"polarity": "normal", "inactiveText": inactive, "activeText": active}
        case "multi-state-input":
            return {"numberOfStates": len(point.states), "stateText": list(point.states)}
        case "accumulator":
            return {
                "units": point.unit,
                "scale": {"integerScale": 0},
                "maxPresValue": TOTAL_MAX,
            }


def _fitting(kind: Kind, value: float | int) -> float | int:
    """A value as its object takes it. A total begins again at 0 after its largest, as meters do."""
    if kind in ("analog-input", "analog-value"):
        return float(value)
    return int(value) % (TOTAL_MAX + 1) if kind == "accumulator" else int(value)


def _port(settings: BacnetSettings) -> Any:
    interface = settings.interface
    bbmd = settings.bbmd_at
    foreign: dict[str, Any] = {}
    if bbmd is not None:
        foreign["fdBBMDAddress"] = HostNPort(f"{bbmd[0]}:{bbmd[1]}")
        foreign["fdSubscriptionLifetime"] = settings.bbmd_ttl_s
    return _Port(
        objectIdentifier=("network-port", 1),
        objectName="network-port-1",
        reliability="noFaultDetected",
        outOfService=False,
        networkType="ipv4",
        protocolLevel="bacnetApplication",
        networkNumber=0,
        networkNumberQuality="unknown",
        changesPending=False,
        linkSpeed=0.0,
        apduLength=APDU_BYTES,
        macAddress=interface.ip.packed + settings.port.to_bytes(2, "big"),
        ipAddress=interface.ip.packed,
        ipSubnetMask=interface.netmask.packed,
        bacnetIPUDPPort=settings.port,
        bacnetIPMode="normal" if bbmd is None else "foreign",
        **foreign,
    )
