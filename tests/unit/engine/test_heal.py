"""Holes are found to the minute, asked of the device, and end as better claims or with a reason."""

from collections.abc import Callable
from dataclasses import dataclass, field

from countline.drivers import Decoded, StatusInfo, Total
from countline.drivers.xovis_v5 import DRIVER
from countline.engine.heal import Healer, History
from countline.errors import DeviceUnreachable
from countline.model.adoption import Adoption, Hole
from countline.model.ids import DeviceKey
from countline.model.query import Row
from countline.model.sensor import Gap
from tests.engine_house import (
    HOUR_S,
    MINUTE_S,
    SERIAL,
    House,
    at,
    in_memory,
    on_disk,
    package,
    passing,
)

START = at("2026-06-02 08:00")


@dataclass
class Remembering:
    """A device that remembers minutes, where it can be reached."""

    clock: Callable[[], int]
    minutes: dict[int, int] = field(default_factory=dict)
    reachable: bool = True
    refuses: bool = False
    oldest_s: int | None = 0
    asked: list[tuple[int, int]] = field(default_factory=list)
    resent: list[tuple[int, int]] = field(default_factory=list)
    driver: str = DRIVER.name

    async def history(self, adoption: Adoption, start_s: int, end_s: int) -> History:
        self.asked.append((start_s, end_s))
        if not self.reachable:
            raise DeviceUnreachable("Nothing answers at 192.0.2.1.")
        if self.refuses:
            raise DeviceUnreachable("Not allowed.", history_refused=True)
        readings = [passing(m, n) for m, n in sorted(self.minutes.items()) if start_s <= m < end_s]
        return History(
            parts=(package(*readings, serial=SERIAL),) if readings else (),
            answered_ms=self.clock() * 1000,
            oldest_s=self.oldest_s,
        )

    async def resend(self, adoption: Adoption, start_s: int, end_s: int) -> bool:
        self.resent.append((start_s, end_s))
        return True


