"""Makes an installation ready: schemas and roles, topics, buckets. Run before the services; again is safe."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncpg
import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError
from aiokafka.errors import for_code as error_for

from shared.migrate import MECHANISM, found_in, migrate
from shared.topics import SERVICES, Topics

log = structlog.get_logger(__name__)

HOUSE = Path(__file__).parent.parent
ACCOUNTS = MECHANISM.parent / "accounts_schema" / "migrations"
RETENTION_MS = 90 * 24 * 3600 * 1000  # over a stop at Lebaran nothing is lost; the outbox keeps longer
# Whatever a source compresses with, the broker keeps it plain: a codec that is not installed here stops a partition.
OWNED_CONFIG = {
    "retention.ms": str(RETENTION_MS), "message.timestamp.type": "LogAppendTime", "compression.type": "uncompressed",
}  # fmt: skip


def role_of(service: str) -> str:
    return f"alurwarta_{service}"


async def prepare_database(dsn: str, passwords: Mapping[str, str]) -> list[str]:
    """Make each service's role and schema, and `accounts`; `dsn` is the owner's. Returns the migrations applied."""
    await _until_there(dsn)
    await _make_roles(dsn, passwords)
    applied: list[str] = []
    for service in SERVICES:
        own = HOUSE / "services" / service / "migrations"
        applied += await migrate(dsn, service, role_of(service), found_in(MECHANISM, own))
    return applied + await migrate(dsn, "accounts", role_of("intake"), found_in(ACCOUNTS))


async def _until_there(dsn: str) -> None:
    while True:
        try:
            await (await asyncpg.connect(dsn, timeout=5)).close()
        except (OSError, asyncpg.PostgresError, TimeoutError) as e:
            if isinstance(e, asyncpg.InvalidAuthorizationSpecificationError | asyncpg.InvalidCatalogNameError):
                raise
            log.warning("waiting for the database", error=type(e).__name__)
            await asyncio.sleep(0.5)
        else:
            return


async def _make_roles(dsn: str, passwords: Mapping[str, str]) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        for service in SERVICES:
            await _make_role(conn, role_of(service), passwords.get(service))
    finally:
        await conn.close()


async def _make_role(conn: "asyncpg.Connection[asyncpg.Record]", role: str, password: str | None) -> None:
    try:
        await conn.execute(f'CREATE ROLE "{role}" LOGIN')
    except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        log.info("role is there", role=role)
    if password is not None:
        # ALTER ROLE takes no parameters; quote_literal makes the password one literal whatever it holds.
        literal = await conn.fetchval("SELECT quote_literal($1::text)", password)
        await conn.execute(f'ALTER ROLE "{role}" PASSWORD {literal}')


async def prepare_topics(servers: str, topics: Topics, *, partitions: int = 6, replicas: int = 1) -> None:
    """Make our own topics. Those of other systems are made by `alurwarta sources add`."""
    await make_topics(servers, topics.fixed(), partitions=partitions, replicas=replicas)


async def make_topics(servers: str, names: list[str], *, partitions: int = 6, replicas: int = 1) -> None:
    """Make topics that are missing, waiting for the broker; those that are there get our retention."""
    admin = await _admin(servers)
    try:
        wanted = [NewTopic(name, partitions, replicas, topic_configs=OWNED_CONFIG) for name in names]
        answer: Any = await admin.create_topics(wanted)
        there = [name for name, *rest in answer.topic_errors if error_for(rest[0]) is TopicAlreadyExistsError]
        for name, *rest in answer.topic_errors:
            if rest[0] and name not in there:
                raise error_for(rest[0])(f"topic {name}: {rest[1:]}")
        if there:
            resources = [ConfigResource(ConfigResourceType.TOPIC, name, configs=OWNED_CONFIG) for name in there]
            await admin.alter_configs(resources)
    finally:
        await admin.close()


async def _admin(servers: str) -> AIOKafkaAdminClient:
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=20_000)
        try:
            await admin.start()
        except (KafkaError, OSError) as e:
            await admin.close()
            log.warning("waiting for Kafka", servers=servers, error=type(e).__name__)
            await asyncio.sleep(0.5)
        else:
            return admin
