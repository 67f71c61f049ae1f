"""Shows the board on the network, and takes the word of whoever writes how many people are there."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from countline import clock
from countline.engine.board import Board, Changes
from countline.engine.feed import pause
from countline.errors import CountlineError
from countline.model.ids import ZoneId
from countline.outlets.bacnet.device import BacnetDevice
from countline.outlets.bacnet.points import ZONE_ID_MAX, ObjectId, Place, points_of
from countline.outlets.bacnet.settings import BacnetSettings
from countline.outlets.bacnet.sockets import Sockets, bind

SetOccupancy = Callable[[int, int, str], Awaitable[object]]  # zone, people, reason

BOARD_S = 2.0  # how long the board may take to be filled before controllers are answered
AGAIN_S = 1.0  # after a zone could not be shown
LOOK_S = 5.0  # how often the registration at a BBMD is looked at
UNHEARD_S = 15.0  # how long a BBMD may be silent before health tells of it

_log = structlog.get_logger("countline.bacnet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What the outlet does to the world: a word about a zone goes in, troubles come out."""

    set_occupancy: SetOccupancy
    report: Callable[[str | None], None]
    now_s: Callable[[], int] = clock.now_s
    elapsed_s: Callable[[], float] = clock.elapsed_s


class BacnetOutlet:
    """One device. The port is taken when it is made: raises `Conflict` that names it."""

    def __init__(self, settings: BacnetSettings, *, board: Board, ways: Ways) -> None:
        self._settings = settings
        self._board = board
        self._ways = ways
        self._sockets: Sockets = bind(settings)
        self._places: dict[ZoneId, Place] = {}
        self._ids: dict[ZoneId, set[ObjectId]] = {}
        self._failed: set[ZoneId] = set()
        self._unheard_since_s: float | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Show the board until `stop` is set."""
        with self._board.watching() as changes:
            try:
                await pause(BOARD_S, changes.woken, stop)
                device = self._device()
                await self._show(device, changes)  # before anybody can ask
            except BaseException:
                self._sockets.close()
                raise
            async with device:
                device.announce()
                at = f"{self._settings.interface.ip}:{self._settings.port}"
                _log.info("bacnet.started", at=at, device=self._settings.device_instance)
                while not stop.is_set():
                    self._ways.report(self._trouble(device))
                    await pause(self._rest_s(), changes.woken, stop)
                    await self._show(device, changes)
        self._ways.report(None)

    def _device(self) -> BacnetDevice:
        told = self._told if self._settings.writable else None
        return BacnetDevice(self._settings, self._sockets, told=told, now_s=self._ways.now_s)

    def _rest_s(self) -> float:
        return AGAIN_S if self._failed else LOOK_S

    # -- out --------------------------------------------------------------------------------------
    async def _show(self, device: BacnetDevice, changes: Changes) -> None:
        """Show what changed, and what could not be shown the last time."""
        zones, _ = changes.take()
        wanted = zones | self._failed
        self._failed = set()
        for zone_id in sorted(wanted):
            try:
                self._show_zone(device, zone_id)
            except Exception:  # the other zones are shown, and this one again later
                _log.exception("bacnet.zone_not_shown", zone_id=zone_id)
                self._failed.add(zone_id)
            await asyncio.sleep(0)  # a thousand zones keep nobody waiting

    def _show_zone(self, device: BacnetDevice, zone_id: ZoneId) -> None:
        now = self._board.zones.get(zone_id)
        if now is None:
            self._places.pop(zone_id, None)
            device.remove(self._ids.pop(zone_id, ()))
            return
        if zone_id > ZONE_ID_MAX:
            return
        place = self._places[zone_id] = Place.of(now, self._places.get(zone_id))
        shown = set[ObjectId]()
        for point, sort in points_of(place, writable=self._settings.writable):
            device.show(point, sort.reads(now))
            shown.add(point.id)
        device.remove(self._ids.get(zone_id, set()) - shown)
        self._ids[zone_id] = shown

    def _trouble(self, device: BacnetDevice) -> str | None:
        """The first thing that is wrong, in words."""
        if self._failed:
            return f"Zone {min(self._failed)} cannot be shown over BACnet; see the log."
        if too_high := [zone_id for zone_id in self._board.zones if zone_id > ZONE_ID_MAX]:
            return f"Zone {min(too_high)} has no BACnet objects: its number is over {ZONE_ID_MAX}."
        return self._unheard(device)

    def _unheard(self, device: BacnetDevice) -> str | None:
        now_s = self._ways.elapsed_s()
        if device.link.heard:
            self._unheard_since_s = None
            return None
        if self._unheard_since_s is None:
            self._unheard_since_s = now_s
        at, refused = self._settings.bbmd, device.link.refused
        if refused:
            device.link.register()
            return f"The BBMD at {at} refuses to register this device (code {refused:#06x})."
        if now_s - self._unheard_since_s < UNHEARD_S:
            return None
        return f"The BBMD at {at} does not answer: controllers beyond it cannot find this device."

    # -- in ---------------------------------------------------------------------------------------
    async def _told(self, zone_id: int, people: int, who: str) -> None:
        """Somebody wrote how many people are in a zone."""
        try:
            await self._ways.set_occupancy(zone_id, people, f"written over BACnet by {who}")
        except CountlineError as error:
            _log.warning("bacnet.write_refused", zone_id=zone_id, who=who, detail=error.detail)
            raise
        except Exception:  # the stack would swallow it
            _log.exception("bacnet.write_failed", zone_id=zone_id, who=who)
            raise
        _log.info("bacnet.written", zone_id=zone_id, people=people, who=who)
