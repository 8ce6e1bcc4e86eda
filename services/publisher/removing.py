"""What stands on other channels, or may, and has to be gone: asked for, tried until its end, told as it is. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal, get_args

from services.publisher.delivery import pause
from services.publisher.domain import (
    NOTHING_MADE,
    SITE,
    UNDERWAY,
    Delivery,
    Publication,
    Removal,
    RemovalCause,
    Story,
)
from services.publisher.refusals import NotPossible
from services.publisher.transitions import move_delivery

# After so many attempts it is told as failed; it is tried on all the same.
PATIENT = 8
ENDED = ("superseded", "void", "taking-down", "taken-down")
DOWN = ("taking-down", "taken-down")
STANDS = ("live", "unconfirmed", "superseded")
WITHDRAWN = "Kiriman ini dihapus karena memuat berkas yang harus dihapus. Kirim ulang tanpa berkas itu bila perlu."
Truth = Literal["done", "impossible", "failed"]
TRUTHS: tuple[Truth, ...] = get_args(Truth)
Change = Callable[[Publication, Delivery, Removal], Delivery]


def needed(story: Story, at: datetime) -> Story:
    """Ask for the removal of each post that has no right to stand any more, whatever brought that about."""
    down = _is_down(story)
    for publication in story.publications:
        asked: dict[str, RemovalCause] = {}
        for d in publication.deliveries:
            cause = _cause(story, publication, d, down=down)
            if cause is not None:
                asked[d.channel] = cause
        if asked:
            story = story.put(_asked(publication, asked, at))
    return story


def of_erased(publication: Publication, carries: Callable[[Delivery], bool], at: datetime) -> Publication:
    """A file of this Version was erased: it has to leave each channel that got it, drafts and uploads too."""
    asked: dict[str, RemovalCause] = {
        d.channel: "erased"
        for d in publication.deliveries
        if d.channel != SITE and (d.state in (*STANDS, "sending") or d.made.facts) and carries(d)
    }
    return _asked(publication, asked, at) if asked else publication


def take(story: Story, version: int, channel: str, *, until: datetime) -> Story:
    """Take a due removal up; until then nobody else does."""
    return _change(story, version, channel, lambda p, d, r: replace(d, removal=replace(r, at=until, tries=r.tries + 1)))


def wait(story: Story, version: int, channel: str, *, until: datetime, reason: str = "") -> Story:
    """Leave it for later, as it is."""
    return _change(
        story, version, channel, lambda p, d, r: replace(d, removal=replace(r, at=until, reason=reason or r.reason))
    )


def again(
    story: Story, version: int, channel: str, *, tries: int, at: datetime, reason: str, until: datetime | None = None
) -> Story:
    """It is not certain to be gone: it is tried again, not before `until` where the channel named a time."""
    later = max(until or at, at + pause(tries))
    return _change(
        story, version, channel, lambda p, d, r: replace(d, removal=replace(r, at=later, reason=reason)), tries=tries
    )


def refuse(story: Story, version: int, channel: str, *, tries: int, reason: str) -> Story:
    """The channel said no for good: a person has to remove it."""
    return _change(
        story,
        version,
        channel,
        lambda p, d, r: replace(d, removal=replace(r, state="refused", at=None, reason=reason)),
        tries=tries,
    )


def leave_to_person(story: Story, version: int, channel: str) -> Story:
    """The system cannot remove anything there; what nobody ever saw is no work for a person."""

    def change(p: Publication, d: Delivery, r: Removal) -> Delivery:
        if not may_stand(d):
            return _gone(d, r)
        return replace(d, removal=replace(r, state="by-hand", at=None))

    return _change(story, version, channel, change)


def done(story: Story, version: int, channel: str, *, tries: int, at: datetime) -> Story:
    """It is gone, the system made sure. What only had to lose a file is sent again without it."""

    def change(p: Publication, d: Delivery, r: Removal) -> Delivery:
        if r.cause == "erased" and p.may_show and p.approval.state == "valid" and d.state in ("live", "unconfirmed"):
            next_at = None if d.is_by_hand else at
            return replace(_bare(move_delivery(d, "redo")), next_at=next_at, reason="")
        return _gone(d, r)

    return _change(story, version, channel, change, tries=tries)


def removed(story: Story, version: int, channel: str) -> Story:
    """A person has removed by hand what the system could not remove."""
    publication = story.find(version)
    delivery = publication.delivery(channel) if publication else None
    if publication is None or delivery is None or (delivery.removal is None and delivery.state != "taken-down"):
        raise NotPossible("delivery", "", "take-down")

    def change(p: Publication, d: Delivery, r: Removal) -> Delivery:
        if r.cause == "erased" and p.may_show and d.state in ("live", "unconfirmed"):
            return replace(_bare(move_delivery(d, "withdraw")), next_at=None, reason=WITHDRAWN)
        return _gone(d, r)

    return _change(story, version, channel, change, of=("due", "by-hand", "refused"))


def ask_again(story: Story, version: int, channel: str, *, at: datetime) -> Story:
    """A person has mended what kept the channel from removing it."""
    return _change(
        story,
        version,
        channel,
        lambda p, d, r: replace(d, removal=replace(r, state="due", at=at, tries=0, reason="")),
        of=("by-hand", "refused"),
    )


def taken_over(story: Story, version: int, channel: str) -> Story:
    """A newer Version stands in the place of what was to be removed here: nothing of that is left."""
    for older in story.publications:
        if older.version < version:
            story = _change(
                story, older.version, channel, lambda p, d, r: _gone(d, r), of=("due", "by-hand", "refused")
            )
    return story


def holds(story: Story, publication: Publication, channel: str) -> bool:
    """Whether something is being removed there before this Version may be sent."""
    return any(
        d is not None and d.removal is not None and d.removal.state == "due" and d.removal.tries < PATIENT
        for p in story.publications
        if p.version <= publication.version
        for d in (p.delivery(channel),)
    )


def is_used(story: Story, version: int, channel: str) -> bool:
    """Whether a newer Version is, or is coming to be, on this channel."""
    return any(
        (d := p.delivery(channel)) is not None and d.state in ("sending", "unconfirmed", "live")
        for p in story.publications
        if p.version > version
    )


def is_over(story: Story, version: int) -> bool:
    """Whether each removal that the take-down of this Version waits for has come to an end that can be told."""
    return not any(r.state == "due" and r.tries < PATIENT for _, r in _of_take_down(story, version))


def told(story: Story, version: int) -> Mapping[str, Truth]:
    """What became of it on each channel, of this Version and of the older ones that came down with it; worst first."""
    found: dict[str, Truth] = {}
    for channel, removal in sorted(_of_take_down(story, version), key=lambda f: TRUTHS.index(_truth(f[1]))):
        found[channel] = _truth(removal)
    return found


def _of_take_down(story: Story, version: int) -> Iterator[tuple[str, Removal]]:
    for p in story.publications:
        # An older Version that has its own take-down is told of with that.
        if p.version == version or (p.version < version and p.state not in DOWN):
            for d in p.deliveries:
                if d.removal is not None and d.removal.cause != "left-over":
                    yield d.channel, d.removal


def _truth(removal: Removal) -> Truth:
    if removal.state == "done":
        return "done"
    return "impossible" if removal.state == "by-hand" else "failed"


def _is_down(story: Story) -> bool:
    """Nothing of the Story is to be in public any more."""
    states = {p.state for p in story.publications}
    return not states.intersection(UNDERWAY) and bool(states.intersection(DOWN))


def _cause(story: Story, p: Publication, d: Delivery, *, down: bool) -> RemovalCause | None:
    if d.channel == SITE or d.removal is not None or p.state not in ENDED:
        return None
    if (down or p.state in DOWN) and may_stand(d) and not _is_shared(story, p, d):
        return "taken-down"
    if d.state in ("void", "failed") and d.made.facts and not d.made.submitted and not d.made.done:
        return "left-over"
    return None


def may_stand(d: Delivery) -> bool:
    """Something of it is there, or may be: of what was sent in part also where the rest never was."""
    return d.state in STANDS or (d.state in ("void", "failed") and bool(d.made.done))


def _is_shared(story: Story, p: Publication, d: Delivery) -> bool:
    """A newer Version took the very post over, by editing it."""
    return bool(d.made.external_id) and any(
        (newer := n.delivery(d.channel)) is not None and newer.made.external_id == d.made.external_id
        for n in story.publications
        if n.version > p.version
    )


def _asked(p: Publication, causes: Mapping[str, RemovalCause], at: datetime) -> Publication:
    for channel, cause in causes.items():
        found = p.delivery(channel)
        if found is not None:
            p = p.with_delivery(replace(found, removal=Removal(cause, at=at), check_at=None))
    return p


def _gone(d: Delivery, r: Removal) -> Delivery:
    if d.state in STANDS:
        d = move_delivery(d, "take-down")
    made = replace(d.made, facts={})
    ended = replace(r, state="done", at=None, reason="")
    # What goes on, without what an attempt had left, may have to be removed once more.
    goes_on = d.state in ("waiting", "sending", "failed") and r.cause == "erased"
    return replace(
        d, made=made, next_at=d.next_at if goes_on else None, check_at=None, removal=None if goes_on else ended
    )


def _bare(d: Delivery) -> Delivery:
    return replace(
        d, removal=None, made=NOTHING_MADE, check_at=None, checks=0, url="", way=None, confirmed_by=None, held_by=None
    )


def _change(
    story: Story,
    version: int,
    channel: str,
    change: Change,
    *,
    tries: int | None = None,
    of: tuple[str, ...] = ("due",),
) -> Story:
    """Change one removal. A worker that comes late (its lease ended, another took over) changes nothing."""
    publication = story.find(version)
    delivery = publication.delivery(channel) if publication else None
    removal = delivery.removal if delivery else None
    if publication is None or delivery is None or removal is None or removal.state not in of:
        return story
    if tries is not None and removal.tries != tries:
        return story
    return story.put(publication.with_delivery(change(publication, delivery, removal)))
