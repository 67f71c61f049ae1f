"""What can go wrong between a crossing and the gateway, each fault by itself and in any mixture."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import log

from countline.emulator.chance import chance
from countline.errors import ConfigError, FieldError

MINUTE_S = 60
DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How one sensor and its network misbehave; the default is a perfect sensor.

    Shares are 0 to 1. Instants and lengths are true time, whatever the sensor's clock says.
    """

    # what the sensor sees
    miss: float = 0.0  # share of crossings not seen
    double_count: float = 0.0  # share of crossings seen twice
    skew_s: int = 0  # its clock is ahead by this much
    reboots: tuple[int, ...] = ()  # instants at which it goes down
    reboot_s: int = 75  # and stays down; minutes that it did not see whole have no record

    # what becomes of its packages; the later ones of count packages only: live data is never kept
    lost: float = 0.0  # share that never arrives
    doubled: float = 0.0  # share that arrives a second time, seconds later
    shuffled: float = 0.0  # share that arrives after one to three later packages
    late: float = 0.0  # share that arrives minutes late
    late_s_max: int = 30 * MINUTE_S
    days_late: float = 0.0  # share that arrives one to `days_late_max` days late
    days_late_max: int = 5
    outages: tuple[tuple[int, int], ...] = ()  # [from, to) without network
    backlog_records: int = 60  # minutes in one package of the backlog that follows an outage

    @property
    def lateness_s_max(self) -> int:
        """How long after its time a package may still arrive."""
        longest = 4 * MINUTE_S
        if self.late:
            longest = max(longest, self.late_s_max)
        if self.days_late:
            longest = max(longest, (self.days_late_max + 1) * DAY_S)
        return longest + sum(end - start for start, end in self.outages)

    def is_down(self, at_s: float) -> bool:
        return any(start <= at_s < start + self.reboot_s for start in self.reboots)

    def is_offline(self, at_s: float) -> bool:
        return any(start <= at_s < end for start, end in self.outages)


NO_FAULTS = Faults()

# What a word of `--faults` switches on, with a strength that shows without drowning the numbers.
USUAL = {
    "miss": Faults(miss=0.03),
    "double-count": Faults(double_count=0.01),
    "lost": Faults(lost=0.02),
    "doubled": Faults(doubled=0.1),
    "shuffled": Faults(shuffled=0.1),
    "late": Faults(late=0.1),
    "days-late": Faults(days_late=0.02),
    "skew": Faults(skew_s=90),
    "reboot": NO_FAULTS,  # drawn for the time it runs over
    "outage": NO_FAULTS,
}


def faults_named(
    words: Iterable[str], *, seed: int, sensor: str, start_s: int, end_s: int
) -> Faults:
    """The usual faults of these words for one sensor over a stretch of time.

    Reboots come about once a day, outages about twice a week and last 5 minutes to 3 hours.
    """
    faults = NO_FAULTS
    for word in words:
        if word not in USUAL:
            detail = f"'{word}' is none of {', '.join(USUAL)}"
            raise ConfigError(detail, errors=(FieldError(field="faults", detail=detail),))
        usual = USUAL[word]
        changed = {
            name: getattr(usual, name)
            for name in Faults.__dataclass_fields__
            if getattr(usual, name) != getattr(NO_FAULTS, name)
        }
        dice = chance(seed, sensor, word)
        if word == "reboot":
            changed["reboots"] = tuple(_instants(dice.random, 1.0, start_s, end_s))
        elif word == "outage":
            begins = _instants(dice.random, 2 / 7, start_s, end_s)
            changed["outages"] = tuple(
                (s, s + round(300 + dice.random() ** 3 * 10_500)) for s in begins
            )
        elif word == "skew":
            changed["skew_s"] = dice.choice((-90, -20, 20, 90))
        faults = replace(faults, **changed)
    return faults


def _instants(draw: Callable[[], float], per_day: float, start_s: int, end_s: int) -> list[int]:
    """Instants in [start_s, end_s) that come `per_day` times a day, at random."""
    found, at_s = [], float(start_s)
    while (at_s := at_s - log(1 - draw()) * DAY_S / per_day) < end_s:
        found.append(round(at_s))
    return found
