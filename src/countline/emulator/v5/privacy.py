"""`/privacy/mode`: raised by anybody who may, lowered with the master key only."""

from countline.emulator.v5.ask import DONE, Ask, Reply, replied
from countline.emulator.v5.device import Device
from countline.emulator.v5.routes import route
from countline.emulator.v5.shapes import PrivacyMode
from countline.emulator.v5.system import check_smk

AT = "/privacy/mode"


def get_mode(device: Device, ask: Ask) -> Reply:
    return replied(device.config.read(AT))


def put_mode(device: Device, ask: Ask) -> Reply:
    wanted = ask.fields(PrivacyMode)
    if wanted.privacy_mode < device.config.kept[AT]["privacy_mode"]:
        check_smk(device, {"smk": wanted.smk})
    device.config.write(AT, {"privacy_mode": wanted.privacy_mode})
    return DONE


def delete_mode(device: Device, ask: Ask) -> Reply:
    if device.config.kept[AT]["privacy_mode"]:
        check_smk(device, ask.object())
    device.config.write(AT, {"privacy_mode": 0})
    return DONE


ROUTES = (
    route("GET", AT, get_mode, "privacy_mode_read"),
    route("PUT", AT, put_mode, "privacy_mode_write"),
    route("DELETE", AT, delete_mode, "privacy_mode_reset"),
)
