"""What devices say of themselves: the newest counts, reboots are seen, and nothing is made up."""

from typing import Any

import msgspec
import pytest

from countline.engine.facts import FactsBook, learn_facts
from countline.model.health import Agent, DeviceFacts, KnownFacts, Licence, Thresholds
from countline.model.ids import SensorNo

NOW = 1_780_000_000
S1 = SensorNo(1)
LIMITS = Thresholds()


def after(*told: DeviceFacts) -> KnownFacts:
    known = KnownFacts(sensor=S1)
    for one in told:
        known = learn_facts(known, one, LIMITS)
    return known


def pushed(at_s: int, said_s: int | None = None, **facts: Any) -> DeviceFacts:
    return DeviceFacts(at_s=NOW + at_s, source="push",
                       said_s=None if said_s is None else NOW + said_s, **facts)  # fmt: skip


def test_what_is_left_out_stays_and_each_fact_has_its_time_and_source() -> None:
    known = after(
        DeviceFacts(at_s=NOW, firmware="5.6.2", tilt_degrees=2.0),
        pushed(60, uptime_s=100, temperature_c=50),
    )
    assert known.newest is not None
    assert (known.newest.firmware, known.newest.tilt_degrees) == ("5.6.2", 2.0)
    assert (known.newest.uptime_s, known.newest.temperature_c) == (100, 50)
    assert known.heard["firmware"] == (NOW, "ask")
    assert known.heard["uptime_s"] == (NOW + 60, "push")
    assert "height_m" not in known.heard


def test_asking_in_vain_says_since_when_and_why_and_forgets_nothing() -> None:
    well = DeviceFacts(at_s=NOW, firmware="5.6.2", uptime_s=5)
    gone = [DeviceFacts(at_s=NOW + n, reachable=False, error=f"try {n}") for n in (300, 600)]
    known = after(well, *gone)
    assert (known.refused_since_s, known.error) == (NOW + 300, "try 600")
    assert (known.asked_s, known.answered_s) == (NOW + 600, NOW)
    assert known.newest is not None and known.newest.firmware == "5.6.2"
    back = learn_facts(known, DeviceFacts(at_s=NOW + 900, uptime_s=905), LIMITS)
    assert (back.refused_since_s, back.error, back.answered_s) == (None, "", NOW + 900)


@pytest.mark.parametrize(
    ("told", "reboots"),
    [
        ([pushed(0, uptime_s=1000), pushed(60, uptime_s=1060)], []),
        ([pushed(0, uptime_s=1000), pushed(60, uptime_s=20)], [40]),
        # Asked and pushed alike; two times.
        ([pushed(0, uptime_s=1000), DeviceFacts(at_s=NOW + 60, uptime_s=20), pushed(90, uptime_s=5)], [40, 85]),
        # Overtaken on its way: an older word is no reboot.
        ([pushed(0, 0, uptime_s=1000), pushed(1, -60, uptime_s=940)], []),
        ([pushed(0, uptime_s=1000), pushed(1, uptime_s=940)], []),
        # The same twice.
        ([pushed(0, 0, uptime_s=1000), pushed(60, 60, uptime_s=20), pushed(61, 60, uptime_s=20)], [40]),
        # A backlog comes at once: what the device's clock said tells when.
        ([pushed(0, 0, uptime_s=90_000), pushed(90_000, 18_000, uptime_s=3_600), pushed(90_001, 90_000, uptime_s=75_600)], [14_400]),
        # A clock that was set back is no reboot.
        ([pushed(0, 0, uptime_s=1000), pushed(60, -3_600, uptime_s=1060)], []),
    ],
)  # fmt: skip
def test_a_reboot_is_seen_by_an_uptime_that_fell(
    told: list[DeviceFacts], reboots: list[int]
) -> None:
    known = after(*told)
    assert [at_s - NOW for at_s in known.reboots_s] == reboots
    assert known.reboots == len(reboots)


def test_an_older_word_changes_nothing() -> None:
    newer = pushed(0, 0, uptime_s=1000, temperature_c=40)
    older = pushed(1, -60, uptime_s=940, temperature_c=60)
    assert after(newer, older) == after(newer)


def test_a_change_of_firmware_is_told_by_its_number_alone() -> None:
    same = after(
        pushed(0, firmware="5.6.2-0123abcdef"), DeviceFacts(at_s=NOW + 9, firmware="5.6.2")
    )
    assert same.firmware_changed_s is None
    other = learn_facts(same, DeviceFacts(at_s=NOW + 99, firmware="5.9.1"), LIMITS)
    assert (other.firmware_before, other.firmware_changed_s) == ("5.6.2", NOW + 99)


def test_packages_that_were_given_up_are_told_when_there_are_more_of_them() -> None:
    first = DeviceFacts(at_s=NOW, agents=(Agent("1", dropped=3),))
    again = DeviceFacts(at_s=NOW + 300, agents=(Agent("1", dropped=3),))
    more = DeviceFacts(at_s=NOW + 600, agents=(Agent("1", dropped=4),))
    assert after(first, again).dropped_s is None
    assert after(first, again, more).dropped_s == NOW + 600


def test_since_when_stays_while_it_lasts() -> None:
    aslant = [DeviceFacts(at_s=NOW + n, tilt_degrees=20.0 + n) for n in (0, 300)]
    straight = DeviceFacts(at_s=NOW + 600, tilt_degrees=1.0)
    assert after(*aslant).since == {"tilted": NOW}
    assert after(*aslant, straight).since == {}
    assert after(*aslant, straight, DeviceFacts(at_s=NOW + 900, tilt_degrees=33)).since == {
        "tilted": NOW + 900
    }


def test_facts_are_written_down_and_read_as_they_were() -> None:
    book = FactsBook(LIMITS)
    told = DeviceFacts(
        at_s=NOW,
        firmware="5.6.2",
        uptime_s=5,
        tilt_degrees=20.5,
        licences=(Licence("PISTE", "enabled", 20),),
        agents=(Agent("1", "counts", NOW, None, "", 0, 0),),
    )
    book.learn(S1, told)
    book.mark(S1, "push_late", NOW, wrong=True)
    book.mark(S1, "push_late", NOW + 60, wrong=True)
    kept = book.to_write()
    assert book.to_write() == []
    book.again(kept)
    assert book.to_write() == kept
    other = FactsBook(LIMITS)
    other.load([msgspec.json.decode(msgspec.json.encode(one), type=type(one)) for one in kept])
    assert other.of(S1) == book.of(S1)
    assert other.of(S1).since == {"tilted": NOW, "licence_ending": NOW, "push_late": NOW}
    other.mark(S1, "push_late", NOW + 99, wrong=False)
    assert "push_late" not in other.of(S1).since
