"""Emulated v5 sensors as HTTP devices: `emulated_sensor(personality="5.6")`, then `listening(it)`."""

from countline.emulator.v5.answering import answer
from countline.emulator.v5.certificate import Certificate
from countline.emulator.v5.delivering import Outcome
from countline.emulator.v5.device import Device, Misbehaviour
from countline.emulator.v5.fixture import device_over, emulated_sensor, planned_for
from countline.emulator.v5.link import Link
from countline.emulator.v5.listening import listening
from countline.emulator.v5.observing import Observer
from countline.emulator.v5.personality import PERSONALITIES, Personality, Release
from countline.emulator.v5.sending import Sending
from countline.emulator.v5.stepping import SteppedTime, sendings, simulate, simulate_async

__all__ = [
    "PERSONALITIES",
    "Addresses",
    "Certificate",
    "Device",
    "Limits",
    "Link",
    "Misbehaviour",
    "Observer",
    "Outcome",
    "Personality",
    "Release",
    "Sending",
    "SteppedTime",
    "answer",
    "device_over",
    "emulated_sensor",
    "fleet_listening",
    "listening",
    "make_devices",
    "planned_for",
    "sendings",
    "simulate",
    "simulate_async",
]
