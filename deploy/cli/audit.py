"""`alurwarta audit`: whether the audit trails are whole, and the evidence of one item."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.owner import operator, owner
from deploy.cli.settings import OperatorSettings, settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.review.report.document import Head
    from shared.sla import Timekeeper

DEPLOY = Path(__file__).parents[1]
EVIDENCE = DEPLOY / "audit" / "rantai.typ"
app = typer.Typer(no_args_is_help=True, help="The audit trail: who did what, in which capacity, from where, and when.")


@app.command("verify")
def verify(
    *,
    service: Annotated[str, typer.Option(help="One of the four alone")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For other programs")] = False,
) -> None:
    """Walk the chains and compare them with their anchors. Exit 0 where all is whole, 1 where something is found."""
    from shared.topics import SERVICES

    if service and service not in SERVICES:
        raise typer.BadParameter(f"one of {', '.join(SERVICES)}", param_hint="--service")
    found = asyncio.run(_verify(settings_of(OperatorSettings), (service,) if service else SERVICES, quiet=as_json))
    if as_json:
        typer.echo(json.dumps({"whole": all(f["whole"] for f in found), "services": found}, indent=2))
    if not all(f["whole"] for f in found):
        raise typer.Exit(1)


async def _verify(settings: OperatorSettings, services: "Sequence[str]", *, quiet: bool) -> list[dict[str, Any]]:
    from deploy.audit import verifying

    found: list[dict[str, Any]] = []
    async for checked in verifying.walk(lambda schema: owner(settings, schema), services):
        found.append(verifying.as_json(checked))
        if not quiet:
            typer.echo(verifying.told(checked))
            for finding in checked.findings:
                typer.echo(f"  {finding}")
    return found


@app.command("export")
def export(
    item: Annotated[str, typer.Argument(help="A Report's or Story's id, a request's number, or a public address")],
    *,
    json_file: Annotated[str, typer.Option("--json", help="File to write; - or nothing for the output")] = "",
    pdf: Annotated[Path | None, typer.Option("--pdf", help="PDF to sign; its JSON is written beside it")] = None,
    sop_file: Annotated[Path, typer.Option(hidden=True, envvar="ALURWARTA_SOP_FILE")] = DEPLOY / "sop.toml",
    calendar_file: Annotated[Path, typer.Option(hidden=True, envvar="ALURWARTA_CALENDAR_FILE")] = (
        DEPLOY / "calendar.toml"
    ),
    above: Annotated[str, typer.Option(hidden=True, envvar="ALURWARTA_OFFICE_ABOVE")] = "",
    address: Annotated[str, typer.Option(hidden=True, envvar="ALURWARTA_OFFICE_ADDRESS")] = "",
) -> None:
    """Give the whole evidence chain of an item, from the first Report to the live addresses, with all audit rows.

    Exit 0 where the four chains are whole, 1 where something is found: the evidence is written all the same.
    """
    from deploy.audit import evidence
    from services.review.report.document import Head
    from shared.refusal import NotFound

    settings = settings_of(OperatorSettings)
    try:
        keeper, found = asyncio.run(_gather(settings, item, sop_file, calendar_file))
    except NotFound as no:
        typer.echo(no.sentence, err=True)
        raise typer.Exit(2) from None
    told = evidence.text(found).encode()
    if pdf is not None:
        _write(pdf, _set(found, Head(above, address), keeper))
        json_file = json_file or str(pdf.with_suffix(".json"))
    if json_file in ("", "-"):
        typer.echo(told, nl=False)
    else:
        _write(Path(json_file), told)
    if not found["verification"]["whole"]:
        typer.echo("The audit chains are not whole: see `alurwarta audit verify`.", err=True)
        raise typer.Exit(1)


async def _gather(
    settings: OperatorSettings, item: str, sop_file: Path, calendar_file: Path
) -> "tuple[Timekeeper, dict[str, Any]]":
    from deploy.audit import evidence
    from shared.office_files import accepted_last, of_files

    async with owner(settings, "review") as conn:
        keeper = await accepted_last(conn) or of_files(sop_file, calendar_file)
    by, at = operator().account, datetime.now(UTC)
    return keeper, await evidence.gather(lambda schema: owner(settings, schema), item, by=by, at=at)


def _set(found: dict[str, Any], head: "Head", keeper: "Timekeeper") -> bytes:
    from deploy.audit import paper
    from services.review.report import typeset
    from services.review.report.letter import Letter

    told = paper.paper(found, Letter(), head, keeper)
    return typeset.pdf(told, at=datetime.fromisoformat(found["made_at"]), template=EVIDENCE)


def _write(file: Path, made: bytes) -> None:
    try:
        file.write_bytes(made)
    except OSError as error:
        typer.echo(f"{file} cannot be written: {error.strerror}.", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"Written: {file}", err=True)
