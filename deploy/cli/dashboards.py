"""`alurwarta dashboards`: Grafana's dashboards, from the code."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Grafana's dashboards, from the code.")
Home = Annotated[Path, typer.Option("--home", help="Where they are kept.")]
HOME = Path("deploy/grafana/dashboards")


@app.command()
def write(home: Home = HOME) -> None:
    """Make deploy/grafana/dashboards anew."""
    from deploy.grafana import documents

    changed = documents.write(home)
    typer.echo(f"{len(changed)} files written." if changed else "All up to date.")


@app.command()
def check(home: Home = HOME) -> None:
    """Fail when a dashboard is stale or missing."""
    from deploy.grafana import documents

    if late := documents.stale(home):
        typer.echo(f"Not what the code says: {', '.join(late)}. Run: alurwarta dashboards write", err=True)
        raise typer.Exit(1)
    typer.echo("The dashboards are up to date.")
