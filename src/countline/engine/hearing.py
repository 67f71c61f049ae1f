"""What each sensor last said, moved on by every push and kept in memory."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields

from countline.drivers.reading import Decoded, StatusInfo
from countline.engine.facts import FactsBook
from countline.limits import STALE_AFTER_S_MIN
from countline.model.health import DeviceFacts, Thresholds
from countline.model.ids import SensorNo
from countline.model.sensor import Sensor, Status

USUAL_INTERVAL_S = 60
OFFSET_MINUTES_KEPT = 10
OFFSET_SURE_S = 300  # a clock that seems to be far behind is believed after so long
RHYTHM_STEP = 4  # a step longer than so many usual ones counts as so many


@dataclass(slots=True)
class Heard:
    """What a sensor last said: a `Status` that each push moves on, at a tenth of the cost."""

    sensor: SensorNo
    last_push_ms: int | None = None
    last_bin_end_s: int | None = None
    push_delay_s: float | None = None
    clock_offset_s: float | None = None
    uptime_s: int | None = None
    temperature_c: int | None = None
    firmware: str = ""
    illumination: str = ""
    interval_s: int | None = None
    notes: dict[str, int] = field(default_factory=dict)

    @staticmethod
    def of(status: Status) -> "Heard":
        """As it was written down."""
        return Heard(**{name: getattr(status, name) for name in HEARD})

    def status(self) -> Status:
        """As it is written down."""
        told = {name: getattr(self, name) for name in HEARD}
        return Status(**(told | {"notes": dict(self.notes)}))

    def tell(self, told: StatusInfo | DeviceFacts) -> None:
        """What a sensor says of itself; what it leaves out stays."""
        self.uptime_s = _newer(told.uptime_s, self.uptime_s)
        self.temperature_c = _newer(told.temperature_c, self.temperature_c)
        self.firmware = told.firmware or self.firmware
        self.illumination = told.illumination or self.illumination


HEARD = tuple(each.name for each in fields(Heard))


class Hearing:
    """Listens to every package; what it makes of them is judged by whoever asks."""

    def __init__(self, facts: FactsBook, limits: Thresholds, *, now_ms: Callable[[], int]) -> None:
        self._facts = facts
        self._limits = limits
        self._now_ms = now_ms
        self._heard: dict[SensorNo, Heard] = {}
        self._moved: set[SensorNo] = set()
        self._offsets: dict[SensorNo, deque[tuple[int, int]]] = {}

    def load(self, known: Mapping[SensorNo, Status]) -> None:
        """Begin with what was written down."""
        self._heard = {sensor: Heard.of(status) for sensor, status in known.items()}

    def saw(self, sensor: Sensor, decoded: Decoded, received_ms: int) -> None:
        """A life sign: a package of this sensor came."""
        heard, at_s = self._of(sensor.sensor), received_ms // 1000
        heard.last_push_ms = max(received_ms, heard.last_push_ms or 0)
        if decoded.readings:
            last_end_s = max([r.start_s + r.length_s for r in decoded.readings])
            heard.push_delay_s = round(received_ms / 1000 - last_end_s, 3)
            late = heard.push_delay_s > self._limits.late_push_s
            self._facts.mark(sensor.sensor, "push_late", at_s, wrong=late)
        if (said := decoded.status) is not None:
            if said.device_time_ms is not None:
                ahead_ms = said.device_time_ms - received_ms
                self._set_clock(heard, self._offset_s(sensor.sensor, ahead_ms, at_s), at_s)
            if decoded.purpose == "status" or (said.illumination or "") not in (
                "", heard.illumination
            ):  # fmt: skip
                self._facts.learn(sensor.sensor, facts_of(said, at_s))
            heard.tell(said)
        self._moved.add(sensor.sensor)

    def learnt(self, sensor: SensorNo, told: DeviceFacts) -> None:
        """A device was asked, and answered or did not."""
        heard = self._of(sensor)
        self._facts.learn(sensor, told)
        heard.tell(told)
        if told.clock_offset_s is not None:
            self._offsets.pop(sensor, None)  # asking is exact, pushes may have waited
            self._set_clock(heard, told.clock_offset_s, told.at_s)
        self._moved.add(sensor)

    def counted(self, sensor: SensorNo, end_s: int) -> None:
        """Bins of this sensor up to an instant are on disk now."""
        heard = self._of(sensor)
        last_s = heard.last_bin_end_s
        if last_s is not None and end_s <= last_s:
            return
        if last_s is not None:
            step_s, usual_s = end_s - last_s, heard.interval_s
            if usual_s is None:
                heard.interval_s = step_s
            else:  # an outage is no rhythm: one long step must not hide the next silence
                heard.interval_s = (3 * usual_s + min(step_s, RHYTHM_STEP * usual_s)) // 4
        heard.last_bin_end_s = end_s
        self._moved.add(sensor)

    def noted(self, sensor: Sensor, code: str) -> None:
        """Something about this sensor's packages was not counted."""
        self._of(sensor.sensor).notes[code] = self._now_ms() // 1000
        self._moved.add(sensor.sensor)

    def of(self, sensor: SensorNo) -> Heard:
        """What a sensor last said; nothing, at first."""
        return self._heard.get(sensor) or Heard(sensor)

    def last_bin_end_s(self, sensor: SensorNo) -> int | None:
        """The end of the newest bin that a sensor gave."""
        heard = self._heard.get(sensor)
        return heard.last_bin_end_s if heard else None

    def stale_after_s(self, sensor: SensorNo) -> int:
        """How long a sensor may be silent: 15 minutes, or 2.5 of its usual intervals."""
        heard = self._heard.get(sensor)
        usual_s = (heard.interval_s if heard else None) or USUAL_INTERVAL_S
        return max(STALE_AFTER_S_MIN, usual_s * 5 // 2)

    def to_write(self, known: Mapping[SensorNo, Sensor]) -> list[Status]:
        """What moved since the last time, of sensors that are there."""
        moved, self._moved = self._moved, set()
        return [self._heard[s].status() for s in sorted(moved) if s in known]

    def _of(self, sensor: SensorNo) -> Heard:
        heard = self._heard.get(sensor)
        if heard is None:
            heard = self._heard[sensor] = Heard(sensor)
        return heard

    def _offset_s(self, sensor: SensorNo, ahead_ms: int, at_s: int) -> float | None:
        """How far a clock is ahead, by the least delayed of its words of the last minutes.

        Words that seem to be far behind may only have been long on their way, a backlog above all;
        None until that has lasted too long for it.
        """
        told = self._offsets.setdefault(sensor, deque(maxlen=OFFSET_MINUTES_KEPT))
        minute = at_s // 60
        if told and told[-1][0] == minute:
            told[-1] = minute, max(told[-1][1], ahead_ms)
        else:
            told.append((minute, ahead_ms))
        offset_s = round(max(ahead for _, ahead in told) / 1000, 3)
        lasting = 60 * (minute - told[0][0]) >= OFFSET_SURE_S
        return offset_s if lasting or offset_s >= -self._limits.clock_offset_s else None

    def _set_clock(self, heard: Heard, offset_s: float | None, at_s: int) -> None:
        heard.clock_offset_s = offset_s
        wrong = offset_s is not None and abs(offset_s) > self._limits.clock_offset_s
        self._facts.mark(heard.sensor, "clock_offset", at_s, wrong=wrong)


def facts_of(said: StatusInfo, at_s: int) -> DeviceFacts:
    """What a push says of its device."""
    return DeviceFacts(
        at_s=at_s,
        source="push",
        said_s=None if said.device_time_ms is None else said.device_time_ms // 1000,
        firmware=said.firmware or None,
        uptime_s=said.uptime_s,
        temperature_c=said.temperature_c,
        illumination=said.illumination or None,
        licences=said.licences,
    )


def _newer(new: int | None, old: int | None) -> int | None:
    return old if new is None else new
