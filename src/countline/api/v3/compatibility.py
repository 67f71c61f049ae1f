"""What can be asked of sensors, by their firmware: the table that the client of sensors works from."""

from countline.api.parameters import Asking
from countline.api.request import ApiRequest
from countline.drivers.xovis_v5 import DRIVER
from countline.drivers.xovis_v5.compatibility import BASE, OPERATIONS, Operation
from countline.drivers.xovis_v5.firmware import Firmware
from countline.wire import v3_health as wire

SHOWN = (Firmware(5, 0), Firmware(5, 3), Firmware(5, 6), Firmware(5, 9))


async def compatibility(request: ApiRequest[Asking]) -> wire.Compatibility:
    """What sensors can be asked for, and with which firmware.

    What a sensor's firmware cannot do is answered with 409 `firmware_unsupported`, from this table.
    """
    return wire.Compatibility(
        firmwares=[_short(firmware) for firmware in SHOWN],
        data=[_row(operation) for operation in OPERATIONS.values()],
    )


def _row(operation: Operation) -> wire.CompatibilityRow:
    return wire.CompatibilityRow(
        operation=operation.name,
        says=operation.says,
        vendor=DRIVER.vendor,
        method=operation.method,
        path=BASE + operation.path,
        since=str(operation.since),
        until=None if operation.until is None else str(operation.until),
        works={_short(firmware): operation.fits(firmware) for firmware in SHOWN},
    )


def _short(firmware: Firmware) -> str:
    return f"{firmware.major}.{firmware.minor}"
