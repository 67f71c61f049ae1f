"""A small typed client of the API, for other programs: `Client`, and `AsyncClient` to be awaited.

It knows nothing of the server's insides. Answers are the structs of `countline.wire`.
"""

from countline.client._answers import to_polars
from countline.client._events import StreamEvent
from countline.client._http import AsyncClient, Client
from countline.client._responses import ApiError
from countline.client._verifying import WebhookError, WebhookItem, WebhookMessage, verify_webhook
from countline.wire.v3_catalogue import (
    KeyNew,
    LineChange,
    LineNew,
    LocationChange,
    LocationNew,
    RateNew,
    SensorChange,
    SensorNew,
    SourceNew,
    ZoneChange,
    ZoneNew,
)
from countline.wire.v3_devices import (
    AdoptionAsked,
    AgentConfig,
    ClockChange,
    ClockConfig,
    ConfigChange,
    ConfigWanted,
    GeometryConfig,
    LogicConfig,
)
from countline.wire.v3_layouts import FeatureCollection, LayoutChange, LayoutNew, Pixel, Site
from countline.wire.v3_opening import ExceptionalDate, Holidays, OpenHours, OpeningWanted, Week
from countline.wire.v3_ventilation import Curve, CurvePoint, VentilationWanted
from countline.wire.v3_webhooks import WebhookBatch, WebhookChange, WebhookFilter, WebhookNew

__all__ = [
    "AdoptionAsked",
    "AgentConfig",
    "ApiError",
    "AsyncClient",
    "Client",
    "ClockChange",
    "ClockConfig",
    "ConfigChange",
    "ConfigWanted",
    "Curve",
    "CurvePoint",
    "ExceptionalDate",
    "FeatureCollection",
    "GeometryConfig",
    "Holidays",
    "KeyNew",
    "LayoutChange",
    "LayoutNew",
    "LineChange",
    "LineNew",
    "LocationChange",
    "LocationNew",
    "LogicConfig",
    "OpenHours",
    "OpeningWanted",
    "Pixel",
    "RateNew",
    "SensorChange",
    "SensorNew",
    "Site",
    "SourceNew",
    "StreamEvent",
    "VentilationWanted",
    "WebhookBatch",
    "WebhookChange",
    "WebhookError",
    "WebhookFilter",
    "WebhookItem",
    "WebhookMessage",
    "WebhookNew",
    "Week",
    "ZoneChange",
    "ZoneNew",
    "to_polars",
    "verify_webhook",
]
