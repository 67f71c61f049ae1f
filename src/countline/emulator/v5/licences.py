"""`/license`: which features a device has; those it has not keep their templates shut."""

from typing import Any

from countline.emulator.v5.ask import Ask, Reply, replied
from countline.emulator.v5.device import Device
from countline.emulator.v5.routes import route
from countline.emulator.v5.templates import FEATURES

LIFETIME = -1


def status_of(device: Device) -> dict[str, Any]:
    """`/license/status`, also a part of status packages."""
    left = device.licences.items()
    lifetime = [{"id": i, "feature": FEATURES[i]} for i, days in left if days == LIFETIME]
    recurring = [{"id": i, "feature": FEATURES[i], "days": days} for i, days in left if days > 0]
    return {
        "licensed_lifetime": lifetime,
        "licensed_recurring": recurring,
        "licensed_test": [],
        "test_license_available": True,
    }


def status(device: Device, ask: Ask) -> Reply:
    return replied(status_of(device))


def details(device: Device, ask: Ask) -> Reply:
    return replied({"licenses": [_detail(device, id_) for id_ in FEATURES]})


def _detail(device: Device, id_: int) -> dict[str, Any]:
    days = device.licences.get(id_)
    state = "NOT_LICENSED" if days is None else "EXPIRED" if days == 0 else "ENABLED"
    return {
        "id": id_,
        "feature": FEATURES[id_],
        "state": state,
        "test_license_available": days is None,
        "remaining_days": days or 0,
    }


def features(device: Device, ask: Ask) -> Reply:
    return replied({"features": [{"id": i, "feature": name} for i, name in FEATURES.items()]})


ROUTES = (
    route("GET", "/license/status", status, "lic_read"),
    route("GET", "/license/status/details", details, "lic_read"),
    route("GET", "/license/features", features, "lic_read", since="5.9"),
)
