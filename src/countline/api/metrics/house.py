"""Metrics of countline itself: its store, pushes, readers of events, sensors and troubles."""

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from countline import __version__
from countline.api.metrics.families import Family, Sample
from countline.engine.watch import FollowerLag
from countline.model.health import Finding
from countline.model.query import Health

HEALTHS: tuple[Health, ...] = ("healthy", "degraded", "offline", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSeen:
    """What only a store that answers can tell."""

    commits: int
    events: int
    bytes: int
    flush_s: float
    disk_bytes: int | None  # None: it is on no disk of this machine
    disk_free_bytes: int | None
    lags: Mapping[str, FollowerLag]
    sensors: Mapping[Health, int]
    troubles: Sequence[Finding]
    gaps_open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseSeen:
    """How countline is at one moment. `store` is None where the disk refuses to be read."""

    up_s: float
    pushes: Mapping[tuple[str, int], int]  # by driver and status
    groups: int
    streams: int
    store: StoreSeen | None


def _of_store(seen: HouseSeen) -> Iterator[StoreSeen]:
    if seen.store is not None:
        yield seen.store


def _each(value: Callable[[StoreSeen], float | None]) -> Callable[[HouseSeen], Iterator[Sample]]:
    return lambda seen: (((), value(store)) for store in _of_store(seen))


# fmt: off
HOUSE: tuple[Family[HouseSeen], ...] = (
    Family("countline_build_info", "gauge", "Always 1; the labels say what runs.", lambda s: [((__version__, platform.python_version()), 1)], ("version", "python")),
    Family("countline_uptime_seconds", "gauge", "How long this process has answered.", lambda s: [((), s.up_s)]),
    Family("countline_pushes", "counter", "Answers to pushes of sensors, by driver and HTTP status; 204 is on disk. Driver `unknown`: not let in.", lambda s: [((driver, str(status)), count) for (driver, status), count in sorted(s.pushes.items())], ("driver", "status")),
    Family("countline_commit_groups", "counter", "Groups of pushes that this process committed.", lambda s: [((), s.groups)]),
    Family("countline_streams_open", "gauge", "Open streams of `GET /v3/events`.", lambda s: [((), s.streams)]),
    Family("countline_store_up", "gauge", "1 where the store can be read; else what follows is left out.", lambda s: [((), int(s.store is not None))]),
    Family("countline_store_commits", "counter", "Commits of the store, over all time.", _each(lambda s: s.commits)),
    Family("countline_store_events", "counter", "Events of the log, over all time.", _each(lambda s: s.events)),
    Family("countline_store_bytes", "gauge", "Size of the store on disk.", _each(lambda s: s.bytes)),
    Family("countline_store_flush_seconds", "gauge", "Median time of the last flushes to disk.", _each(lambda s: s.flush_s)),
    Family("countline_disk_bytes", "gauge", "Size of the disk that an embedded store is on.", _each(lambda s: s.disk_bytes)),
    Family("countline_disk_free_bytes", "gauge", "Room left on it.", _each(lambda s: s.disk_free_bytes)),
    Family("countline_reader_lag_events", "gauge", "How many events each reader of the log has not told: followers, webhooks, streams.", lambda s: [((name,), lag.lag_events) for store in _of_store(s) for name, lag in store.lags.items()], ("reader",)),
    Family("countline_reader_lag_seconds", "gauge", "The age of the oldest of them.", lambda s: [((name,), lag.lag_s) for store in _of_store(s) for name, lag in store.lags.items()], ("reader",)),
    Family("countline_sensors", "gauge", "Sensors by their health.", lambda s: [((health,), store.sensors[health]) for store in _of_store(s) for health in HEALTHS], ("health",)),
    Family("countline_gaps_open", "gauge", "Sensors that are silent now, and expected to push.", _each(lambda s: s.gaps_open)),
    Family("countline_troubles", "gauge", "How many things are wrong with the installation itself; 0 is well.", _each(lambda s: len(s.troubles))),
    Family("countline_trouble", "gauge", "1 for each of them, by part and code; a code is explained on the page of diagnostics.", lambda s: [((one.part, one.code), 1) for store in _of_store(s) for one in store.troubles], ("part", "code")),
)
# fmt: on
