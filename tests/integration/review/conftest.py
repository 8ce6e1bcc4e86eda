"""One database and one set of buckets for all tests of a process; each test finds them empty."""

from collections.abc import AsyncGenerator

import asyncpg
import pytest
import pytest_asyncio

from tests.integration.review.desk import Office, office
from tests.support.stack import Stack, stack
from tests.unit.review.samples import hours


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def place() -> AsyncGenerator[Stack]:
    async with stack(kafka=False) as made:
        yield made


@pytest.fixture
async def desk(place: Stack) -> AsyncGenerator[Office]:
    """A review service with nothing before it, an hour and a half into the morning."""
    owner = await asyncpg.connect(place.owner_dsn)
    await owner.execute(
        """DO $$ BEGIN EXECUTE (
               SELECT 'TRUNCATE ' || string_agg(format('review.%I', tablename), ', ') || ' CASCADE'
               FROM pg_tables WHERE schemaname = 'review' AND tablename <> 'migrations');
           END $$"""
    )
    async with office(place, owner, hours(1.5)) as opened:
        yield opened
    await owner.close()
