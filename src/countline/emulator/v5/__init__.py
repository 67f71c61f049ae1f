"""Emulated v5 sensors as HTTP devices: `emulated_sensor(personality="5.6")`, then `listening(it)`."""

from countline.emulator.v5.answering import answer
from countline.emulator.v5.certificate import Certificate
from countline.emulator.v5.device import Device, Misbehaviour
from countline.emulator.v5.fixture import device_over, emulated_sensor, planned_for
from countline.emulator.v5.listening import listening
from countline.emulator.v5.personality import PERSONALITIES, Personality, Release

__all__ = [
    "PERSONALITIES",
    "Certificate",
    "Device",
    "Misbehaviour",
    "Personality",
    "Release",
    "answer",
    "device_over",
    "emulated_sensor",
    "listening",
    "planned_for",
]
