"""Keterangan: why a clock was late, said by a named person. It never alters the outcome. Pure."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.refusal import NotFound, Refused
from shared.sla import Lane, Stage

OFFICES = frozenset({"admin", "pimpinan"})


class NoSuchClock(NotFound):
    def __init__(self) -> None:
        super().__init__("Waktu layanan")


class NotLate(Refused):
    def __init__(self) -> None:
        super().__init__("not-late", "Keterangan hanya untuk waktu layanan yang sudah ditutup dan terlambat.")


class NotYours(Refused):
    def __init__(self) -> None:
        super().__init__(
            "not-yours", "Bidang memberi keterangan hanya atas keterlambatan pelaporan bahannya sendiri. Hubungi Admin."
        )


class NothingSaid(Refused):
    def __init__(self) -> None:
        super().__init__("nothing-said", "Tulis keterangannya: apa sebab keterlambatannya.")


@dataclass(frozen=True, slots=True)
class Keterangan:
    """Who said why, and when."""

    note: str
    name: str
    capacity: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.name} ({self.capacity}), {self.at:%Y-%m-%d}: {self.note}"


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed clock as it is listed: the figures of its closing, its item's title, and what was said of it."""

    stage: Stage
    item: str
    cycle: int
    lane: Lane
    unit: str | None
    opened_at: datetime
    due_at: datetime
    closed_at: datetime
    outcome: str
    punctuality: str
    working_seconds: int
    elapsed_seconds: int
    target_seconds: int
    calendar_version: str
    sop_version: str
    outside_hours: bool
    report: UUID | None
    story: UUID | None
    held_by: str | None
    capacity: str | None
    title: str
    keterangan: tuple[Keterangan, ...] = ()

    @property
    def over_seconds(self) -> int:
        """How far it went beyond its target."""
        return max(0, self.working_seconds - self.target_seconds)


def may_explain(clock: Closed, *, roles: AbstractSet[str], unit: str | None) -> bool:
    """Whether such a person may say why: Admin and leaders of any clock, a Bidang of its own reporting."""
    own = "bidang" in roles and clock.stage == "intake" and clock.unit is not None and clock.unit == unit
    return own or bool(roles & OFFICES)


def expect_explainable(clock: Closed | None, note: str, *, roles: AbstractSet[str], unit: str | None) -> None:
    """Refuse what is not late, what is not theirs, and saying nothing."""
    if clock is None:
        raise NoSuchClock
    if not may_explain(clock, roles=roles, unit=unit):
        raise NotYours
    if clock.punctuality != "late":
        raise NotLate
    if not note.strip():
        raise NothingSaid
