"""The owner's connection to one service's schema, for operator's commands."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from deploy.cli.settings import OperatorSettings


@asynccontextmanager
async def owner(settings: OperatorSettings, schema: str) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    conn = await asyncpg.connect(settings.dsn, server_settings={"search_path": schema}, timeout=10)
    try:
        yield conn
    finally:
        await conn.close()
