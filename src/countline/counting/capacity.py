"""The light of a zone with a capacity: green, amber, red, and not flickering between them."""

from countline.model.place import Light, Zone

ORDER: tuple[Light, ...] = ("green", "amber", "red")


def light_of(zone: Zone, people: int, before: Light | None) -> Light | None:
    """The light at a number of people, after the one before; None without a capacity.

    It rises as soon as a limit is reached. It falls once people are below that limit by the
    hysteresis, by one person at least.
    """
    if zone.capacity is None:
        return None
    level = sum(people >= limit for limit in limits_of(zone))
    was = ORDER.index(before) if before is not None else 0
    while was > level:
        if people > release_of(zone, ORDER[was]):
            return ORDER[was]
        was -= 1
    return ORDER[level]


def limits_of(zone: Zone) -> tuple[int, int]:
    """At how many people it turns amber, and red: whole people, at least one."""
    assert zone.capacity is not None
    percents = zone.amber_percent, zone.red_percent
    amber, red = (max(1, -(-zone.capacity * percent // 100)) for percent in percents)
    return amber, red


def release_of(zone: Zone, light: Light) -> int:
    """At how many people, or fewer, a light is let go again."""
    assert zone.capacity is not None
    amber, red = limits_of(zone)
    limit = red if light == "red" else amber
    return max(0, min(limit - 1, limit - zone.capacity * zone.hysteresis_percent // 100))
