"""`alurwarta routes`: who may call what."""

import json
from dataclasses import asdict
from typing import Annotated

import typer


def routes(as_json: Annotated[bool, typer.Option("--json", help="One JSON list")] = False) -> None:
    """List every route of the four services with its action and the roles that the table of access grants it to."""
    from deploy.access.routes import served

    found = served()
    if as_json:
        typer.echo(json.dumps([asdict(route) for route in found], indent=1))
        return
    for r in found:
        typer.echo(f"{r.service:<10} {r.method:<6} {r.path:<60} {r.action:<22} {', '.join(r.roles) or 'public'}")
