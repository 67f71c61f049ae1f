"""`/monitor`, `/network/x509/truststore` and `/blob/public`: what is there, and does little."""

from typing import Any

from countline.emulator.v5.ask import DONE, Ask, Refused, Reply, replied, unknown
from countline.emulator.v5.device import Device
from countline.emulator.v5.routes import route


def state(device: Device, ask: Ask) -> Reply:
    quota = device.config.kept["/monitor/config"]["daily_quota"]
    body = {"daily_quota": quota, "remaining_quota": quota, "total_used_since_boot": 0}
    return replied(body)


def upload(device: Device, ask: Ask) -> Reply:
    """Nobody can be called home to."""
    if not device.config.kept["/monitor/config"]["enabled"]:
        raise Refused(412, 412, "Monitor is not enabled")
    body = {"could_reach_xovis": False, "last_valid_reach_utc": ""}
    return replied(body)


def certificates(device: Device, ask: Ask) -> Reply:
    body: dict[str, Any] = {"x509_certificates_custom": [], "x509_certificates_default": []}
    return replied(body)


def no_certificate(device: Device, ask: Ask) -> Reply:
    raise unknown("Certificate", ask.params["fingerprint"])


def remove_certificates(device: Device, ask: Ask) -> Reply:
    return DONE


def blob(device: Device, ask: Ask) -> Reply:
    raise unknown("Blob", ask.params["name"])


ROUTES = (
    route("GET", "/monitor/state", state, "pip_read", since="5.6"),
    route("POST", "/monitor/upload", upload, "pip_write", changes=False),
    route("GET", "/network/x509/truststore", certificates, "truststore_read"),
    route("DELETE", "/network/x509/truststore", remove_certificates, "truststore_write"),
    route("GET", "/network/x509/truststore/{fingerprint}", no_certificate, "truststore_read"),
    route("GET", "/blob/public/{name}", blob, "any"),
)
