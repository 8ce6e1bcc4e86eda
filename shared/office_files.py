"""The office's own rules in force: its SOP and calendar with what it changed of them on its screens.

The last good ones stay where a file cannot be read.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar

import structlog

from shared import audit
from shared.audit import Entry
from shared.calendar import Calendar, WallCalendar, WorkCalendar
from shared.calendar_file import parse_calendar
from shared.calendar_words import moment_words
from shared.settings import ServiceSettings
from shared.sla import Timekeeper
from shared.sop import Sop, parse_sop
from shared.toml_table import FileRefused

if TYPE_CHECKING:
    from shared.db import Connection

log = structlog.get_logger(__name__)

Kind = Literal["calendar", "sop"]
KINDS: tuple[Kind, ...] = ("calendar", "sop")
Changes = Mapping[Kind, str]
T = TypeVar("T", Sop, WorkCalendar, WallCalendar)
WALL = WallCalendar().version


@dataclass(frozen=True, slots=True)
class Accepted(Generic[T]):
    """A file that was good, with its text."""

    found: T
    body: str


@dataclass(frozen=True, slots=True)
class InForce:
    """The clocks of this installation; `refused` says of each file that was not taken what is wrong, and where.

    `changed` is what the office had changed on its screens when this was read.
    """

    keeper: Timekeeper
    refused: dict[Kind, str]
    changed: Changes


async def in_force(conn: "Connection", settings: ServiceSettings, *, at: datetime) -> InForce:
    """Read both files, lay on them what the office changed on its screens, and remember what was good of them.

    Raises FileRefused, which names file and line, where one cannot be read and none was ever accepted.
    """
    refused: dict[Kind, str] = {}
    changed = await changes(conn)
    sop = await _accept(conn, "sop", settings.sop_file, changed, sop_of, refused)
    await _remember(conn, "sop", sop, at)
    if settings.calendar_file is None:
        raise FileRefused("ALURWARTA_CALENDAR_FILE belum diisi: tunjuk kalender kantor, misalnya deploy/calendar.toml.")
    work = await _accept(conn, "calendar", settings.calendar_file, changed, work_calendar_of, refused)
    wall = WallCalendar(zone=work.found.zone)
    if settings.calendar == "wall":
        await _remember(conn, "calendar", Accepted(wall, ""), at)
        return InForce(Timekeeper(sop.found, wall, wall), refused, changed)
    await _remember(conn, "calendar", work, at)
    return InForce(Timekeeper(sop.found, work.found, wall), refused, changed)


async def changes(conn: "Connection") -> Changes:
    """What the office changed on its screens, as a text that follows each file's own."""
    return {row["kind"]: row["body"] for row in await conn.fetch("SELECT kind, body FROM accounts.office_texts")}


def with_changes(body: str, changed: str) -> str:
    """A file's text with the office's changes behind it."""
    return f"{body.rstrip()}\n\n{changed}" if changed else body


async def accepted_last(conn: "Connection") -> Timekeeper | None:
    """The clocks of this installation as its service accepted them last; None where it never started."""
    sop, version = await _kept(conn, "sop"), await newest(conn, "calendar")
    if sop is None:
        return None
    work = await _kept(conn, "calendar")
    calendar = work_calendar_of(work.body, work.version) if work else None
    wall = WallCalendar(zone=calendar.zone) if calendar else WallCalendar()
    return Timekeeper(sop_of(sop.body, sop.version), wall if version == WALL or calendar is None else calendar, wall)


def of_files(sop: Path, calendar: Path) -> Timekeeper:
    """The clocks that two files would give; FileRefused where one cannot be used."""
    work = work_calendar_of(text_of(calendar), str(calendar))
    return Timekeeper(sop_of(text_of(sop), str(sop)), work, WallCalendar(zone=work.zone))


async def calendar_of(conn: "Connection", version: str) -> Calendar | None:
    """The calendar that measured a clock, as it was then; None where this installation never accepted that version."""
    body: str | None = await conn.fetchval(
        "SELECT body FROM office_files WHERE kind = 'calendar' AND version = $1", version
    )
    if version == WALL:  # which is remembered without a text
        return WallCalendar()
    return None if body is None else work_calendar_of(body, version)


