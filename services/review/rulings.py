"""The leader's own steps: to decide on one exact Version, and to revoke an approval. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple, get_args

from services.review.domain import (
    ACTION_OF,
    AuthorMayNotDecide,
    Case,
    Choice,
    ClauseMissing,
    DoesNotBelong,
    EmbargoOutsideCalendar,
    EmergencyReasonMissing,
    Ended,
    ExemptMayNotBeApproved,
    LegalBasisMissing,
    NoSuchReview,
    NotThisVersion,
    Offer,
    OtherContent,
    ReasonMissing,
    Review,
    TermIsPast,
    move,
)
from shared import events, redaction
from shared.calendar import OutsideCalendar
from shared.content import EXEMPT, Clause, ClockRecord, Content, Official, Reason, Redaction, Words
from shared.sla import LATER_REVIEW, Clock, Timekeeper
from shared.sop import unit_of

Basis = Literal["regular", "emergency", "amendment"]
CLAUSES: tuple[Clause, ...] = get_args(Clause)

CHOICES: dict[Choice, str] = {
    "approved": "Setujui", "returned": "Kembalikan", "declined": "Tidak dimuat", "withheld": "Usulkan dikecualikan",
}  # fmt: skip
AMENDED = "setuju-dengan-perbaikan"
REDACTED = "samarkan"
SPECIAL = (AMENDED, REDACTED)  # each has a screen of its own
REASONS: dict[Choice, dict[str, str]] = {
    "returned": {
        AMENDED: "Setuju dengan perbaikan",
        REDACTED: "Samarkan sebagian",
        "data-perlu-diperiksa": "Data atau angka perlu diperiksa",
        "foto-kurang-jelas": "Foto kurang jelas atau kurang sesuai",
        "judul-kurang-tepat": "Judul kurang tepat",
        "bahasa-perlu-diperbaiki": "Bahasa perlu diperbaiki",
        "persetujuan-belum-ada": "Persetujuan orang yang ditampilkan belum ada",
        "lain": "Alasan lain (tulis di catatan)",
    },
    "declined": {
        "sudah-pernah-dimuat": "Sudah pernah dimuat",
        "bukan-kewenangan": "Bukan kewenangan dinas",
        "sudah-tidak-hangat": "Sudah tidak hangat",
        "kurang-bernilai-berita": "Kurang bernilai berita",
        "lain": "Alasan lain (tulis di catatan)",
    },
}


def reason_words(code: str) -> str:
    """A reason as people read it; another system's own code stands for itself."""
    return next((words[code] for words in REASONS.values() if code in words), code)


