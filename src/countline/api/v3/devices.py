"""Operations that reach the devices themselves."""

import msgspec
from litestar.params import JSONBody

from countline.api.instants import instant_or_none
from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.api.sight import location_of
from countline.engine.adopting import AdoptionAsked, AdoptionReport
from countline.errors import NotFound
from countline.model.ids import LocationId
from countline.vault import Secret
from countline.wire import v3_devices as wire


async def adopt(
    request: ApiRequest[Asking], data: JSONBody[wire.AdoptionAsked]
) -> wire.AdoptionReport:
    """Adopt a device in one call.

    It is recognised before the password is sent, read, told to push here with a secret of its own,
    and asked for what it remembers. Repeated, it changes nothing. What fails half-way is taken back.
    """
    _check_sight(request, data)
    asked = AdoptionAsked(
        **{
            name: getattr(data, name) for name in msgspec.structs.asdict(data) if name != "password"
        },
        password=None if data.password is None else Secret(data.password),
        who=request.caller.name,
        sight=None if request.sight is None else frozenset(request.sight),
    )
    return told(await request.devices.adopt(asked))


def _check_sight(request: ApiRequest[Asking], data: wire.AdoptionAsked) -> None:
    """A key for some locations adopts into these alone, and must say into which."""
    if request.sight is None:
        return
    if data.location_id is None or LocationId(data.location_id) not in request.sight:
        raise NotFound(
            f"There is no location {data.location_id!r} in sight of this key; say one that is.",
            code="location_not_found",
        )
    location_of(request, data.location_id)


def told(report: AdoptionReport) -> wire.AdoptionReport:
    """A report as it is answered."""
    return wire.AdoptionReport(
        sensor_id=report.sensor_id,
        location_id=report.location_id,
        address=report.address,
        vendor=report.vendor,
        serial=report.serial,
        model=report.model,
        firmware=report.firmware,
        certificate=report.certificate,
        push_url=report.push_url,
        dry_run=report.dry_run,
        changed=report.changed,
        steps=[wire.AdoptionStep(**step._asdict()) for step in report.steps],
        connection_test=report.connection_test or None,
        history=wire.FetchedHistory(
            oldest_at=instant_or_none(report.history_from_s),
            fresh=report.history.fresh,
            duplicates=report.history.duplicates,
        ),
        warnings=list(report.warnings),
    )
