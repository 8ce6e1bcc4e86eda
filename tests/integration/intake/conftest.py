"""One database and one set of buckets for all tests of a process; each test finds them empty."""

from collections.abc import AsyncGenerator

import asyncpg
import pytest
import pytest_asyncio

from tests.integration.intake.desk import Office, office
from tests.support.stack import Stack, stack
from tests.unit.intake.samples import NOON


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def place() -> AsyncGenerator[Stack]:
    async with stack(kafka=False) as made:
        yield made


@pytest.fixture
async def desk(place: Stack) -> AsyncGenerator[Office]:
    """An intake service with nothing in it, on a Monday at one."""
    owner = await asyncpg.connect(place.owner_dsn, server_settings={"search_path": "intake"})
    await owner.execute(
        """DO $$ BEGIN EXECUTE (
               SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' CASCADE'
               FROM pg_tables WHERE schemaname IN ('intake', 'accounts') AND tablename <> 'migrations');
           END $$"""
    )
    async with office(place, owner, NOON) as opened:
        yield opened
    await owner.close()
