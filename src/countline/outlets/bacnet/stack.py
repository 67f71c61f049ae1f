"""What bacpypes3 does, and what is mended of it: sockets, writes, and notices of changes.

Its private names are used where it has no public ones, so its version is pinned exactly.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from bacpypes3.apdu import SimpleAckPDU, WritePropertyMultipleError
from bacpypes3.app import Application
from bacpypes3.basetypes import (
    ErrorType,
    ObjectPropertyReference,
    ObjectTypesSupported,
    PropertyIdentifier,
    ServicesSupported,
)
from bacpypes3.comm import bind
from bacpypes3.errors import DecodingError, ExecutionError, RejectException
from bacpypes3.ipv4 import IPv4DatagramProtocol, IPv4DatagramServer
from bacpypes3.ipv4.bvll import BVLLCodec
from bacpypes3.ipv4.service import BIPForeign, BIPNormal, UDPMultiplexer
from bacpypes3.local.device import DeviceObject
from bacpypes3.pdu import IPv4Address
from bacpypes3.primitivedata import Null, Real, Unsigned

from countline.errors import CountlineError, Impossible
from countline.limits import PEOPLE_OF_ZONE_MAX
from countline.outlets.bacnet.points import OBJECT_TYPES
from countline.outlets.bacnet.settings import BacnetSettings
from countline.outlets.bacnet.sockets import Sockets

Told = Callable[[int, int, str], Awaitable[None]]  # zone, people, who said so

UNDER_WAY_MAX = 16  # confirmed notices under way to one address; the rest wait, newest value only
SUBSCRIPTIONS_MAX = 20_000  # a thousand zones, twice
SERVICES = (
    "readProperty",
    "readPropertyMultiple",
    "writeProperty",
    "writePropertyMultiple",
    "subscribeCOV",
    "whoIs",
    "iAm",
    "whoHas",
    "iHave",
)


class Device(DeviceObject):  # type: ignore[misc]
    """The device object. It names the kinds of objects that it can have."""

    @property
    def protocolObjectTypesSupported(self) -> Any:  # noqa: N802
        """One bit for each kind."""
        supported = ObjectTypesSupported([])
        for number in (*OBJECT_TYPES.values(), 8, 56):  # and the device, and its network port
            supported[number] = 1
        return supported

    @protocolObjectTypesSupported.setter
    def protocolObjectTypesSupported(self, value: Any) -> None:  # noqa: N802
        """It follows from the code."""


class Server(Application):  # type: ignore[misc]
    """Answers requests. What is written goes to `told`; all else that is written is refused."""

    told: Told | None = None

    def get_services_supported(self) -> Any:
        """What is really answered: bacpypes3 would name services that it has no code for."""
        supported = ServicesSupported([])
        for name in SERVICES:
            supported[getattr(supported, name)] = 1
        return supported

    # -- writes -----------------------------------------------------------------------------------
    async def do_WritePropertyRequest(self, apdu: Any) -> None:  # noqa: N802
        """One property."""
        await self._write(apdu.objectIdentifier, apdu, apdu.propertyValue, apdu.pduSource)
        await self.response(SimpleAckPDU(context=apdu))

    async def do_WritePropertyMultipleRequest(self, apdu: Any) -> None:  # noqa: N802
        """Several, in their order; the first that is refused ends it and is named."""
        for wanted in apdu.listOfWriteAccessSpecs:
            for one in wanted.listOfProperties:
                try:
                    await self._write(wanted.objectIdentifier, one, one.value, apdu.pduSource)
                except ExecutionError as error:
                    await self.response(_refusal(apdu, wanted.objectIdentifier, one, error))
                    return
        await self.response(SimpleAckPDU(context=apdu))

    async def _write(self, object_id: Any, one: Any, value: Any, source: Any) -> None:
        found = self.get_object_id(object_id)
        if found is None:
            raise ExecutionError("object", "unknownObject")
        if found.get_property_type(one.propertyIdentifier) is None:
            raise ExecutionError("property", "unknownProperty")
        zone_id = getattr(found, "_settable_zone", None)
        if zone_id is None or self.told is None:
            raise ExecutionError("property", "writeAccessDenied")
        if one.propertyIdentifier != PropertyIdentifier.presentValue:
            raise ExecutionError("property", "writeAccessDenied")
        if one.propertyArrayIndex is not None:
            raise ExecutionError("property", "propertyIsNotAnArray")
        try:
            await self.told(zone_id, _people(value), str(source))
        except Impossible as error:
            raise ExecutionError("property", "writeAccessDenied") from error
        except CountlineError as error:
            raise ExecutionError("device", "operationalProblem") from error

    # -- notices of changes -----------------------------------------------------------------------
    async def do_SubscribeCOVRequest(self, apdu: Any) -> None:  # noqa: N802
        """Without a lifetime it is for ever, which bacpypes3 takes for an error."""
        if apdu.issueConfirmedNotifications is not None and apdu.lifetime is None:
            apdu.lifetime = Unsigned(0)
        known = sum(len(one.cov_subscriptions) for one in self._cov_detections.values())
        if apdu.lifetime is not None and known >= SUBSCRIPTIONS_MAX:
            raise ExecutionError("resources", "noSpaceToAddListElement")
        await super().do_SubscribeCOVRequest(apdu)

    def cov_notification(self, cov: Any, apdu: Any) -> None:
        """Send one. To a subscriber that does not answer only so many are under way.

        bacpypes3 numbers them from 0 to 255 and looks for a free number for ever.
        """
        if not cov.confirmed:
            self.request(apdu)
        elif len(self._requests.get(cov.client_addr, ())) >= UNDER_WAY_MAX:
            self._late(cov.client_addr)[id(cov)] = cov
        else:
            self.request(apdu).add_done_callback(partial(self._answered, cov.client_addr))

    def _answered(self, address: Any, future: asyncio.Future[Any]) -> None:
        """One more may go: with the value of now, whatever it was when it was put back."""
        if not future.cancelled():
            future.exception()  # refused, or never answered: the next change is told again
        late = self._late(address)
        while late:
            cov = late.pop(next(iter(late)))
            if cov.obj_ref is not None:  # still subscribed
                self._cov_detections[cov.obj_id].send_cov_notifications(cov)
                return
        self.__dict__["_late_of"].pop(address, None)

    def _late(self, address: Any) -> dict[int, Any]:
        behind: dict[Any, dict[int, Any]] = self.__dict__.setdefault("_late_of", {})
        return behind.setdefault(address, {})

    def forget(self, object_id: Any) -> None:
        """End all subscriptions of an object, before it goes."""
        detection = self._cov_detections.get(object_id)
        if detection is not None:
            for cov in list(detection.cov_subscriptions):
                self.cancel_subscription(cov)


def notify(server: Server, changed: Any, *, flags: bool) -> None:
    """See that subscribers of an object get its status flags of now.

    bacpypes3 reads flags anew only when it is asked: a change of reliability alone is told to
    nobody, and later notices carry the old flags. This comes before the value is changed.
    """
    detection = server._cov_detections.get(changed.objectIdentifier)
    if detection is None or not flags:
        return
    detection.statusFlags = changed.statusFlags
    if detection._execute_handle is None:
        loop = asyncio.get_running_loop()
        detection._execute_handle = loop.call_soon(detection._execute)


def _people(value: Any) -> int:
    """A whole number of people. A panel cannot take back its word: Null is refused."""
    try:
        number = value.cast_out(Real, null=True)
    except (DecodingError, RejectException, ValueError, TypeError, AttributeError) as error:
        raise ExecutionError("property", "invalidDataType") from error
    if number is None or isinstance(number, Null):
        raise ExecutionError("property", "invalidDataType")
    people = float(number)
    if not math.isfinite(people) or people != int(people) or not 0 <= people <= PEOPLE_OF_ZONE_MAX:
        raise ExecutionError("property", "valueOutOfRange")
    return int(people)


def _refusal(apdu: Any, object_id: Any, one: Any, error: Any) -> Any:
    where = ObjectPropertyReference(
        objectIdentifier=object_id, propertyIdentifier=one.propertyIdentifier
    )
    if one.propertyArrayIndex is not None:
        where.propertyArrayIndex = one.propertyArrayIndex
    kind = ErrorType(errorClass=error.errorClass, errorCode=error.errorCode)
    return WritePropertyMultipleError(
        service_choice=apdu.apduService,
        errorType=kind,
        firstFailedWriteAttempt=where,
        context=apdu,
    )


# -- the network ----------------------------------------------------------------------------------
class _Datagrams(IPv4DatagramServer):  # type: ignore[misc]
    """Sends and receives over sockets that are bound already, and by nobody else."""

    def __init__(self, address: IPv4Address, sockets: Sockets) -> None:
        self._bound = {address.addrTuple: sockets.own}
        if sockets.broadcast is not None:
            self._bound[address.addrBroadcastTuple] = sockets.broadcast
        super().__init__(address, no_broadcast=sockets.broadcast is None)

    async def retrying_create_datagram_endpoint(
        self,
        loop: Any,
        addrTuple: Any,  # noqa: N803
        bind_socket: Any = None,
    ) -> Any:
        """No retrying: the socket is there."""

        def made() -> Any:
            protocol = IPv4DatagramProtocol()
            protocol.server = self
            return protocol

        return await loop.create_datagram_endpoint(made, sock=self._bound[addrTuple])


class Link:
    """What lies between the server and the sockets."""

    def __init__(self, server: Server, settings: BacnetSettings, sockets: Sockets) -> None:
        address = IPv4Address(f"{settings.interface}:{settings.port}")
        self._datagrams = _Datagrams(address, sockets)
        self._bbmd = settings.bbmd_at
        self.has_broadcast = self._bbmd is not None or sockets.broadcast is not None
        self._ttl_s = settings.bbmd_ttl_s
        self._layer = BIPForeign() if self._bbmd else BIPNormal()
        multiplexer = UDPMultiplexer()
        bind(self._layer, BVLLCodec(), multiplexer.annexJ)
        bind(multiplexer, self._datagrams)
        server.nsap.bind(self._layer, address=address)
        self.register()

    def register(self) -> None:
        """Ask the BBMD for the broadcasts of its network, from the beginning."""
        if self._bbmd is not None:
            self._layer._stop_tracking_registration()
            self._layer.register(IPv4Address(self._bbmd), self._ttl_s)

    @property
    def refused(self) -> int:
        """What the BBMD answered, where it said no; bacpypes3 then asks no more."""
        return max(0, self._layer.bbmdRegistrationStatus) if self._bbmd is not None else 0

    @property
    def heard(self) -> bool:
        """Whether broadcasts reach us, and ours everybody."""
        return self._bbmd is None or self._layer.bbmdRegistrationStatus == 0

    async def ready(self) -> None:
        """Return when the sockets are in use."""
        await self._datagrams._local_transport_ready.wait()

    async def close(self) -> None:
        """Take the registration back, and close the sockets."""
        if self._bbmd is not None and self._layer.bbmdRegistrationStatus != -2:
            self._layer._stop_tracking_registration()
            await self._layer._stop_registration(IPv4Address(self._bbmd))
        await asyncio.gather(*self._datagrams._transport_tasks)
        self._datagrams.close()
