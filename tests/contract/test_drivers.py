"""What every driver promises, run over all of them and all their cases."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countline import drivers
from countline.drivers import DRIVERS, Decoded, Driver, FileOptions, Push
from countline.errors import BadPush, NotReady
from countline.limits import VALUE_MAX
from tests.cases.drivers import push_of

ROOM = Path(drivers.__file__).parent
CASES = sorted(folder for folder in ROOM.glob("*/cases/*") if (folder / "readings.json").exists())
each_driver = pytest.mark.parametrize("driver", DRIVERS.values(), ids=lambda d: d.name)
each_case = pytest.mark.parametrize("folder", CASES, ids=lambda f: f"{f.parts[-3]}-{f.name}")


def decode(folder: Path) -> list[Decoded]:
    push = push_of(folder)
    return DRIVERS[push.driver].decode(push)


@each_driver
def test_is_in_the_table_under_its_name(driver: Driver) -> None:
    assert DRIVERS[driver.name] is driver
    assert driver.vendor == driver.vendor.lower()


@each_driver
def test_has_a_folder_with_a_page_and_cases(driver: Driver) -> None:
    folder = ROOM / driver.name
    for name in ("README.md", "wire.py"):
        assert (folder / name).is_file(), name
    assert (folder / "README.md").read_text().startswith(f"# {driver.name}\n")
    assert len(list((folder / "cases").iterdir())) >= 10


@each_driver
@settings(max_examples=50)
@given(body=st.binary(max_size=200))
def test_refuses_what_it_does_not_know(driver: Driver, body: bytes) -> None:
    options = FileOptions(time_zone="UTC")
    try:
        decoded = driver.decode(Push(driver=driver.name, body=body, received_ms=0, options=options))
    except BadPush as refusal:
        assert refusal.detail
    else:
        assert not any(package.readings for package in decoded)


JUNK = [
    b"",
    b" ",
    b"\0",
    b"\xff\xfe",
    b"null",
    b"0",
    b'""',
    b"[]",
    b"[[]]",
    b"{}",
    b"\n\n\n",
    b",,,",
]
JUNK += [b'"', b"a,b\n1", b"[" * 10_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000]


@each_driver
@pytest.mark.parametrize("body", JUNK)
def test_refuses_junk(driver: Driver, body: bytes) -> None:
    push = Push(driver=driver.name, body=body, received_ms=0, options=FileOptions(time_zone="UTC"))
    with pytest.raises(BadPush) as refusal:
        driver.decode(push)
    assert refusal.value.detail


@each_case
def test_says_the_same_whenever_it_is_asked(folder: Path) -> None:
    push = push_of(folder)
    later = replace(push, received_ms=1_900_000_000_000)
    first = DRIVERS[push.driver].decode(push)
    assert DRIVERS[push.driver].decode(later) == first == type_of(push).decode(push)


def type_of(push: Push) -> Driver:
    """A driver that has seen nothing yet."""
    return type(DRIVERS[push.driver])()


@each_case
def test_readings_are_sound_and_described(folder: Path) -> None:
    for package in decode(folder):
        described = {c.channel: {m.measure for m in c.measures} for c in package.channels}
        assert len(described) == len(package.channels)
        for channel in package.channels:
            assert len({m.measure for m in channel.measures}) == len(channel.measures)
        for reading in package.readings:
            measures = [measure for measure, _ in reading.values]
            assert len(set(measures)) == len(measures)
            assert set(measures) <= described[reading.channel]
            assert reading.length_s > 0
            assert 0 <= reading.covered_s <= reading.length_s
            assert all(0 <= value <= VALUE_MAX for _, value in reading.values)
        if package.device is not None:
            assert package.device.serial == package.device.serial.lower()
            assert package.device.vendor == DRIVERS[push_of(folder).driver].vendor
        if package.purpose != "counts":
            assert not package.readings and not package.channels


@each_case
def test_only_a_line_that_counts_both_ways_may_be_a_door(folder: Path) -> None:
    for package in decode(folder):
        for channel in package.channels:
            growing = {m.measure for m in channel.measures if m.kind == "accumulating"}
            if channel.is_door:
                assert channel.shape == "line"
                assert growing >= {"forward", "backward"}


@each_case
def test_what_it_writes_it_reads(folder: Path) -> None:
    push = push_of(folder)
    driver = DRIVERS[push.driver]
    said = driver.decode(push)
    try:
        body = driver.encode(said)
    except NotReady:
        assert any(package.purpose == "other" for package in said)
        return
    read_back = driver.decode(replace(push, body=body, options=_in_utc(push.options)))
    assert _comparable(read_back) == _comparable(said)


def _in_utc(options: FileOptions | None) -> FileOptions | None:
    return replace(options, time_zone="UTC") if options else None


def _comparable(decoded: list[Decoded]) -> list[Decoded]:
    """Without notes, and the order of a file's columns, which are of one body and not of what it says."""
    return [
        replace(
            package,
            notes=(),
            place=replace(package.place, step_s=None) if package.place else None,
            channels=tuple(
                replace(channel, measures=tuple(sorted(channel.measures)))
                for channel in package.channels
            ),
            readings=[r._replace(values=tuple(sorted(r.values))) for r in package.readings],
        )
        for package in decoded
    ]


@each_case
def test_bodies_without_persons_say_the_same(folder: Path) -> None:
    push = push_of(folder)
    driver = DRIVERS[push.driver]
    bare = driver.strip_persons(push.body)
    assert driver.strip_persons(bare) == bare
    assert driver.decode(replace(push, body=bare)) == driver.decode(push)
