"""A client of the interface of v5 sensors: sessions, typed answers, clear errors.

`Devices(networks).client(address, login=...)` gives a `SensorClient`; `recognise` says what stands
at an address before a password is sent; `client.device` and `client.at(context)` have the operations.
"""

from countline.devices.xovis_v5.address import Address
from countline.devices.xovis_v5.client import ContextOperations, SensorClient
from countline.devices.xovis_v5.context import SINGLE, Context
from countline.devices.xovis_v5.documents import Document, blank, merge
from countline.devices.xovis_v5.opening import Devices, Ways
from countline.devices.xovis_v5.operations.analysis import Step
from countline.devices.xovis_v5.recognise import Recognised, recognise
from countline.devices.xovis_v5.session import Login

__all__ = [
    "SINGLE",
    "Address",
    "Context",
    "ContextOperations",
    "Devices",
    "Document",
    "Login",
    "Recognised",
    "SensorClient",
    "Step",
    "Ways",
    "blank",
    "merge",
    "recognise",
]
