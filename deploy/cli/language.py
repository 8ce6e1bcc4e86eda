"""`alurwarta language`: the sentences of the screens, and their English."""

import typer

app = typer.Typer(no_args_is_help=True, help="The sentences of the screens, and their English.")


@app.command()
def extract() -> None:
    """Take the sentences of all pages into the catalogue; what stands there stays, what no page says any more goes."""
    from deploy.language.catalogue import catalogue, extracted, write

    found = catalogue()
    added, gone = write(found, extracted())
    typer.echo(
        f"{len(found)} sentences; {added} new, {gone} gone. English: {sum(bool(m.string) for m in found if m.id)}."
    )


@app.command()
def check() -> None:
    """Fail when a sentence of a page has no English, or its English lost a name or a tag."""
    from deploy.language.catalogue import catalogue, extracted, problems

    found = list(problems(catalogue(), extracted()))
    for problem in found:
        typer.echo(problem, err=True)
    if found:
        typer.echo("Run: alurwarta language extract, and translate what it adds.", err=True)
        raise typer.Exit(1)
    typer.echo("Every sentence of the pages has its English.")
