"""librdkafka's built-in mock cluster as the Kafka broker: one node, topics made on first use, all in memory."""

import os
from typing import Any

from confluent_kafka import Producer

from deploy.embedded.lifeline import hold, home, ready


def main() -> None:
    """Serve until the parent goes."""
    with home():
        owner: Any = Producer({"bootstrap.servers": "replaced-by-the-mock", "test.mock.num.brokers": 1, "log_level": 3})
        broker = next(iter(owner.list_topics(timeout=30).brokers.values()))
        ready(f"{broker.host}:{broker.port}")
        hold()
    os._exit(0)  # the cluster lives in the producer's own threads: there is nothing to flush and nobody to wait for


if __name__ == "__main__":
    main()
