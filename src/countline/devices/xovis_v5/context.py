"""Which of a device's sensors is meant: its own lens, or an instance stitched from several."""

from dataclasses import dataclass

from countline.drivers.xovis_v5.firmware import Firmware
from countline.errors import BadQuery, FieldError

_STITCHED_FROM = Firmware(5, 6, 0)  # before, a device has one stitched instance and no number


@dataclass(frozen=True, slots=True)
class Context:
    """As in `DeviceKey.context`: `single` (None), or `multi:N`."""

    multisensor: int | None = None

    @staticmethod
    def of(text: str) -> "Context":
        """Reads `single` or `multi:N`. Raises `BadQuery` for anything else."""
        if text == "single":
            return SINGLE
        kind, _, number = text.partition(":")
        if kind != "multi" or not number.isdecimal() or len(number) > 3:
            detail = f"{text!r} is none; write single, or multi:1 for a stitched instance"
            raise BadQuery(
                f"context: {detail}", errors=(FieldError(field="context", detail=detail),)
            )
        return Context(int(number))

    def __str__(self) -> str:
        return "single" if self.multisensor is None else f"multi:{self.multisensor}"

    def root(self, firmware: Firmware | None) -> str:
        """Where its operations begin; the firmware matters for stitched instances only."""
        if self.multisensor is None:
            return "/singlesensor"
        if firmware is None or firmware < _STITCHED_FROM:
            return "/multisensor"
        return f"/multisensors/{self.multisensor}"


SINGLE = Context()