class Grounds(NamedTuple):
    """An answer with all that was said for it."""

    choice: Choice
    reasons: tuple[Reason, ...]
    legal_basis: str
    until: date | None
    not_before: datetime | None
    clause: Clause | None = None
    duration: str = ""
    proposal: Words | None = None
    basis: Basis = "regular"
    redaction: Redaction | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """The leader's answer as it is given at the screen, for one exact Version and content."""

    version: int
    content_sha256: str
    choice: Choice
    reasons: tuple[Reason, ...] = ()
    legal_basis: str = ""
    until: date | None = None
    not_before: datetime | None = None
    clause: Clause | None = None
    duration: str = ""
    proposal: Words | None = None
    basis: Basis = "regular"
    redaction: Redaction | None = None

    @property
    def grounds(self) -> Grounds:
        """What is kept of an answer: the same grounds are the same answer."""
        return Grounds(
            self.choice, self.reasons, self.legal_basis.strip(), self.until, self.not_before, clause_of(self),
            self.duration.strip(), self.proposal, self.basis, self.redaction,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """A Decision as it is kept: who gave it in which capacity, a stand-in by which letter.

    `offered` is the hash of the content with the leader's own words, where they wrote some.
    """

    review: Review
    ruling: Ruling
    by: Official
    at: datetime
    mandate: str = ""
    offered: str | None = None


def clause_of(ruling: Ruling) -> Clause | None:
    """The clause of article 17 that was chosen, or that the legal basis names."""
    if ruling.clause is not None or not _withholds(ruling):
        return ruling.clause
    named = re.search(r"\bpasal\s+17\b\D{0,20}\b(?:huruf|hrf\.?)\s+([a-j])\b", ruling.legal_basis, re.IGNORECASE)
    return next((c for c in CLAUSES if named and c == named[1].lower()), None)


def decide(case: Case, ruling: Ruling, *, by: Official) -> Review:
    """Answer the newest Version, once, by someone who did not write it."""
    newest = case.newest
    if newest is None:
        raise NoSuchReview
    if ruling.version != newest.version:
        raise NotThisVersion(newest.version)
    if ruling.content_sha256 != newest.content_sha256:
        raise OtherContent
    decided = move(newest, ACTION_OF[ruling.choice])
    if newest.wrote(by.account) and ruling.basis != "emergency":
        raise AuthorMayNotDecide
    _check_grounds(ruling)
    return replace(decided, decision=ruling.choice)


def accept(review: Review, offer: Offer) -> Verdict:
    """The leader's own words came back exactly as they were offered: the approval that was given with them counts."""
    ruling = Ruling(review.version, review.content_sha256, "approved", basis="amendment")
    decided = replace(move(review, "approve"), decision="approved")
    return Verdict(decided, ruling, offer.by, review.submitted_at, offer.mandate)


def expect_embargo_in_calendar(ruling: Ruling, review: Review, *, clock: Timekeeper) -> None:
    """Refuse an embargo from which publisher could not measure: it could never take this approval in."""
    if ruling.not_before is None:
        return
    try:
        clock.open("publisher", item=str(review.story), cycle=review.cycle, at=ruling.not_before, lane=review.urgency)
        ruling.not_before.astimezone(UTC)
    except (OutsideCalendar, OverflowError):
        raise EmbargoOutsideCalendar from None


def expect_term_ahead(ruling: Ruling, *, today: date) -> None:
    """Refuse to withhold for a time that is past."""
    if ruling.until is not None and ruling.until < today:
        raise TermIsPast


def expect_redactable(ruling: Ruling, content: Content) -> None:
    """Refuse to take out what does not stand in this Version, with a sentence that names it."""
    if ruling.redaction is not None:
        redaction.expect_redactable(content, ruling.redaction)


def expect_not_exempt(ruling: Ruling, content: Content) -> None:
    """Refuse to approve what its Admin classified as exempt from publication."""
    if ruling.choice == "approved" and content.information_class == EXEMPT:
        raise ExemptMayNotBeApproved


def _check_grounds(ruling: Ruling) -> None:
    words = CHOICES[ruling.choice]
    if ruling.choice in ("returned", "declined") and not ruling.reasons:
        raise ReasonMissing
    if _withholds(ruling) and not ruling.legal_basis.strip():
        raise LegalBasisMissing
    if not _withholds(ruling) and ruling.legal_basis.strip():
        raise DoesNotBelong("Dasar hukum", words)
    if ruling.choice != "withheld" and (ruling.until or ruling.duration.strip()):
        raise DoesNotBelong("Jangka waktu", words)
    if ruling.choice != "approved" and ruling.not_before:
        raise DoesNotBelong("Waktu tayang paling awal", words)
    if not _withholds(ruling) and ruling.clause:
        raise DoesNotBelong("Huruf Pasal 17", words)
    if ruling.choice != "returned" and ruling.proposal is not None:
        raise DoesNotBelong("Usulan perbaikan", words)
    if ruling.redaction is not None:
        _check_redaction(ruling, words)
    if ruling.basis == "emergency":
        _check_emergency(ruling, words)
    elif ruling.choice == "approved" and ruling.reasons:
        raise DoesNotBelong("Alasan", words)


def _check_redaction(ruling: Ruling, words: str) -> None:
    """What is taken out is withheld: for it there is a ground, as for a whole Version."""
    if ruling.choice != "returned":
        raise DoesNotBelong("Penyamaran", words)
    if ruling.proposal is not None:
        raise DoesNotBelong("Usulan perbaikan", "Samarkan sebagian")
    if clause_of(ruling) is None:
        raise ClauseMissing


def _withholds(ruling: Ruling) -> bool:
    return ruling.choice == "withheld" or ruling.redaction is not None


def _check_emergency(ruling: Ruling, words: str) -> None:
    if ruling.choice != "approved":
        raise DoesNotBelong("Persetujuan darurat", words)
    if ruling.not_before is not None:
        raise DoesNotBelong("Waktu tayang paling awal", "Persetujuan darurat")
    if not any(reason.note for reason in ruling.reasons):
        raise EmergencyReasonMissing


def later_review(review: Review, ruling: Ruling, *, at: datetime, clock: Timekeeper) -> list[Clock]:
    """The clock by which another official looks at an emergency approval, in office hours; practice has none."""
    if ruling.basis != "emergency" or review.practice:
        return []
    unit = unit_of(o.unit for o in review.origins)
    item = f"{review.story}{LATER_REVIEW}"
    return [clock.open("review", item=item, cycle=review.cycle, at=at, story=review.story, unit=unit, kind=review.kind)]


def decision_event(verdict: Verdict, content: Content, *, clocks: tuple[ClockRecord, ...]) -> events.Decision:
    """The Decision as a past fact; an approval carries the whole content, so that publisher asks nobody."""
    review, ruling = verdict.review, verdict.ruling
    fact: dict[str, Any] = {
        "story": review.story, "version": review.version, "content_sha256": review.content_sha256,
        "cycle": review.cycle, "origins": review.origins, "decided_by": verdict.by, "decided_at": verdict.at,
        "mandate": verdict.mandate, "clocks": clocks,
    }  # fmt: skip
    match ruling.choice:
        case "approved":
            return events.StoryApproved(
                **fact,
                content=content,
                authors=review.authors,
                urgency=review.urgency,
                correction=review.correction,
                practice=review.practice,
                not_before=ruling.not_before,
                basis="emergency" if ruling.basis == "emergency" else "regular",
            )
        case "returned":
            return events.StoryReturned(
                **fact,
                reasons=ruling.reasons,
                proposal=ruling.proposal,
                proposal_sha256=verdict.offered,
                redaction=ruling.redaction,
            )
        case "declined":
            return events.StoryDeclined(**fact, reasons=ruling.reasons)
        case "withheld":
            return events.StoryWithheld(
                **fact,
                legal_basis=ruling.legal_basis.strip(),
                reasons=ruling.reasons,
                until=ruling.until,
                clause=clause_of(ruling),
                duration=ruling.duration.strip(),
            )


def revocation_event(ended: Ended, clocks: tuple[ClockRecord, ...]) -> events.ApprovalRevoked:
    """The end of a Version as a past fact; its clocks are those that closed with it."""
    review = ended.review
    return events.ApprovalRevoked(
        story=review.story,
        version=review.version,
        reason=ended.why,
        note=ended.note,
        by=ended.by,
        mandate=ended.mandate,
        at=ended.at,
        clocks=clocks,
    )
