"""One editing service with its own database for each test."""

from collections.abc import AsyncGenerator

import pytest

from tests.integration.editing.office import Office, office


@pytest.fixture
async def desk() -> AsyncGenerator[Office]:
    async with office() as made:
        yield made
