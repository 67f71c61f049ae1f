"""Adopted devices are asked in their turns: few at once, seldom where they do not answer."""

import asyncio
from itertools import pairwise
from typing import Any

from countline.engine.rounds import AT_ONCE, EVERY_S, EVERY_S_MAX, Rounds, pause_s
from countline.errors import DeviceUnreachable
from countline.model.adoption import Adoption
from countline.model.health import DeviceFacts
from countline.model.ids import SensorId, SensorNo
from tests.engine_house import House, at, passing

MORNING = at("2026-06-02 08:00")


class Devices:
    """Devices that answer, but for those that are cut or break who asks them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.cut: set[SensorNo] = set()
        self.broken: set[SensorNo] = set()
        self.asked: list[SensorNo] = []
        self.at_once = self.most_at_once = 0
        self.checksum: str | None = None

    async def facts(self, adoption: Adoption) -> DeviceFacts:
        self.asked.append(adoption.sensor)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if adoption.sensor in self.cut:
            raise DeviceUnreachable(f"{adoption.address} refuses the connection.")
        if adoption.sensor in self.broken:
            raise ValueError("a device that answers nonsense")
        now_s = self.house.clock.ms // 1000
        return DeviceFacts(
            at_s=now_s,
            uptime_s=now_s - MORNING + 999,
            firmware="5.6.2",
            clock_offset_s=0.5,
            config_checksum=self.checksum,
        )


async def adopted(house: House, count: int = 1, *, checksum: str = "") -> None:
    await house.location(time_zone="UTC")
    for n in range(1, count + 1):
        await house.sensor(f"S{n}")
        no = house.engine.desk.current().sensor_by_id[SensorId(f"S{n}")].sensor
        address = f"https://192.0.2.{n}"
        made = Adoption(sensor=no, address=address, state="adopted", checksum=checksum)
        await house.engine.desk.save(made)


def test_each_device_is_asked_soon_and_then_every_few_minutes(run: Any) -> None:
    async def story(house: House) -> None:
        await adopted(house)
        devices = Devices(house)
        rounds = Rounds(house.engine, devices, chance=lambda: 0.5)
        assert await rounds.step() == 0
        house.clock.pass_by(15)
        assert await rounds.step() == 1
        house.clock.pass_by(EVERY_S - 1)
        assert await rounds.step() == 0
        house.clock.pass_by(1)
        assert await rounds.step() == 1
        told = await house.engine.watch.sensor("S1", None)
        assert (told.firmware, told.clock_offset_s) == ("5.6.2", 0.5)
        assert told.facts.answered_s == MORNING + 15 + EVERY_S
        await house.engine.watch.flush()
        await house.engine.watch.load()
        assert (await house.engine.watch.sensor("S1", None)).facts == told.facts

    run(story, MORNING)


def test_one_that_does_not_answer_is_asked_more_seldom_and_told(run: Any) -> None:
    async def story(house: House) -> None:
        await adopted(house, 2)
        devices = Devices(house)
        rounds = Rounds(house.engine, devices, chance=lambda: 0.5)
        for n in range(3):
            await house.counts("S1", passing(MORNING + 60 * n, 1))
        await rounds.step()
        devices.cut, devices.broken = {SensorNo(1)}, {SensorNo(2)}
        times = []
        for _ in range(240):
            house.clock.pass_by(60)
            before = len(devices.asked)
            await rounds.step()
            times += [house.clock.ms // 60_000 for s in devices.asked[before:] if s == SensorNo(1)]
        apart = [later - sooner for sooner, later in pairwise(times)]
        assert apart == [5, 10, 20, 40, 60, 60]
        told = await house.health("S1")
        assert told == {"health": "offline", "codes": ["offline"]}
        told = await house.health("S2")
        assert "unreachable" in told["codes"]
        devices.cut.clear()
        house.clock.pass_by(EVERY_S_MAX * 2)
        await rounds.step()
        assert (await house.health("S1"))["codes"] == ["silent"]
        await house.counts("S1", passing(house.clock.ms // 60_000 * 60, 1))
        assert (await house.health("S1"))["codes"] == []

    run(story, MORNING)


def test_only_a_few_are_asked_at_once_and_only_those_in_use(run: Any) -> None:
    async def story(house: House) -> None:
        await adopted(house, 20)
        await house.engine.desk.retire_sensor("S20")
        devices = Devices(house)
        rounds = Rounds(house.engine, devices, chance=lambda: 0.0)
        assert await rounds.step() == 19
        assert devices.most_at_once == AT_ONCE
        assert SensorNo(20) not in devices.asked

    run(story, MORNING)


def test_a_configuration_that_is_not_ours_any_more_is_told(run: Any) -> None:
    async def story(house: House) -> None:
        await adopted(house, checksum="abc")
        await house.counts("S1", passing(MORNING, 1))
        devices = Devices(house)
        rounds = Rounds(house.engine, devices, chance=lambda: 0.0)
        for checksum, codes in (("abc", []), ("xyz", ["config_changed"]), ("abc", [])):
            devices.checksum = checksum
            await rounds.step()
            assert (await house.health("S1"))["codes"] == codes
            house.clock.pass_by(EVERY_S)
            await house.counts("S1", passing(house.clock.ms // 60_000 * 60, 1))

    run(story, MORNING)


def test_pauses_grow_to_an_hour_and_are_never_quite_alike() -> None:
    assert [pause_s(n, 0.5) for n in (0, 1, 2, 3, 4, 5, 99)] == [
        300, 300, 600, 1_200, 2_400, 3_600, 3_600,
    ]  # fmt: skip
    assert (pause_s(0, 0.0), pause_s(0, 1.0)) == (270, 330)
