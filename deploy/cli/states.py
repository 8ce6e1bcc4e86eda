"""`alurwarta states`: what can become of each item, and by whom."""

import json
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The declared transitions of the four services.")
Page = Annotated[Path, typer.Option("--page", help="Where it is kept.")]
PAGE = Path("docs/states.md")


@app.callback(invoke_without_command=True)
def states(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="One JSON object, by service")] = False
) -> None:
    """List every declared transition: from which state, by which action, to which, and who may."""
    if context.invoked_subcommand is not None:
        return
    from deploy.states.declared import declared

    found = declared()
    if as_json:
        by_service = {service: [d.row() for d in rows] for service, rows in groupby(found, key=lambda d: d.service)}
        typer.echo(json.dumps(by_service, indent=1))
        return
    for d in found:
        typer.echo(
            f"{d.service:<10} {d.item:<12} {d.before or '-':<13} {d.action:<20} {d.after:<13} {', '.join(d.roles)}"
        )


@app.command()
def write(page: Page = PAGE) -> None:
    """Make docs/states.md anew."""
    from deploy.states.drawn import document

    page.write_text(document())
    typer.echo(f"{page} written.")


@app.command()
def check(page: Page = PAGE) -> None:
    """Fail when docs/states.md is stale or missing."""
    from deploy.states.drawn import document

    if not page.is_file() or page.read_text() != document():
        typer.echo(f"Not what the code says: {page}. Run: alurwarta states write", err=True)
        raise typer.Exit(1)
    typer.echo("The states are up to date.")
