"""A Kafka consumer that waits for records where FastStream's batch subscriber would ask again fifty times a second."""

from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer
from faststream.kafka import KafkaBroker

WAIT_MS = 1_000


class PatientConsumer(AIOKafkaConsumer):
    """Answers with records as soon as there are some, and never with none while it is open.

    FastStream sleeps for its whole batch time-out after an empty answer, deaf to what comes meanwhile: a short one
    costs a tenth of a core in four idle services, a long one costs every event that time.
    """

    async def getmany(self, *partitions: Any, timeout_ms: int = WAIT_MS, max_records: int | None = None) -> Any:  # pyright: ignore
        """Wait for the next records, at most `max_records` of them."""
        while True:
            found = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
            if found or self._closed:  # pyright: ignore
                return found


def install(broker: KafkaBroker) -> None:
    """Let a connected broker's subscribers read patiently. FastStream is pinned; a test holds this."""
    config: Any = broker.config.broker_config
    config.builder = partial(PatientConsumer, **config.builder.keywords)
