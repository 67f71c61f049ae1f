"""Anchors: what is known of an occupancy at a whole minute, and which of several acts."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from countline.model.interval import MINUTE_S

Cause = Literal["operator", "device", "evidence", "reset"]
Kind = Literal["value", "delta", "least"]
PRECEDENCE: tuple[Cause, ...] = ("operator", "device", "evidence", "reset")  # greatest first
TOLD: tuple[Cause, ...] = ("operator", "device")  # what somebody said, not what follows from data


class AnchorPoint(NamedTuple):
    """What is known at a whole minute; `told` decides between two of one cause and minute.

    A `value` is how many are there, and forgets what was before. A `delta` is how many more an operator
    says there are than was counted. `least` is how many are there at least: it lifts the running
    value as the floor at 0 does, and leaves the unclamped one alone.
    """

    at_s: int
    value: int
    cause: Cause
    told: int = 0
    kind: Kind = "value"


def whole_minute(at_s: int) -> int:
    """An anchor's instant, rounded to the nearest whole minute, half up."""
    return (at_s + MINUTE_S // 2) // MINUTE_S * MINUTE_S


def anchor_order(anchor: AnchorPoint) -> tuple[int, int, int]:
    """The key by which values of one minute are ordered; only the greatest acts."""
    return (-PRECEDENCE.index(anchor.cause), anchor.told, anchor.value)


def acting_anchors(anchors: Iterable[AnchorPoint]) -> list[AnchorPoint]:
    """The anchors that act, ascending: of each minute the greatest value, then what adds to it.

    A `least` does not lift what was told. Deltas act as one sum, those left out that were told before
    the value that was told of the same minute.
    """
    minutes: dict[int, list[AnchorPoint]] = {}
    for anchor in anchors:
        minutes.setdefault(anchor.at_s, []).append(anchor)
    return [one for at_s in sorted(minutes) for one in _acting(minutes[at_s])]


def _acting(anchors: list[AnchorPoint]) -> list[AnchorPoint]:
    """Of one minute."""
    if len(anchors) == 1:
        return anchors
    acting = [max((one for one in anchors if one.kind == "value"), key=anchor_order, default=None)]
    said = acting[0] if acting[0] is not None and acting[0].cause in TOLD else None
    if said is None:
        least = (one for one in anchors if one.kind == "least")
        acting.append(max(least, key=lambda one: one.value, default=None))
    deltas = [one for one in anchors if one.kind == "delta"]
    deltas = [one for one in deltas if said is None or one.told >= said.told]
    if deltas:
        acting.append(deltas[-1]._replace(value=sum(one.value for one in deltas)))
    return [one for one in acting if one is not None]


def moves(anchor: AnchorPoint, running: int, raw: int) -> bool:
    """Whether an anchor changes a running and an unclamped value."""
    if anchor.kind == "least":
        return anchor.value > running
    if anchor.kind == "delta":
        return anchor.value != 0
    return (anchor.value, anchor.value) != (running, raw)
