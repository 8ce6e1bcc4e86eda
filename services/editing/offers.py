"""Setujui dengan perbaikan, at the desk: a leader's own words, taken exactly or not at all. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.editing.domain import NotNow, StaleVersion, allowed
from services.editing.stories import Saved, Story
from shared.content import Content, Official, Words
from shared.content_hash import content_sha256
from shared.refusal import Refused, Stale


class NoOffer(Stale):
    def __init__(self) -> None:
        super().__init__("no-offer", "Tidak ada perbaikan pimpinan pada versi ini. Muat ulang halamannya.")


class OfferWithdrawn(Stale):
    def __init__(self) -> None:
        super().__init__(
            "offer-withdrawn", "Pimpinan sudah menarik perbaikannya. Muat ulang, sunting, lalu ajukan seperti biasa."
        )


class OfferNoLongerFits(Refused):
    """A file was erased since: with what is left the content is another one than was approved."""

    def __init__(self) -> None:
        super().__init__(
            "offer-no-longer-fits",
            "Isi berita ini berubah sejak pimpinan menulis perbaikannya (ada berkas yang dihapus). Salin kalimatnya, "
            "simpan sebagai versi baru, lalu ajukan lagi.",
        )


class OwnOffer(Refused):
    def __init__(self) -> None:
        super().__init__(
            "own-offer", "Perbaikan ini Anda sendiri yang menulis sebagai pimpinan. Minta Admin lain menerimanya."
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """A leader's words for one Version; `content_sha256` is that of the Version with these words."""

    story: UUID
    version: int
    words: Words
    content_sha256: str
    by: Official
    at: datetime
    withdrawn: "Withdrawal | None" = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That a leader took their words back."""

    by: Official
    note: str
    at: datetime


def waiting(story: Story, offer: Offer | None) -> bool:
    """Whether the words can still be taken: nothing was saved since."""
    return offer is not None and story.state == "returned" and story.version == offer.version


def taken(story: Story, newest: Saved, offer: Offer | None) -> bool:
    """Whether these very words were submitted already, right after they were offered."""
    return (
        offer is not None
        and story.submitted_version == newest.version == offer.version + 1
        and newest.content_sha256 == offer.content_sha256
    )


def accept(story: Story, saved: Saved, offer: Offer | None, *, version: int, by: Official) -> Content:
    """The whole content that the leader approved. Raises Refused where it cannot be had any more."""
    allowed("story", story.state, "accept")
    if version != story.version:
        raise StaleVersion(story.version)
    if offer is None:
        raise NoOffer
    if offer.withdrawn:
        raise OfferWithdrawn
    if not waiting(story, offer):
        raise NotNow("story", story.state)
    if by.account == offer.by.account:
        raise OwnOffer
    content = offer.words.laid_over(saved.content)
    if content_sha256(content) != offer.content_sha256:
        raise OfferNoLongerFits
    return content
