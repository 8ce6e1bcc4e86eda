"""Real PostgreSQL, Kafka and S3 servers from PyPI alone, on loopback: to try and to develop, keeping nothing."""

import os
import secrets
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.children import ServerFailed, launch

__all__ = ["ServerFailed", "Servers", "start"]


@dataclass(frozen=True)
class Servers:
    """Where the three servers listen: a DSN of a superuser, `host:port` of Kafka, a URL of S3 and its keys."""

    postgres_dsn: str = field(repr=False)
    kafka: str
    s3_endpoint: str
    s3_access_key: str
    s3_secret_key: str = field(repr=False)


@contextmanager
def start(directory: Path) -> Generator[Servers]:
    """Run the three servers, their files inside `directory` (made if missing), until the block or this process ends."""
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as running:
        postgres = running.enter_context(launch("deploy.embedded.postgres", _for_postgres(directory)))
        kafka = running.enter_context(launch("deploy.embedded.kafka_mock", directory))
        store = running.enter_context(launch("deploy.embedded.object_store", directory))
        yield Servers(
            postgres_dsn=postgres.address(),
            kafka=kafka.address(),
            s3_endpoint=store.address(),
            s3_access_key=f"embedded-{secrets.token_hex(4)}",
            s3_secret_key=secrets.token_urlsafe(24),
        )


def _for_postgres(directory: Path) -> Path:
    """PostgreSQL refuses to run as root: root gives it to another user, who may not be able to enter `directory`."""
    return directory if os.geteuid() else Path(tempfile.gettempdir())
