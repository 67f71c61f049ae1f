"""BACnet/IP: the board as objects of a device, which building controllers read and subscribe to.

`outlet` is imported where it is wanted: bacpypes3 takes most of a second to load.
"""

from countline.outlets.bacnet.points import Place, Point, points_of
from countline.outlets.bacnet.settings import BacnetSettings

__all__ = ["BacnetSettings", "Place", "Point", "points_of"]
