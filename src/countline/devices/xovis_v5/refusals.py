"""What a sensor's refusals mean, as errors that say the next step."""

import re

import msgspec

from countline.devices.xovis_v5.documents import readable
from countline.devices.xovis_v5.transport import Answer
from countline.drivers.xovis_v5.compatibility import OPERATIONS, Operation
from countline.drivers.xovis_v5.firmware import Firmware
from countline.errors import DeviceError

TRIGGER_BUSY = 31001
_UPDATING = frozenset({21001, 21002})
UPDATE_S = 300  # an update takes some minutes
_LIMIT = re.compile(r"\bmax(imum)?\b.*\b(number|count|perimeter|vertices|length|size)|limit", re.I)
_LICENSE = re.compile(r"licen[cs]e", re.I)
_TEXT_MAX = 200  # of what a sensor says; it may say anything


class Said(msgspec.Struct, frozen=True):
    """The body of a refusal, as far as it is one."""

    code: int = 0
    info: str = ""
    detail: list[str] = []

    @property
    def words(self) -> str:
        """In one line."""
        words = readable("; ".join([self.info, *self.detail]).strip("; "))
        return words[:_TEXT_MAX] or "it does not say why"


def judge(answer: Answer, operation: Operation, firmware: Firmware | None) -> bytes:
    """The body of a good answer. Raises `DeviceError` for every other one."""
    if 200 <= answer.status < 300:
        return answer.body
    if answer.status == 404 and operation.method == "DELETE" and not answer.is_html:
        return b""  # gone already: that is what was wanted
    raise refusal(answer, operation, firmware)


def refusal(answer: Answer, operation: Operation, firmware: Firmware | None) -> DeviceError:
    """The error that an answer with another status than 2xx is."""
    said, status, does = _said(answer), answer.status, operation.says
    if 300 <= status < 400:
        return invalid_answer(operation.name, "it points elsewhere, and redirects are not followed")
    if operation.open and 400 <= status < 500 and status != 423:
        detail = (
            f"asked to {does} without a login, it answers {status}, which no sensor of generation 5"
            " does; check the address. Sensors of older generations cannot be asked, only push"
        )
        return _error("device_not_recognised", detail, operation)
    if status == 401:
        return _login_failed(operation)
    if answer.is_unknown_path:
        return unsupported(operation, firmware)
    if status in (402, 403, 400, 409) and _LICENSE.search(said.words):
        detail = f"the sensor has no licence to {does} ({said.words}); add one, or leave this out"
        return _error("device_license_missing", detail, operation)
    if status == 403:
        detail = (
            f"the sensor's user may not {does} ({said.words}); give the user that privilege, or"
            " log in as another one"
        )
        return _error("device_privilege_missing", detail, operation)
    if status == 423 or said.code in _UPDATING:
        detail = f"the sensor cannot {does}: an update is running; ask again in some minutes"
        return _error("device_busy", detail, operation, retry_after_s=UPDATE_S)
    if said.code == TRIGGER_BUSY:
        detail = "the agent still sends an earlier stretch again; ask again when it has ended"
        return _error("device_busy", detail, operation, retry_after_s=60)
    if status == 451:
        detail = (
            f"the sensor's privacy mode does not let it {does}; lower the mode on the sensor (that"
            " needs its master key), or go without"
        )
        return _error("device_privacy_mode", detail, operation)
    if status in (413, 507) or (status in (400, 409) and _LIMIT.search(said.words)):
        detail = (
            f"the sensor cannot {does}: it has no room for more ({said.words}); remove elements that"
            " are not used"
        )
        return _error("device_limit_reached", detail, operation)
    return _other(answer, said, operation)


def _other(answer: Answer, said: Said, operation: Operation) -> DeviceError:
    does = operation.says
    if answer.status == 404:
        detail = f"asked to {does}, the sensor says that there is none: it was removed meanwhile"
        return _error("device_element_missing", f"{detail}; read the list again", operation)
    if answer.status == 409:
        detail = f"the sensor cannot {does}: something stands in the way ({said.words})"
        return _error("device_conflict", f"{detail}; read its configuration again", operation)
    if answer.status == 503:
        detail = f"asked to {does}, the sensor is busy ({said.words}); ask again in a minute"
        return _error("device_busy", detail, operation, retry_after_s=60)
    if answer.status >= 500:
        detail = f"asked to {does}, the sensor failed itself ({answer.status}: {said.words})"
        return _error("device_failed", f"{detail}; try again, then restart it", operation)
    detail = f"the sensor refuses to {does} ({answer.status}: {said.words}); mend what it names"
    return _error("device_refused", detail, operation)


def unsupported(operation: Operation, firmware: Firmware | None) -> DeviceError:
    """What this firmware does not have."""
    found = str(firmware) if firmware else "an unknown firmware"
    if firmware and operation.fits(firmware):
        why = f"although its firmware {found} should; it may be a model without it"
    else:
        why = f"it has firmware {found}, and {operation.firmware} is needed; update it"
    detail = f"the sensor cannot {operation.says}: {why}"
    return DeviceError(
        detail,
        code="firmware_unsupported",
        operation=operation.name,
        found=found,
        needed=operation.firmware,
    )


def invalid_answer(operation: str, why: str) -> DeviceError:
    """An answer that is not what this operation gives."""
    says = OPERATIONS[operation].says
    detail = (
        f"asked to {says}, the sensor answered something else: {readable(why)[:_TEXT_MAX]}. Check that the"
        " address is a sensor's, and restart the sensor if it is"
    )
    return DeviceError(detail, code="device_answer_invalid", operation=operation)


def _login_failed(operation: Operation) -> DeviceError:
    detail = (
        "the sensor refuses user and password; it was tried once only, so that the account does not"
        " lock. Check both on the sensor's own page, then give them again"
    )
    return _error("device_login_failed", detail, operation)


def _error(
    code: str, detail: str, operation: Operation, retry_after_s: int | None = None
) -> DeviceError:
    return DeviceError(detail, code=code, retry_after_s=retry_after_s, operation=operation.name)


def _said(answer: Answer) -> Said:
    try:
        return msgspec.json.decode(answer.body, type=Said)
    except (ValueError, RecursionError):
        return Said()
