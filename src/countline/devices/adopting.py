"""Adoption: a device is recognised, read, told to push here, and its memory fetched; and all undone."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from countline.devices.adoptions import Adoptions, about_found, about_push
from countline.devices.configuring import with_contents
from countline.devices.letting_go import Releaser
from countline.devices.places import Place, place_of
from countline.devices.planning import DevicePlan, plan_device
from countline.devices.xovis_v5 import Address, Context, Login, SensorClient, recognise
from countline.devices.xovis_v5.arranging import Target, check_target
from countline.devices.xovis_v5.documents import blank
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
from countline.engine.histories import Merged, merge_history
from countline.errors import (
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
        say("recognising the device", 0, 1)
        found = await self._recognise(address, asked)
        place = await place_of(self._adoptions, asked, found)
        self._check_certificate(asked, found, place)
        password = self._password(asked, place)
        login = Login(asked.user, password)
        context = Context.of(asked.context)
        async with self._devices.client(
            address, login=login, fingerprint=found.fingerprint, sensor_id=place.sensor_id
        ) as client:
            say("reading its configuration", 0, 1)
            seen = await look(client, context)
            target = Target(
                url=check_target(asked.push_url or self._seen_from(address.host)),
                user=place.sensor_id,
                secret=self._push_secret(place),
            )
            plan = plan_device(seen, found.firmware, context, target, place.adoption, asked)
            if asked.dry_run:
                return self._report(asked, found, place, target, plan, seen, context)
            work = _Work(asked, found, place, target, plan, seen, context)
            return await self._carry_out(client, work, password, say)

    async def _carry_out(
        self, client: SensorClient, work: "_Work", password: Secret, say: Progress
    ) -> AdoptionReport:
        sensor, adoption = await self._enter(work, password)
        try:
            adoption = await self._arrange(client, work, adoption, say)
        except CountlineError:
            if work.place.adoption is None:
                await self._back_out(client, work, sensor)
            raise
        if any(make.kind == "logic" for make in work.plan.makes):
            work = replace(work, seen=await look(client, work.context))  # it counts at more now
        made = await self._map(sensor, work)
        merged, adoption = await self._fetch(client, work, sensor, adoption, say)
        adoption = await self._note_configuration(client, replace(adoption, state="adopted"))
        await self._engine.settled()
        report = self._report(
            work.asked, work.found, work.place, work.target, work.plan, work.seen, work.context
        )
        return replace(
            report,
            steps=(*report.steps, *(Step("catalogue", "create", what) for what in made)),
            connection_test="OK" if work.plan.tests else "",
            history_from_s=adoption.history_from_s,
            history=merged,
        )

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

    def _password(self, asked: AdoptionAsked, place: Place) -> Secret:
        if asked.password is not None:
            return asked.password
        if place.adoption is not None:
            return self._adoptions.password(place.adoption)
        raise bad_field("password", "the device's password is needed")

    def _push_secret(self, place: Place) -> Secret:
        """The secret by which the sensor pushes; made, but not yet valid, where there is none."""
        if place.adoption is not None and place.adoption.push_secret:
            return self._adoptions.push_secret(place.adoption)
        return Secret(self._engine.access.new_push_secret())

    # -- carrying out -----------------------------------------------------------------------------
    async def _enter(self, work: "_Work", password: Secret) -> tuple[Sensor, Adoption]:
        """The sensor in the catalogue, and in writing what we are about to do to its device."""
        asked, found, place = work.asked, work.found, work.place
        desk = self._engine.desk
        if place.makes_location:
            await desk.add_location(
                location_id=place.location_id, time_zone=work.seen.time.time_zone
            )
        sensor = place.sensor or await desk.register_sensor(
            sensor_id=place.sensor_id,
            location_id=place.location_id,
            serial=found.serial,
            vendor=DRIVER.vendor,
            context=asked.context,
            name=asked.name or found.name,
        )
        if place.adoption is None or not place.adoption.push_secret:
            await self._engine.access.take_push_secret(
                work.target.secret.reveal(), sensor_id=sensor.sensor_id, driver=DRIVER.name
            )
        known = place.adoption or Adoption(sensor=sensor.sensor, address="")
        adoption = replace(
            self._adoptions.with_login(known, asked.user, password),
            address=str(Address.of(asked.address)),
            push_secret=self._adoptions.vault.seal(
                work.target.secret, about=about_push(sensor.sensor)
            ),
            certificate=found.fingerprint,
            target=work.target.url,
            adopted_s=known.adopted_s or self._adoptions.now_s(),
        )

        await self._adoptions.book.enter(
            adoption, driver=DRIVER.name, model=found.model, firmware=found.firmware_text
        )
        return sensor, adoption

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
            if make.action == "change" and not make.ours:
                sealed = seal_before(
                    self._adoptions.vault, make.before, about=about_found(adoption.sensor)
                )
            entry = made_entry(make.kind, make.id, sealed_before=sealed)
            if not make.ours:
                adoption = replace(adoption, made=(*adoption.made, entry))
                await self._adoptions.book.save(adoption)
            await make.carry_out(client.at(work.context))
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

    async def _test(self, client: SensorClient, work: "_Work", connection: int) -> None:
        test = await client.at(work.context).push.test_connection(connection)
        if test.status == "OK":
            return
        said = f"{test.status} {test.server_response.info}".strip()
        raise DeviceError(
            f"The sensor cannot push to {work.target.url} ({said}): see that `countline serve` runs,"
            " that it listens on an address that the sensor can reach, and that no firewall is in"
            " between; say which address that is with --push-url.",
            code="push_target_unreachable",
            found=test.status,
        )

    async def _back_out(self, client: SensorClient, work: "_Work", sensor: Sensor) -> None:
        """After a failure nothing of the adoption stays: not on the device, and not here."""
        report = await self._releaser.take_all_back(client, work.context, sensor)

        if not report.pending:
            await self._adoptions.book.forget_sensor(sensor)

    async def _map(self, sensor: Sensor, work: "_Work") -> list[str]:
        """Give its channels their meaning, and draw what they count at on a layout."""
        channels = work.seen.channels(work.context)
        made = await self._adoptions.book.map_channels(sensor, channels, work.asked.lines)
        catalogue = await self._engine.desk.fresh()
        meant = {source.channel for source in catalogue.sources_of_sensor.get(sensor.sensor, ())}
        shapes = work.seen.shapes([c for c in channels if c.channel in meant])
        drawing = await self._engine.layouts.draw_sensor(sensor, shapes)
        return [*made, *drawing.created]

    async def _fetch(
        self,
        client: SensorClient,
        work: "_Work",
        sensor: Sensor,
        adoption: Adoption,
        say: Progress,
    ) -> tuple[Merged, Adoption]:
        """What the device remembers from before. A device that will not tell is no failure."""
        if not work.asked.history or adoption.history_from_s is not None:
            return NOTHING, adoption
        now_s = self._adoptions.now_s() // 60 * 60
        merged = NOTHING
        try:
            since_s = await oldest_s(client, work.context, work.seen.time)
            from_s = max(now_s - HISTORY_S_MAX, since_s if since_s is not None else 0) // 60 * 60
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
            return merged, adoption  # holes are healed later
        return merged, replace(adoption, history_from_s=from_s)

    async def _note_configuration(self, client: SensorClient, adoption: Adoption) -> Adoption:
        """How the device is configured now, to tell later what somebody else changed."""
        state = await client.device.config_state(contents=True)
        contents = {one.url: blank(one.content) for one in state.details}
        adoption = with_contents(adoption, str(state.checksum), contents)
        await self._adoptions.book.save(adoption)
        return adoption

    def _report(
        self,
        asked: AdoptionAsked,
        found: Recognised,
        place: Place,
        target: Target,
        plan: DevicePlan,
        seen: Look,
        context: Context,
    ) -> AdoptionReport:
        steps = [Step("device", make.action, make.what) for make in plan.makes]
        if place.makes_location:
            zone = seen.time.time_zone
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
            push_url=target.url,
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
    target: Target
    plan: DevicePlan
    seen: Look
    context: Context
