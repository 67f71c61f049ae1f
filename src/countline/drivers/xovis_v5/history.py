"""`data/history/logics` to readings: what a sensor still holds of the past."""

from collections.abc import Mapping
from dataclasses import dataclass

from countline.drivers.reading import Decoded


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One answer. `decoded` has purpose `counts`; the stretch that holds data is None where none is."""

    decoded: Decoded
    from_s: int  # the stretch that was answered
    to_s: int
    data_from_s: int | None  # the first and last instant for which the sensor has data at all
    data_to_s: int | None


def decode_history(body: bytes, *, templates: Mapping[int, str]) -> History:
    """Readings of one answer. Raises `BadPush`."""
    raise NotImplementedError
