"""Operations on health: how the installation and its parts are, and what to do."""

from countline.client._requests import Request, page, part
from countline.wire import v3_health as wire


def health() -> Request[wire.SystemHealth]:
    """How the whole installation is."""
    return Request(path="/v3/health", answer=wire.SystemHealth)


def sensor_health(sensor_id: str) -> Request[wire.SensorHealth]:
    """How one sensor is, judged by its own rhythm."""
    return Request(path=f"/v3/sensors/{part(sensor_id)}/health", answer=wire.SensorHealth)


def location_health(location_id: str) -> Request[wire.LocationHealth]:
    """How the sensors of a location are."""
    return Request(path=f"/v3/locations/{part(location_id)}/health", answer=wire.LocationHealth)


def diagnostics(
    *,
    location_id: str | None = None,
    severity: wire.Severity | None = None,
    limit: int | None = None,
) -> Request[wire.DiagnosisPage]:
    """What is wrong and what to do, gravest first. Needs the scope `admin`.

    `severity` is the least grave that is told.
    """
    return page(
        "/v3/diagnostics",
        wire.DiagnosisPage,
        location_id=location_id,
        severity=severity,
        limit=limit,
    )


def compatibility() -> Request[wire.Compatibility]:
    """What sensors can be asked for, and with which firmware."""
    return Request(path="/v3/compatibility", answer=wire.Compatibility)
