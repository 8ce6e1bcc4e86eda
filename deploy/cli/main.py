"""The `alurwarta` command: one file per group of commands."""

import typer

from deploy.cli import (
    accounts,
    audit,
    backup,
    bench,
    board,
    channels_template,
    check_text,
    clock,
    contracts,
    dashboards,
    dead_letter,
    doctor,
    emit,
    language,
    media,
    metrics,
    outbox,
    readers,
    report,
    routes,
    run,
    sources,
    states,
    up,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    # Containers write to a log: the plain traceback, without boxes, and without the values of variables.
    pretty_exceptions_enable=False,
    help="Alurwarta: the course of the news, measured.",
)


@app.callback()
def of_a_command(context: typer.Context) -> None:
    """What any command changes came from a command."""
    from shared.audit import coming_from

    context.with_resource(coming_from("command"))


app.command("up")(up.up)
app.command("serve")(run.serve)
app.command("gateway")(run.gateway)
app.command("prepare")(run.prepare)
app.command("emit")(emit.emit)
app.command("report")(report.report)
app.command("doctor")(doctor.doctor)
app.command("routes")(routes.routes)
app.command("check-text")(check_text.check_text)
app.add_typer(states.app, name="states")
app.add_typer(channels_template.app, name="channels")
app.add_typer(sources.app, name="sources")
app.add_typer(readers.app, name="readers")
app.add_typer(accounts.app, name="accounts")
app.add_typer(audit.app, name="audit")
app.add_typer(clock.app, name="clock")
app.add_typer(dead_letter.app, name="dead-letter")
app.add_typer(outbox.app, name="outbox")
app.add_typer(backup.app, name="backup")
app.add_typer(board.app, name="board")
app.add_typer(media.app, name="media")
app.add_typer(contracts.app, name="contracts")
app.add_typer(metrics.app, name="metrics")
app.add_typer(dashboards.app, name="dashboards")
app.add_typer(language.app, name="language")
app.add_typer(bench.app, name="bench")


def main() -> None:
    app()


if __name__ == "__main__":
    main()
