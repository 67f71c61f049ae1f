"""Modbus TCP: zones as registers, for controllers and building management that read no HTTP."""

from countline.outlets.modbus.server import ModbusSettings, run_modbus

__all__ = ["ModbusSettings", "run_modbus"]
