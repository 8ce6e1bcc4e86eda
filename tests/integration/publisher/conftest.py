"""One database and its buckets for each worker, emptied before each test."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.integration.publisher.office import Office, office
from tests.support.stack import Stack, stack


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def publisher_house() -> AsyncGenerator[Stack]:
    async with stack(kafka=False) as made:
        yield made


@pytest.fixture
async def desk(publisher_house: Stack) -> AsyncGenerator[Office]:
    async with office(publisher_house) as opened:
        yield opened
