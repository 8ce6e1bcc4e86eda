"""An installation of a benchmark's own on given real servers: database, topics, buckets; removed afterwards."""

import os
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient

from deploy.prepare import HOUSE, prepare_database, prepare_topics, role_of
from shared.media.store import Buckets, Store
from shared.topics import SERVICES, Topics

NEEDED = ("TEST_POSTGRES", "TEST_KAFKA", "TEST_S3_ENDPOINT", "TEST_S3_ACCESS_KEY", "TEST_S3_SECRET_KEY")
PASSWORD = "only-for-tests"  # noqa: S105  (of roles in throw-away databases)
ACCOUNT_KEY, CHANNEL_KEY = secrets.token_hex(32), secrets.token_hex(32)


class NoServers(Exception):
    """Some address of the real servers is not given."""


@dataclass(frozen=True)
class Installation:
    """Where one throw-away installation lies. `kafka` is empty where topics were not asked for."""

    owner_dsn: str
    kafka: str
    topics: Topics
    buckets: Buckets
    s3_endpoint: str
    s3_access_key: str
    s3_secret_key: str
    partitions: int = 3

    def dsn(self, service: str) -> str:
        """The DSN by which one service reaches this database, in its own role."""
        parts = urlsplit(self.owner_dsn)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{role_of(service)}:{PASSWORD}@{host}"))

    def store(self) -> Store:
        return Store(self.s3_endpoint, self.s3_access_key, self.s3_secret_key)

    def environment(self, service: str) -> dict[str, str]:
        """The settings of one service here, as environment variables."""
        return {
            "ALURWARTA_POSTGRES_DSN": self.dsn(service),
            "ALURWARTA_ADMIN_DSN": self.owner_dsn,
            "ALURWARTA_KAFKA": self.kafka,
            "ALURWARTA_S3_ENDPOINT": self.s3_endpoint,
            "ALURWARTA_S3_ACCESS_KEY": self.s3_access_key,
            "ALURWARTA_S3_SECRET_KEY": self.s3_secret_key,
            "ALURWARTA_ACCOUNT_KEY": ACCOUNT_KEY,
            "ALURWARTA_CHANNEL_KEY": CHANNEL_KEY,
            "ALURWARTA_SECOND_FACTOR": "",
            "ALURWARTA_NAMESPACE": self.topics.namespace,
            "ALURWARTA_BUCKET_PREFIX": self.buckets.prefix,
            "ALURWARTA_SOP_FILE": str(HOUSE / "deploy" / "sop.toml"),
            "ALURWARTA_CALENDAR_FILE": str(HOUSE / "deploy" / "calendar.toml"),
        }


@asynccontextmanager
async def installation(*, kafka: bool = True, media: bool = True) -> AsyncGenerator[Installation]:
    """Make a throw-away installation on the servers that `TEST_*` name, and remove it afterwards."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        raise NoServers(", ".join(missing))
    name = f"t{secrets.token_hex(6)}"
    made = Installation(
        owner_dsn=urlunsplit(urlsplit(os.environ["TEST_POSTGRES"])._replace(path=f"/{name}")),
        kafka=os.environ["TEST_KAFKA"] if kafka else "",
        topics=Topics(name),
        buckets=Buckets(name),
        s3_endpoint=os.environ["TEST_S3_ENDPOINT"],
        s3_access_key=os.environ["TEST_S3_ACCESS_KEY"],
        s3_secret_key=os.environ["TEST_S3_SECRET_KEY"],
    )
    try:
        await _make(made, name, kafka=kafka, media=media)
        yield made
    finally:
        # A connection of its own: a test may have killed the server meanwhile.
        admin = await asyncpg.connect(os.environ["TEST_POSTGRES"])
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.close()
        if kafka:
            await _remove_topics(made)
        if media:
            await _remove_buckets(made)


async def _make(made: Installation, name: str, *, kafka: bool, media: bool) -> None:
    admin = await asyncpg.connect(os.environ["TEST_POSTGRES"])
    await admin.execute(f"CREATE DATABASE {name}")
    # Roles belong to the whole server: installations made together must not alter them at the same moment.
    await admin.execute("SELECT pg_advisory_lock(4711)")
    await prepare_database(made.owner_dsn, dict.fromkeys(SERVICES, PASSWORD))
    await admin.close()
    if kafka:
        await prepare_topics(made.kafka, made.topics, partitions=made.partitions)
    if media:
        store = made.store()
        await store.prepare(made.buckets)
        store.close()


async def _remove_topics(made: Installation) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=made.kafka)
    await client.start()
    try:
        ours = [t for t in await client.list_topics() if t.startswith(f"{made.topics.namespace}.")]
        await client.delete_topics(ours)
    finally:
        await client.close()


async def _remove_buckets(made: Installation) -> None:
    store = made.store()
    for bucket in made.buckets.all():
        for key in await store.keys(bucket):
            await store.remove(bucket, key)
        await store.remove_bucket(bucket)
    store.close()
