"""`alurwarta contracts`: what other people may rely on, kept true and kept compatible."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.contracts import documents

app = typer.Typer(no_args_is_help=True, help="JSON Schemas, AsyncAPI and the event catalogue, from the code.")
Home = Annotated[Path, typer.Option("--home", help="Where they are kept.")]


@app.command()
def write(
    home: Home = documents.HOME,
    before_release: Annotated[
        bool,
        typer.Option("--before-release", help="Let a breaking change pass: only while no release has this version."),
    ] = False,
) -> None:
    """Make docs/contracts anew. Refuses a change that would break a reader of the same version."""
    try:
        changed = documents.write(home, before_release=before_release)
    except documents.BreaksReaders as e:
        _complain(e.sentences)
        raise typer.Exit(1) from None
    typer.echo(f"{len(changed)} files written." if changed else "All up to date.")


@app.command()
def check(
    home: Home = documents.HOME,
    against: Annotated[
        Path | None, typer.Option(help="A released docs/contracts to stay compatible with, beside the committed one.")
    ] = None,
) -> None:
    """Fail when docs/contracts is stale or missing, or when the code breaks a reader of the same version."""
    if against is not None and not documents.baseline(against):
        raise typer.BadParameter(f"no schemas in {against}")
    sentences = [s for place in (home, against) if place is not None for s in documents.broken(place)]
    _complain(list(dict.fromkeys(sentences)))
    late = documents.stale(home)
    if late:
        typer.echo(f"Not what the code says: {', '.join(late)}. Run: alurwarta contracts write", err=True)
    if sentences or late:
        raise typer.Exit(1)
    typer.echo("The contracts are up to date and compatible.")


def _complain(sentences: list[str]) -> None:
    for sentence in sentences:
        typer.echo(f"breaks readers: {sentence}", err=True)
    if sentences:
        typer.echo("Add an optional field or a new event type, or a new version beside the old one.", err=True)
