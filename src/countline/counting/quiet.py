"""Quiet nights: minutes that a sensor left out because nobody came, told from an outage.

Package ids count up by one, so nothing is missing between two consecutive ones: minutes for which
neither has a record were empty. Whether they become zeros is the sensor's `quiet` setting; with
`gap` they are what `quiet_minutes_missing` tells.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from countline.model.claim import RANK_PUSH, Minute
from countline.model.ids import SensorNo
from countline.model.interval import MINUTE_S


class Observation(NamedTuple):
    """One package of an agent: from the start of its first record to the end of its last.

    For a package without records both are the whole minute in which it was sent.
    """

    agent: str
    sequence: int
    first_s: int
    last_s: int


def quiet_stretches(observations: Iterable[Observation]) -> list[tuple[int, int]]:
    """Whole minutes between packages of one agent with consecutive ids: (start_s, end_s), ascending.

    Repeated packages do not matter, nor does the order in which they came. An id that is used again
    later (an agent made anew) only counts with its neighbours in time.
    """
    found: set[tuple[int, int]] = set()
    for before, after in pairwise(_in_time(observations)):
        if after.agent == before.agent and after.sequence == before.sequence + 1:
            start_s = -(-before.last_s // MINUTE_S) * MINUTE_S
            end_s = after.first_s // MINUTE_S * MINUTE_S
            if start_s < end_s:
                found.add((start_s, end_s))
    return sorted(found)


def skipped_minutes(starts_s: Iterable[int]) -> list[int]:
    """Whole minutes between a package's first and last record for which it has none, ascending.

    `starts_s` are where its records start, each a minute long.
    """
    known = {start_s // MINUTE_S * MINUTE_S for start_s in starts_s}
    if not known:
        return []
    return [at_s for at_s in range(min(known), max(known), MINUTE_S) if at_s not in known]


def zero_minutes(
    minutes_s: Iterable[int], *, sensor: SensorNo, width: int, positions: Iterable[int]
) -> list[Minute]:
    """Claims of 0 for quiet minutes, at the positions of the agent's series.

    They are made whether or not something else is known of a minute, so that what is claimed does
    not depend on what came first; every record of a full minute wins over them.
    """
    quiet = set(positions)
    values = tuple(0 if position in quiet else None for position in range(width))
    return [Minute(sensor, at_s // MINUTE_S, RANK_PUSH, MINUTE_S, 0, values) for at_s in minutes_s]


def _in_time(observations: Iterable[Observation]) -> list[Observation]:
    """Observations by agent and time, those of one package in a row made one."""
    packages: list[Observation] = []
    ordered = sorted(observations, key=lambda one: (one.agent, one.first_s, one.sequence))
    for one in ordered:
        last = packages[-1] if packages else None
        if last is not None and (last.agent, last.sequence) == (one.agent, one.sequence):
            packages[-1] = last._replace(last_s=max(last.last_s, one.last_s))
        else:
            packages.append(one)
    return packages
