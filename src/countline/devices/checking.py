"""Whether a wanted configuration could be, before anything is sent: everything wrong at once."""

import math
from collections.abc import Iterator, Sequence
from zoneinfo import available_timezones

from countline.counting.plane import line_fault, polygon_fault
from countline.devices.xovis_v5.reading import Read
from countline.engine.configuring import Configuration, ScenePart
from countline.errors import BadQuery, FieldError
from countline.model.layout import Point

NAME_MAX = 128


def check_configuration(wanted: Configuration, read: Read) -> None:
    """Raises `BadQuery` with every field that is wrong, and what would be right."""
    wrong = [
        *_plain(wanted, read),
        *_scene(wanted.geometries, read),
        *_logics(wanted, read),
        *_agents(wanted, read),
    ]
    if wrong:
        first = wrong[0]
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise BadQuery(f"{first.field}: {first.detail}{more}.", errors=tuple(wrong))


def _plain(wanted: Configuration, read: Read) -> Iterator[FieldError]:
    for field, text in (("name", wanted.name), ("group", wanted.group)):
        if len(text) > NAME_MAX:
            yield _wrong(field, f"is longer than {NAME_MAX} characters")
    if wanted.time.time_zone not in available_timezones():
        yield _wrong("time.time_zone", f"{wanted.time.time_zone!r} is not an IANA time zone")
    if wanted.time.ntp_enabled and not wanted.time.ntp_servers and "ntp_servers" in read.time:
        had = read.configuration.time.ntp_servers
        if had:
            yield _wrong("time.ntp_servers", "is empty, and without one no time is fetched")
    if not 0 <= wanted.privacy_mode <= 3:
        yield _wrong("privacy_mode", "is 0 (all may be seen) to 3 (numbers only)")


def _scene(wanted: Sequence[ScenePart], read: Read) -> Iterator[FieldError]:
    yield from _ids("geometries", [g.id for g in wanted], set(read.geometries))
    for nth, part in enumerate(wanted):
        at = f"geometries[{nth}]"
        points = [Point(x, y) for x, y in part.points]
        if part.kind == "line" and len(points) != 2:
            yield _wrong(f"{at}.points", "a sensor's line has exactly 2 points")
        elif fault := (line_fault if part.kind == "line" else polygon_fault)(points):
            yield _wrong(f"{at}.points", fault)
        known = read.geometries.get(part.id or 0)
        if known is not None and known["type"] != part.kind.upper():
            yield _wrong(f"{at}.kind", f"{part.id} is a {known['type'].lower()}, and stays one")
    yield from _room(wanted, read)


def _room(wanted: Sequence[ScenePart], read: Read) -> Iterator[FieldError]:
    limits = read.limits
    if limits is None:
        return
    vertices = sum(len(part.points) for part in wanted)
    perimeter = sum(_length(part) for part in wanted)
    for what, have, most in (
        ("lines and zones", len(wanted), limits.max_elements),
        ("points in all", vertices, limits.max_total_vertices),
        ("metres of outline in all", round(perimeter, 1), limits.max_total_perimeter),
        (
            "points of one line or zone",
            max((len(part.points) for part in wanted), default=0),
            limits.max_vertices_per_element,
        ),
    ):
        if most is not None and have > most:
            yield _wrong("geometries", f"{have} {what}; this sensor takes {most} at most")


def _length(part: ScenePart) -> float:
    points = list(part.points)
    closed = [*points[1:], points[0]] if part.kind == "zone" else points[1:]
    return sum(math.dist(a, b) for a, b in zip(points, closed, strict=False))


def _logics(wanted: Configuration, read: Read) -> Iterator[FieldError]:
    yield from _ids("logics", [one.id for one in wanted.logics], set(read.logics))
    kinds = {g.id: g.kind for g in wanted.geometries if g.id is not None}
    for nth, logic in enumerate(wanted.logics):
        at = f"logics[{nth}]"
        if logic.id is None and not logic.template:
            yield _wrong(f"{at}.template", "a new logic is made from a template; name one")
        known = read.templates.get(logic.id or 0)
        if logic.template and logic.id is not None and known is None:
            yield _wrong(f"{at}.template", "this logic was made by hand; only its name changes")
        for option, value in logic.options.items():
            if not option.endswith("_id") or not isinstance(value, int) or not _is_place(option):
                continue
            kind = "line" if "line" in option else "zone"
            if value not in kinds:
                yield _wrong(f"{at}.options.{option}", f"there is no {kind} {value}")
            elif kinds[value] != kind:
                yield _wrong(f"{at}.options.{option}", f"{value} is a {kinds[value]}, no {kind}")


def _is_place(option: str) -> bool:
    return "line" in option or "zone" in option


def _agents(wanted: Configuration, read: Read) -> Iterator[FieldError]:
    yield from _ids("agents", [one.id for one in wanted.agents], set(read.agents))
    there = {one.id: one for one in wanted.agents}
    for agent in read.configuration.agents:
        if agent.ours and there.get(agent.id) != agent:
            yield _wrong(
                "agents",
                f"agent {agent.id} ({agent.name}) brings the counts here; adopting makes and mends"
                " it, retiring removes it",
            )


def _ids(field: str, wanted: Sequence[int | None], known: set[int]) -> Iterator[FieldError]:
    given = [one for one in wanted if one is not None]
    if len(given) != len(set(given)):
        yield _wrong(field, "an id is there twice")
    for nth, one in enumerate(wanted):
        if one is not None and one not in known:
            yield _wrong(f"{field}[{nth}].id", f"there is no {one}; leave `id` out of a new one")


def _wrong(field: str, detail: str) -> FieldError:
    return FieldError(field=field, detail=detail)
