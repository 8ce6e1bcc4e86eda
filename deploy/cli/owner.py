"""The owner's connection to one service's schema, for operator's commands."""

import getpass
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from deploy.cli.settings import OperatorSettings
from shared.content import Official


def operator() -> Official:
    """Whoever runs a command, as audit rows name them; no account can be named so."""
    return Official(account=f"perintah:{getpass.getuser()}", name="Pengelola sistem", capacity="Pengelola sistem")


@asynccontextmanager
async def owner(settings: OperatorSettings, schema: str) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    conn = await asyncpg.connect(settings.dsn, server_settings={"search_path": schema}, timeout=10)
    try:
        yield conn
    finally:
        await conn.close()
