"""`alurwarta report`: a month's compliance in the terminal, as CSV or as a PDF; the figures of /kepatuhan."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.owner import owner
from deploy.cli.settings import OperatorSettings, settings_of

if TYPE_CHECKING:
    from services.review.compliance.figures import Scope
    from services.review.compliance.picture import Picture
    from shared.sla import Timekeeper

DEPLOY = Path(__file__).parents[1]
OfficeFile = Annotated[Path, typer.Option(hidden=True, envvar="ALURWARTA_SOP_FILE")]


def report(
    month: Annotated[str, typer.Option(help="Bulan, misalnya 2026-11")],
    unit: Annotated[str, typer.Option(help="Kode satu Bidang; kosong untuk semua")] = "",
    csv: Annotated[bool, typer.Option("--csv", help="CSV per tahap, seperti dari API")] = False,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Berkas PDF yang ditulis, tanpa nomor dan nama; - untuk keluaran")
    ] = None,
    sop_file: OfficeFile = DEPLOY / "sop.toml",
    calendar_file: Annotated[Path, typer.Option(hidden=True, envvar="ALURWARTA_CALENDAR_FILE")] = (
        DEPLOY / "calendar.toml"
    ),
    above: Annotated[str, typer.Option(hidden=True, envvar="ALURWARTA_OFFICE_ABOVE")] = "",
    address: Annotated[str, typer.Option(hidden=True, envvar="ALURWARTA_OFFICE_ADDRESS")] = "",
) -> None:
    """Cetak kepatuhan waktu layanan satu bulan: angka yang sama dengan halaman /kepatuhan."""
    from services.review.report import document, terminal, typeset
    from services.review.report.document import Head
    from services.review.report.letter import Letter
    from shared.refusal import Refused

    settings = settings_of(OperatorSettings)
    try:
        keeper, seen = asyncio.run(_picture(settings, month, unit, sop_file, calendar_file))
    except Refused as no:
        typer.echo(no.sentence, err=True)
        raise typer.Exit(2) from None
    if csv:
        typer.echo(_csv(seen), nl=False)
    if csv and pdf is None:
        return
    told = document.document(seen, Letter(), Head(above, address), keeper)
    if pdf is None:
        typer.echo(terminal.text(told))
        return
    _write(pdf, typeset.pdf(told, at=seen.at), beside=csv)


def _write(pdf: Path, made: bytes, *, beside: bool) -> None:
    if str(pdf) == "-":  # out of a container, whose disk nobody sees
        typer.echo(made, nl=False)
        return
    try:
        pdf.write_bytes(made)
    except OSError as error:
        typer.echo(f"{pdf} tidak dapat ditulis: {error.strerror}.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Ditulis: {pdf}", err=beside)


def _csv(seen: "Picture") -> str:
    from services.review.compliance import answers, sheet

    rows = answers.figure_rows(seen.found, seen.found.stages)
    cells = answers.figure_cells(seen.found, rows)
    return sheet.header(sheet.FIGURES) + sheet.lines(sheet.FIGURES, cells)


async def _picture(
    settings: OperatorSettings, month: str, unit: str, sop_file: Path, calendar_file: Path
) -> "tuple[Timekeeper, Picture]":
    from services.review.compliance import steps
    from services.review.report.archive import LATE_PRINTED
    from shared.office_files import accepted_last, of_files

    async with owner(settings, "review") as conn:
        keeper = await accepted_last(conn) or of_files(sop_file, calendar_file)
        scope, at = _scope(month, unit, keeper), datetime.now(UTC)
        return keeper, await steps.picture(conn, keeper, scope, at=at, limit=LATE_PRINTED)


def _scope(month: str, unit: str, keeper: "Timekeeper") -> "Scope":
    from services.review.compliance.figures import Period, Scope, unit_named

    return Scope(Period.month(month), unit_named(unit, keeper.sop))
