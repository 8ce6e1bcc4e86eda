"""Whether a Decision may be taken back or let stand, and by whom. Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.review.domain import Case, Ended, NoSuchReview, NotOpen, ReasonMissing, Review, move
from shared.content import Official
from shared.refusal import Refused, Stale


class NoEmergency(Refused):
    def __init__(self) -> None:
        super().__init__("no-emergency", "Versi ini tidak disetujui secara darurat, jadi tidak perlu disahkan.")


class ConfirmedAlready(Stale):
    def __init__(self) -> None:
        super().__init__("confirmed-already", "Persetujuan darurat ini sudah disahkan. Muat ulang halamannya.")


class OwnEmergency(Refused):
    def __init__(self) -> None:
        super().__init__(
            "own-emergency",
            "Persetujuan darurat disahkan oleh pimpinan lain: bukan yang memberikannya atau penulisnya.",
        )


class NoOffer(Refused):
    def __init__(self) -> None:
        super().__init__("no-offer", "Pada versi ini tidak ada kalimat perbaikan pimpinan yang dapat ditarik.")


class WithdrawnAlready(Stale):
    def __init__(self) -> None:
        super().__init__("withdrawn-already", "Perbaikan pimpinan pada versi ini sudah ditarik. Muat ulang halamannya.")


class OfferIsOver(Stale):
    """The Admin submitted since: what was offered was accepted by that, or is void."""

    def __init__(self, newest: int) -> None:
        super().__init__(
            "offer-over", f"Perbaikan itu tidak menunggu lagi: Admin sudah mengajukan versi {newest}. Buka versi itu."
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What an official says about one Version; of one who may do so in several capacities, in which."""

    version: int
    note: str = ""
    capacity: str = ""


def revoke(
    case: Case, version: int, *, by: Official, at: datetime, note: str, mandate: str = ""
) -> tuple[Review, Ended]:
    """Take an approval back; what is public already will be taken down."""
    review = _of(case, version)
    if not note.strip():
        raise ReasonMissing
    revoked = move(review, "revoke")
    if review.decision != "approved":
        raise NotOpen(review.state)
    return revoked, Ended(revoked, review.state, "official", at, by, note.strip(), mandate)


def confirm(case: Case, version: int, *, by: Official) -> Review:
    """Let an emergency approval stand: by an official who neither gave it nor wrote the Version."""
    review = _of(case, version)
    confirmed = move(review, "confirm")
    if review.emergency_by is None:
        raise NoEmergency
    if by.account == review.emergency_by or review.wrote(by.account):
        raise OwnEmergency
    return confirmed


def withdraw_offer(case: Case, version: int) -> Review:
    """Take back words that were offered (setujui dengan perbaikan), while no Admin has taken them."""
    review, newest = _of(case, version), case.newest
    withdrawn = move(review, "withdraw-offer")
    if review.offer is None:
        raise NoOffer
    if newest is not None and newest.version != version:
        raise OfferIsOver(newest.version)
    if review.offer.withdrawn:
        raise WithdrawnAlready
    return withdrawn


def _of(case: Case, version: int) -> Review:
    review = next((r for r in case.reviews if r.version == version), None)
    if review is None:
        raise NoSuchReview
    return review
