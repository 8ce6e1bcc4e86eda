"""The office's own settings as values, what each must satisfy, and the texts that follow its files. Pure."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.accounts.standing_in import StandIn, last_in_chain
from shared.calendar_file import KINDS, WORKED
from shared.channel_words import CHOOSABLE
from shared.refusal import Refused, Stale
from shared.sop import bad_code, is_unit_code

DAY_KINDS = (*KINDS, WORKED)
LONGEST_LINE, MOST_LINES = 120, 6
MOST_TOPICS = 20
STAND_INS: dict[StandIn, str] = {"plh": "Plh. (pelaksana harian)", "plt": "Plt. (pelaksana tugas)"}


class BadSetting(Refused):
    """One setting cannot be as it was typed; `field` is the form's."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__("bad-setting", sentence)
        self.field = field


class LoopOfStandIns(Stale):
    def __init__(self, day: date) -> None:
        super().__init__(
            "stand-in-loop",
            f"Pada {day:%d-%m-%Y} penggantinya sendiri tidak di tempat dan digantikan oleh orang yang sama, sehingga "
            "tidak ada yang memutuskan. Pilih pengganti lain atau ubah tanggalnya.",
        )


class AwayAlready(Stale):
    def __init__(self, first: date, last: date) -> None:
        super().__init__(
            "away-already",
            f"Sudah ada ketidakhadiran {first:%d-%m-%Y} sampai {last:%d-%m-%Y} yang bertumpang tindih. Akhiri yang itu "
            "dahulu, atau pilih tanggal lain.",
        )


@dataclass(frozen=True, slots=True)
class Unit:
    """A Bidang/Sekretariat; one that is not active sends no more and keeps its name."""

    code: str
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class ChannelUse:
    """Whether the office uses a channel beside its site, and whether the publisher's clock waits for it.

    Where it names `topics`, only for Stories of these.
    """

    code: str
    used: bool
    required: bool
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfficeDay:
    """What holds on one date in place of what the calendar's file says, by which decree."""

    day: date
    name: str
    kind: str
    decree: str


@dataclass(frozen=True, slots=True)
class RamadanDates:
    """The first and last day of a Ramadan as it was declared."""

    first: date
    last: date
    decree: str


@dataclass(frozen=True, slots=True)
class Absence:
    """An official who is away from `first` to `last`, both included, and who stands in by which letter."""

    id: UUID
    account: str
    stand_in: str
    kind: StandIn
    first: date
    last: date
    letter_number: str
    letter_date: date


def unit(code: str, name: str, *, active: bool) -> Unit:
    """A Bidang as typed. Raises BadSetting."""
    if not is_unit_code(code):
        raise BadSetting("code", bad_code(code[:80]))
    return Unit(code, _line("name", name, "Nama Bidang"), active)


def channel_use(code: str, *, used: bool, required: bool, topics: str = "") -> ChannelUse:
    """A channel as chosen; `topics` with commas. Raises BadSetting."""
    if code not in CHOOSABLE:
        raise BadSetting("code", "Kanal tidak dikenal. Pilih dari daftar kanal.")
    if required and not used:
        raise BadSetting("required", "Kanal yang wajib harus dipakai. Centang juga “dipakai”, atau lepaskan “wajib”.")
    named = tuple(dict.fromkeys(t for t in re.split(r"[,;\s]+", topics.strip().lower()) if t))
    if len(named) > MOST_TOPICS or not all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", t) for t in named):
        raise BadSetting(
            "topics",
            "Tulis kode topik seperti pada berita (huruf kecil, angka, tanda hubung), dipisah koma, paling banyak 20.",
        )
    return ChannelUse(code, used, required, named if required else ())


def office_day(day: date, name: str, kind: str, decree: str) -> OfficeDay:
    """A dated row as typed. Raises BadSetting."""
    if kind not in DAY_KINDS:
        raise BadSetting("kind", f"Jenis hari tidak dikenal; pilih {', '.join(DAY_KINDS)}.")
    return OfficeDay(day, _line("name", name, "Nama hari"), kind, _line("decree", decree, "Dasar hukum"))


def ramadan(first: date, last: date, decree: str) -> RamadanDates:
    """A declared Ramadan as typed. Raises BadSetting unless it has 29 or 30 days."""
    if (last - first).days + 1 not in (29, 30):
        raise BadSetting("last", "Ramadan lamanya 29 atau 30 hari. Periksa tanggal awal dan akhirnya.")
    return RamadanDates(first, last, _line("decree", decree, "Dasar hukum"))


