"""`alurwarta accounts`: people who may log in."""

import asyncio
import getpass
import sys
from typing import Annotated

import typer

from deploy.cli.owner import owner
from deploy.cli.settings import OperatorSettings, settings_of

app = typer.Typer(no_args_is_help=True, help="People who may log in.")
ROLES = ("bidang", "admin", "pimpinan", "pengawas", "operator")


@app.command("add")
def add(
    account: str,
    name: Annotated[str, typer.Option(help="Full name")],
    role: Annotated[list[str], typer.Option(help="bidang, admin, pimpinan, pengawas or operator; may be repeated")],
    capacity: Annotated[str, typer.Option(help="Jabatan, as it stands beside each decision")],
    unit: Annotated[str | None, typer.Option(help="The Bidang, for role bidang")] = None,
) -> None:
    """Create an account, or set it anew; the password is asked for, or read from standard input."""
    unknown = set(role) - set(ROLES)
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: one of {', '.join(ROLES)}", param_hint="--role")
    if "bidang" in role and not unit:
        raise typer.BadParameter("role bidang needs its unit", param_hint="--unit")
    password = getpass.getpass("Kata sandi: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    asyncio.run(_add(account, password, name, capacity, role, unit))
    typer.echo(f"{account}: {', '.join(role)}")


async def _add(account: str, password: str, name: str, capacity: str, roles: list[str], unit: str | None) -> None:
    from shared import accounts
    from shared.refusal import Refused

    async with owner(settings_of(OperatorSettings), "accounts") as conn:
        try:
            await accounts.add(conn, account, password=password, name=name, capacity=capacity, roles=roles, unit=unit)
        except Refused as no:
            typer.echo(no.sentence, err=True)
            raise typer.Exit(1) from None
