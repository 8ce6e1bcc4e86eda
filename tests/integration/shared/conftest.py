"""Each test of the machinery has a database of its own; those that need Kafka have topics of their own, too."""

from collections.abc import AsyncGenerator

import pytest

from shared import consume
from tests.support import machinery
from tests.support.machinery import Desk, Notebook
from tests.support.stack import Stack, stack


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def quick_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait that is as good as none: for tests of what happens, not of when."""
    monkeypatch.setattr(consume, "backoff", lambda *_, **__: 0.001)  # pyright: ignore


@pytest.fixture
async def base() -> AsyncGenerator[Stack]:
    """A database only."""
    async with stack(kafka=False, media=False) as made:
        yield made


@pytest.fixture
async def flow() -> AsyncGenerator[Stack]:
    """A database and topics."""
    async with stack(media=False) as made:
        yield made


@pytest.fixture
async def book(base: Stack) -> AsyncGenerator[Notebook]:
    async with machinery.notebook(base) as made:
        yield made
