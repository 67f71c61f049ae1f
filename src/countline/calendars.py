"""Public holidays by country and region, from the `holidays` package: looked up once, then kept."""

import warnings
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Literal

from countline.model.opening import Holiday


class UnknownCalendar(ValueError):
    """There are no holidays of this country or region, as `part` says which; the text says it in words."""

    def __init__(self, part: Literal["country", "region"], text: str) -> None:
        super().__init__(text)
        self.part = part


def holidays_of(country: str, region: str, years: Iterable[int]) -> list[Holiday]:
    """The public holidays of some years, ascending, by their English names where there are some.

    `country` is an ISO 3166 code of two letters, `region` one of `regions_of`, or "" for what the
    whole country keeps. Raises `UnknownCalendar` that names the nearest code that is known.
    """
    import holidays  # it takes a tenth of a second, and most commands never ask

    known = countries()
    if country not in known:
        text = f"there are no holidays of {country!r}{_nearest(country, list(known))}"
        raise UnknownCalendar("country", text)
    if region and region not in known[country]:
        have = _nearest(region, known[country]) if known[country] else "; it has no regions"
        raise UnknownCalendar("region", f"{country} has no region {region!r}{have}")
    chosen = list(years)
    with warnings.catch_warnings():  # some lunar calendars are known for some decades only
        warnings.simplefilter("ignore")
        found = holidays.country_holidays(
            country, subdiv=region or None, years=chosen, language="en_US"
        )
    return [Holiday(day, name) for day, name in sorted(found.items()) if day.year in chosen]


def countries() -> dict[str, Sequence[str]]:
    """Every country of which holidays are known, with its regions."""
    import holidays

    found = holidays.list_supported_countries(include_aliases=False)
    return {country: sorted(regions) for country, regions in sorted(found.items())}


def _nearest(text: str, known: Sequence[str]) -> str:
    near = get_close_matches(text.upper(), known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; known are {', '.join(known[:60])}" if len(known) <= 60 else "; for example CH or US"
