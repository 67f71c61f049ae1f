"""Adoption: a device is recognised, read, told to push here, and its memory fetched; and all undone."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from countline.devices.adoptions import Adoptions, about_found, about_push
from countline.devices.configuring import noted
from countline.devices.letting_go import Releaser
from countline.devices.places import Place, place_of
from countline.devices.planning import DevicePlan, plan_device
from countline.devices.xovis_v5 import Address, Context, Login, SensorClient, recognise
from countline.devices.xovis_v5.arranging import Target, check_target
from countline.devices.xovis_v5.documents import blank, readable
from countline.devices.xovis_v5.looking import Look, look
from countline.devices.xovis_v5.recognise import Recognised
from countline.devices.xovis_v5.remembering import oldest_s, pull
from countline.devices.xovis_v5.taking_back import made_entry, seal_before
from countline.devices.xovis_v5.wiring import certificate_changed
from countline.drivers.xovis_v5 import DRIVER
from countline.engine.adopting import (
    NOTHING,
    AdoptionAsked,
    AdoptionReport,
    Progress,
    Step,
)
from countline.engine.changes import bad_field
from countline.engine.entering import Entry
from countline.engine.histories import Merged, merge_history
from countline.errors import (
    ConfigError,
    CountlineError,
    DeviceError,
)
from countline.model.adoption import Adoption
from countline.model.sensor import Sensor
from countline.vault import Secret

_log = structlog.get_logger("countline.adopting")

HISTORY_S_MAX = 400 * 86_400  # further back no sensor remembers minutes


def silently(what: str, done: int, total: int) -> None:
    """Shows no progress."""


class Adopter:
    """Adopts devices."""

    def __init__(
        self,
        adoptions: Adoptions,
        releaser: Releaser,
        *,
        seen_from: Callable[[str], str],
    ) -> None:
        """`seen_from` gives this gateway's base address as a host sees it. Raises `BadQuery`."""
        self._adoptions = adoptions
        self._releaser = releaser
        self._engine = adoptions.engine
        self._devices = adoptions.devices
        self._seen_from = seen_from

    # -- adopting ---------------------------------------------------------------------------------
    async def adopt(self, asked: AdoptionAsked, progress: Progress | None = None) -> AdoptionReport:
        """As in `DeviceDesk`. What fails half-way is taken back before the error is raised."""
        say = progress or silently
        address = Address.of(asked.address)
        Context.of(asked.context)  # before anybody is asked
        say("recognising the device", 0, 1)
        found = await self._recognise(address, asked)
        async with self._adoptions.turns.turn(found.serial):
            if not asked.dry_run:
                await self._releaser.finish(found.serial)
            place = await place_of(self._adoptions, asked, found)
            self._check_certificate(asked, found, place)
            login = self._login(asked, found, place)
            async with self._devices.client(
                address, login=login, fingerprint=found.fingerprint, sensor_id=place.sensor_id
            ) as client:
                work = await self._decide(client, asked, found, place, login, say)
                if asked.dry_run:
                    return await self._would_be(work)
                settled = await self._carry_out(client, work, say)
        return await self._complete(settled, say)

    async def _decide(
        self,
        client: SensorClient,
        asked: AdoptionAsked,
        found: Recognised,
        place: Place,
        login: Login,
        say: Progress,
    ) -> "_Work":
        say("reading its configuration", 0, 1)
        context = Context.of(asked.context)
        seen = await look(client, context)
        base = asked.push_url
        if base is None:  # a name is looked up, which may take long
            base = await asyncio.to_thread(self._seen_from, Address.of(asked.address).host)
        secret = await self._push_secret(place)
        target = Target(url=check_target(base), user=place.sensor_id, secret=secret)
        plan = plan_device(seen, found.firmware, context, target, place.adoption, asked)
        return _Work(asked, found, place, login, target, plan, seen, context)

    async def _would_be(self, work: "_Work") -> AdoptionReport:
        """The report of a dry run: what would be made on the device, and here."""
        made = await self._adoptions.book.preview(
            work.place.adoption,
            self._entry(work),
            work.seen.channels(work.context),
            work.asked.lines,
        )
        report = self._report(work)
        steps = (Step("catalogue", "create", what) for what in made)
        return replace(report, steps=(*report.steps, *steps))

    async def _recognise(self, address: Address, asked: AdoptionAsked) -> Recognised:
        """Whom an address belongs to, before a password is sent there."""
        known = await self._adoptions.book.at(str(address))
        pinned = "" if known is None or asked.accept_certificate else known.certificate
        async with self._devices.client(
            address, fingerprint=pinned, sensor_id=asked.sensor_id or ""
        ) as stranger:
            return await recognise(stranger)

    def _check_certificate(self, asked: AdoptionAsked, found: Recognised, place: Place) -> None:
        """A device that we know by its serial shows the certificate that we know, wherever it is."""
        known = "" if place.adoption is None else place.adoption.certificate
        if known and found.fingerprint != known and not asked.accept_certificate:
            raise certificate_changed(found.fingerprint, known, place.sensor_id)

    def _login(self, asked: AdoptionAsked, found: Recognised, place: Place) -> Login:
        """Who we are to the device. A password that is kept goes only to whom it was given for."""
        known = place.adoption
        if asked.password is not None:
            return Login(asked.user, asked.password)
        if known is None:
            raise bad_field("password", "the device's password is needed")
        same = known.address == str(Address.of(asked.address))
        if found.fingerprint != known.certificate or not (known.certificate or same):
            raise bad_field(
                "password",
                "is needed again: what answers there does not prove that it is the device for"
                " which it was given",
            )
        return Login(known.user, self._adoptions.password(known))

    async def _push_secret(self, place: Place) -> Secret:
        """The secret by which the sensor pushes; a new one where none is known, or none admits it."""
        if place.adoption is not None and place.adoption.push_secret:
            try:
                known = self._adoptions.push_secret(place.adoption)
            except ConfigError as error:  # the key that sealed it is lost
                _log.warning("push_secret_renewed", sensor=place.sensor_id, why=error.detail)
            else:
                if await self._engine.access.admits(known.reveal()):
                    return known
        return Secret(self._engine.access.new_push_secret())

    # -- carrying out -----------------------------------------------------------------------------
    async def _carry_out(self, client: SensorClient, work: "_Work", say: Progress) -> "_Settled":
        """Make everything, on the device and here; or, after any error, nothing."""
        sensor, adoption = await self._enter(work)
        try:
            adoption = await self._arrange(client, work, adoption, say)
            if any(make.kind == "logic" for make in work.plan.makes):
                work = replace(work, seen=await look(client, work.context))  # it counts at more now
            state = await client.device.config_state(contents=True)
            adoption = noted(self._as_asked(work, adoption), state)
            channels = work.seen.channels(work.context)
            made = await self._adoptions.book.settle(
                adoption, self._entry(work), channels, work.asked.lines
            )
        except Exception:
            await self._back_out(client, adoption)
            raise
        return _Settled(work, sensor, replace(adoption, state="adopted"), made)

    async def _enter(self, work: "_Work") -> tuple[Sensor, Adoption]:
        """In writing what we are about to do to the device, and the sensor in the catalogue."""
        place = work.place
        if place.adoption is not None and place.sensor is not None:
            secret = work.target.secret
            if await self._engine.access.admits(secret.reveal()):
                return place.sensor, place.adoption
            return place.sensor, await self._adoptions.book.renew_secret(
                place.adoption, secret, driver=DRIVER.name
            )
        return await self._adoptions.book.enter(
            self._entry(work),
            lambda number: self._as_asked(work, Adoption(sensor=number, address="")),
        )

    def _entry(self, work: "_Work") -> Entry:
        asked, found, place = work.asked, work.found, work.place
        return Entry(
            sensor_id=place.sensor_id,
            location_id=place.location_id,
            time_zone=work.seen.time.time_zone,
            name=asked.name or found.name,
            vendor=DRIVER.vendor,
            serial=found.serial,
            context=asked.context,
            driver=DRIVER.name,
            model=found.model,
            firmware=found.firmware_text,
            secret=work.target.secret,
        )

    def _as_asked(self, work: "_Work", adoption: Adoption) -> Adoption:
        """How the device is reached from now on."""
        about = about_push(adoption.sensor)
        login = work.login
        return replace(
            self._adoptions.with_login(adoption, login.user, login.password),
            address=str(Address.of(work.asked.address)),
            push_secret=self._adoptions.vault.seal(work.target.secret, about=about),
            certificate=work.found.fingerprint,
            target=work.target.url,
            adopted_s=adoption.adopted_s or self._adoptions.now_s(),
        )

    async def _arrange(
        self, client: SensorClient, work: "_Work", adoption: Adoption, say: Progress
    ) -> Adoption:
        """Make and change what the plan says, each written down before it is done."""
        steps = work.plan.makes
        for nth, make in enumerate(steps):
            say(make.what, nth, len(steps))
            if make.action == "keep":
                continue
            sealed = b""
            if make.action == "change":
                sealed = seal_before(
                    self._adoptions.vault, make.before, about=about_found(adoption.sensor)
                )
            entry = made_entry(make.kind, make.id, sealed_before=sealed, again=make.ours)
            adoption = await self._write_down(adoption, (*adoption.made, entry))
            try:
                await make.carry_out(client.at(work.context))
            except DeviceError as error:
                if error.error_code == "device_conflict" and make.action == "create":
                    await self._write_down(adoption, adoption.made[:-1])  # it is somebody else's
                raise
            await self._adoptions.book.log(
                adoption.sensor,
                who=work.asked.who,
                what=f"{make.action} {make.what}",
                before=blank(make.before),
                after=blank(dict(make.after)),
            )
            if make.kind == "connection" and work.plan.tests:
                await self._test(client, work, make.id)
        return adoption

    async def _write_down(self, adoption: Adoption, made: tuple[dict[str, Any], ...]) -> Adoption:
        await self._adoptions.book.amend(adoption.sensor, made=made)
        return replace(adoption, made=made)

    async def _test(self, client: SensorClient, work: "_Work", connection: int) -> None:
        test = await client.at(work.context).push.test_connection(connection)
        if test.status == "OK":
            return
        said = readable(f"{test.status} {test.server_response.info}".strip())[:200]
        raise DeviceError(
            f"The sensor cannot push to {work.target.url} ({said}): see that `countline serve` runs,"
            " that it listens on an address that the sensor can reach, and that no firewall is in"
            " between; say which address that is with --push-url.",
            code="push_target_unreachable",
            found=readable(test.status)[:64],
        )

    async def _back_out(self, client: SensorClient, adoption: Adoption) -> None:
        """After a failure nothing of the adoption stays: not on the device, and not here.

        What cannot be taken back now is finished later; the failure itself is what people are told.
        """
        try:
            pending = await self._releaser.undo(client, adoption)
        except CountlineError as error:
            pending = error.detail
        if pending:
            _log.warning("adoption_not_undone", sensor=adoption.sensor, why=pending)

    # -- afterwards -------------------------------------------------------------------------------
    async def _complete(self, settled: "_Settled", say: Progress) -> AdoptionReport:
        """Draw what it counts at, and fetch what it remembers; without either it is adopted too."""
        work, sensor = settled.work, settled.sensor
        channels = work.seen.channels(work.context)
        catalogue = await self._engine.desk.fresh()
        meant = {source.channel for source in catalogue.sources_of_sensor.get(sensor.sensor, ())}
        shapes = work.seen.shapes([c for c in channels if c.channel in meant])
        drawing = await self._engine.layouts.draw_sensor(sensor, shapes)
        merged, history_from_s = await self._fetch(settled, say)
        if history_from_s != settled.adoption.history_from_s:
            await self._adoptions.book.amend(sensor.sensor, history_from_s=history_from_s)
        await self._engine.settled()
        report = self._report(work)
        made = (*settled.made, *drawing.created)
        return replace(
            report,
            steps=(*report.steps, *(Step("catalogue", "create", what) for what in made)),
            connection_test="OK" if work.plan.tests else "",
            history_from_s=history_from_s,
            history=merged,
        )

    async def _fetch(self, settled: "_Settled", say: Progress) -> tuple[Merged, int | None]:
        """What the device remembers from before. A device that will not tell is no failure."""
        work, sensor, adoption = settled.work, settled.sensor, settled.adoption
        if not work.asked.history or adoption.history_from_s is not None:
            return NOTHING, adoption.history_from_s
        now_s = self._adoptions.now_s() // 60 * 60
        merged = NOTHING
        try:
            async with self._adoptions.opened(sensor, adoption) as client:
                since_s = await oldest_s(client, work.context, work.seen.time)
                from_s = max(now_s - HISTORY_S_MAX, since_s if since_s is not None else 0)
                from_s = from_s // 60 * 60
                async for answer in pull(
                    client, work.context, from_s, now_s, templates=work.seen.template_of
                ):
                    merged += await merge_history(
                        self._engine,
                        sensor,
                        [answer.decoded],
                        driver=DRIVER.name,
                        answered_ms=self._engine.now_ms(),
                    )
                    say("fetching its history", answer.to_s - from_s, now_s - from_s)
        except DeviceError as error:
            _log.warning("history_not_fetched", sensor=sensor.sensor_id, why=error.detail)
            return merged, adoption.history_from_s  # holes are healed later
        return merged, from_s

    def _report(self, work: "_Work") -> AdoptionReport:
        asked, found, place, plan = work.asked, work.found, work.place, work.plan
        steps = [Step("device", make.action, make.what) for make in plan.makes]
        if place.makes_location:
            zone = work.seen.time.time_zone
            steps.append(Step("catalogue", "create", f"location {place.location_id} ({zone})"))
        if place.sensor is None:
            steps.append(Step("catalogue", "create", f"sensor {place.sensor_id}"))
        return AdoptionReport(
            sensor_id=place.sensor_id,
            location_id=place.location_id,
            address=str(Address.of(asked.address)),
            vendor=DRIVER.vendor,
            serial=found.serial,
            model=found.model,
            firmware=found.firmware_text,
            certificate=found.fingerprint,
            push_url=work.target.url,
            dry_run=asked.dry_run,
            steps=tuple(steps),
            warnings=tuple(plan.warnings),
        )


@dataclass(frozen=True, slots=True)
class _Work:
    """Everything that was decided before the first change."""

    asked: AdoptionAsked
    found: Recognised
    place: Place
    login: Login
    target: Target
    plan: DevicePlan
    seen: Look
    context: Context


@dataclass(frozen=True, slots=True)
class _Settled:
    """An adoption that came to its end; `made` says in words what that gave the catalogue."""

    work: _Work
    sensor: Sensor
    adoption: Adoption
    made: list[str]
