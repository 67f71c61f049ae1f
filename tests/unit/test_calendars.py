"""Public holidays, as the `holidays` package knows them."""

from datetime import date

import pytest

from countline.calendars import countries, holidays_of


def test_a_region_keeps_days_that_the_whole_country_does_not() -> None:
    country = {one.day for one in holidays_of("CH", "", [2026])}
    zurich = {one.day for one in holidays_of("CH", "ZH", [2026])}
    assert date(2026, 8, 1) in country & zurich
    assert date(2026, 5, 1) in zurich - country


def test_holidays_come_by_date_and_only_of_the_years_asked() -> None:
    found = holidays_of("US", "", range(2025, 2027))
    assert [one.day for one in found] == sorted(one.day for one in found)
    assert {one.day.year for one in found} == {2025, 2026}
    assert (date(2026, 7, 4), "Independence Day") in found


@pytest.mark.parametrize(
    ("country", "region", "hint"),
    [
        ("ch", "", "did you mean CH"),
        ("CHE", "", "did you mean CH"),
        ("", "", "for example"),
        ("CH", "ZZH", "did you mean ZH"),
        ("CH", "??", "known are AG"),
    ],
)
def test_what_is_not_known_is_refused_with_the_nearest(
    country: str, region: str, hint: str
) -> None:
    with pytest.raises(ValueError, match=hint):
        holidays_of(country, region, [2026])


def test_every_country_can_be_asked() -> None:
    known = countries()
    assert len(known) > 200
    for country in known:
        assert holidays_of(country, "", [2026]) is not None
