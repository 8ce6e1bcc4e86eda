"""`alurwarta readers`: other dashboards that may read the figures of compliance."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from deploy.cli.keys import LIFETIME_DAYS, Days, over, run
from deploy.cli.owner import operator, owner
from deploy.cli.settings import OperatorSettings, settings_of

app = typer.Typer(no_args_is_help=True, help="Other dashboards that read the figures of compliance.")
Name = Annotated[str, typer.Argument(help="Short name, e.g. metabase")]

EXAMPLE = """Reader {name} may read the figures of all Bidang.
Key (shown once): {key}

  curl -sS '{site}/api/v1/compliance?from={day}&to={day}' -H 'Authorization: Bearer {key}'

For the examples of docs/compliance.md:
  export SITE={site} READER_KEY={key}"""


@app.command("add")
def add(name: Name, days: Days = LIFETIME_DAYS) -> None:
    """Make a read-only key, and print a working example. The key is shown once."""
    settings = settings_of(OperatorSettings)
    key = run(_add(settings, name, over(days)))
    typer.echo(EXAMPLE.format(name=name, key=key, site=settings.staff_url, day=datetime.now(UTC).date()))


@app.command("list")
def list_() -> None:
    """List the readers, until when their keys are good, and when each was here last."""
    for row in run(_list(settings_of(OperatorSettings))):
        used = row["last_used_at"].isoformat(timespec="seconds") if row["last_used_at"] else "never"
        until = row["expires_at"].date().isoformat() if row["expires_at"] else "rotated"
        state = "disabled" if row["disabled"] else f"good until {until}"
        typer.echo(f"{row['name']:<30}  {state}, last used {used}")


@app.command("rotate")
def rotate(
    name: Name,
    overlap_days: Annotated[int, typer.Option(min=0, help="For how many days the key until now is good yet")] = 7,
    days: Days = LIFETIME_DAYS,
) -> None:
    """Make another key for a reader; the one until now stays good for a while, so that nothing stands still."""
    key = run(_rotate(settings_of(OperatorSettings), name, timedelta(days=overlap_days), over(days)))
    typer.echo(f"Key (shown once): {key}\nThe key until now is good for {overlap_days} days yet.")


@app.command("disable")
def disable(name: Name) -> None:
    """Answer a reader no more, from now on."""
    run(_disable(settings_of(OperatorSettings), name))
    typer.echo(f"{name} is disabled: its key opens nothing.")


async def _add(settings: OperatorSettings, name: str, expires_at: datetime | None) -> str:
    from services.review.compliance import readers

    async with owner(settings, "review") as conn, conn.transaction():
        return await readers.add(conn, name, now=datetime.now(UTC), expires_at=expires_at, by=operator())


async def _rotate(settings: OperatorSettings, name: str, overlap: timedelta, expires_at: datetime | None) -> str:
    from services.review.compliance import readers

    async with owner(settings, "review") as conn, conn.transaction():
        return await readers.rotate(
            conn, name, overlap=overlap, now=datetime.now(UTC), expires_at=expires_at, by=operator()
        )


async def _list(settings: OperatorSettings) -> list[dict[str, Any]]:
    from services.review.compliance import readers

    async with owner(settings, "review") as conn:
        return await readers.list_all(conn)


async def _disable(settings: OperatorSettings, name: str) -> None:
    from services.review.compliance import readers

    async with owner(settings, "review") as conn, conn.transaction():
        await readers.disable(conn, name, now=datetime.now(UTC), by=operator())
