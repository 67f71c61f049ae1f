"""Claims and their order, the bins they are about, and the sums made of them."""

from typing import NamedTuple

from countline.model.ids import SensorNo, SeriesNo

RANK_PROVISIONAL = 0  # live events
RANK_PUSH = 1  # a logic record the sensor pushed
RANK_HISTORY = 2  # the sensor's own history, its export, or a file
RANK_OPERATOR = 3  # a correction by hand


class Claim(NamedTuple):
    """One value for one bin of a series. `claim_order` of `counting.choose` decides between two."""

    series: SeriesNo
    start_s: int
    length_s: int
    rank: int
    covered_s: int
    sequence: int
    value: int


class Minute(NamedTuple):
    """All that one push claims about one whole minute of one sensor.

    `values` are by the sensor's append-only position list of series; None is no claim.
    """

    sensor: SensorNo
    minute: int  # start_s // 60
    rank: int
    covered_s: int
    sequence: int
    values: tuple[int | None, ...]


class Shown(NamedTuple):
    """What a running counter showed right after an event of it, since it was last reset.

    `order` is its place among the counter's events of one instant. `step` is what the event itself
    added, 0 where it does not say; `was_reset` tells of a reset.
    """

    at_ms: int
    order: int
    total: int
    step: int = 0
    was_reset: bool = False


class Bin(NamedTuple):
    """The winning claim of one bin that counts in sums, and the commit that last changed it."""

    series: SeriesNo
    start_s: int
    length_s: int
    value: int
    covered_s: int
    commit: int


class Bucket(NamedTuple):
    """A stored sum of counted bins of one series: a UTC quarter or a civil day.

    No bucket exists where no bin is counted.
    """

    start_s: int
    value: int
    covered_s: int
    commit: int


class Fold(NamedTuple):
    """The occupancy of one subject over one UTC quarter or civil day.

    `start` is the running value carried in, before an anchor at `start_s` acts; `end` the one at
    the end, after the flows that end there. `low`, `high` are the least and greatest value within
    (the anchor at `start_s` has acted), `person_s` the integral over time. `(step, floor)` is the
    pair of the stretch: `c -> max(c + step, floor)`; step None is minus infinity (an anchor lies
    within). `raw_start`, `raw_end` are the unclamped series. `reset`, `operator`, `device`,
    `evidence` and `clamp` are what each cause added to the running series.
    """

    start_s: int
    start: int
    end: int
    low: int
    high: int
    person_s: int
    step: int | None
    floor: int | None
    raw_start: int
    raw_end: int
    reset: int
    operator: int
    device: int
    evidence: int
    clamp: int
    commit: int
