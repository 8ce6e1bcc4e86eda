"""What the commands for other systems' keys have in common: how long a key is good, and how a refusal is told."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer

T = TypeVar("T")
Days = Annotated[int, typer.Option(min=0, help="For how many days the key is good; 0: until it is rotated")]
LIFETIME_DAYS = 365


def over(days: int) -> datetime | None:
    """When a key that is made now ends."""
    return datetime.now(UTC) + timedelta(days=days) if days else None


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it; a refusal's sentence goes to the operator."""
    from shared.refusal import Refused

    try:
        return asyncio.run(work)
    except Refused as no:
        typer.echo(no.sentence, err=True)
        raise typer.Exit(1) from None
