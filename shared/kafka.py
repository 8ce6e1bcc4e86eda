"""FastStream on Kafka, set so that nothing is lost: every subscriber is made here and nowhere else."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import KafkaAckableMessage

from shared import kafka_records, metrics, patient_consumer
from shared.consume import Consumer
from shared.envelope import Record
from shared.topics import Topics

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, ConsumerRecord
    from faststream.kafka.subscriber.usecase import LogicSubscriber

log = structlog.get_logger(__name__)
kafka_records.install()

# Longer than a long pause of a garbage collector or a short freeze; longer than db.IDLE_IN_TRANSACTION_MS, so that a
# frozen process has lost its locks before another takes its partitions.
SESSION_TIMEOUT_MS = 30_000
REBALANCE_TIMEOUT_MS = 30_000
DRAIN_SECONDS = 20.0
MAX_RECORDS = 500
METADATA_MS = 5_000  # how soon a new source's topics are seen; aiokafka's own default lets its first request wait 5 min


@dataclass(slots=True)
class Subscription:
    """One topic of one service, and what is needed to see whether its consumer works."""

    consumer: Consumer
    subscriber: "LogicSubscriber[Any]"
    listener: "DrainOnRevoke"

    @property
    def joined(self) -> bool:
        """Whether the consumer is in its group; it may have no partition there: replicas can be many, topics none."""
        return self.listener.joined

    def lag(self) -> int | None:
        """Records behind the end over all assigned partitions, or None where nothing is assigned yet."""
        kafka = self.subscriber.consumer
        if kafka is None or not kafka.assignment():
            return None
        return sum(_behind(kafka, tp) for tp in kafka.assignment())

    def silent_for(self, now: datetime) -> float | None:
        """Seconds since the broker last answered a fetch, or None where there is no consumer in a group."""
        kafka = self.subscriber.consumer
        if kafka is None:
            return None
        polls = [kafka.last_poll_timestamp(tp) or 0 for tp in kafka.assignment()]
        # A partition that was just assigned has not been asked for yet: its silence counts from then.
        return None if not polls else now.timestamp() - max(max(polls) / 1000, self.listener.joined_at)


def _behind(kafka: "AIOKafkaConsumer", tp: TopicPartition) -> int:
    state = kafka._subscription.subscription.assignment.state_value(tp)  # pyright: ignore  (position() would wait)
    if not state or not state.has_valid_position:
        return 0
    return max(0, (kafka.highwater(tp) or 0) - state.position)


def broker(servers: str, **security: Any) -> KafkaBroker:
    """The consumers' broker. It produces nothing: the relay has a producer of its own."""
    return KafkaBroker(
        servers,
        graceful_timeout=DRAIN_SECONDS,
        metadata_max_age_ms=METADATA_MS,
        allow_auto_create_topics=False,
        logger=logging.getLogger("alurwarta.faststream"),
        log_level=logging.DEBUG,
        apply_types=False,
        **security,
    )


def subscribe(
    broker: KafkaBroker,
    consumer: Consumer,
    *topic: str,
    topics: Topics,
    service: str,
    pattern: str | None = None,
    fetch_max_wait_ms: int = 500,
) -> Subscription:
    """Subscribe one consumer to one topic (or one pattern of topics), acknowledging after the transaction."""
    listener = DrainOnRevoke()
    subscriber = broker.subscriber(
        *(topics.full(t) for t in topic),
        pattern=topics.full(pattern) if pattern else None,
        group_id=f"{topics.namespace}.{service}.{consumer.name}",
        batch=True,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        auto_offset_reset="earliest",
        max_records=MAX_RECORDS,
        batch_timeout_ms=patient_consumer.WAIT_MS,
        session_timeout_ms=SESSION_TIMEOUT_MS,
        rebalance_timeout_ms=REBALANCE_TIMEOUT_MS,
        max_poll_interval_ms=300_000,
        fetch_max_wait_ms=fetch_max_wait_ms,
        max_partition_fetch_bytes=4 * 1024 * 1024,
        listener=listener,
        parser=listener.wrap,
        decoder=_raw,
        no_reply=True,
    )
    listener.subscriber = subscriber

    @subscriber
    async def on_batch(raw: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        records = records_of(raw, topics)
        with metrics.HANDLER_SECONDS.labels(consumer.name).time():
            await consumer.handle(records)

    return Subscription(consumer, subscriber, listener)


async def _raw(message: KafkaMessage) -> Any:
    """The batch as it came: each record is decoded by itself, so that a bad one is dead-lettered alone."""
    return message.raw_message


def records_of(raw: "Sequence[ConsumerRecord[Any, Any]]", topics: Topics) -> list[Record]:
    return [
        Record(
            topic=topics.bare(r.topic),
            partition=r.partition,
            offset=r.offset,
            timestamp=_moment(r.timestamp),
            key=r.key,
            value=r.value,
            headers=tuple(r.headers),
        )
        for r in raw
    ]


def _moment(milliseconds: int) -> datetime:
    """A record's time. Where a topic lets its senders set it, it may be none at all: then it is the epoch's."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


class DrainOnRevoke(ConsumerRebalanceListener):
    """Wraps batches for its subscriber, and lets a running one commit before its partitions go to another replica."""

    def __init__(self) -> None:
        self.subscriber: LogicSubscriber[Any] | None = None
        self.joined = False
        self.joined_at = 0.0

    async def wrap(self, raw: "tuple[ConsumerRecord[Any, Any], ...]") -> KafkaMessage:
        """Wrap a batch without looking inside: FastStream's own parser fails on what is not UTF-8, and commits it."""
        assert self.subscriber is not None and self.subscriber.consumer is not None
        first = f"{raw[0].topic}-{raw[0].partition}-{raw[0].offset}"
        return KafkaAckableMessage(
            body=b"",
            headers={},
            raw_message=raw,
            message_id=first,
            correlation_id=first,
            consumer=self.subscriber.consumer,
        )

    async def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:  # pyright: ignore  (stub is sync)
        self.joined = False
        if self.subscriber is not None and revoked:
            await self.subscriber.lock.wait_release(DRAIN_SECONDS)  # pyright: ignore

    async def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:  # pyright: ignore  (stub is sync)
        self.joined = True
        self.joined_at = time.time()
        log.info("partitions assigned", partitions=len(assigned))


async def start_when_there(broker: KafkaBroker, servers: str) -> None:
    """Start the consumers as soon as Kafka answers, saying what is waited for."""
    delay = 0.2
    while True:
        try:
            await broker.connect()
            patient_consumer.install(broker)
            # Together: a broker that waits for more members before it lets a group begin is waited for once.
            await asyncio.gather(*(subscriber.start() for subscriber in broker.subscribers))
        except (KafkaError, OSError) as e:
            log.warning("waiting for Kafka", servers=servers, error=type(e).__name__)
            await broker.stop()
            await asyncio.sleep(delay)
            delay = min(delay * 2, 5)
        else:
            return
