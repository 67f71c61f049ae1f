"""A device's clock and its boots, planned and not."""

from countline.emulator import Faults
from countline.emulator.v5 import emulated_sensor
from tests.unit.emulator.v5.test_answering import Time


def test_a_planned_reboot_happens_when_its_time_comes() -> None:
    time = Time()
    start_s = time.at_ms // 1000
    faults = Faults(reboots=(start_s - 3600, start_s + 100))
    device = emulated_sensor(true_ms=time.now_ms, installed_s=start_s - 7200, faults=faults)
    heard: list[str] = []
    device.events.append(heard.append)
    assert device.running.uptime_s() == 3600 - faults.reboot_s
    assert heard == []  # what was before it was made is past
    device.config.put("/singlesensor/data/push/agents", 100_000, {"id": 100_000}, volatile=True)
    time.pass_s(99)
    assert not device.running.is_down()
    time.pass_s(1)
    assert device.running.is_down()
    assert heard == ["reboot"]
    assert device.config.items("/singlesensor/data/push/agents", volatile=True) == {}
    time.pass_s(faults.reboot_s)
    assert not device.running.is_down()
    assert device.running.uptime_s() == 0


def test_a_clock_remembers_its_steps() -> None:
    time = Time()
    device = emulated_sensor(true_ms=time.now_ms, installed_s=time.at_ms // 1000 - 60)
    before_ms = time.at_ms
    time.pass_s(10)
    device.step_clock(-90)
    time.pass_s(10)
    device.step_clock(30.5)
    assert device.running.own_ms(before_ms) == before_ms
    assert device.running.own_ms(before_ms + 15_000) == before_ms + 15_000 - 90_000
    assert device.running.now_ms() == time.at_ms - 59_500
    assert [ahead for _, ahead in device.running.steps] == [0, -90_000, -59_500]
