"""What the leader's Decisions, and an erasure, do to a Story: approve, revoke, erase, in whatever order. Pure."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from services.publisher.domain import UNDERWAY, Approval, Gone, Publication, Story
from services.publisher.refusals import OtherContent
from services.publisher.removing import Reach, of_erased
from services.publisher.transitions import ended_schedule, let_go, move_approval, move_publication, settled
from shared.content import Content, Figure, Official, StoryMedia
from shared.events import ApprovalRevoked, MediaErased, StoryApproved
from shared.media.choosing import CAPTIONS

WHY = {
    "official": "Persetujuan atas berita ini dicabut oleh pimpinan.",
    "abandoned": "Berita ini dihentikan.",
    "superseded": "Berita ini diganti versi yang lebih baru.",
}


class Erased(NamedTuple):
    """Files that are gone for good, and the hashes of captions that go with them out of their videos."""

    media: frozenset[UUID] = frozenset()
    captions: frozenset[str] = frozenset()


NOTHING = Erased()


def approve(
    story: Story,
    event: StoryApproved,
    *,
    event_id: str,
    traceparent: str | None,
    erased: Erased = NOTHING,
) -> Story:
    """An approval makes its Version ready, and older ones give way; one that comes too late is void from the start."""
    known = story.find(event.version)
    if known is not None:
        if known.approval.content_sha256 != event.content_sha256:
            raise OtherContent(event.version)
        return story
    approval = Approval(
        event.cycle, without(event.content, erased), event.content_sha256, event.origins, event.authors,
        event.decided_by, event.decided_at, event.not_before, event.urgency, event.practice, event.correction,
        event.basis, event_id, traceparent,
    )  # fmt: skip
    arrived = Publication(event.version, approval)
    if event.version <= story.newest:
        return story.put(_void(arrived))
    return story.put(*(_give_way(p) for p in story.publications), arrived)


def revoke(story: Story, event: ApprovalRevoked) -> Story:
    """A revocation: void what is not yet sent; what is out stays where it is only overtaken, and else comes down."""
    found = story.find(event.version)
    if found is None:
        return replace(story, revoked_early=story.revoked_early | {event.version})
    if event.reason == "superseded":
        return story.put(_give_way(found))
    if found.approval.state not in ("valid", "superseded"):
        return story
    if found.state == "ready" or (found.state == "publishing" and not found.is_out):
        return story.put(_void(found))
    revoked = replace(found, approval=move_approval(found.approval, "revoke"))
    if found.state not in UNDERWAY:
        return story.put(revoked)
    why = WHY[event.reason]
    return hide(story, revoked, by=event.by, reason=event.note or why, public_reason=why, at=event.at)


def hide(
    story: Story, publication: Publication, *, by: Official | None, reason: str, public_reason: str, at: datetime
) -> Story:
    """Begin the take-down of one Publication: its page is hidden at once, the rest follows."""
    hidden = replace(move_publication(publication, "take-down"), visible=False, ended_by=by, ended_reason=reason)
    # What a person has in hand may be there by now, and nothing of it is looked at again.
    hidden = replace(hidden, deliveries=tuple(replace(let_go(d), check_at=None) for d in hidden.deliveries))
    gone = Gone(at, public_reason) if publication.visible else story.gone
    return replace(story.put(hidden), gone=gone)


def erase(story: Story, erased: Erased, reach: Reach, *, at: datetime) -> Story:
    """Drop erased files from every Version and from the channels that got them; the hash of what was approved stays."""
    for p in story.publications:
        was, content = p.approval.content, without(p.approval.content, erased)
        if content is not was:
            story = story.put(replace(p, approval=replace(p.approval, content=content)))
            carried = partial(reach.carries, before=was, after=content)
            story = of_erased(story, p.version, carried, reach, at)
    return story


def erased_by(event: MediaErased) -> Erased:
    return Erased(frozenset({event.media}), frozenset(event.renditions))


def shown_in(content: Content) -> Erased:
    """All of a content that an erasure could be about."""
    captions = (r.sha256 for m in content.media for r in m.renditions if r.label == CAPTIONS)
    return Erased(frozenset(m.id for m in content.media), frozenset(captions))


def without(content: Content, erased: Erased) -> Content:
    """A content without these files, and without the places that show them; itself where it has none of them."""
    media = tuple(_without_captions(m, erased.captions) for m in content.media if m.id not in erased.media)
    if media == content.media:
        return content
    body = tuple(b for b in content.body if not (isinstance(b, Figure) and b.media in erased.media))
    return content.model_copy(update={"media": media, "body": body})


def _without_captions(media: StoryMedia, erased: frozenset[str]) -> StoryMedia:
    kept = tuple(r for r in media.renditions if r.label != CAPTIONS or r.sha256 not in erased)
    return media if kept == media.renditions else media.model_copy(update={"renditions": kept})


def _give_way(publication: Publication) -> Publication:
    """A newer Version exists: void where nothing is out yet; otherwise it stays until the newer one takes its place."""
    if publication.approval.state != "valid":
        return publication
    if publication.state == "ready" or (publication.state == "publishing" and not publication.is_out):
        return _void(publication)
    return replace(publication, approval=move_approval(publication.approval, "overtake"))


def _void(publication: Publication) -> Publication:
    approval = publication.approval
    if approval.state == "valid":
        approval = move_approval(approval, "void")
    deliveries = settled(publication.deliveries, "void")
    schedule = ended_schedule(publication, "void")
    return replace(move_publication(publication, "void"), approval=approval, deliveries=deliveries, schedule=schedule)
