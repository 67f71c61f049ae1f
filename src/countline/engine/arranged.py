"""What is written down of adopted devices: read, saved, and told to whoever asks later."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from countline.engine.desk import CatalogueDesk
from countline.engine.entering import (
    Entry,
    enter,
    forget_run,
    renew_secret,
    settle,
    take_out,
)
from countline.engine.mapping import DeviceChannel, LinesAsked
from countline.engine.reporting import fact
from countline.model.adoption import Adoption, ConfigurationChange
from countline.model.ids import SensorNo
from countline.model.sensor import Sensor
from countline.store.seam import Transaction, View
from countline.vault import Secret
from countline.wire.events import ConfigChangedData

DEVICE = "device"  # who changed a configuration, where somebody did it on the device itself


class _Preview(Exception):
    """Ends a transaction of which nothing is to stay."""

    def __init__(self, made: list[str]) -> None:
        super().__init__()
        self.made = made


class ArrangedDesk:
    """The records of adoptions, each change in one transaction."""

    def __init__(self, desk: CatalogueDesk, *, now_s: Callable[[], int]) -> None:
        self._desk = desk
        self._now_s = now_s

    async def of(self, sensor: SensorNo) -> Adoption | None:
        """The adoption of a sensor; None for one whose device nobody contacts."""
        return await self._desk.store.read(lambda view: view.record(Adoption, sensor))

    async def every(self) -> list[Adoption]:
        """All of them."""
        return await self._desk.store.read(lambda view: view.records(Adoption))

    async def at(self, address: str) -> Adoption | None:
        """The adoption of the device at an address."""

        def work(view: View) -> Adoption | None:
            return next((a for a in view.records(Adoption) if a.address == address), None)

        return await self._desk.store.read(work)

    async def delete(self, adoption: Adoption) -> None:
        """Forget one, when all of it is taken back."""
        await self._desk.store.write(lambda tx: tx.delete(adoption))

    async def amend(self, sensor: SensorNo, **changes: Any) -> Adoption | None:
        """Change parts of one; None where it was forgotten meanwhile, and stays so."""

        def work(tx: Transaction) -> Adoption | None:
            known = tx.record(Adoption, sensor)
            if known is None:
                return None
            tx.save(made := replace(known, **changes))
            return made

        return await self._desk.store.write(work)

    async def enter(
        self, entry: Entry, adoption_of: Callable[[SensorNo], Adoption]
    ) -> tuple[Sensor, Adoption]:
        """Write down an adoption before its device is touched; see `entering.enter`."""
        now_s = self._now_s()
        made = await self._desk.store.write(lambda tx: enter(tx, entry, adoption_of, now_s))
        await self._desk.fresh()
        return made

    async def renew_secret(self, adoption: Adoption, secret: Secret, *, driver: str) -> Adoption:
        """Another secret for an adopted device; see `entering.renew_secret`."""
        now_s = self._now_s()
        renewed = await self._desk.store.write(
            lambda tx: renew_secret(tx, adoption, secret, driver=driver, now_s=now_s)
        )
        await self._desk.fresh()
        return renewed

    async def settle(
        self,
        adoption: Adoption,
        entry: Entry,
        channels: Sequence[DeviceChannel],
        lines: LinesAsked,
    ) -> list[str]:
        """Everything is made on the device; see `entering.settle`. What waited for it is counted."""
        now_s = self._now_s()
        made = await self._desk.store.write(
            lambda tx: settle(tx, adoption, entry, channels, lines, now_s)
        )
        sensor = (await self._desk.fresh()).sensors[adoption.sensor]
        await self._desk.tell_registered(sensor)
        return made

    async def preview(
        self,
        adoption: Adoption | None,
        entry: Entry,
        channels: Sequence[DeviceChannel],
        lines: LinesAsked,
    ) -> list[str]:
        """What `enter` and `settle` would make of a device's channels. Nothing is written."""
        now_s = self._now_s()

        def work(tx: Transaction) -> None:
            entered = adoption
            if entered is None:
                _, entered = enter(tx, entry, lambda n: Adoption(sensor=n, address=""), now_s)
            raise _Preview(settle(tx, entered, entry, channels, lines, now_s))

        try:
            await self._desk.store.write(work)
        except _Preview as preview:
            return preview.made
        raise AssertionError("a preview always ends its transaction")

    async def take_out(self, adoption: Adoption) -> None:
        """Everything is taken back on the device; see `entering.take_out`, `forget_run`."""
        now_s = self._now_s()

        def work(tx: Transaction) -> None:
            if (known := tx.record(Adoption, adoption.sensor)) is None:
                return
            if known.state == "adopting":
                take_out(tx, known, now_s)
            else:
                forget_run(tx, known)

        await self._desk.store.write(work)
        await self._desk.fresh()

    # -- changes of configuration -----------------------------------------------------------------
    async def log(
        self,
        sensor: SensorNo,
        *,
        who: str,
        what: str,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Write down a change of a device; secrets are blanked by who calls."""

        def work(tx: Transaction) -> None:
            self._log(tx, sensor, who, what, before or {}, after or {})

        await self._desk.store.write(work)

    async def note_changes(
        self,
        adoption: Adoption,
        *,
        who: str,
        changes: Sequence[tuple[str, dict[str, Any], dict[str, Any]]],
    ) -> None:
        """How a device is configured now, and what was changed: what, before, after."""

        def work(tx: Transaction) -> None:
            if (known := tx.record(Adoption, adoption.sensor)) is None:
                return
            tx.save(
                replace(
                    known,
                    made=adoption.made,
                    checksum=adoption.checksum,
                    contents=adoption.contents,
                )
            )
            for what, before, after in changes:
                self._log(tx, adoption.sensor, who, what, before, after)

        await self._desk.store.write(work)

    async def log_drift(
        self,
        sensor: SensorNo,
        *,
        checksum: str,
        what: str,
        before: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        """Write down what somebody changed on the device, once for each state it is found in."""

        def work(tx: Transaction) -> None:
            known = tx.records(ConfigurationChange, sensor=sensor)
            if any(c.who == DEVICE and c.after.get("checksum") == checksum for c in known):
                return
            self._log(tx, sensor, DEVICE, what, before, {"checksum": checksum, **after})

        await self._desk.store.write(work)

    async def changes(self, sensor: SensorNo) -> list[ConfigurationChange]:
        """Who changed what of a device, newest first."""

        def work(view: View) -> list[ConfigurationChange]:
            return view.records(ConfigurationChange, sensor=sensor)[::-1]

        return await self._desk.store.read(work)

    def _log(
        self,
        tx: Transaction,
        sensor: SensorNo,
        who: str,
        what: str,
        before: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        tx.save(
            ConfigurationChange(
                change_id=tx.next_number("configuration_change"),
                sensor=sensor,
                at_s=self._now_s(),
                who=who,
                what=what,
                before=before,
                after=after,
            )
        )
        known = tx.record(Sensor, sensor)
        if known is not None and who != DEVICE:  # that is told as soon as the device shows it
            data = ConfigChangedData(
                location_id=known.location_id,
                sensor_id=known.sensor_id,
                origin="countline",
                who=who,
                what=what,
                sequence=0,
            )
            tx.emit(fact("sensor.config_changed", data, at_s=self._now_s(), sensor=sensor))
