"""A proposal to withhold, PPID's answer to it, and how old it is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared import redaction
from shared.content import Clause, Content, Official, Redaction
from shared.refusal import Refused, Stale

Outcome = Literal["exempt", "open"]
OUTCOMES: dict[Outcome, str] = {
    "exempt": "Ditetapkan dikecualikan", "open": "Dinyatakan terbuka (usul tidak diterima)",
}  # fmt: skip
# UU 14/2008, article 17, in short.
CLAUSES: dict[Clause, str] = {
    "a": "menghambat proses penegakan hukum",
    "b": "mengganggu perlindungan hak kekayaan intelektual dan persaingan usaha sehat",
    "c": "membahayakan pertahanan dan keamanan negara",
    "d": "mengungkapkan kekayaan alam Indonesia",
    "e": "merugikan ketahanan ekonomi nasional",
    "f": "merugikan kepentingan hubungan luar negeri",
    "g": "mengungkapkan akta autentik yang bersifat pribadi dan wasiat",
    "h": "mengungkap rahasia pribadi",
    "i": "memorandum atau surat antar atau intra badan publik yang menurut sifatnya dirahasiakan",
    "j": "informasi yang tidak boleh diungkapkan berdasarkan undang-undang",
}


class ExemptByPpid(Refused):
    """The very words that PPID declared exempt, in a later Version."""

    def __init__(self, number: str) -> None:
        super().__init__(
            "exempt-by-ppid",
            f"Versi ini memuat yang ditetapkan PPID dikecualikan (keputusan nomor {number}), jadi tidak dapat "
            "disetujui. Kembalikan kepada Admin agar bagian itu dihapus.",
        )


class NoSuchProposal(Refused):
    def __init__(self) -> None:
        super().__init__("no-such-proposal", "Usulan dikecualikan itu tidak ada. Muat ulang daftarnya.")


class AnsweredAlready(Stale):
    def __init__(self, number: str) -> None:
        super().__init__("answered-already", f"Keputusan PPID atas usulan ini sudah dicatat, nomor {number}.")


class NotADecision(Refused):
    """A classification without PPID's decision and its consequence test has no force; `field` is the form's."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__("not-a-decision", sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class PpidDecision:
    """PPID's answer as its letter gives it; `consequence_test` is what the uji konsekuensi found (article 19)."""

    outcome: Outcome
    number: str
    decided_on: date
    consequence_test: str
    until: date | None = None
    duration: str = ""


@dataclass(frozen=True, slots=True)
class Exempt:
    """What PPID declared exempt: a whole Version, or what a redaction took out of it."""

    story: UUID
    version: int
    number: str
    content: Content
    redaction: Redaction | None

    def is_in(self, new: Content) -> bool:
        """Whether it stands there: the same lead and body as a whole, or a passage or picture that was redacted."""
        if self.redaction is None:
            return (self.content.lead, self.content.body) == (new.lead, new.body)
        hidden = {picture.media for picture in self.redaction.pictures}
        whole = any(m.id in hidden and not m.redacted for m in new.media)
        return whole or bool(redaction.standing(new, self.redaction.passages))


@dataclass(frozen=True, slots=True)
class Proposal:
    """One Version that a leader proposed to withhold, whole or in `part`, with PPID's answer where there is one.

    `approved_since` is the first newer Version whose approval stands; `held_by` are the approved Versions in which what
    was declared exempt stands all the same.
    """

    story: UUID
    version: int
    title: str
    units: tuple[str, ...]
    clause: Clause | None
    legal_basis: str
    until: date | None
    duration: str
    proposed_by: Official
    proposed_at: datetime
    answer: PpidDecision | None = None
    recorded_by: Official | None = None
    recorded_at: datetime | None = None
    part: bool = False
    approved_since: int | None = None
    held_by: tuple[int, ...] = ()

    @property
    def overtaken_by(self) -> int | None:
        """A newer Version that was approved; the rest of one withheld in part is approved by design."""
        return None if self.part else self.approved_since

    def age_days(self, now: datetime) -> int:
        """For how many days the proposal waits or, answered, waited to be recorded."""
        return max(0, ((self.recorded_at or now) - self.proposed_at).days)

    def over(self, today: date) -> bool:
        """Whether the time for which it was withheld is past."""
        return self.until is not None and self.until < today


def expect_not_exempt(new: Content, exempt: Iterable[Exempt]) -> None:
    """Refuse to approve what is exempt."""
    for one in exempt:
        if one.is_in(new):
            raise ExemptByPpid(one.number)


def expect_decision(proposal: Proposal | None, new: PpidDecision, *, today: date) -> None:
    """Refuse what is not a decision of PPID on a proposal that waits for one."""
    if proposal is None:
        raise NoSuchProposal
    if proposal.answer is not None:
        raise AnsweredAlready(proposal.answer.number)
    if not new.number.strip():
        raise NotADecision("number", "Tulis nomor keputusan PPID.")
    if new.decided_on > today:
        raise NotADecision("decided_on", "Tanggal keputusan PPID masih di depan. Periksa tanggalnya.")
    if not new.consequence_test.strip():
        raise NotADecision(
            "consequence_test", "Tulis ringkasan uji konsekuensinya (UU 14/2008 Pasal 19). Tanpa itu tidak berlaku."
        )
    if new.outcome == "exempt" and not (new.until or new.duration.strip() or proposal.until or proposal.duration):
        raise NotADecision("until", "Isi sampai kapan dikecualikan, atau jangka waktunya dengan kata-kata.")
    until = new.until or proposal.until
    if new.outcome == "exempt" and until is not None and until < new.decided_on:
        raise NotADecision("until", "Akhir jangka waktunya mendahului tanggal keputusan. Periksa keduanya.")
