"""Each test has a publisher of its own."""

from collections.abc import AsyncGenerator

import pytest

from tests.integration.publisher.office import Office, office


@pytest.fixture
async def desk() -> AsyncGenerator[Office]:
    async with office() as opened:
        yield opened
