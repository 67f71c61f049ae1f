"""The registers and bits of one zone: the one table that server, command and reference page read."""

import math
from collections.abc import Callable
from typing import NamedTuple

from countline.model.board import AirNow, ZoneNow
from countline.model.query import Quality
from countline.outlets.modbus.values import Kind, Place

QUALITIES: tuple[Quality, ...] = ("unknown", "stale", "poor", "fair", "good")  # by their numbers
LIGHTS = ("green", "amber", "red")  # 1, 2, 3
UNITS = ("L/s", "cfm")
MODES = ("occupied", "standby")
GIVES = ("setpoint_offset", "damper_position")
GIVES_IN = ("K", "degF", "percent")

Value = Callable[[ZoneNow, int], float | None]  # of a zone, at an instant


class ZoneRegister(NamedTuple):
    """A register of each zone, and where its value comes from."""

    place: Place
    value: Value


class ZoneBit(NamedTuple):
    """A discrete input of each zone. 0 is also what is not known: so what matters has two bits."""

    at: int
    name: str
    says: str
    value: Callable[[ZoneNow], bool]


def _row(
    at: int, name: str, kind: Kind, says: str, value: Value, *, unit: str = "", scale: int = 1
) -> ZoneRegister:
    place = Place(name=name, at=at, kind=kind, says=says, unit=unit, scale=scale)
    return ZoneRegister(place, value)


def _air(of: Callable[[AirNow], float | None]) -> Value:
    return lambda zone, now_s: None if zone.air is None else of(zone.air)


def _numbered(words: tuple[str, ...], word: str | None) -> int | None:
    """The number of a word, from 1; None where there is none."""
    return None if word is None else words.index(word) + 1


def _told(words: tuple[str, ...]) -> str:
    return ", ".join(f"{number} {word}" for number, word in enumerate(words, start=1))


def _age_s(as_of_s: int | None, now_s: int) -> int | None:
    return None if as_of_s is None else max(0, now_s - as_of_s)


def _flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


# fmt: off
ZONE_REGISTERS: tuple[ZoneRegister, ...] = (
    _row(0, "zone_id", "uint16", "The zone itself: proof of reading the right block.", lambda z, _: z.zone_id),
    _row(1, "quality", "uint16", "How far to trust it: " + ", ".join(f"{n} {q}" for n, q in enumerate(QUALITIES)) + ".", lambda z, _: QUALITIES.index(z.quality)),
    _row(2, "people", "uint16", "People there now.", lambda z, _: z.people, unit="people"),
    _row(3, "last_known", "uint16", "People when it was last known.", lambda z, _: z.last_known, unit="people"),
    _row(4, "high", "uint16", "The upper estimate that ventilation works with, rounded up.", lambda z, _: None if z.high is None else math.ceil(z.high), unit="people"),
    _row(5, "capacity", "uint16", "How many may be there.", lambda z, _: z.capacity, unit="people"),
    _row(6, "utilisation", "uint16", "People over capacity; 1000 is full.", lambda z, _: z.utilisation, unit="per mille", scale=1000),
    _row(7, "density", "uint16", "People per area.", lambda z, _: z.density, unit="people per 1000 m2", scale=1000),
    _row(8, "occupied", "uint16", "1 where somebody is there, 0 where nobody is.", lambda z, _: _flag(z.occupied)),
    _row(9, "light", "uint16", f"By the limits of the zone: {_told(LIGHTS)}.", lambda z, _: _numbered(LIGHTS, z.light)),
    _row(10, "in_today", "uint32", "People who came in since the location's day began.", lambda z, _: z.in_today, unit="people"),
    _row(12, "out_today", "uint32", "People who went out since then.", lambda z, _: z.out_today, unit="people"),
    _row(14, "passby_today", "uint32", "People who passed by since then.", lambda z, _: z.passby_today, unit="people"),
    _row(16, "in_total", "uint32", "People who ever came in; never falls.", lambda z, _: z.in_total, unit="people"),
    _row(18, "out_total", "uint32", "People who ever went out; never falls.", lambda z, _: z.out_total, unit="people"),
    _row(20, "as_of", "uint32", "When this was so, in seconds since 1970, UTC.", lambda z, _: z.as_of_s, unit="s"),
    _row(22, "age", "uint16", "How long ago that is.", lambda z, now_s: _age_s(z.as_of_s, now_s), unit="s"),
    _row(24, "area", "uint32", "The area of the zone.", lambda z, _: z.area_m2, unit="0.1 m2", scale=10),
    _row(32, "air_unit", "uint16", f"The unit of both flows: {_told(UNITS)}.", _air(lambda a: _numbered(UNITS, a.unit))),
    _row(33, "air_mode", "uint16", f"Why so much is asked: {_told(MODES)}.", _air(lambda a: _numbered(MODES, a.mode))),
    _row(34, "air_fallback", "uint16", "1 where people are stale or unknown, and at least the design flow is asked for.", _air(lambda a: int(a.fallback))),
    _row(35, "air_population", "uint16", "The people that air is asked for.", _air(lambda a: a.population), unit="people"),
    _row(36, "air_flow", "uint32", "The outdoor air that is asked for.", _air(lambda a: a.flow), unit="0.1 of air_unit", scale=10),
    _row(38, "air_design_flow", "uint32", "What is asked for at the design population.", _air(lambda a: a.design_flow), unit="0.1 of air_unit", scale=10),
    _row(40, "setpoint", "int16", "What the curve of the zone gives, signed.", _air(lambda a: a.setpoint), unit="0.01 of setpoint_unit", scale=100),
    _row(41, "setpoint_gives", "uint16", f"What that is: {_told(GIVES)}.", _air(lambda a: _numbered(GIVES, a.setpoint_gives))),
    _row(42, "setpoint_unit", "uint16", f"Its unit: {_told(GIVES_IN)}.", _air(lambda a: _numbered(GIVES_IN, a.setpoint_unit))),
    _row(43, "air_age", "uint16", "How long ago the request was made.", lambda z, now_s: None if z.air is None else _age_s(z.air.as_of_s, now_s), unit="s"),
    _row(44, "air_as_of", "uint32", "When it was made, in seconds since 1970, UTC.", _air(lambda a: a.as_of_s), unit="s"),
)

ZONE_BITS: tuple[ZoneBit, ...] = (
    ZoneBit(0, "known", "The number of people is known.", lambda z: z.people is not None),
    ZoneBit(1, "occupied", "It is known that somebody is there.", lambda z: z.occupied is True),
    ZoneBit(2, "vacant", "It is known that nobody is there.", lambda z: z.occupied is False),
    ZoneBit(3, "good", "The quality is good.", lambda z: z.quality == "good"),
    ZoneBit(4, "green", "The light is green.", lambda z: z.light == "green"),
    ZoneBit(5, "amber", "The light is amber.", lambda z: z.light == "amber"),
    ZoneBit(6, "red", "The light is red.", lambda z: z.light == "red"),
    ZoneBit(7, "air_known", "Air is asked for, by the people that are there.", lambda z: z.air is not None and not z.air.fallback),
    ZoneBit(8, "air_fallback", "Air is asked for without knowing the people: at least the design flow.", lambda z: z.air is not None and z.air.fallback),
    ZoneBit(9, "air_standby", "The zone has been empty for long: less air is asked for.", lambda z: z.air is not None and z.air.mode == "standby"),
)
# fmt: on