async def adopted(house: House) -> tuple[Healer, Remembering]:
    zone = await house.location()
    await house.sensor("S1", serial=SERIAL)
    await house.counts("S1", passing(START, 1), serial=SERIAL)
    assert zone
    sensor = house.engine.desk.current().sensor_by_id["S1"]  # type: ignore[index]
    record = Adoption(sensor=sensor.sensor, address="https://192.0.2.1", state="adopted")
    await house.engine.store.write(lambda tx: tx.save(record))
    device = Remembering(lambda: house.clock.ms // 1000)
    return Healer(house.engine, device), device


async def minutes(house: House, first: int, count: int, value: int = 1) -> None:
    for nth in range(first, first + count):
        await house.counts("S1", passing(START + 60 * nth, value), serial=SERIAL)


async def holes(house: House) -> list[Hole]:
    return await house.engine.store.read(lambda view: view.records(Hole))


async def row(house: House, start_s: int, end_s: int) -> Row:
    (one,) = await house.rows(start_s, end_s, sensor="S1")
    return one


def test_an_outage_heals_to_the_person_and_is_a_revision() -> None:
    async def work(house: House) -> None:
        healer, device = await adopted(house)
        await minutes(house, 1, 9)
        await minutes(house, 40, 30)
        device.minutes = {START + 60 * nth: 2 for nth in range(10, 40)}
        before = await row(house, START, START + HOUR_S)
        assert (before.ins, before.covered_s) == (30, 30 * 60)
        await healer.step()
        assert device.asked == [(START + 10 * 60, START + 40 * 60)], "exactly the hole"
        after = await row(house, START, START + HOUR_S)
        assert (after.ins, after.covered_s) == (90, HOUR_S)
        assert after.revision > before.revision
        (hole,) = await holes(house)
        assert hole.state == "healed"
        await healer.step()
        house.clock.pass_by(HOUR_S)
        await healer.step()
        assert len([a for a in device.asked if a[0] < START + HOUR_S]) == 1, "once is enough"

    in_memory(work, START)
    on_disk(work, START)


def test_what_the_device_does_not_know_is_asked_again_later_and_later_and_has_a_reason() -> None:
    async def work(house: House) -> None:
        healer, _ = await adopted(house)
        await minutes(house, 1, 9)
        await minutes(house, 20, 40)
        await healer.step()
        (hole,) = await holes(house)
        assert (hole.state, hole.tries) == ("open", 1)
        assert "no record" in hole.reason
        waits = []
        for _ in range(5):
            wait = hole.next_try_s - house.clock.ms // 1000
            waits.append(wait)
            house.clock.pass_by(wait)
            await healer.ask()
            (hole,) = await holes(house)
        assert waits == [60, 300, 1_800, 7_200, 86_400]
        (gap,) = await house.engine.store.read(lambda view: view.records(Gap))
        assert (gap.from_s, gap.to_s, gap.reason) == (hole.from_s, hole.to_s, "sensor_offline")

    in_memory(work, START)


def test_a_hole_before_the_device_remembers_anything_stays() -> None:
    async def work(house: House) -> None:
        healer, device = await adopted(house)
        device.oldest_s = START + HOUR_S
        await minutes(house, 10, 20)
        await healer.step()
        (hole,) = await holes(house)
        assert hole.state == "permanent"
        asked = len(device.asked)
        house.clock.pass_by(2 * 86_400)
        await healer.ask()
        assert len(device.asked) == asked

    in_memory(work, START)


def test_a_device_that_cannot_be_reached_is_asked_soon_after_it_is_back() -> None:
    async def work(house: House) -> None:
        healer, device = await adopted(house)
        device.reachable = False
        for _ in range(26 * 60):  # a day and two hours of nothing, minute by minute
            house.clock.pass_by(MINUTE_S)
            await healer.step()
        (hole,) = await holes(house)
        assert (hole.state, hole.from_s) == ("open", START + 60)
        device.reachable = True
        device.minutes = {START + 60 * nth: 1 for nth in range(26 * 60)}
        back = 26 * 60 + 2
        await minutes(house, back, 10)
        house.clock.pass_by(301)
        await healer.step()
        hole = (await holes(house))[0]
        assert hole.state == "open", "two minutes that nobody has are still missing"
        assert (hole.from_s, hole.to_s) == (START + 26 * 60 * 60, START + back * 60)
        rows = await house.rows(START, START + 26 * HOUR_S, sensor="S1")
        assert {(r.ins, r.covered_s) for r in rows} == {(60, HOUR_S)}

    in_memory(work, START)


def test_where_history_is_refused_the_agent_is_told_to_push_again() -> None:
    async def work(house: House) -> None:
        healer, device = await adopted(house)
        device.refuses = True
        await minutes(house, 10, 20)
        await healer.step()
        assert device.resent == [(START + 60, START + 600)]
        (hole,) = await holes(house)
        assert (hole.state, hole.reason) == ("open", "The device was told to push it again.")
        await minutes(house, 1, 9, value=3)
        house.clock.set(START + HOUR_S)
        await healer.look(2 * HOUR_S)
        assert [h.state for h in await holes(house) if h.to_s == START + 600] == ["healed"]

    in_memory(work, START)


def test_a_sensor_without_an_address_says_how_it_heals() -> None:
    async def work(house: House) -> None:
        await house.location()
        await house.sensor("S1", serial=SERIAL)
        await minutes(house, 0, 1)
        await minutes(house, 10, 5)
        device = Remembering(lambda: house.clock.ms // 1000)
        healer = Healer(house.engine, device)
        await healer.step()
        (hole,) = await holes(house)
        assert "resends" in hole.reason
        assert not device.asked

    in_memory(work, START)


def test_a_single_minute_is_no_hole() -> None:
    async def work(house: House) -> None:
        healer, device = await adopted(house)
        await minutes(house, 2, 20)
        await healer.step()
        assert not await holes(house)
        assert not device.asked

    in_memory(work, START)


def test_a_single_minute_that_is_missing_for_an_hour_is_lost() -> None:
    async def work(house: House) -> None:
        healer, device = await adopted(house)
        await minutes(house, 2, 90)
        device.minutes = {START + 60: 7}
        await healer.step()
        assert device.asked == [(START + 60, START + 120)]
        assert (await row(house, START, START + HOUR_S)).covered_s == HOUR_S

    in_memory(work, START)


def test_what_only_live_events_told_is_asked_for() -> None:
    async def work(house: House) -> None:
        healer, device = await adopted(house)
        await minutes(house, 1, 9)
        shown = Total("1000", "1000001", "fw", ("forward",), (START + 750) * 1000, 0, 100, 1)
        said = Decoded(
            purpose="live", device=DeviceKey(vendor=DRIVER.vendor, serial=SERIAL), agent="1002",
            sequence=1, totals=(shown,), status=StatusInfo(device_time_ms=(START + 750) * 1000),
        )  # fmt: skip
        await house.push("S1", said, at_s=START + 751)
        (minute,) = await house.rows(START + 720, START + 780, "1m", sensor="S1")
        assert (minute.ins, minute.provisional) == (1, True)
        await minutes(house, 20, 40)
        device.minutes = {START + 60 * nth: 2 for nth in range(10, 20)}
        await healer.step()
        assert device.asked == [(START + 600, START + 1200)], "one hole, and all of it"
        assert [hole.state for hole in await holes(house)] == ["healed"]
        (minute,) = await house.rows(START + 720, START + 780, "1m", sensor="S1")
        assert (minute.ins, minute.provisional) == (2, False)

    in_memory(work, START)


def test_the_reason_of_a_gap_is_what_asking_found_out() -> None:
    async def reasons(house: House) -> list[tuple[int, int | None, str]]:
        gaps = await house.engine.store.read(lambda view: view.records(Gap))
        return [
            ((g.from_s - START) // 60, g.to_s and (g.to_s - START) // 60, g.reason) for g in gaps
        ]

    async def work(house: House) -> None:
        healer, device = await adopted(house)
        await minutes(house, 1, 9)
        house.clock.set(START + HOUR_S)
        await house.engine.watch.flush()
        assert await reasons(house) == [(10, None, "sensor_offline")], "silence is all that is seen"
        device.reachable = False
        await healer.step()
        assert await reasons(house) == [(10, None, "network")]
        device.reachable = True
        await minutes(house, 60, 10)
        device.minutes = {START + 60 * nth: 1 for nth in range(10, 30)}
        await house.engine.watch.flush()
        house.clock.set(START + 2 * HOUR_S)
        await healer.step()
        within = [one for one in await reasons(house) if one[0] < 60]
        assert within == [(30, 60, "sensor_offline")], "the device answers, and has no record"
        device.minutes |= {START + 60 * nth: 1 for nth in range(30, 60)}
        house.clock.pass_by(HOUR_S)
        await healer.step()
        assert [one for one in await reasons(house) if one[0] < 60] == []

    in_memory(work, START)
