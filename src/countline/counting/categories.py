"""Rates of ordinary rooms, to begin with: a zone may have rates of its own instead."""

from collections.abc import Mapping
from types import MappingProxyType

from countline.model.ventilation import Category

EDITION = "62.1-2016"

_ROWS: tuple[tuple[str, str, float, float, float, float, float, bool], ...] = (
    # name, title, for a person and for the area: L/s, L/s m2, cfm, cfm/ft2; density; standby
    ("office", "Office space", 2.5, 0.3, 5, 0.06, 5, True),
    ("meeting", "Conference or meeting room", 2.5, 0.3, 5, 0.06, 50, True),
    ("classroom_5_8", "Classroom, age 5 to 8", 5, 0.6, 10, 0.12, 25, False),
    ("classroom_9", "Classroom, age 9 and more", 5, 0.6, 10, 0.12, 35, False),
    ("lecture_classroom", "Lecture classroom", 3.8, 0.3, 7.5, 0.06, 65, True),
    ("lecture_hall", "Lecture hall with fixed seats", 3.8, 0.3, 7.5, 0.06, 150, True),
    ("assembly", "Multi-use assembly", 3.8, 0.3, 7.5, 0.06, 100, True),
    ("computer_lab", "Computer lab or media centre", 5, 0.6, 10, 0.12, 25, False),
    ("restaurant", "Restaurant dining room", 3.8, 0.9, 7.5, 0.18, 70, False),
    ("cafeteria", "Cafeteria", 3.8, 0.9, 7.5, 0.18, 100, False),
    ("library", "Library", 2.5, 0.6, 5, 0.12, 10, False),
)

CATEGORIES: Mapping[str, Category] = MappingProxyType(
    {
        name: Category(
            name=name,
            title=title,
            people_l_s=people_l_s,
            area_l_s_m2=area_l_s_m2,
            people_cfm=people_cfm,
            area_cfm_ft2=area_cfm_ft2,
            density=density,
            standby_allowed=standby_allowed,
        )
        for name, title, people_l_s, area_l_s_m2, people_cfm, area_cfm_ft2, density, standby_allowed
        in _ROWS
    }
)  # fmt: skip
