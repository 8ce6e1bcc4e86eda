"""Piket: who is told of serta merta at any hour. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.intake.office.rules import BadSetting
from shared.access import roles_of
from shared.refusal import Stale

# Who can take a step of serta merta: others need not be woken.
ABLE = frozenset((*roles_of("inbox.work"), *roles_of("review.decide"), *roles_of("publication.publish")))
LONGEST_DAYS = 366


class OnDutyAlready(Stale):
    def __init__(self, name: str) -> None:
        super().__init__("on-duty-already", f"{name} sudah bertugas piket pada tanggal itu. Pilih tanggal lain.")


@dataclass(frozen=True, slots=True)
class Duty:
    """One person's turn, first and last day included."""

    id: UUID
    account: str
    first: date
    last: date


def turn(new: Duty, others: Sequence[Duty], able: Mapping[str, str], *, today: date) -> Duty:
    """Take a turn among those of everybody; `able` names those who can be on duty. Raises BadSetting, OnDutyAlready."""
    if new.account not in able:
        raise BadSetting("account", "Pilih pimpinan atau Admin yang aktif dari daftar.")
    if new.last < new.first:
        raise BadSetting("last", "Tanggal akhir mendahului tanggal awal. Tukar keduanya atau perbaiki salah satu.")
    if new.last < today:
        raise BadSetting("last", "Piket itu sudah lewat. Periksa tanggalnya.")
    if (new.last - new.first).days >= LONGEST_DAYS:
        raise BadSetting("last", "Satu giliran paling lama setahun. Bagi menjadi beberapa giliran.")
    if any(o.account == new.account and o.first <= new.last and new.first <= o.last for o in others):
        raise OnDutyAlready(able[new.account])
    return new
