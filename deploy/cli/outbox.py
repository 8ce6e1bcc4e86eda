"""`alurwarta outbox`: send again from the outbox, e.g. after the total loss of Kafka."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from deploy.cli.owner import owner
from deploy.cli.settings import OperatorSettings, Service, settings_of

app = typer.Typer(no_args_is_help=True, help="What the services have said, kept to say again.")


@app.command("replay")
def replay(
    service: Service, since: Annotated[str, typer.Option(help="Time with zone, e.g. 2026-11-23T07:30+07:00")]
) -> None:
    """Mark all events appended since then for sending again. Readers pass over what they have."""
    at = datetime.fromisoformat(since)
    if at.tzinfo is None:
        raise typer.BadParameter("needs a zone, e.g. +07:00", param_hint="--since")
    typer.echo(f"{asyncio.run(_replay(service, at))} events will be sent again.")


async def _replay(service: str, since: datetime) -> int:
    from shared.outbox import mark_for_replay

    async with owner(settings_of(OperatorSettings), service) as conn:
        return await mark_for_replay(conn, since)


@app.command("retry")
def retry(service: Service) -> None:
    """Try again what the broker refused, once its cause is gone; what it held back follows, in order."""
    typer.echo(f"{asyncio.run(_retry(service))} events will be tried again.")


async def _retry(service: str) -> int:
    async with owner(settings_of(OperatorSettings), service) as conn:
        done: str = await conn.execute(
            "UPDATE outbox SET set_aside_at = NULL, set_aside_why = NULL WHERE set_aside_at IS NOT NULL"
        )
    return int(done.rpartition(" ")[2])


@app.command("status")
def status(service: Service) -> None:
    """Tell what waits to be sent, and what the broker refused."""
    typer.echo(asyncio.run(_status(service)))


async def _status(service: str) -> str:
    async with owner(settings_of(OperatorSettings), service) as conn:
        row = await conn.fetchrow(
            """SELECT count(*) FILTER (WHERE set_aside_at IS NULL) AS waiting,
                      count(*) FILTER (WHERE set_aside_at IS NOT NULL) AS aside, min(appended_at) AS oldest
               FROM outbox WHERE sent_at IS NULL"""
        )
    assert row is not None
    return f"waiting {row['waiting']}, set aside {row['aside']}, oldest {row['oldest'] or '-'}"
