"""When places are open, and what proves how many are in them, in API version 3."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from countline.wire import Instant, Sent, Told

Wall = Annotated[
    str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Local time, `HH:MM`.")
]
Closes = Annotated[
    str,
    Meta(
        pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="Local time, `HH:MM`; at or before `opens` it is on the next day, so `00:00` to"
        " `00:00` is all day.",
    ),
]

AbsenceWhenClosed = Annotated[
    int,
    Meta(
        ge=0,
        le=86_400,
        description="Nobody is in when it has been closed for so many seconds without a crossing;"
        " 0: closed hours mean nothing.",
    ),
]
AbsenceAfter = Annotated[
    int,
    Meta(
        ge=120,
        le=7200,
        description="What a sensor that sees the zone has shown for so many seconds is evidence.",
    ),
]
Fusion = Annotated[
    Literal["lines", "measured", "both"],
    Meta(
        description="What the number of people rests on, in a zone that has lines and a sensor that"
        " sees the people: one of them, or lines with what the sensor proves."
    ),
]
Covers = Annotated[
    Literal["whole", "part"],
    Meta(description="How much of the zone that sensor sees: of a part it never proves 0."),
]


class OpenHours(Told, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open from one local time to another."""

    opens: Wall
    closes: Closes


DayHours = Annotated[
    tuple[OpenHours, ...], Meta(max_length=12, description="None: closed on that day.")
]
Country = Annotated[
    str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166, such as `CH`.", examples=["CH"])
]
Region = Annotated[
    str, Meta(max_length=16, description="As in ISO 3166-2, such as `ZH`; empty for none.")
]
Named = Annotated[str, Meta(max_length=200)]


class Week(Told, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hours of each weekday; a day that is left out is closed."""

    monday: DayHours = ()
    tuesday: DayHours = ()
    wednesday: DayHours = ()
    thursday: DayHours = ()
    friday: DayHours = ()
    saturday: DayHours = ()
    sunday: DayHours = ()


class ExceptionalDate(Told, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A date with hours of its own, whatever its weekday, holiday or not."""

    date: date
    hours: DayHours = ()
    name: Named = ""


Exceptions = Annotated[tuple[ExceptionalDate, ...], Meta(max_length=1000)]


class Holidays(Sent, frozen=True, kw_only=True):
    """Whose public holidays are kept, and the hours on them."""

    country: Country
    region: Region = ""
    hours: DayHours = ()


class OpeningWanted(Sent, frozen=True, kw_only=True):
    """When it shall be open. It replaces what was said before."""

    weekly: Week
    exceptions: Exceptions = ()
    holidays: Holidays | None = None


class Holiday(Told, frozen=True, kw_only=True):
    """One public holiday."""

    date: date
    name: str


class HolidaysKept(Told, frozen=True, kw_only=True):
    """The public holidays that were written down when the hours were set."""

    country: Country
    region: Region
    hours: DayHours
    first_year: int
    last_year: Annotated[int, Meta(description="Set the hours again to have later years.")]
    dates: Annotated[
        list[Holiday],
        Meta(description="Those of the year in which the hours were set, and of the next."),
    ]


class Opening(Told, frozen=True, kw_only=True):
    """When it is open, local."""

    weekly: Week
    exceptions: Exceptions
    holidays: HolidaysKept | None
    changed_at: Instant
