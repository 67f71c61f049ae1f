"""Devices that nobody registered: seen, waiting, adopted; and how many of them may wait."""

from typing import Any

import pytest

from countline.engine import admission
from countline.errors import Conflict, NotAllowed
from countline.model.sensor import Device
from tests.engine_house import LOCATION, House, at, package, passing

MORNING = at("2026-06-02 08:00")
SERIAL = "00:6e:02:00:00:0a"


async def kinds(house: House) -> list[str]:
    def work(view: Any) -> list[str]:
        return [event.kind for event in view.events(0, 10_000)]

    return await house.engine.store.read(work)


async def discovered(house: House) -> list[Device]:
    devices = (await house.engine.desk.fresh()).devices.values()
    return [device for device in devices if device.sensor is None]


async def knock(house: House, minute: int, ins: int = 1, serial: str = SERIAL) -> None:
    """A push with the enrolment secret."""
    at_s = MORNING + 60 * minute
    await house.push(None, package(passing(at_s, ins), serial=serial), at_s=at_s + 65)


def test_a_device_nobody_knows_is_discovered_once_and_its_pushes_wait(run: Any) -> None:
    async def story(house: House) -> None:
        for minute in range(3):
            await knock(house, minute)
        (device,) = await discovered(house)
        assert (device.vendor, device.serial, device.context) == ("xovis", SERIAL, "single")
        assert (await kinds(house)).count("sensor.discovered") == 1
        waiting = await house.kept("waiting")
        assert [kept.device_id for kept in waiting] == [device.device_id] * 3
        assert not (await house.engine.desk.fresh()).sensors

    run(story, MORNING)


@pytest.mark.parametrize("serial", [SERIAL, SERIAL.upper()])
def test_adoption_counts_what_waited_at_once(run: Any, serial: str) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        for minute in range(3):
            await knock(house, minute, ins=minute + 1)
        await house.sensor("S1", serial=serial)
        assert await house.kept() == []
        assert await discovered(house) == []
        for _ in range(2):
            rows = await house.rows(MORNING, MORNING + 180, "1m", sensor="S1")
            assert [(row.ins, row.occupancy) for row in rows] == [(1, 1), (2, 3), (3, 6)]
            await house.follow()
        await knock(house, 3, ins=4)  # its enrolment secret still opens the door
        assert (await house.rows(MORNING, MORNING + 240, "1m", sensor="S1"))[-1].ins == 4

    run(story, MORNING)


def test_what_waited_for_months_is_counted_and_seen(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await knock(house, 0, ins=7)
        house.clock.pass_by(100 * 86_400)
        await house.sensor("S1", serial=SERIAL)
        (row, *_) = await house.rows(MORNING, MORNING + 60, "1m", sensor="S1")
        assert row.ins == 7

    run(story, MORNING)


def test_a_device_may_be_registered_before_it_is_seen(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.sensor("S1", serial=SERIAL)
        await knock(house, 0, ins=5)
        assert await house.kept() == []
        assert [r.ins for r in await house.rows(MORNING, MORNING + 60, "1m", sensor="S1")] == [5]

    run(story, MORNING)


def test_a_device_belongs_to_one_sensor_and_a_sensor_has_one_device(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.sensor("S1", serial=SERIAL)
        for sensor_id, serial, code in (
            ("S2", SERIAL, "device_taken"),
            ("S1", "00:6e:02:00:00:0b", "id_taken"),
        ):
            with pytest.raises(Conflict) as caught:
                await house.engine.desk.register_sensor(
                    sensor_id=sensor_id, location_id=LOCATION, serial=serial
                )
            assert caught.value.error_code == code

    run(story, MORNING)


def test_with_the_enrolment_secret_a_body_must_name_its_device(run: Any) -> None:
    async def story(house: House) -> None:
        await house.push(None, package(passing(MORNING, 1), serial=None), at_s=MORNING + 60)
        (kept,) = await house.kept("failed")
        assert kept.code == "device_unnamed"
        assert await discovered(house) == []

    run(story, MORNING)


def test_a_secret_that_nobody_gave_opens_nothing(run: Any) -> None:
    async def story(house: House) -> None:
        for secret in ("", "pt_wrong"):
            with pytest.raises(NotAllowed):
                await house.engine.access.admit(secret)
        old = await house.secret(None)
        await house.engine.access.create_push_secret()
        with pytest.raises(NotAllowed):
            await house.engine.access.admit(old)

    run(story, MORNING)


def test_so_many_devices_may_wait_and_no_more(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "DISCOVERED_DEVICES_MAX", 3)

    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        for n in range(5):
            await knock(house, n, serial=f"00:6e:02:00:00:{n:02x}")
        assert len(await discovered(house)) == 3
        assert [kept.code for kept in await house.kept("failed")] == ["too_many_discovered"] * 2
        await knock(house, 0, serial="00:6e:02:00:00:00")  # those that wait already go on
        assert len(await house.kept("waiting")) == 4
        await house.sensor("S1", serial="00:6e:02:00:00:00")
        await knock(house, 9, serial="00:6e:02:00:00:04")
        assert len(await discovered(house)) == 3

    run(story, MORNING)


def test_of_one_device_only_so_much_waits_the_oldest_going_first_which_is_told(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await knock(house, 0, serial="00:6e:02:00:00:0b")
        await knock(house, 0)
        size = len((await house.kept("waiting"))[-1].body)
        monkeypatch.setattr(admission, "WAITING_DEVICE_BYTES_MAX", size * 3 + size // 2)
        for minute in range(1, 6):
            await knock(house, minute, ins=minute)
        waiting = await house.kept("waiting")
        assert len(waiting) == 4  # the other device's is not touched
        assert "waiting.dropped" in await kinds(house)
        await house.sensor("S1", serial=SERIAL)
        rows = await house.rows(MORNING, MORNING + 360, "1m", sensor="S1")
        assert [row.ins for row in rows] == [3, 4, 5]

    run(story, MORNING)


def test_a_retired_sensors_device_may_be_given_to_another(run: Any) -> None:
    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        await house.sensor("S1", serial=SERIAL)
        await knock(house, 0, ins=1)
        await house.engine.desk.retire_sensor("S1")
        await house.sensor("S2", serial=SERIAL)
        await knock(house, 1, ins=9)
        house.clock.set(MORNING + 180)
        for sensor_id, expected in (("S1", [1, None]), ("S2", [9])):
            rows = await house.rows(MORNING, MORNING + 120, "1m", sensor=sensor_id)
            assert [row.ins for row in rows] == expected

    run(story, MORNING)
