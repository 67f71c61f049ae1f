"""Operations on outdoor air: how zones are ventilated, and what they ask for."""

from types import NoneType

from countline.client._requests import Instant, Request, pairs, part, write
from countline.wire import v3_ventilation as wire


def demand(zone_id: int, *, at: Instant | None = None) -> Request[wire.Demand]:
    """How much outdoor air a zone asks for, now or at a past instant, and why."""
    return Request(
        path=f"/v3/zones/{part(zone_id)}/demand", parameters=pairs({"at": at}), answer=wire.Demand
    )


def ventilation(zone_id: int) -> Request[wire.Ventilation]:
    """How a zone is ventilated."""
    return Request(path=_path(zone_id), answer=wire.Ventilation)


def put_ventilation(zone_id: int, wanted: wire.VentilationWanted) -> Request[wire.Ventilation]:
    """Say how a zone is ventilated. Needs the scope `write`."""
    return write("PUT", _path(zone_id), wanted, wire.Ventilation)


def remove_ventilation(zone_id: int) -> Request[None]:
    """Forget how a zone is ventilated."""
    return Request(method="DELETE", path=_path(zone_id), answer=NoneType)


def preview_ventilation(
    zone_id: int, *, start_ts: Instant, end_ts: Instant
) -> Request[wire.VentilationPreview]:
    """What would have been asked for in past days, by the settings of now."""
    return Request(
        path=f"{_path(zone_id)}/preview",
        parameters=pairs({"start_ts": start_ts, "end_ts": end_ts}),
        answer=wire.VentilationPreview,
    )


def ventilation_categories() -> Request[wire.VentilationCategories]:
    """Categories of rooms with their rates, to begin with."""
    return Request(path="/v3/ventilation/categories", answer=wire.VentilationCategories)


def _path(zone_id: int) -> str:
    return f"/v3/zones/{part(zone_id)}/ventilation"
