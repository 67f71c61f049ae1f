"""One row of a table of metrics, and the family that prometheus_client writes of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, Literal, NamedTuple, TypeVar

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

Seen = TypeVar("Seen")
Sample = tuple[Sequence[str], float | None]  # values of its labels, and its own; None: unknown


class Family(NamedTuple, Generic[Seen]):
    """A metric: what it is called, what it says, and its samples of what was seen.

    A sample of which the value is not known is left out: a metric has no other way to say so.
    """

    name: str
    kind: Literal["gauge", "counter"]
    says: str
    samples: Callable[[Seen], Iterable[Sample]]
    labels: tuple[str, ...] = ()

    @property
    def sample_name(self) -> str:
        """The name by which it is asked for."""
        return f"{self.name}_total" if self.kind == "counter" else self.name


def write(table: Iterable[Family[Seen]], seen: Seen) -> Iterator[Metric]:
    """The families of a table, with what was seen."""
    for row in table:
        make = CounterMetricFamily if row.kind == "counter" else GaugeMetricFamily
        family = make(row.name, row.says, labels=row.labels)
        for labels, value in row.samples(seen):
            if value is not None:
                family.add_metric(labels, value)
        yield family
