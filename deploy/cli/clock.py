"""`alurwarta clock`: how the office's calendar counts, and whether the office's files can be used."""

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from shared.calendar import Explanation, WorkCalendar

app = typer.Typer(no_args_is_help=True, help="How working time is counted, by the office's own calendar.")
DEPLOY = Path(__file__).parents[1]
UNITS = {"h": 3600, "m": 60, "s": 1}
CalendarFile = Annotated[
    Path, typer.Option("--calendar", help="The office's calendar.", envvar="ALURWARTA_CALENDAR_FILE")
]
SopFile = Annotated[Path, typer.Option("--sop", help="The office's SOP.", envvar="ALURWARTA_SOP_FILE")]


@app.command("explain")
def explain(
    start: Annotated[str, typer.Option(help="When the clock opens, with its zone: 2026-03-17T15:00+07:00")],
    budget: Annotated[str, typer.Option(help='"2h", "30m", "1d" or as in the SOP: "1 hari", "2 jam", "30 menit"')],
    calendar: CalendarFile = DEPLOY / "calendar.toml",
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Print when a clock is due, and each interval that was counted."""
    found = _calendar(calendar)
    at = _moment(start)
    try:
        told = found.explain(at, _seconds(budget, found, at))
        bare = _without_ramadan(found, told)
    except ValueError as error:
        raise _stop(str(error)) from error
    typer.echo(json.dumps(_as_json(found, told, bare), indent=2) if as_json else _as_words(found, told, bare))


@app.command("check")
def check(calendar: CalendarFile = DEPLOY / "calendar.toml", sop: SopFile = DEPLOY / "sop.toml") -> None:
    """Read the calendar and the SOP as a service does at its start; a mistake is told with file and line."""
    from shared.office_files import sop_of, text_of

    found = _calendar(calendar)
    try:
        rules = sop_of(text_of(sop), str(sop))
    except ValueError as error:
        raise _stop(str(error)) from error
    typer.echo(f"Kalender {found.version}: {found.days.first} sampai {found.days.last}, {found.zone.key}.")
    this_year = datetime.now(found.zone).year
    for warning in found.missing(this_year, this_year + 1):
        typer.echo(f"  Peringatan: {warning}")
    whole = [y for y in range(found.days.first.year, found.days.last.year + 1) if not found.missing(y, y)]
    typer.echo(f"  Hari libur dan Ramadan termuat untuk tahun {', '.join(map(str, whole)) or '(belum ada)'}.")
    typer.echo(f"SOP {rules.version}: " + ", ".join(f"{row.stage} {row.target}" for row in rules.stages) + ".")


def _calendar(file: Path) -> "WorkCalendar":
    from shared.office_files import text_of, work_calendar_of

    try:
        return work_calendar_of(text_of(file), str(file))
    except ValueError as error:
        raise _stop(str(error)) from error


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _stop(f"Waktu mulai {text!r} tidak terbaca; tulis seperti 2026-03-17T15:00+07:00.") from None


def _seconds(words: str, calendar: "WorkCalendar", at: datetime) -> int:
    from shared.sop import Target

    found = re.fullmatch(r"(\d+)\s*([dhms])", words.strip())
    if not found:
        return Target.of(words.strip()).seconds(calendar, at)
    return int(found[1]) * (UNITS.get(found[2]) or calendar.day_budget(at))


def _without_ramadan(calendar: "WorkCalendar", told: "Explanation") -> "Explanation | None":
    """The same without the dated rows of Ramadan, where these made a difference."""
    bare = replace(calendar, days=replace(calendar.days, ramadan=())).explain(told.start, told.working_seconds)
    return bare if bare.due != told.due else None


def _as_json(calendar: "WorkCalendar", told: "Explanation", bare: "Explanation | None") -> dict[str, Any]:
    return {
        "start": told.start.isoformat(),
        "due": told.due.isoformat(),
        "working_seconds": told.working_seconds,
        "intervals": [
            {"opens": part.opens.isoformat(), "closes": part.closes.isoformat(), "seconds": part.seconds}
            for part in told.intervals
        ],
        "due_without_ramadan": bare.due.isoformat() if bare else told.due.isoformat(),
        "calendar_version": calendar.version,
        "warnings": list(told.warnings),
    }


def _as_words(calendar: "WorkCalendar", told: "Explanation", bare: "Explanation | None") -> str:
    from shared.calendar_words import duration_words, moment_words

    lines = [
        f"Mulai: {moment_words(told.start)}",
        f"Waktu baku: {duration_words(told.working_seconds)} menurut kalender {calendar.version}",
        *(f"  {line}" for line in told.words[:-1]),
        told.words[-1],
    ]
    if bare:
        lines.append(f"Tanpa tanggal Ramadan dalam kalender, batas waktunya {moment_words(bare.due)}.")
    return "\n".join([*lines, *(f"Peringatan: {warning}" for warning in told.warnings)])


def _stop(why: str) -> typer.Exit:
    typer.echo(why, err=True)
    return typer.Exit(2)
