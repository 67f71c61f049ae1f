"""What stands at the broker because of us: a file in the data folder, so that nothing stays there.

A topic is written down before it is published, and crossed out after it has been taken away. So a
crash may leave a topic written down that is not there, never one there that is not written down.
"""

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import msgspec
import structlog

_log = structlog.get_logger("countline.mqtt")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    broker: str
    topics: dict[str, tuple[str, ...]]


class Memory:
    """Topics that we published and the broker keeps; of a discovery topic, its entities too."""

    def __init__(self, path: Path, broker: str) -> None:
        self._path = path
        self._broker = broker
        self._topics = self._read()

    def _read(self) -> dict[str, tuple[str, ...]]:
        """Nothing where there is no file, or it is of another broker."""
        try:
            file = msgspec.json.decode(self._path.read_bytes(), type=_File)
        except FileNotFoundError:
            return {}
        except msgspec.MsgspecError as error:
            _log.warning("mqtt_memory_unreadable", path=str(self._path), detail=str(error))
            return {}
        return file.topics if file.broker == self._broker else {}

    @property
    def topics(self) -> Mapping[str, tuple[str, ...]]:
        """All topics, with the entities that each announces."""
        return self._topics

    def add(self, topics: Mapping[str, Collection[str]]) -> None:
        """These are about to be published. Raises `OSError`: then they must not be."""
        new = {topic: tuple(entities) for topic, entities in topics.items()}
        if any(self._topics.get(topic) != entities for topic, entities in new.items()):
            self._write(self._topics | new)

    def remove(self, topics: Iterable[str]) -> None:
        """These are no longer there. Raises `OSError`."""
        gone = set(topics)
        self._write({t: e for t, e in self._topics.items() if t not in gone})

    def _write(self, topics: dict[str, tuple[str, ...]]) -> None:
        draft = self._path.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(_File(self._broker, topics)))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        self._topics = topics
