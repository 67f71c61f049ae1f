"""What a broker is told, and under which topics."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from countline.broker import BrokerSettings
from countline.errors import ConfigError, FieldError

TOPIC = re.compile(r"[^/+#\s\0$][^+#\s\0]*")
INSTALLATION = re.compile(r"[a-z0-9]{10}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """One broker, checked. Raises `ConfigError`.

    `installation` is what sets this countline apart from any other at the same broker: ten letters
    and digits. Home Assistant knows our entities by it.
    """

    broker: BrokerSettings
    installation: str
    base_topic: str = "countline"
    discovery: bool = True
    discovery_prefix: str = "homeassistant"
    events: bool = True

    def __post_init__(self) -> None:
        assert INSTALLATION.fullmatch(self.installation)
        if errors := tuple(self._errors()):
            raise ConfigError("; ".join(f"{e.field}: {e.detail}" for e in errors), errors=errors)

    def _errors(self) -> Iterator[FieldError]:
        for name in ("base_topic", "discovery_prefix"):
            topic = getattr(self, name)
            if not TOPIC.fullmatch(topic) or topic.endswith("/"):
                detail = "a topic such as site/countline: no space, `+` or `#`, no `/` at its ends"
                yield FieldError(field=name, detail=detail)

    @property
    def reader(self) -> str:
        """Its name among the readers of the event log: other topics or brokers are another reader."""
        place = f"{self.broker.where} {self.base_topic}"
        return "mqtt:" + hashlib.sha256(place.encode()).hexdigest()[:12]
