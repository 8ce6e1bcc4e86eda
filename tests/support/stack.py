"""Real servers for a test: a database, topics and buckets of its own, all gone afterwards."""

import os
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.prepare import prepare_database, prepare_topics, role_of
from shared.media import Buckets, Store
from shared.topics import Topics

HOUSE = Path(__file__).parents[2]
HOW = 'real servers are not there: eval "$(../shared/tools/realstack up)", or point TEST_* at any of yours'
PASSWORD = "only-for-tests"


@dataclass(frozen=True)
class Stack:
    """Where this test's own part of the real servers lies. `kafka` is empty where topics were not asked for."""

    owner_dsn: str
    kafka: str
    topics: Topics
    buckets: Buckets
    s3_endpoint: str
    s3_access_key: str
    s3_secret_key: str
    names: list[str] = field(default_factory=list[str])

    def dsn(self, service: str) -> str:
        """The DSN by which one service reaches this test's database, in its own role."""
        parts = urlsplit(self.owner_dsn)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{role_of(service)}:{PASSWORD}@{host}"))

    def store(self) -> Store:
        return Store(self.s3_endpoint, self.s3_access_key, self.s3_secret_key)

    def environment(self, service: str) -> dict[str, str]:
        """The settings of one service on this stack, as environment variables."""
        return {
            "ALURWARTA_POSTGRES_DSN": self.dsn(service),
            "ALURWARTA_KAFKA": self.kafka,
            "ALURWARTA_S3_ENDPOINT": self.s3_endpoint,
            "ALURWARTA_S3_ACCESS_KEY": self.s3_access_key,
            "ALURWARTA_S3_SECRET_KEY": self.s3_secret_key,
            "ALURWARTA_NAMESPACE": self.topics.namespace,
            "ALURWARTA_BUCKET_PREFIX": self.buckets.prefix,
            "ALURWARTA_SOP_FILE": str(HOUSE / "deploy" / "sop.toml"),
            "ALURWARTA_CALENDAR_FILE": str(HOUSE / "deploy" / "calendar.toml"),
            "ALURWARTA_SECURE_COOKIES": "false",
        }


def needed(name: str) -> str:
    """An address that the environment must give. In CI its absence is a failure, elsewhere a skip that says how."""
    value = os.environ.get(name, "")
    if not value:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HOW)
    return value


@asynccontextmanager
async def stack(*, kafka: bool = True, media: bool = True) -> AsyncGenerator[Stack]:
    """Make a test's own database (and topics, and buckets), and remove them afterwards."""
    admin_dsn = needed("TEST_POSTGRES")
    name = f"t{secrets.token_hex(6)}"
    made = Stack(
        owner_dsn=urlunsplit(urlsplit(admin_dsn)._replace(path=f"/{name}")),
        kafka=needed("TEST_KAFKA") if kafka else "",
        topics=Topics(name),
        buckets=Buckets(name),
        s3_endpoint=needed("TEST_S3_ENDPOINT"),
        s3_access_key=needed("TEST_S3_ACCESS_KEY"),
        s3_secret_key=needed("TEST_S3_SECRET_KEY"),
    )
    admin = await asyncpg.connect(admin_dsn)
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        # Roles belong to the whole server: tests that start together must not alter them at the same moment.
        await admin.execute("SELECT pg_advisory_lock(4711)")
        await prepare_database(made.owner_dsn, dict.fromkeys(("intake", "editing", "review", "publisher"), PASSWORD))
        await admin.execute("SELECT pg_advisory_unlock(4711)")
        if kafka:
            await prepare_topics(made.kafka, made.topics, partitions=3)
        if media:
            await made.store().prepare(made.buckets)
        yield made
    finally:
        await _remove(made, admin, name, kafka=kafka, media=media)


async def _remove(
    made: Stack, admin: "asyncpg.Connection[asyncpg.Record]", name: str, *, kafka: bool, media: bool
) -> None:
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.close()
    if kafka:
        await _remove_topics(made)
    if media:
        await _remove_buckets(made)


async def _remove_topics(made: Stack) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=made.kafka)
    await client.start()
    try:
        ours = [t for t in await client.list_topics() if t.startswith(f"{made.topics.namespace}.")]
        await client.delete_topics(ours)
    finally:
        await client.close()


async def _remove_buckets(made: Stack) -> None:
    store = made.store()
    for bucket in made.buckets.all():
        for key in await store.keys(bucket):
            await store.remove(bucket, key)
        await store.remove_bucket(bucket)
    store.close()
