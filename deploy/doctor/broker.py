"""Kafka as one service sees it: the broker, the topics, and what lies unread."""

from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from deploy.doctor import Finding, Looking, look, well, wrong
from shared.topics import OWNED, Topics

REACH = "Is Kafka up (docker compose ps kafka), and is ALURWARTA_KAFKA its address inside this network?"
PREPARE = "Run `alurwarta prepare` (docker compose up -d prepare)."
LONGEST = 10_000


async def looked_at(servers: str, topics: Topics, service: str) -> Looking:
    """All findings; a broker that does not answer is the only one then."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=LONGEST)
    try:
        await admin.start()
    except (KafkaError, OSError) as e:
        await admin.close()
        yield wrong("kafka", f"{type(e).__name__}: {e}", REACH)
        return
    try:
        yield well("kafka", "it answers")
        yield await _topics(admin, topics)
        yield await _stamps(admin, topics)
    finally:
        await admin.close()
    yield await _dead(servers, topics.dead_letters_of(service))


async def _topics(admin: AIOKafkaAdminClient, topics: Topics) -> Finding:
    wanted = topics.fixed()
    there: list[dict[str, Any]] = await admin.describe_topics(wanted)
    partitions = {t["topic"]: len(t["partitions"]) for t in there if t["error_code"] == 0}
    missing = [name for name in wanted if not partitions.get(name)]
    if missing:
        return wrong("topics", f"missing: {', '.join(missing)}", PREPARE)
    leaderless = [t["topic"] for t in there if any(p["leader"] < 0 for p in t["partitions"])]
    if leaderless:
        return wrong("topics", f"without a leader: {', '.join(leaderless)}", "A broker is away: bring it back.")
    return well("topics", f"{len(wanted)} are there, with {sum(partitions.values())} partitions")


async def _stamps(admin: AIOKafkaAdminClient, topics: Topics) -> Finding:
    """ "Received" is when the broker got it: with times that senders write, clocks would be theirs to set."""
    resources = [ConfigResource(ConfigResourceType.TOPIC, topics.full(name)) for name in OWNED]
    answers: list[Any] = await admin.describe_configs(resources)
    kinds: dict[str, str] = {}
    for answer in answers:
        for _, _, _, name, entries in answer.resources:
            kinds[name] = next((str(entry[1]) for entry in entries if entry[0] == "message.timestamp.type"), "")
    claimed = sorted(name for name, kind in kinds.items() if kind != "LogAppendTime")
    if claimed:
        return wrong("topic times", f"senders write the times of {', '.join(claimed)}", PREPARE)
    return well("topic times", "the broker's own")


async def _dead(servers: str, topic: str) -> Finding:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=servers, group_id=None, request_timeout_ms=LONGEST)
    try:
        await consumer.start()
        parts = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic) or ()]
        first, last = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
    except (KafkaError, OSError) as e:
        return look("dead letters", f"{type(e).__name__}: {e}", REACH)
    finally:
        await consumer.stop()
    count = sum(last.values()) - sum(first.values())
    if count:
        return look("dead letters", f"{count} lie in {topic}", "Look at them: `alurwarta dead-letter list`.")
    return well("dead letters", "none")
