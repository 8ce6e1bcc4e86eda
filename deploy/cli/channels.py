"""`alurwarta channels`: what each channel of publication can do, and how long a text is there."""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

app = typer.Typer(help="The channels of publication: what each can do, and how long a text is there.")
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document")]
YES = {True: "yes", False: "no"}


@app.callback(invoke_without_command=True)
def channels(context: typer.Context, as_json: AsJson = False) -> None:
    """List every channel that can be connected, with its capabilities."""
    if context.invoked_subcommand is not None:
        return
    from services.publisher.channels.known import KNOWN

    if as_json:
        typer.echo(json.dumps([{"channel": name} | asdict(can) for name, can in KNOWN.items()], indent=1))
        return
    typer.echo(f"{'channel':<12} {'max text':>9} {'max media':>9}  edit take-down key look-up seen by  proved against")
    for name, can in KNOWN.items():
        able = f"{YES[can.edit]:<4} {YES[can.take_down]:<9} {YES[can.idempotency]:<3} {YES[can.lookup]:<7}"
        most = f"{can.max_text or 'any':>9} {can.max_media or 'any':>9}"
        typer.echo(f"{name:<12} {most}  {able} {can.way:<8} {can.proved_against}")


@app.command()
def count(
    channel: Annotated[str, typer.Argument(help="Its name, as in `alurwarta channels`")],
    picture: Annotated[bool, typer.Option(help="The text goes out under a picture")] = False,
    as_json: AsJson = False,
) -> None:
    """Read a text on standard input: how long it is as the channel counts it, and whether it fits."""
    from services.publisher.channels.known import KNOWN
    from shared.channel_text import LIMITS, Measured, measure

    if channel not in {*LIMITS, *KNOWN}:
        raise typer.BadParameter(f"one of {', '.join(sorted({*LIMITS, *KNOWN}))}", param_hint="CHANNEL")
    text = sys.stdin.read()
    if channel in LIMITS:
        found = measure(channel, text, picture=picture)
    else:
        found = Measured(channel, used=len(text), most=0, unit="huruf", hashtags=0, problems=())
    if as_json:
        typer.echo(
            json.dumps(asdict(found) | {"most": found.most or None, "fits": found.fits}, indent=1, ensure_ascii=False)
        )
        return
    most = f"at most {found.most}" if found.most else "no limit"
    typer.echo(f"{found.used} {found.unit}, {most}: {'fits' if found.fits else 'does not fit'}")
    for problem in found.problems:
        typer.echo(problem)
