"""What goes over the wire in both API versions, used by `api` and `client` alike.

Bodies that a caller sends (`Sent`) refuse fields they do not know. Answers that a caller receives
(`Told`) may grow: a client built today must read what a later server adds.
"""

from datetime import datetime
from typing import Annotated

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an answer."""


class Sent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body that a caller sends."""
