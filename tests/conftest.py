"""What every test stands on."""

from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import networks

# Machines here are shared and noisy: no test asserts an absolute time, and so no example has a deadline.
settings.register_profile("alurwarta", deadline=None)
settings.load_profile("alurwarta")

# Modules of few tests that take minutes: begun last, one worker would wait for another's. Browsers wait for containers
# (tests/support/networks.py), so containers begin, and browsers when they are done.
FIRST = ("compose", "faults", "journey", "corpus", "monitoring", "browser")
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first; with `--no-loadscope-reorder` the workers take modules in this order."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(HERE).parts[0]
    return FIRST.index(folder) if folder in FIRST else len(FIRST)


@pytest.fixture
def still_networks() -> Generator[None]:
    """For tests with a browser: no container starts or ends meanwhile."""
    with networks.still():
        yield
