"""What is answered to another system's request: accepted, looked at further, or refused with what is wrong. Pure."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from shared.calendar import Calendar, OutsideCalendar
from shared.calendar_words import day_words, moment_words
from shared.content import Official, RequestRef
from shared.envelope import Envelope
from shared.events import IntakeRequested, Problem
from shared.refusal import Refused
from shared.sla import Clock, Timekeeper

EARLIEST_YEAR = 2000
SKEW = timedelta(minutes=2)  # by which a sender's clock may be ahead of the broker's


class BadField(Refused):
    """One field of a request or a form is wrong."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"bad-{field}", sentence)
        self.problem = Problem(field=field, message=sentence)


@dataclass(frozen=True, slots=True)
class Source:
    """Another system, and the Units for which it may speak."""

    name: str
    units: tuple[str, ...]
    disabled: bool = False

    @property
    def official(self) -> Official:
        return Official(account=f"sumber:{self.name}", name=self.name, capacity="sistem pengirim")


class Request(NamedTuple):
    """What another system asks, wherever it came in. `received_at` is our own time or the broker's."""

    source: str
    id: str
    asked: IntakeRequested
    received_at: datetime
    because: Envelope | None = None

    @property
    def ref(self) -> RequestRef:
        return RequestRef(source=self.source, id=self.id)

    def data(self) -> str:
        """The request in canonical form: the same for one sent twice, whatever its white space."""
        return self.asked.model_dump_json(exclude_unset=True)


class Answer(NamedTuple):
    """The answer to one request; `clock` is there unless it is refused or supplements a Report."""

    request: Request
    data: str
    sha256: bytes
    report: UUID
    unit: str
    happened_at: datetime
    clock: Clock | None
    problems: tuple[Problem, ...] = ()

    @property
    def state(self) -> str:
        if self.problems:
            return "refused"
        return "checking" if self.request.asked.media else "accepted"


def digest(data: str) -> bytes:
    return hashlib.sha256(data.encode()).digest()


def answer(request: Request, source: Source, *, report: UUID, clock: Timekeeper) -> Answer:
    """Judge a request by what it says; files and supplemented Reports are looked at later."""
    asked, at = request.asked, request.received_at
    problems: list[Problem] = []
    unit, happened_at, measured = "", at, None
    try:
        unit = unit_of(asked.unit, source)
    except BadField as wrong:
        problems.append(wrong.problem)
    try:
        happened_at, measured = measure(
            asked, received_at=at, report=asked.supplements or report, unit=unit, clock=clock
        )
    except BadField as wrong:
        problems.append(wrong.problem)
    data = request.data()
    measured = None if problems else measured
    return Answer(
        request, data, digest(data), asked.supplements or report, unit, happened_at, measured, tuple(problems)
    )


def measure(
    asked: IntakeRequested, *, received_at: datetime, report: UUID, unit: str, clock: Timekeeper
) -> tuple[datetime, Clock | None]:
    """When the activity took place, and the closed intake clock of cycle 1 (a supplement has none of its own)."""
    happened_at = when(asked.happened_at, received_at=received_at, calendar=clock.calendar)
    if asked.supplements is not None:
        return happened_at, None
    if unit in clock.sop.former_units:
        raise BadField(
            "unit", f"{clock.sop.unit_words(unit)} tidak aktif lagi dan tidak dapat mengirim bahan. Hubungi Admin."
        )
    try:
        opened = clock.open(
            "intake", item=str(report), cycle=1, at=happened_at, lane=asked.urgency, report=report, unit=unit or None
        )
        return happened_at, clock.close(opened, at=received_at, outcome="completed")
    except OutsideCalendar as e:
        raise BadField("happened_at", str(e)) from None


def unit_of(asked: str | None, source: Source) -> str:
    """The Unit for which a source speaks; where it has only one, that one."""
    if source.disabled:
        raise BadField("source", f"Sistem pengirim {source.name} sudah dinonaktifkan. Hubungi Pengelola sistem.")
    if asked is None and len(source.units) == 1:
        return source.units[0]
    if asked is None:
        raise BadField("unit", f"Sebutkan Bidang/Sekretariat pengirim: {_listed(source.units)}.")
    if asked not in source.units:
        raise BadField("unit", f"Sistem ini tidak mengirim untuk {asked}, hanya untuk {_listed(source.units)}.")
    return asked


def when(happened_at: datetime | date, *, received_at: datetime, calendar: Calendar) -> datetime:
    """The end of the activity; a date alone stands for the end of that working day, or for now where that is ahead."""
    if happened_at.year < EARLIEST_YEAR:
        raise BadField("happened_at", f"Tahun kegiatan {happened_at.year} belum benar.")
    if isinstance(happened_at, datetime):
        if happened_at > received_at + SKEW:
            raise BadField("happened_at", _too_late("Waktu", happened_at, received_at, calendar))
        return min(happened_at, received_at)
    if happened_at > received_at.astimezone(calendar.zone).date():
        raise BadField("happened_at", _too_late("Tanggal", happened_at, received_at, calendar))
    return min(calendar.end_of_day(happened_at), received_at)


def _too_late(what: str, happened_at: datetime | date, received_at: datetime, calendar: Calendar) -> str:
    told = _moment(happened_at, calendar) if isinstance(happened_at, datetime) else day_words(happened_at)
    received = _moment(received_at, calendar)
    return f"{what} kegiatan ({told}) lebih lambat daripada waktu bahan diterima ({received}). Periksa kembali."


def _moment(at: datetime, calendar: Calendar) -> str:
    try:
        return moment_words(at.astimezone(calendar.zone))
    except OverflowError:  # the end of the year 9999 in a zone behind ours
        return moment_words(at)


def _listed(units: Collection[str]) -> str:
    return ", ".join(units)