def letterhead(text: str) -> tuple[str, ...]:
    """The lines of the letterhead as typed, one below the other. Raises BadSetting."""
    lines = tuple(_line("lines", line, "Baris kop") for line in text.splitlines() if line.strip())
    if len(lines) > MOST_LINES:
        raise BadSetting("lines", f"Kop paling banyak {MOST_LINES} baris. Gabungkan atau hapus sebagian.")
    return lines


def stand_in(kind: str) -> StandIn:
    """The kind as typed. Raises BadSetting."""
    for known in STAND_INS:
        if kind == known:
            return known
    raise BadSetting("kind", "Pilih Plh atau Plt.")


def absence(new: Absence, others: Sequence[Absence]) -> Absence:
    """Take an absence among those of everybody. Raises BadSetting, AwayAlready or LoopOfStandIns."""
    if new.last < new.first:
        raise BadSetting("last", "Tanggal akhir mendahului tanggal awal. Tukar keduanya atau perbaiki salah satu.")
    if new.account == new.stand_in:
        raise BadSetting("stand_in", "Seseorang tidak dapat menggantikan dirinya sendiri. Pilih orang lain.")
    _line("letter_number", new.letter_number, "Nomor surat")
    for other in others:
        if other.account == new.account and other.first <= new.last and new.first <= other.last:
            raise AwayAlready(other.first, other.last)
    for day in _days_of_change(new, others):
        _expect_somebody((*others, new), new.account, day)
    return new


def acting_for(absences: Iterable[Absence], account: str, day: date) -> str:
    """Who acts for an official on a day: the last of the chain of stand-ins, or the official."""
    return last_in_chain({a.account: a.stand_in for a in absences if a.first <= day <= a.last}, account)


def new_stand_ins(new: Absence, others: Sequence[Absence]) -> set[str]:
    """Who comes to act for somebody by an absence, as the last of whatever chain, on any of its days."""
    found: set[str] = set()
    for day in _days_of_change(new, others):
        for away in {a.account for a in (*others, new) if a.first <= day <= a.last}:
            after = acting_for((*others, new), away, day)
            if after != acting_for(others, away, day):
                found.add(after)
    return found


def _days_of_change(new: Absence, others: Sequence[Absence]) -> list[date]:
    """The days of the new absence on which who is away may differ from the day before."""
    return [new.first, *(o.first for o in others if new.first < o.first <= new.last)]


def _expect_somebody(absences: Sequence[Absence], account: str, day: date) -> None:
    away = {a.account: a.stand_in for a in absences if a.first <= day <= a.last}
    seen: set[str] = set()
    at: str | None = account
    while at is not None:
        if at in seen:
            raise LoopOfStandIns(day)
        seen.add(at)
        at = away.get(at)


def _line(field: str, typed: str, label: str) -> str:
    line = typed.strip()
    if not line:
        raise BadSetting(field, f"{label} belum diisi.")
    if len(line) > LONGEST_LINE or not line.isprintable():
        raise BadSetting(field, f"{label} satu baris, paling panjang {LONGEST_LINE} huruf.")
    return line


def calendar_text(days: Iterable[OfficeDay], ramadans: Iterable[RamadanDates]) -> str:
    """The rows as TOML, as shared/calendar_file.py reads them behind the calendar's file."""
    changes = [
        f"[[changes]]\nday = {d.day}\nname = {_quoted(d.name)}\nkind = {_quoted(d.kind)}\n"
        f"decree = {_quoted(d.decree)}\n"
        for d in days
    ]
    dated = [
        f"[[changed_ramadan]]\nfirst = {r.first}\nlast = {r.last}\ndecree = {_quoted(r.decree)}\n" for r in ramadans
    ]
    return "\n".join((*changes, *dated))


def sop_text(units: Iterable[Unit], lines: Sequence[str], channels: Iterable[ChannelUse] = ()) -> str:
    """The Bidang, the letterhead and the channels as TOML, as shared/sop.py reads them behind the SOP's file."""
    changed = [
        f"[[bidang]]\ncode = {_quoted(u.code)}\nname = {_quoted(u.name)}\nactive = {_truth(u.active)}\n" for u in units
    ]
    uses = [
        f"[[channels]]\ncode = {_quoted(c.code)}\nused = {_truth(c.used)}\nrequired = {_truth(c.required)}\n"
        + (f"topics = [{', '.join(map(_quoted, c.topics))}]\n" if c.topics else "")
        for c in channels
    ]
    head = [f"[letterhead]\nlines = [{', '.join(map(_quoted, lines))}]\n"] if lines else []
    return "\n".join((*changed, *uses, *head))


def _truth(yes: bool) -> str:
    return "true" if yes else "false"


def _quoted(line: str) -> str:
    """A line as a TOML string: JSON's form of one, for a line holds nothing that cannot be printed."""
    return json.dumps(line, ensure_ascii=False)
