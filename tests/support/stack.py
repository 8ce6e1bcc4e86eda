"""Real servers for a test: a database, topics and buckets of its own, all gone afterwards."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from deploy.bench.installation import NEEDED, PASSWORD, installation
from deploy.bench.installation import Installation as Stack
from deploy.prepare import HOUSE

__all__ = ["HOUSE", "PASSWORD", "Stack", "needed", "stack"]

HOW = 'real servers are not there: eval "$(../shared/tools/realstack up)", or point TEST_* at any of yours'


def needed(name: str) -> str:
    """An address that the environment must give. In CI its absence is a failure, elsewhere a skip that says how."""
    value = os.environ.get(name, "")
    if not value:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HOW)
    return value


@asynccontextmanager
async def stack(*, kafka: bool = True, media: bool = True) -> AsyncGenerator[Stack]:
    """Make a test's own database (and topics, and buckets), and remove them afterwards."""
    for name in NEEDED:
        needed(name)
    async with installation(kafka=kafka, media=media) as made:
        yield made
