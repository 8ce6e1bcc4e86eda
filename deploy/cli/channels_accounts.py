"""`alurwarta channels connect|mode|status`: how the office reaches each channel."""

import asyncio
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Annotated, Any, Literal

import typer

from deploy.cli.channels import AsJson, app
from deploy.cli.owner import operator, owner
from deploy.cli.settings import ChannelSettings, OperatorSettings, settings_of

Name = Annotated[str, typer.Argument(help="Its name, as in `alurwarta channels`")]
Pairs = Annotated[list[str] | None, typer.Option("--set", help="A setting that is no secret, as name=value; repeat it")]
HOW = """Give the secrets on standard input, one name=value a line, e.g.
  echo "token=…" | alurwarta channels connect telegram --set channel=disperkimtan"""


@app.command()
def connect(
    name: Name,
    given: Pairs = None,
    expires: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Until when the secret is good")
    ] = None,
) -> None:
    """Have the system post there from now on. The secrets come on standard input, one name=value a line."""
    settings = settings_of(ChannelSettings)
    if sys.stdin.isatty():
        typer.echo(HOW, err=True)
    secrets = _pairs(sys.stdin.read().splitlines(), "standard input")
    until = None if expires is None else datetime.combine(expires.date(), time.max, UTC)
    asyncio.run(_connect(settings, name, _pairs(given or [], "--set"), secrets, until))
    typer.echo(f"{name} is connected: the system posts there within seconds. See: alurwarta channels status")


@app.command()
def mode(
    name: Name, to: Annotated[Literal["off", "assisted", "connected"], typer.Argument(help="What it becomes")]
) -> None:
    """Leave a channel to people, switch it off, or have the system post there again. Its secret is kept."""
    asyncio.run(_mode(settings_of(OperatorSettings), name, to))
    typer.echo(f"{name} is {to}.")


@app.command()
def status(as_json: AsJson = False) -> None:
    """How each channel is reached, until when its secret is good, and what it rests for."""
    rows = asyncio.run(_status(settings_of(OperatorSettings)))
    if as_json:
        typer.echo(json.dumps(rows, indent=1, default=str))
        return
    typer.echo(f"{'channel':<12} {'mode':<10} {'secret good until':<18} rests until")
    for row in rows:
        until = row["secret_expires_at"].date().isoformat() if row["secret_expires_at"] else "-"
        rests = row["rests_until"].isoformat(timespec="seconds") if row["rests_until"] else "-"
        typer.echo(f"{row['channel']:<12} {row['mode']:<10} {until:<18} {rests}")


def _pairs(lines: list[str], where: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, lines)):
        name, equals, value = line.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise typer.BadParameter("each is name=value", param_hint=where)
        found[name.strip()] = value.strip()
    return found


async def _connect(
    settings: ChannelSettings, name: str, given: dict[str, str], secrets: dict[str, str], until: datetime | None
) -> None:
    from services.publisher import store_accounts
    from services.publisher.channels import connecting
    from services.publisher.store_accounts import Account

    sealed = connecting.sealed(settings.channel_key.get_secret_value(), name, secrets)
    account = Account(name, "connected", given, sealed, until, operator().account, datetime.now(UTC))
    try:
        connecting.checked(name, given, secrets)
    except connecting.NotConnected as no:
        raise typer.BadParameter(str(no), param_hint=name) from None
    async with owner(settings, "publisher") as conn, conn.transaction():
        await store_accounts.save(conn, account)
        await _told(conn, name, "connected")


async def _mode(settings: OperatorSettings, name: str, to: Literal["off", "assisted", "connected"]) -> None:
    from services.publisher import store_accounts
    from services.publisher.channels.known import KNOWN
    from services.publisher.store_accounts import Account

    if name == "site" or name not in KNOWN:
        raise typer.BadParameter(f"one of {', '.join(sorted({*KNOWN} - {'site'}))}", param_hint="NAME")
    async with owner(settings, "publisher") as conn, conn.transaction():
        known = {account.channel: account for account in await store_accounts.every(conn, lock=True)}
        none = Account(name, to, {}, None, None, "", datetime.now(UTC))
        found = replace(known.get(name, none), mode=to, changed_by=operator().account, changed_at=datetime.now(UTC))
        if to == "assisted" and not KNOWN[name].assisted:
            raise typer.BadParameter("nobody posts there by hand", param_hint=name)
        if to == "connected" and found.secret is None:
            raise typer.BadParameter("has no secret yet: alurwarta channels connect", param_hint=name)
        await store_accounts.save(conn, found)
        await _told(conn, name, to)


async def _told(conn: Any, name: str, what: str) -> None:
    from shared import audit
    from shared.audit import Entry

    await audit.append(conn, [Entry(f"channel.{what}", name, operator())], at=datetime.now(UTC))


async def _status(settings: OperatorSettings) -> list[dict[str, Any]]:
    from services.publisher import store_accounts
    from services.publisher.channels.known import KNOWN, mode_of

    async with owner(settings, "publisher") as conn:
        known = {account.channel: account for account in await store_accounts.every(conn)}
        rests = {
            row["name"]: row["until"] for row in await conn.fetch("SELECT * FROM channel_rests WHERE until > now()")
        }
    rows: list[dict[str, Any]] = []
    for name, can in KNOWN.items():
        account = known.get(name)
        until = max((rests[n] for n in (name, *can.limits) if n in rests), default=None)
        rows.append(
            {
                "channel": name,
                "mode": account.mode if account else mode_of(name),
                "settings": account.settings if account else {},
                "secret_expires_at": account.secret_expires_at if account else None,
                "rests_until": until,
            }
        )
    return rows
