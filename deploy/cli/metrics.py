"""`alurwarta metrics`: the catalogue of metrics, from the code."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The catalogue of metrics, from the code.")
Page = Annotated[Path, typer.Option("--page", help="Where it is kept.")]
PAGE = Path("docs/metrics.md")


@app.command()
def write(page: Page = PAGE) -> None:
    """Make docs/metrics.md anew."""
    from deploy.metrics.catalogue import catalogue

    changed = _read(page) != catalogue()
    if changed:
        page.write_text(catalogue())
    typer.echo(f"{page} written." if changed else "All up to date.")


@app.command()
def check(page: Page = PAGE) -> None:
    """Fail when docs/metrics.md is stale or missing."""
    from deploy.metrics.catalogue import catalogue

    if _read(page) != catalogue():
        typer.echo(f"Not what the code says: {page}. Run: alurwarta metrics write", err=True)
        raise typer.Exit(1)
    typer.echo("The catalogue of metrics is up to date.")


def _read(page: Path) -> str | None:
    return page.read_text() if page.is_file() else None
