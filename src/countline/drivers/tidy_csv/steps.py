"""The length of bins whose end the file leaves out: the smallest distance between a zone's rows."""

from itertools import pairwise

from countline.drivers.faults import Faults
from countline.drivers.local_times import BIN_S_MAX, Times
from countline.drivers.tidy_csv.rows import Group

_DAY_S = 86_400


def fill_ends(group: Group, step_s: int | None, times: Times, faults: Faults) -> int:
    """Sets the group's ends and returns the step; what is wrong goes to `faults`.

    A step of whole days, where times are local, is counted on the calendar: the bin of a day on
    which clocks change has 23 or 25 hours.
    """
    walls_s = _whole_days(group, step_s)
    starts_s = walls_s or group.starts_s
    step = step_s or _smallest_distance(starts_s)
    if step is None:
        detail = "the only row of its zone, so nothing tells its length; give --step, say 1h"
        faults.at(group.lines[0], "start", detail)
        return 0
    if step > BIN_S_MAX:
        faults.at(group.lines[0], "start", f"a step of {step} s is more than a year; add 'end'")
    elif _is_even(starts_s, step, group, faults):
        group.ends_s = _ends(group, step, times if walls_s else None)
    return step


def _whole_days(group: Group, step_s: int | None) -> list[int] | None:
    """The starts as clocks on the wall show them, where these are local and whole days apart."""
    walls_s = [start.wall_s for start in group.starts if start.wall_s is not None]
    step = step_s or _smallest_distance(walls_s)
    whole = len(walls_s) == len(group.starts) and step is not None and step % _DAY_S == 0
    return walls_s if whole else None


def _smallest_distance(starts_s: list[int]) -> int | None:
    ordered = sorted(set(starts_s))
    return min((b - a for a, b in pairwise(ordered)), default=None)


def _is_even(starts_s: list[int], step_s: int, group: Group, faults: Faults) -> bool:
    """Whether every distance is a multiple of the step; the first row that is not is told."""
    first = min(starts_s, default=0)
    for line, start_s in zip(group.lines, starts_s, strict=True):
        if (start_s - first) % step_s:
            detail = (
                f"is no multiple of {step_s} s from the zone's first row, though"
                " that step was given or is the smallest distance; add a column 'end'"
            )
            faults.at(line, "start", detail)
            return False
    return True


def _ends(group: Group, step_s: int, times: Times | None) -> list[int]:
    plain = [start_s + step_s for start_s in group.starts_s]
    if times is None:
        return plain
    civil = [times.after(start, step_s).ends for start in group.starts]
    # A midnight inside a jump is no instant; then the plain length is an hour off at most.
    return [end[0] if end else end_s for end, end_s in zip(civil, plain, strict=True)]
