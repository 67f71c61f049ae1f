"""What a sensor's refusals mean, as errors that say the next step."""

from countline.drivers.xovis_v5.compatibility import OPERATIONS
from countline.errors import DeviceError


def invalid_answer(operation: str, why: str) -> DeviceError:
    """An answer that is not what this operation gives."""
    says = OPERATIONS[operation].says
    detail = (
        f"asked to {says}, the sensor answered something else: {why[:200]}. Restart the sensor; if it"
        " stays so, look at what stands between"
    )
    return DeviceError(detail, code="device_answer_invalid", operation=operation)
