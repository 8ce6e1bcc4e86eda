"""One database for each worker, emptied before each test; topics of its own for each test that needs Kafka."""

import secrets
from collections.abc import AsyncGenerator
from dataclasses import replace

import asyncpg
import pytest
import pytest_asyncio

from deploy.prepare import make_topics
from shared import consume
from shared.topics import Topics
from tests.support import machinery
from tests.support.machinery import Desk, Notebook
from tests.support.stack import Stack, needed, stack


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def quick_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait that is as good as none: for tests of what happens, not of when."""
    monkeypatch.setattr(consume, "backoff", lambda *_, **__: 0.001)  # pyright: ignore


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house() -> AsyncGenerator[Stack]:
    async with stack(kafka=False, media=False) as made:
        await machinery.make_notebooks(made)
        yield made


@pytest.fixture
async def base(house: Stack) -> Stack:
    """A database with nothing in it."""
    owner = await asyncpg.connect(house.owner_dsn)
    try:
        await machinery.empty(owner)
    finally:
        await owner.close()
    return house


@pytest.fixture
async def flow(base: Stack) -> AsyncGenerator[Stack]:
    """An empty database, and topics of this test's own with three partitions each."""
    made = replace(base, kafka=needed("TEST_KAFKA"), topics=Topics(f"t{secrets.token_hex(6)}"))
    await make_topics(made.kafka, [made.topics.full(t) for t in machinery.TOPICS], partitions=3)
    yield made
    await machinery.remove_topics(made, *machinery.TOPICS)


@pytest.fixture
async def book(base: Stack) -> AsyncGenerator[Notebook]:
    async with machinery.notebook(base) as made:
        yield made
