"""Every metric, declared once. Technical ones count in the process; those about items are read from the database."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

PREFIX = "alurwarta_"

CONSUMED = Counter(f"{PREFIX}events_consumed", "Records taken off a topic and settled", ["consumer"])
SEEN = Counter(f"{PREFIX}events_seen_before", "Events passed over because they were applied before", ["consumer"])
RETRIED = Counter(f"{PREFIX}batches_retried", "Batches that failed for a passing reason and came again", ["consumer"])
DEAD_LETTERED = Counter(f"{PREFIX}events_dead_lettered", "Events set aside with a reason", ["consumer", "state"])
HANDLER_SECONDS = Histogram(f"{PREFIX}handler_seconds", "Time to apply one batch", ["consumer"])
LAG = Gauge(f"{PREFIX}consumer_lag_records", "Records behind the end of the assigned partitions", ["consumer"])
RELAYED = Counter(f"{PREFIX}outbox_relayed", "Outbox rows that the broker has acknowledged")
RELAY_LEADER = Gauge(f"{PREFIX}outbox_relay_leader", "1 in the replica whose relay is active")
RELAY_FAILED = Counter(f"{PREFIX}outbox_relay_failures", "Times the relay had to start again")

__all__ = ["REGISTRY", "CollectorRegistry"]
