"""`alurwarta bench`: how far from the machine's limit, as ratios in one run."""

import asyncio
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Measures, always beside a floor in the same run, on real servers.")
AsJson = Annotated[bool, typer.Option("--json", help="The last line is JSON")]


@app.command("hop")
def hop(*, events: int = 20_000, rounds: int = 5, as_json: AsJson = False) -> None:
    """Events/s of one intake process (consume, decide, save, append, relay) beside a bare loop with its effects."""
    from deploy.bench.hop import measure, print_told
    from deploy.bench.installation import NoServers

    try:
        found = asyncio.run(measure(events, rounds))
    except NoServers as e:
        typer.echo(f"Set {e}: the addresses of real servers, e.g. of docker compose.", err=True)
        raise typer.Exit(2) from None
    typer.echo(print_told(found, as_json=as_json))


@app.command("journey")
def journey(*, rate: int = 100, seconds: int = 30, as_json: AsJson = False) -> None:
    """Latency of the four automatic hand-overs, at so many items a second through the four services' own processes."""
    from deploy.bench.installation import NoServers
    from deploy.bench.journey import measure, print_told

    try:
        found = asyncio.run(measure(rate, seconds))
    except NoServers as e:
        typer.echo(f"Set {e}: the addresses of real servers, e.g. of docker compose.", err=True)
        raise typer.Exit(2) from None
    print_told(found, typer.echo, as_json=as_json)


@app.command("scrape")
def scrape(*, closed: int = 1_000_000) -> None:
    """Time of one scrape of /metrics with 10 and with a million closed clocks, interleaved."""
    from deploy.bench.installation import NoServers
    from deploy.bench.scrape import run

    try:
        told = run(closed, typer.echo)
    except NoServers as e:
        typer.echo(f"Set {e}: the addresses of real servers, e.g. of docker compose.", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{told.few} closed: {told.few_ms:.1f} ms; {told.many} closed: {told.many_ms:.1f} ms; {told.ratio:.2f}")


@app.command("due")
def due(*, rounds: int = 50_000) -> None:
    """Deadlines a second in one process, an hour and sixty working days ahead. Aim: 100,000."""
    from datetime import datetime

    from deploy.bench.due import rates
    from deploy.prepare import HOUSE
    from shared.office_files import text_of, work_calendar_of

    file = HOUSE / "deploy" / "calendar.toml"
    calendar = work_calendar_of(text_of(file), str(file))
    start = datetime.fromisoformat("2026-12-23T15:00+07:00")
    near, far = rates(calendar, budgets=(3_600, 60 * 27_000), start=start, rounds=rounds)
    typer.echo(f"{near:,.0f} deadlines/s an hour ahead, {far:,.0f}/s sixty working days ahead; {near / far:.2f}")


@app.command("uploads")
def uploads(*, seconds: float = 5, mebibytes: int = 1024, rounds: int = 3) -> None:
    """Presigned uploads a second, throughput of ten clients beside the bare minio client, memory of the service."""
    from deploy.bench.installation import NoServers
    from deploy.bench.uploads import measure, told

    try:
        typer.echo(told(asyncio.run(measure(seconds, mebibytes, rounds))))
    except NoServers as e:
        typer.echo(f"Set {e}: the addresses of real servers, e.g. of docker compose.", err=True)
        raise typer.Exit(2) from None


@app.command("pictures")
def pictures(*, count: int = 6, rounds: int = 5) -> None:
    """Photographs a second of one core, beside a plain Pillow loop that makes the same copies. Needs no server."""
    from deploy.bench.pictures import measure, on_one_core

    on_one_core()
    told = measure(count, rounds)
    typer.echo(
        f"tool {told.tool:.2f}/s, plain Pillow {told.pillow:.2f}/s, ratio {told.tool / told.pillow:.2f}; "
        f"with a process for each {told.whole:.2f}/s, ratio {told.whole / told.pillow:.2f}"
    )


@app.command("desks")
def desks(*, stories: int = 100_000, rounds: int = 40, as_json: AsJson = False) -> None:
    """Each desk's answer with so many finished Stories, and which large tables it reads whole. Aim: p95 50 ms, none."""
    from deploy.bench.desks import measure, print_told
    from deploy.bench.installation import NoServers

    try:
        found = asyncio.run(measure(stories, rounds, lambda words: typer.echo(words, err=True)))
    except NoServers as e:
        typer.echo(f"Set {e}: the addresses of real servers, e.g. of docker compose.", err=True)
        raise typer.Exit(2) from None
    print_told(found, typer.echo, as_json=as_json)


@app.command("pages")
def pages(
    *, stories: int = 100_000, seconds: float = 5, rounds: int = 3, clients: int = 16, as_json: AsJson = False
) -> None:
    """Public pages a second of one publisher process and their p99, beside servers of the same bytes from files."""
    from deploy.bench.installation import NoServers
    from deploy.bench.pages import measure, print_told

    try:
        found = asyncio.run(measure(stories, seconds, rounds, clients, lambda words: typer.echo(words, err=True)))
    except NoServers as e:
        typer.echo(f"Set {e}: the addresses of real servers, e.g. of docker compose.", err=True)
        raise typer.Exit(2) from None
    print_told(found, typer.echo, as_json=as_json)


@app.command("deliveries")
def deliveries(
    *,
    stories: int = 200,
    channels: Annotated[str, typer.Option(help="Names, with commas; all five that it has where none are given")] = "",
    rounds: int = 3,
    at_once: int = 16,
    as_json: AsJson = False,
) -> None:
    """Deliveries/s of one publisher process through fakes of channels, beside a bare client with the same calls."""
    from deploy.bench.deliveries import CHANNELS, NoFakes, measure, print_told
    from deploy.bench.installation import NoServers

    asked = [name.strip() for name in channels.split(",") if name.strip()] or list(CHANNELS)
    if unknown := sorted(set(asked) - set(CHANNELS)):
        raise typer.BadParameter(f"{', '.join(unknown)}: one of {', '.join(CHANNELS)}", param_hint="--channels")
    try:
        found = asyncio.run(measure(stories, asked, rounds, at_once, lambda words: typer.echo(words, err=True)))
    except NoServers as e:
        typer.echo(f"Set {e}: the addresses of real servers, e.g. of docker compose.", err=True)
        raise typer.Exit(2) from None
    except NoFakes:
        typer.echo("The fakes of the channels belong to the tests: run this in a copy of the repository.", err=True)
        raise typer.Exit(2) from None
    print_told(found, typer.echo, as_json=as_json)


@app.callback()
def group() -> None:
    """Benchmarks."""
