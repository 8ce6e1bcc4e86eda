"""The four services and the gateway as processes of their own, on a test's own part of the real servers."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.embedded.house import House, furnish
from shared.topics import SERVICES
from tests.support.stack import Stack


@asynccontextmanager
async def town(stack: Stack, directory: Path) -> AsyncGenerator[House]:
    """Four services at work. Their logs are in `directory`."""
    given = {service: stack.environment(service) for service in SERVICES}
    running = furnish(given, directory, owner_dsn=stack.owner_dsn)
    async with running.living():
        yield running


def operator(stack: Stack) -> dict[str, str]:
    """The environment of an operator's command on this stack."""
    return os.environ | stack.environment("intake") | {"ALURWARTA_ADMIN_DSN": stack.owner_dsn}