async def newest(conn: "Connection", kind: Kind) -> str | None:
    """The version accepted last, by whichever replica."""
    return await conn.fetchval(
        "SELECT version FROM office_files WHERE kind = $1 ORDER BY accepted_at DESC, version LIMIT 1", kind
    )


async def _accept(
    conn: "Connection",
    kind: Kind,
    file: Path,
    changed: Changes,
    parse: Callable[[str, str], T],
    refused: dict[Kind, str],
) -> "Accepted[T]":
    try:
        body = with_changes(text_of(file), changed.get(kind, ""))
        found = parse(body, str(file))
        await _expect_to_reach(conn, found, file)
    except FileRefused as error:
        refused[kind] = str(error)
        return await _last_good(conn, kind, parse, error)
    return Accepted(found, body)


async def _expect_to_reach(conn: "Connection", found: Sop | Calendar, file: Path) -> None:
    """Refuse a calendar that begins after a clock that still runs: it could never be measured."""
    oldest: datetime | None = await conn.fetchval("SELECT min(opened_at) FROM clocks WHERE closed_at IS NULL")
    if isinstance(found, WorkCalendar) and oldest and oldest.astimezone(found.zone).date() < found.days.first:
        raise FileRefused(
            f"{file}: first = {found.days.first} lebih lambat daripada pekerjaan yang masih berjalan sejak "
            f"{moment_words(oldest.astimezone(found.zone))}. Majukan tanggalnya."
        )


async def _remember(conn: "Connection", kind: Kind, accepted: "Accepted[Any]", at: datetime) -> None:
    version: str = accepted.found.version
    before = await newest(conn, kind)
    if before == version:
        return
    await conn.execute(
        """INSERT INTO office_files (kind, version, body, accepted_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (kind, version) DO UPDATE SET accepted_at = excluded.accepted_at""",
        kind,
        version,
        accepted.body,
        at,
    )
    if before is not None:  # the first one changes nothing that was
        digest = hashlib.sha256((accepted.body or "").encode()).hexdigest()
        await audit.append(conn, [Entry("office.file-accepted", f"{kind}/{version}", after_hash=digest)], at=at)
    log.info("office file accepted", kind=kind, version=version)


async def _last_good(
    conn: "Connection", kind: Kind, parse: Callable[[str, str], T], error: FileRefused
) -> "Accepted[T]":
    kept = await _kept(conn, kind)
    if kept is None:
        raise error
    log.critical(
        "office file refused: the last good one stays in force", kind=kind, why=str(error), version=kept.version
    )
    return Accepted(parse(kept.body, f"{kind} {kept.version}"), kept.body)


class Kept(NamedTuple):
    """An accepted file as it is remembered."""

    version: str
    body: str


async def _kept(conn: "Connection", kind: Kind) -> Kept | None:
    """The text accepted last; the calendar of the wall has none."""
    row = await conn.fetchrow(
        "SELECT version, body FROM office_files WHERE kind = $1 AND version <> $2 "
        "ORDER BY accepted_at DESC, version LIMIT 1",
        kind,
        WALL,
    )
    return Kept(row["version"], row["body"]) if row else None


def text_of(file: Path) -> str:
    """Read one of the office's files; FileRefused says which one cannot be read, and why."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileRefused(f"{file}: tidak terbaca: {error}.") from error


def sop_of(body: str, source: str) -> Sop:
    """The SOP that a text holds, its version told apart by the text itself."""
    sop = parse_sop(body, source=source)
    return replace(sop, version=_version(sop.version, body))


def work_calendar_of(body: str, source: str) -> WorkCalendar:
    """The calendar that a text holds, its version told apart by the text itself."""
    calendar = parse_calendar(body, source=source)
    return replace(calendar, version=_version(calendar.version, body))


def _version(given: str, body: str) -> str:
    """The file's own version with a digest: one that was edited without a new version is told apart all the same."""
    return f"{given}+{hashlib.sha256(body.encode()).hexdigest()[:8]}"
