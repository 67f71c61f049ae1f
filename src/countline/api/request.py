"""A request that has passed the door: its caller is known, and what it says was read strictly."""

from typing import Any, Generic, TypeVar

from litestar import Request
from litestar.datastructures import State

from countline.api.parameters import Asking
from countline.engine.adopting import DeviceDesk
from countline.engine.engine import Engine
from countline.engine.streams import Streams
from countline.engine.watch import Sight
from countline.engine.webhooks import WebhookDesk
from countline.model.access import Key

AskedT_co = TypeVar("AskedT_co", bound=Asking, covariant=True)


class ApiRequest(Request[Any, Any, State], Generic[AskedT_co]):
    """What a route gets. `asked` are its parameters, `caller` is the key that asks."""

    engine: Engine
    devices: DeviceDesk
    streams: Streams
    webhooks: WebhookDesk
    caller: Key
    asked: AskedT_co
    sent: Any = None

    async def json(self) -> Any:
        """The body, which the door has decoded: strictly, and checked for its Content-Type."""
        return self.sent

    @property
    def sight(self) -> Sight:
        """The locations that the caller may see; None for all."""
        return frozenset(self.caller.locations) or None

    def header(self, name: bytes) -> str | None:
        """The first header of this (lower case) name."""
        for known, value in self.scope["headers"]:
            if known == name:
                return value.decode("latin-1")
        return None
