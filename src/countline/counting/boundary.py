"""Which way a line leads, seen from a zone: what makes `forward` and `backward` ins and outs."""

from collections.abc import Collection, Iterable

from countline.model.ids import ZoneId
from countline.model.place import Line, Zone


def zone_family(zone_id: ZoneId, zones: Iterable[Zone]) -> frozenset[ZoneId]:
    """A zone and all zones nested in it, however deep."""
    children: dict[ZoneId | None, list[ZoneId]] = {}
    for zone in zones:
        children.setdefault(zone.parent_id, []).append(zone.zone_id)
    family = {zone_id}
    coming = [zone_id]
    while coming:
        new = [child for child in children.get(coming.pop(), ()) if child not in family]
        family.update(new)
        coming.extend(new)
    return frozenset(family)


def line_sign(line: Line, family: Collection[ZoneId]) -> int:
    """+1 if `forward` of the line enters the zones of `family`, -1 if it leaves them, else 0.

    Frontage lines bound nothing. For a whole location `family` is all its zones.
    """
    if line.role == "frontage":
        return 0
    return (line.side_b in family) - (line.side_a in family)


def zone_flow(sign: int, forward: int, backward: int) -> int:
    """What a line's crossings add to the zone."""
    return sign * (forward - backward)


def ins_and_outs(sign: int, forward: int, backward: int) -> tuple[int, int]:
    """A line's crossings as (in, out) of the zone; none where the line does not bound it."""
    if not sign:
        return 0, 0
    return (forward, backward) if sign > 0 else (backward, forward)
