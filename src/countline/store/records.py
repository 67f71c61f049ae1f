"""Which table holds which dataclass of the catalogue, and how its fields become columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from countline.model.access import Key, PushSecret, Session
from countline.model.adoption import Adoption, ConfigurationChange, Hole
from countline.model.board import SensorTold, ZoneTold
from countline.model.health import KeptFacts, Trouble
from countline.model.layout import Layout, LayoutImage, Placement, Shape
from countline.model.opening import Opening
from countline.model.place import Anchor, Line, Location, Source, Zone
from countline.model.sensor import (
    Channel,
    Device,
    Expected,
    Gap,
    Package,
    Sensor,
    Series,
    Status,
)
from countline.model.ventilation import Ventilation
from countline.model.webhook import DeadLetter, Webhook, WebhookDelivery, WebhookProgress


class Place(NamedTuple):
    """Where records of a kind are kept, and which fields are their key."""

    table: str
    key: tuple[str, ...]
    moves_catalogue: bool = True


TABLES: Mapping[type[Any], Place] = {
    Location: Place("location", ("location_id",)),
    Zone: Place("zone", ("zone_id",)),
    Line: Place("line", ("line_id",)),
    Source: Place("source", ("source_id",)),
    Anchor: Place("anchor", ("anchor_id",)),
    Opening: Place("opening", ("location_id", "zone_id")),
    Layout: Place("layout", ("layout_id",)),
    LayoutImage: Place("layout_image", ("layout_id",), moves_catalogue=False),
    Placement: Place("placement", ("layout_id", "sensor")),
    Shape: Place("shape", ("layout_id", "kind", "number")),
    Sensor: Place("sensor", ("sensor",)),
    Device: Place("device", ("device_id",)),
    Channel: Place("channel", ("sensor", "channel")),
    Series: Place("series", ("series",)),
    Expected: Place("expected", ("expected_id",)),
    Gap: Place("gap", ("gap_id",), moves_catalogue=False),
    Package: Place("package", ("sensor", "agent", "sequence"), moves_catalogue=False),
    Status: Place("status", ("sensor",), moves_catalogue=False),
    Key: Place("api_key", ("key_id",)),
    Session: Place("session", ("digest",), moves_catalogue=False),
    PushSecret: Place("push_secret", ("digest",)),
    Adoption: Place("adoption", ("sensor",), moves_catalogue=False),
    ConfigurationChange: Place("configuration_change", ("change_id",), moves_catalogue=False),
    Hole: Place("hole", ("hole_id",), moves_catalogue=False),
    KeptFacts: Place("facts", ("sensor",), moves_catalogue=False),
    Trouble: Place("trouble", ("part",), moves_catalogue=False),
    Ventilation: Place("ventilation", ("zone_id",), moves_catalogue=False),
    ZoneTold: Place("zone_told", ("zone_id",), moves_catalogue=False),
    SensorTold: Place("sensor_told", ("sensor",), moves_catalogue=False),
    Webhook: Place("webhook", ("webhook_id",), moves_catalogue=False),
    WebhookProgress: Place("webhook_progress", ("reader",), moves_catalogue=False),
    WebhookDelivery: Place("webhook_delivery", ("webhook_id", "slot"), moves_catalogue=False),
    DeadLetter: Place("webhook_letter", ("letter_id",), moves_catalogue=False),
}


def key_of(record: Any) -> tuple[Any, ...]:
    """The key of a record, as a tuple."""
    return tuple(getattr(record, name) for name in TABLES[type(record)].key)


@dataclass(frozen=True, slots=True)
class Columns:
    """Turns records of one kind into rows of its table, and back."""

    kind: type[Any]
    _values: Callable[[Any], tuple[Any, ...]]
    _writers: tuple[tuple[int, Callable[[Any], Any]], ...]
    _readers: tuple[tuple[int, Callable[[Any], Any]], ...]

    def row(self, record: Any) -> tuple[Any, ...]:
        """The columns of a record, in the order of its fields."""
        row = list(self._values(record))
        for index, write in self._writers:
            row[index] = write(row[index])
        return tuple(row)

    def record(self, row: tuple[Any, ...]) -> Any:
        """The record that `row` was made of."""
        values = list(row)
        for index, read in self._readers:
            values[index] = read(values[index])
        return self.kind(**dict(zip(self.kind.__slots__, values, strict=True)))


def columns_of(kind: type[Any]) -> Columns:
    """Tuples and dicts become JSON text and truth becomes 0 or 1; all else is a column as it is."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    writers: list[tuple[int, Callable[[Any], Any]]] = []
    readers: list[tuple[int, Callable[[Any], Any]]] = []
    for index, name in enumerate(names):
        hint = hints[name]
        if get_origin(hint) in (tuple, dict):
            writers.append((index, _to_json))
            readers.append((index, msgspec.json.Decoder(hint).decode))
        elif hint is bool:
            writers.append((index, int))
            readers.append((index, bool))
        elif float in (hint, *get_args(hint)):
            writers.append((index, _to_float))
    return Columns(kind, attrgetter(*names), tuple(writers), tuple(readers))


def _to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _to_float(value: float | None) -> float | None:
    return None if value is None else float(value)
