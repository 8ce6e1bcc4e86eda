"""`alurwarta dead-letter`: what could not be applied; read it, replay it, or discard it."""

import asyncio
import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.owner import owner
from deploy.cli.settings import OperatorSettings, Service, settings_of

if TYPE_CHECKING:
    import asyncpg

app = typer.Typer(no_args_is_help=True, help="Events that could not be applied.")
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line")]
By = Annotated[str, typer.Option(help="Who asks for it, for the audit")]
OPEN = ("open", "waiting", "requested")


@app.command("list")
def list_(service: Service, *, all_: Annotated[bool, typer.Option("--all")] = False, as_json: AsJson = False) -> None:
    """List dead letters with their reasons; --all also those replayed or discarded."""
    rows = asyncio.run(_rows(service, everything=all_))
    for row in rows:
        if as_json:
            typer.echo(json.dumps(row, default=str))
        else:
            typer.echo(
                f"{row['id']:>6}  {row['state']:<9}  {row['topic']}  {row['type'] or '?'}\n        {row['reason']}"
            )
    if not rows and not as_json:
        typer.echo("No dead letters.")


async def _rows(service: str, *, everything: bool) -> list[dict[str, Any]]:
    async with owner(settings_of(OperatorSettings), service) as conn:
        rows = await conn.fetch(
            """SELECT id, state, topic, partition, "offset", stream_key, sequence, event_id, type, reason, at
               FROM dead_letters WHERE $1 OR state = ANY($2::text[]) ORDER BY id LIMIT 10000""",
            everything,
            list(OPEN),
        )
        return [dict(row) for row in rows]


@app.command("show")
def show(service: Service, letter: int) -> None:
    """Show one dead letter whole: headers and body as they came."""
    asyncio.run(_show(service, letter))


async def _show(service: str, letter: int) -> None:
    async with owner(settings_of(OperatorSettings), service) as conn:
        row = dict(await _one(conn, letter))
    headers = {name: _readable(base64.b64decode(value)) for name, value in json.loads(row.pop("headers"))}
    body, key = row.pop("body"), row.pop("key")
    typer.echo(json.dumps(row | {"key": _readable(key), "headers": headers}, default=str, indent=2))
    typer.echo(_readable(body))


def _readable(data: bytes | None) -> str:
    return "" if data is None else data.decode(errors="backslashreplace")


async def _one(conn: "asyncpg.Connection[asyncpg.Record]", letter: int) -> "asyncpg.Record":
    row = await conn.fetchrow("SELECT * FROM dead_letters WHERE id = $1", letter)
    if row is None:
        typer.echo(f"There is no dead letter {letter}. See `alurwarta dead-letter list`.", err=True)
        raise typer.Exit(1)
    return row


@app.command("replay")
def replay(service: Service, letter: int, *, by: By = "operator", wait: float = 30) -> None:
    """Run one through the service's own handler again, in sequence for its key with all that waits behind it."""
    typer.echo(asyncio.run(_replay(service, letter, by, wait)))


async def _replay(service: str, letter: int, by: str, wait: float) -> str:
    async with owner(settings_of(OperatorSettings), service) as conn:
        row = await _one(conn, letter)
        if row["state"] not in OPEN:
            return f"{letter} is {row['state']} already."
        async with conn.transaction():
            await conn.execute(
                "UPDATE dead_letters SET state = 'requested', resolved_by = $2 WHERE id = $1", letter, by
            )
            await _audit(conn, "dead-letter.replay", letter, by)
        deadline = asyncio.get_running_loop().time() + wait
        while asyncio.get_running_loop().time() < deadline:
            row = await _one(conn, letter)
            if row["state"] != "requested":
                return f"{letter} is {row['state']}" + ("" if row["state"] == "replayed" else f": {row['reason']}")
            await asyncio.sleep(0.2)
    return f"{letter} is still requested: is the {service} service running?"


@app.command("discard")
def discard(service: Service, letter: int, *, by: By = "operator") -> None:
    """Give one up for good; what waits behind it in its key goes on without it."""
    typer.echo(asyncio.run(_discard(service, letter, by)))


async def _discard(service: str, letter: int, by: str) -> str:
    async with owner(settings_of(OperatorSettings), service) as conn, conn.transaction():
        row = await _one(conn, letter)
        if row["state"] not in OPEN:
            return f"{letter} is {row['state']} already."
        await conn.execute(
            "UPDATE dead_letters SET state = 'discarded', resolved_by = $2, resolved_at = $3 WHERE id = $1",
            letter,
            by,
            datetime.now(UTC),
        )
        await _audit(conn, "dead-letter.discard", letter, by)
        released = await _release(conn, row)
    return f"{letter} is discarded" + (f"; {released} behind it goes on." if released else ".")


async def _release(conn: "asyncpg.Connection[asyncpg.Record]", row: "asyncpg.Record") -> int:
    """Step over the discarded event's place in its key, and ask for the next one that waits."""
    if row["sequence"] is None or row["stream_key"] is None:
        return 0
    stream = (row["topic"], row["stream_key"], row["sequence"])
    await conn.execute("INSERT INTO inbox_streams (topic, key) VALUES ($1, $2) ON CONFLICT DO NOTHING", *stream[:2])
    moved: str = await conn.execute(
        "UPDATE inbox_streams SET sequence = $3 WHERE topic = $1 AND key = $2 AND sequence = $3 - 1", *stream
    )
    if moved.endswith(" 0"):
        return 0  # its turn had not come yet; when it comes, the inbox steps over it
    done: str = await conn.execute(
        """UPDATE dead_letters SET state = 'requested' WHERE id =
           (SELECT id FROM dead_letters WHERE topic = $1 AND stream_key = $2 AND sequence > $3 AND state = 'waiting'
            ORDER BY sequence LIMIT 1)""",
        *stream,
    )
    return int(done.rpartition(" ")[2])


async def _audit(conn: "asyncpg.Connection[asyncpg.Record]", action: str, letter: int, by: str) -> None:
    from shared import audit
    from shared.content import Official

    who = Official(account=by, name=by, capacity="Pengelola sistem")
    await audit.append(conn, [audit.Entry(action, f"dead-letter/{letter}", by=who)], at=datetime.now(UTC))
