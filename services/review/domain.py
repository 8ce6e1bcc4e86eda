"""Penyaringan: the states of a reviewed Version and the rules by which they change. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.access import roles_of
from shared.content import Official, Origin, Urgency
from shared.refusal import NotFound, Refused, Stale
from shared.sla import Kind, Outcome

State = Literal["open", "approved", "returned", "declined", "withheld", "superseded", "abandoned", "revoked"]
Choice = Literal["approved", "returned", "declined", "withheld"]
Action = Literal[
    "approve", "return", "decline", "withhold", "hand-over", "withdraw-offer", "confirm", "revoke", "supersede",
    "abandon",
]  # fmt: skip
Why = Literal["superseded", "abandoned", "official"]

LEADERS = roles_of("review.decide")
EDITING = ()  # no role here: it follows from what the Admin did in editing

# (from, action, to, roles): all that can happen to a Version which was submitted.
TRANSITIONS: tuple[tuple[State, Action, State, tuple[str, ...]], ...] = (
    ("open", "approve", "approved", LEADERS),
    ("open", "return", "returned", LEADERS),
    ("open", "decline", "declined", LEADERS),
    ("open", "withhold", "withheld", LEADERS),
    ("open", "hand-over", "open", LEADERS),
    ("returned", "withdraw-offer", "returned", LEADERS),
    ("approved", "confirm", "approved", LEADERS),
    ("approved", "revoke", "revoked", LEADERS),
    # What was approved may be public until the newer Version is: it still stands to be looked at, or taken back.
    ("superseded", "confirm", "superseded", LEADERS),
    ("superseded", "revoke", "revoked", LEADERS),
    ("open", "supersede", "superseded", EDITING),
    ("approved", "supersede", "superseded", EDITING),
    ("open", "abandon", "abandoned", EDITING),
    ("approved", "abandon", "abandoned", EDITING),
)
_NEXT: dict[tuple[State, Action], State] = {(before, action): after for before, action, after, _ in TRANSITIONS}
ACTION_OF: dict[Choice, Action] = {
    "approved": "approve", "returned": "return", "declined": "decline", "withheld": "withhold",
}  # fmt: skip
OUTCOME_OF: dict[Choice, Outcome] = {
    "approved": "completed", "returned": "returned", "declined": "declined", "withheld": "withheld",
}  # fmt: skip


class NoSuchReview(NotFound):
    def __init__(self) -> None:
        super().__init__("Berita yang disaring")


class OutOfOrder(Refused):
    """Editing numbers Versions and cycles upwards; anything else is a fault of the sender."""

    def __init__(self, version: int, newest: int) -> None:
        sentence = f"Versi {version} datang sesudah versi {newest}, dengan nomor versi atau pengajuan yang tidak naik."
        super().__init__("out-of-order", sentence)


class NotThisVersion(Stale):
    def __init__(self, newest: int) -> None:
        super().__init__(
            "not-newest", f"Yang menunggu penyaringan sekarang versi {newest}. Muat ulang lalu baca versi itu dahulu."
        )


class OtherContent(Stale):
    def __init__(self) -> None:
        super().__init__("other-content", "Isi yang Anda baca tidak sama dengan isi versi ini. Muat ulang halamannya.")


class NotOpen(Stale):
    def __init__(self, state: State) -> None:
        sentences: dict[State, str] = {
            "approved": "Versi ini sudah disetujui.",
            "returned": "Versi ini sudah dikembalikan untuk diperbaiki.",
            "declined": "Versi ini sudah diputuskan tidak dimuat.",
            "withheld": "Versi ini sudah diusulkan dikecualikan.",
            "superseded": "Versi ini sudah diganti versi yang lebih baru.",
            "abandoned": "Berita ini sudah dihentikan oleh Admin.",
            "revoked": "Persetujuan versi ini sudah dicabut.",
        }
        super().__init__("not-open", f"{sentences.get(state, 'Versi ini belum diputuskan.')} Muat ulang halamannya.")


class DecidedAlready(Stale):
    """Somebody was first; `who` and `when` are in words."""

    def __init__(self, version: int, choice: Choice, who: str, when: str) -> None:
        done = {
            "approved": "disetujui", "returned": "dikembalikan", "declined": "diputuskan tidak dimuat",
            "withheld": "diusulkan dikecualikan",
        }[choice]  # fmt: skip
        super().__init__(
            "not-open", f"Versi {version} sudah {done} oleh {who}, {when}. Keputusan pertama yang berlaku."
        )


class AuthorMayNotDecide(Refused):
    def __init__(self) -> None:
        super().__init__(
            "four-eyes", "Anda ikut menulis versi ini, jadi penyaringannya harus oleh pimpinan lain (empat mata)."
        )


class ReasonMissing(Refused):
    def __init__(self) -> None:
        super().__init__("reason-missing", "Pilih sedikitnya satu alasan, supaya Admin tahu apa yang diminta.")


class LegalBasisMissing(Refused):
    def __init__(self) -> None:
        super().__init__(
            "legal-basis-missing", "Tulis dasar hukum pengecualiannya, misalnya UU 14/2008 Pasal 17 huruf h."
        )


class ClauseMissing(Refused):
    def __init__(self) -> None:
        super().__init__(
            "clause-missing", "Pilih huruf Pasal 17 UU 14/2008: yang disamarkan dikecualikan dari yang dibuka."
        )


class DoesNotBelong(Refused):
    def __init__(self, field: str, choice: str) -> None:
        super().__init__("does-not-belong", f"{field} tidak berlaku untuk keputusan “{choice}”. Kosongkan isian itu.")


class ExemptMayNotBeApproved(Refused):
    """What is classified as exempt (dikecualikan) is never published; the classification is the Admin's to change."""

    def __init__(self) -> None:
        super().__init__(
            "exempt",
            "Versi ini diklasifikasikan “Dikecualikan”, jadi tidak dapat disetujui untuk terbit. Usulkan dikecualikan "
            "dengan dasar hukumnya, atau kembalikan kepada Admin bila klasifikasinya keliru.",
        )


