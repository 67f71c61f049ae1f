"""Bodies as sensors push them, all well-formed: what mutations begin with."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from countline.drivers import ChannelInfo, Decoded, Reading, StatusInfo
from countline.drivers.xovis_v5 import DRIVER
from countline.drivers.xovis_v5.bodies import (
    LiveFrame,
    TrackedObject,
    count_event,
    crossing_event,
    live_body,
)
from countline.model.ids import DeviceKey
from tests.engine_house import door, measured_zone, passing
from tests.test_tidy import ROOT

CASES = ROOT / "src/countline/drivers/xovis_v5/cases"
MINUTE_S = 60


def serial_of(sensor: int) -> str:
    """The serial of the n-th sensor."""
    return f"00:6e:02:00:{sensor // 256:02x}:{sensor % 256:02x}"


def counts(
    sensor: int,
    start_s: int,
    *,
    sequence: int,
    minutes: int = 1,
    channels: Sequence[ChannelInfo] = (door(), door("1001", name="Garden", staff=True)),
) -> bytes:
    """`logics_data` of some minutes; its values follow from what is asked for."""
    readings: list[Reading] = []
    for at in range(minutes):
        for n, channel in enumerate(channels):
            at_s = start_s + at * MINUTE_S
            readings.append(
                passing(at_s, (sequence + at) % 7, (sensor + n) % 5, channel=channel.channel)
            )
    return counts_of(sensor, sequence, channels, readings)


def counts_of(
    sensor: int, sequence: int, channels: Sequence[ChannelInfo], readings: Sequence[Reading]
) -> bytes:
    """`logics_data` of these readings."""
    return DRIVER.encode([_package(sensor, "counts", sequence, channels, readings)])


def _package(
    sensor: int,
    purpose: str,
    sequence: int,
    channels: Sequence[ChannelInfo] = (),
    readings: Sequence[Reading] = (),
    status: StatusInfo | None = None,
) -> Decoded:
    return Decoded(
        purpose=purpose,  # type: ignore[arg-type]  # one of a package's kinds
        device=DeviceKey(vendor=DRIVER.vendor, serial=serial_of(sensor)),
        agent="1001",
        sequence=sequence,
        channels=tuple(channels),
        readings=list(readings),
        status=status,
        names_geometry=bool(readings),
    )


def status(sensor: int, at_s: int, *, sequence: int) -> bytes:
    """`status_data` of a sensor that is well."""
    said = StatusInfo(
        uptime_s=86_400, temperature_c=54, firmware="5.2.1", device_time_ms=at_s * 1000, state="OK"
    )
    return DRIVER.encode([_package(sensor, "status", sequence, status=said)])


def live(sensor: int, at_s: int, *, sequence: int) -> bytes:
    """`live_data` with a person in it."""
    person = TrackedObject(
        track_id=17, position=(0.4, -0.2, 1.71), attributes={"person_height": 1.73}
    )
    events = [
        crossing_event(track_id=17, geometry_id=1000, geometry_name="Door", kind="LINE_CROSS_FORWARD"),
        count_event(
            track_id=17, logic_id=1000, logic_name="Door", counter_id=1000001, counter_name="fw",
            counter_value=4,
        ),
    ]  # fmt: skip
    frame = LiveFrame(framenumber=9, time=at_s * 1000, tracked_objects=[person], events=events)
    return live_body(_package(sensor, "live", sequence), [frame])


def connection_test() -> bytes:
    """What a sensor sends when somebody presses the button."""
    return DRIVER.encode([Decoded(purpose="test")])


def array(*bodies: bytes) -> bytes:
    """Several bodies in one, as sensors send them after an outage."""
    return b"[" + b",".join(bodies) + b"]"


@cache
def cases() -> tuple[bytes, ...]:
    """Every body of the driver's own cases, the broken ones too."""
    return tuple(path.read_bytes() for path in sorted(Path(CASES).glob("*/push.json")))


KINDS = ("minute", "quarter", "zone", "status", "live", "test", "two", "mixed")


def body_of(kind: str, sensor: int, at_s: int, sequence: int) -> bytes:
    """One body of a sensor, its numbers of the last minutes before an instant."""
    start_s = at_s // MINUTE_S * MINUTE_S - MINUTE_S
    match kind:
        case "quarter":
            return counts(sensor, start_s - 14 * MINUTE_S, sequence=sequence, minutes=15)
        case "zone":
            channels = (door(), measured_zone())
            return counts(sensor, start_s - 90_000, sequence=sequence, channels=channels)
        case "status":
            return status(sensor, at_s, sequence=sequence)
        case "live":
            return live(sensor, at_s, sequence=sequence)
        case "test":
            return connection_test()
        case "two":
            before = counts(sensor, start_s - MINUTE_S, sequence=sequence)
            return array(before, counts(sensor, start_s, sequence=sequence + 1))
        case "mixed":
            kinds = ("live", "status", "minute")
            return array(*(body_of(one, sensor, at_s, sequence) for one in kinds))
    return counts(sensor, start_s, sequence=sequence)
