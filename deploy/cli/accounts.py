"""`alurwarta accounts`: people who may log in."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from deploy.cli.owner import operator, owner
from deploy.cli.settings import OperatorSettings, settings_of
from shared.access import ROLES

if TYPE_CHECKING:
    from shared.accounts.directory import Account, Particulars
    from shared.accounts.sessions import Session
    from shared.content import Official
    from shared.db import Connection

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="People who may log in.")
Name = Annotated[str, typer.Argument(help="The account's name, as it is typed at log-in")]


@app.command("add")
def add(
    account: Name,
    name: Annotated[str, typer.Option(help="Full name")],
    role: Annotated[list[str], typer.Option(help=f"{', '.join(ROLES)}; may be repeated")],
    capacity: Annotated[str, typer.Option(help="Jabatan, as it stands beside each decision")],
    *,
    unit: Annotated[str | None, typer.Option(help="The Bidang, for role bidang")] = None,
    email: Annotated[
        str | None, typer.Option(help="For notifications, and to know the person at an OpenID provider")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="For scripts: no link, the password")
    ] = False,
) -> None:
    """Create an account, or set it anew; prints a one-time link by which its person chooses a password (72 hours)."""
    from shared.accounts.directory import Particulars

    unknown = set(role) - set(ROLES)
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: one of {', '.join(ROLES)}", param_hint="--role")
    if "bidang" in role and not unit:
        raise typer.BadParameter("role bidang needs its unit", param_hint="--unit")
    about = Particulars(name, capacity, role, unit, email)
    if password_stdin:
        _with_password(account, about, sys.stdin.readline().rstrip("\n"))
        typer.echo(f"{account}: {', '.join(role)}")
        return
    path = _run(lambda conn, by, at: _invite(conn, account, about, by=by, at=at))
    typer.echo(f"{account}: {', '.join(role)}. Pass this link on; it is good once, for 72 hours:")
    _show_link(path)


@app.command("reset")
def reset(
    account: Name,
    *,
    second_factor: Annotated[bool, typer.Option("--second-factor", help="Take the second factor away too")] = False,
) -> None:
    """Print a one-time link by which the person chooses another password (1 hour)."""
    from services.intake.front_door import staffing

    path = _run(lambda conn, by, at: staffing.reset(conn, account, by=by, at=at, without_second_factor=second_factor))
    typer.echo(f"{account}: pass this link on; it is good once, for 1 hour:")
    _show_link(path)


@app.command("disable")
def disable(account: Name) -> None:
    """Let nobody in by this account; who is in, is out at once."""
    from services.intake.front_door import staffing

    _run(lambda conn, by, at: staffing.disable(conn, account, by=by, at=at))
    typer.echo(f"{account} is disabled, and logged out everywhere.")


@app.command("enable")
def enable(account: Name) -> None:
    """Open a disabled account again."""
    from services.intake.front_door import staffing

    _run(lambda conn, by, at: staffing.enable(conn, account, by=by, at=at))
    typer.echo(f"{account} may log in again.")


@app.command("unbind")
def unbind(account: Name) -> None:
    """Forget which subject at the OpenID provider the account is: the next one of its name there takes it over."""
    from services.intake.front_door import staffing

    known = _run(lambda conn, by, at: staffing.unbind(conn, account, by=by, at=at))
    typer.echo(f"{account} is {'' if known else 'and was '}bound to nobody at the provider.")


@app.command("list")
def list_() -> None:
    """List the accounts: roles, Bidang, and how each gets in."""
    from shared.accounts import directory

    for one in _run(lambda conn, _by, _at: directory.list_all(conn)):
        about = f"{','.join(sorted(one.roles))}{f' ({one.unit})' if one.unit else ''}"
        typer.echo(f"{one.account:<24}  {about:<32}  {_way_in(one)}")


@app.command("sessions")
def sessions(
    account: Name, *, end: Annotated[bool, typer.Option("--end", help="Log the person out everywhere")] = False
) -> None:
    """List where an account is logged in, or end all that."""
    from services.intake.front_door import staffing

    if end:
        ended = _run(lambda conn, by, at: staffing.end_sessions(conn, account, by=by, at=at))
        typer.echo(f"{account}: {ended} ended")
        return
    for one in _run(lambda conn, _by, _at: _sessions(conn, account)):
        typer.echo(f"{one.seen_at.isoformat(timespec='minutes')}  {one.device or 'unknown device'}")


def _way_in(one: "Account") -> str:
    if one.disabled:
        return "disabled"
    ways = [*(["password"] if one.has_password else []), *(["second factor"] if one.has_second_factor else [])]
    return ", ".join(ways) or "invited"


def _show_link(path: str) -> None:
    link = f"{settings_of(OperatorSettings).staff_url}{path}"
    typer.echo(f"  {link}")
    if sys.stdout.isatty():
        import segno

        segno.make(link, error="l").terminal(compact=True)


def _with_password(account: str, about: "Particulars", password: str) -> None:
    from shared import accounts, audit
    from shared.accounts import directory

    async def put(conn: "Connection", by: "Official", at: datetime) -> None:
        is_new = await directory.find(conn, account) is None
        await accounts.add(
            conn, account, password=password, name=about.name, capacity=about.capacity, roles=[*about.roles],
            unit=about.unit,
        )  # fmt: skip
        entries = [audit.Entry("account.added" if is_new else "account.changed", account, by=by)]
        await audit.append(conn, [*entries, audit.Entry("account.password-set", account, by=by)], at=at)

    _run(put)


async def _invite(conn: "Connection", account: str, about: "Particulars", *, by: "Official", at: datetime) -> str:
    from services.intake.front_door import staffing

    await staffing.put(conn, account, about, by=by, at=at)
    return await staffing.invite(conn, account, by=by, at=at)


async def _sessions(conn: "Connection", account: str) -> "list[Session]":
    from shared.accounts import directory, sessions

    await directory.expect(conn, account)
    return await sessions.list_all(conn, account)


def _run(work: "Callable[[Connection, Official, datetime], Awaitable[T]]") -> T:
    """Run it in one transaction, in the name of whoever runs the command; a refusal's sentence goes to them."""
    from shared.refusal import Refused

    async def within() -> T:
        async with owner(settings_of(OperatorSettings), "intake") as conn, conn.transaction():
            return await work(conn, operator(), datetime.now(UTC))

    try:
        return asyncio.run(within())
    except Refused as no:
        typer.echo(no.sentence, err=True)
        raise typer.Exit(1) from None
