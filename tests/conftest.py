"""What every test stands on."""

from pathlib import Path

import pytest
from hypothesis import settings

# Machines here are shared and noisy: no test asserts an absolute time, and so no example has a deadline.
settings.register_profile("alurwarta", deadline=None)
settings.load_profile("alurwarta")

# Modules of few tests that take minutes: begun last, one worker would wait for another's.
LONG = ("faults", "compose", "browser", "journey")
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first; with `--no-loadscope-reorder` the workers take modules in this order."""
    items.sort(key=lambda item: item.path.relative_to(HERE).parts[0] not in LONG)
