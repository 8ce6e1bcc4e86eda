"""`alurwarta media`: why a file was refused, what would be shown of it, and erasing one for good."""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.media_erase import erase

if TYPE_CHECKING:
    from shared.media.verdict import Verdict

app = typer.Typer(no_args_is_help=True, help="Files: checked and rendered as the service does it, without any server.")
Files = Annotated[list[Path], typer.Argument(help="Files on this disk")]
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON for each file")]
Clamd = Annotated[str, typer.Option(help="Scan for malware too: tcp://host:port or unix:/path")]


@app.command("check")
def check(files: Files, as_json: AsJson = False, clamd: Clamd = "") -> None:
    """Say whether each file would be taken, and why not. Exits 1 if any is refused, 2 if any cannot be read."""
    unreadable = [file for file in files if not file.is_file()]
    for file in unreadable:
        typer.echo(f"{file}: there is no such file", err=True)
    refused = False
    for file in files:
        if file in unreadable:
            continue
        found = asyncio.run(_judged(file, None, clamd))
        refused |= found.verdict == "refused"
        typer.echo(json.dumps(_line(file, found), ensure_ascii=False) if as_json else _words(file, found))
    if unreadable or refused:
        raise typer.Exit(2 if unreadable else 1)


@app.command("render")
def render(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file on this disk")],
    out: Annotated[Path, typer.Option(help="The folder for its copies; made where it is missing")],
) -> None:
    """Write the copies of a file that the public would see. Exits 1 if it is refused."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="salinan-") as folder:
        found = asyncio.run(_judged(file, Path(folder), ""))
        if found.verdict == "refused":
            typer.echo(_words(file, found), err=True)
            raise typer.Exit(1)
        written = _write(file, found, Path(folder), out)
    for path in written:
        typer.echo(path)
    if not written:
        typer.echo("Taken, but only for those who edit: nothing of it is ever shown in public.", err=True)


app.command("erase")(erase)


async def _judged(file: Path, out: Path | None, clamd: str) -> "Verdict":
    from shared.media import sandbox
    from shared.media.kinds import UNKNOWN, FileLimits, declared
    from shared.media.malware import Malware
    from shared.media.sandbox import BROKEN, Crashed
    from shared.media.verdict import INFECTED, Verdict

    claimed = declared(file.name, UNKNOWN)
    if clamd and await _said(lambda: Malware(clamd).scan(file)):
        return Verdict(verdict="refused", type=claimed, reason=INFECTED)
    try:
        with tempfile.TemporaryDirectory(prefix="periksa-") as space:
            return await sandbox.judged(
                file.resolve(), declared=claimed, limits=FileLimits(), out=out, space=Path(space)
            )
    except Crashed:
        return Verdict(verdict="refused", type=claimed, reason=BROKEN)


async def _said(scan: Callable[[], Awaitable[str | None]]) -> str | None:
    from shared.refusal import Transient

    try:
        return await scan()
    except Transient as e:
        typer.echo(f"Not scanned: {e}", err=True)
        raise typer.Exit(2) from None


def _line(file: Path, found: "Verdict") -> dict[str, Any]:
    facts = found.facts
    place = None if facts.latitude is None or facts.longitude is None else [facts.latitude, facts.longitude]
    told = facts.model_dump(exclude={"latitude", "longitude"})
    return {
        "file": str(file), "verdict": found.verdict, "type": found.type, "reason": found.reason, "place": place,
        **{name: value if value != "" else None for name, value in told.items()},
    }  # fmt: skip


def _words(file: Path, found: "Verdict") -> str:
    told = found.reason if found.verdict == "refused" else _facts(_line(file, found))
    return f"{'DITOLAK ' if found.verdict == 'refused' else 'diterima'}  {file}  ({found.type})  {told}".rstrip()


def _facts(line: dict[str, Any]) -> str:
    shown = {"taken_at": "diambil", "device": "dengan", "place": "di", "author": "oleh"}
    return ", ".join(f"{word} {line[name]}" for name, word in shown.items() if line[name])


def _write(file: Path, found: "Verdict", folder: Path, out: Path) -> list[Path]:
    from shared.content import is_public
    from shared.media.kinds import extension_of

    written: list[Path] = []
    for made in found.made:
        if is_public(made.label):
            path = out / f"{file.stem}-{made.label}.{extension_of(made.content_type)}"
            path.write_bytes((folder / made.file).read_bytes())
            written.append(path)
    return written
