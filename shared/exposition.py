"""What `/metrics` answers: the process's own metrics and those about items, each with the office's label."""

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from shared.metrics import REGISTRY


@dataclass(frozen=True, slots=True)
class Exposition(Collector):
    """`items` beside all that this process counts; every series says of which office it is."""

    office: str
    items: Collector

    def text(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self)  # pyright: ignore[reportArgumentType]  (it only collects)

    def collect(self) -> Iterable[Metric]:
        for source in (REGISTRY, self.items):
            for metric in source.collect():
                labelled = Metric(metric.name, metric.documentation, metric.type, metric.unit)
                labelled.samples = [self._labelled(sample) for sample in metric.samples]
                yield labelled

    def _labelled(self, sample: Sample) -> Sample:
        return sample._replace(labels={"office": self.office, **sample.labels})