class EmbargoOutsideCalendar(Refused):
    def __init__(self) -> None:
        super().__init__(
            "embargo-outside-calendar", "Waktu tayang paling awal berada di luar kalender kerja. Periksa tahunnya."
        )


class TermIsPast(Refused):
    def __init__(self) -> None:
        super().__init__("term-is-past", "Tanggal berakhirnya sudah lewat. Periksa tanggalnya, atau kosongkan.")


class EmergencyReasonMissing(Refused):
    def __init__(self) -> None:
        super().__init__(
            "emergency-reason-missing",
            "Tulis mengapa tidak dapat menunggu penyaringan biasa. Alasan itu dibaca semua yang diberi tahu.",
        )


class EmergencyIsOff(Refused):
    def __init__(self) -> None:
        super().__init__(
            "emergency-off", "Kantor ini tidak memakai persetujuan darurat. Minta pimpinan lain menyaring versi ini."
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """A leader's own words for a Version, approved by their hash: good if the next submission is exactly them."""

    content_sha256: str
    by: Official
    mandate: str = ""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """One submitted Version before the leader. `decision` stays when the Version is superseded or revoked later."""

    story: UUID
    version: int
    cycle: int
    content_sha256: str
    authors: tuple[str, ...]
    origins: tuple[Origin, ...]
    submitted_by: Official
    submitted_at: datetime
    urgency: Urgency = "regular"
    practice: bool = False
    correction: bool = False
    state: State = "open"
    decision: Choice | None = None
    offer: Offer | None = None
    emergency_by: str | None = None

    @property
    def kind(self) -> Kind:
        return "correction" if self.correction else "regular"

    def wrote(self, account: str) -> bool:
        return account in self.authors or account == self.submitted_by.account


@dataclass(frozen=True, slots=True)
class Case:
    """One Story before the leader: its Versions in order, the newest last."""

    story: UUID
    reviews: tuple[Review, ...] = ()
    abandoned_at: datetime | None = None

    @property
    def newest(self) -> Review | None:
        return self.reviews[-1] if self.reviews else None

    def having(self, changed: Iterable[Review]) -> "Case":
        by_version = {r.version: r for r in (*self.reviews, *changed)}
        return replace(self, reviews=tuple(by_version[v] for v in sorted(by_version)))


@dataclass(frozen=True, slots=True)
class Ended:
    """A Version that can no longer be published, or no longer be decided, and why. `was` is its state before."""

    review: Review
    was: State
    why: Why
    at: datetime
    by: Official
    note: str = ""
    mandate: str = ""

    @property
    def outcome(self) -> Outcome:
        """How its clock closes, where the leader had not decided yet."""
        return "abandoned" if self.why == "abandoned" else "revoked"


def may(state: State, action: Action) -> bool:
    return (state, action) in _NEXT


def move(review: Review, action: Action) -> Review:
    """Take one declared transition. Raises NotOpen for any other."""
    if not may(review.state, action):
        raise NotOpen(review.state)
    return replace(review, state=_NEXT[review.state, action])


def submit(case: Case, new: Review) -> tuple[Case, tuple[Ended, ...]]:
    """Lay a newer Version before the leader; the older one is superseded, decided or not."""
    newest = case.newest
    if newest and (new.version <= newest.version or new.cycle <= newest.cycle):
        raise OutOfOrder(new.version, newest.version)
    ended = tuple(
        Ended(move(r, "supersede"), r.state, "superseded", new.submitted_at, new.submitted_by)
        for r in case.reviews
        if may(r.state, "supersede")
    )
    after = replace(case, abandoned_at=None).having([*(e.review for e in ended), new])
    return after, ended


def _alike(read: Review, new: Review) -> bool:
    """Whether what the leader knew of a Version beside its content is so of the other one too."""
    reports = {o.report for o in read.origins} == {o.report for o in new.origins}
    return reports and (read.practice, read.correction, read.urgency) == (new.practice, new.correction, new.urgency)


def accepted(case: Case, new: Review) -> Offer | None:
    """The leader's words that this submission accepts: exactly them, by others, right after they were offered."""
    last = case.newest
    offer = last.offer if last and last.state == "returned" and case.abandoned_at is None else None
    if last is None or offer is None or offer.withdrawn or not _alike(last, new):
        return None
    if offer.content_sha256 != new.content_sha256 or new.wrote(offer.by.account):
        return None
    return offer


def abandon(case: Case, *, by: Official, at: datetime, note: str) -> tuple[Case, tuple[Ended, ...]]:
    """Editing gives the Story up: what waits, or is approved and stands, ends. What was superseded stays so."""
    ended = tuple(
        Ended(move(r, "abandon"), r.state, "abandoned", at, by, note) for r in case.reviews if may(r.state, "abandon")
    )
    return replace(case, abandoned_at=at).having(e.review for e in ended), ended
