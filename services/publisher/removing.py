"""What stands on other channels, or may, and has to be gone: asked for, tried until its end, told as it is. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, Protocol, get_args

from services.publisher.delivery import pause
from services.publisher.domain import (
    ROUND,
    SITE,
    UNDERWAY,
    Delivery,
    Made,
    Publication,
    Removal,
    RemovalCause,
    Story,
)
from services.publisher.refusals import NotPossible
from services.publisher.transitions import move_delivery
from shared.content import Content

# After so many attempts, or so long, it is told as failed; it is tried on all the same.
PATIENT = 8
LONGEST = timedelta(minutes=15)
OPEN = ("due", "by-hand", "refused")
ENDED = ("superseded", "void", "taking-down", "taken-down")
DOWN = ("taking-down", "taken-down")
STANDS = ("live", "unconfirmed", "superseded")
WITHDRAWN = "Kiriman ini dihapus karena memuat berkas yang harus dihapus. Kirim ulang tanpa berkas itu bila perlu."
Truth = Literal["done", "impossible", "failed"]
TRUTHS: tuple[Truth, ...] = get_args(Truth)
Change = Callable[[Publication, Delivery, Removal], Delivery]


class Reach(Protocol):
    """What is known of the channels, for whom nothing here calls."""

    def carries(self, delivery: Delivery, before: Content, after: Content) -> bool:
        """Whether its post would have other files with the one content than with the other."""
        ...

    def keeps_files(self, channel: str) -> bool:
        """Whether an edit there changes the words alone."""
        ...


def needed(story: Story, at: datetime) -> Story:
    """Ask for the removal of each post that has no right to stand any more, whatever brought that about."""
    down = _is_down(story)
    for publication in story.publications:
        for d in publication.deliveries:
            cause = _cause(story, publication, d, down=down)
            if cause is not None:
                story = _ask(story, publication.version, d.channel, cause, at)
    return story


def of_erased(story: Story, version: int, carried: Callable[[Delivery], bool], reach: Reach, at: datetime) -> Story:
    """A file of this Version was erased: it has to leave each channel that got it, drafts and uploads too.

    A post that a newer Version took over by an edit of its words shows the file still, and is that Version's now.
    """
    publication = story.find(version)
    for d in publication.deliveries if publication else ():
        if d.channel == SITE or not (d.state in (*STANDS, "sending") or d.made.unseen) or not carried(d):
            continue
        newest = _last_sharing(story, version, d)
        if newest == version or reach.keeps_files(d.channel):
            story = _ask(story, newest, d.channel, "erased", at)
    return story


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
    """It is not certain to be gone: it is tried again, not before `until` where the channel named a time.

    What nobody ever saw is given up in the end.
    """
    later = max(until or at, at + pause(tries))

    def change(p: Publication, d: Delivery, r: Removal) -> Delivery:
        if not may_stand(d) and tries >= PATIENT:
            return _gone(d, r)
        return replace(d, removal=replace(r, at=later, reason=reason))

    return _change(story, version, channel, change, tries=tries)


def refuse(story: Story, version: int, channel: str, *, tries: int, reason: str) -> Story:
    """The channel said no for good: a person has to remove it, where anybody could see it."""

    def change(p: Publication, d: Delivery, r: Removal) -> Delivery:
        if not may_stand(d):
            return _gone(d, r)
        return replace(d, removal=replace(r, state="refused", at=None, reason=reason))

    return _change(story, version, channel, change, tries=tries)


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
            # A look-up of before that comes late must not find what is gone by now.
            return replace(_bare(move_delivery(d, "redo")), next_at=next_at, reason="", tries=d.tries + 1)
        return _gone(d, r)

    after = _change(story, version, channel, change, tries=tries)
    return after if after is story else _looked_at_again(after, story, version, channel, at)


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

    return _change(story, version, channel, change, of=OPEN)


def ask_again(story: Story, version: int, channel: str, *, at: datetime) -> Story:
    """A person has mended what kept the channel from removing it."""
    return _change(
        story,
        version,
        channel,
        lambda p, d, r: replace(d, removal=replace(r, state="due", at=at, since=at, tries=0, reason="")),
        of=("by-hand", "refused"),
    )


def taken_over(story: Story, version: int, channel: str, *, keeps_files: bool, at: datetime) -> Story:
    """A newer Version stands in the very post that was to be removed here: nothing of the older one is left.

    Where an edit changes the words alone, an erased file is left: then it is the newer one that has to go.
    """
    now = story.find(version)
    newer = now.delivery(channel) if now else None
    if newer is None or newer.state != "live":
        return story
    for older in story.publications:
        d = older.delivery(channel)
        if older.version >= version or d is None or d.removal is None or not d.removal.is_open:
            continue
        if not is_same(story, older.version, version, channel):
            continue
        story = _change(story, older.version, channel, lambda p, d, r: _gone(d, r), of=OPEN)
        if d.removal.cause == "erased" and keeps_files:
            story = _ask(story, version, channel, "erased", at)
    return story


def holds(story: Story, publication: Publication, channel: str, at: datetime) -> bool:
    """Whether something is being removed there before this Version may be sent."""
    return any(
        d is not None and d.removal is not None and is_awaited(d.removal, at)
        for p in story.publications
        if p.version <= publication.version
        for d in (p.delivery(channel),)
    )


def is_awaited(removal: Removal, at: datetime) -> bool:
    """Whether others wait for its end: for so many attempts, and so long."""
    return removal.state == "due" and removal.tries < PATIENT and at - (removal.since or at) < LONGEST


def is_in_use(story: Story, version: int, channel: str) -> bool:
    """Whether the system is just bringing a newer Version onto this channel, where it may edit this one's post."""
    return any(
        (d := p.delivery(channel)) is not None and d.state in ("sending", "unconfirmed") and not d.is_by_hand
        and (d.removal is None or not d.removal.is_open)
        for p in story.publications
        if p.version > version
    )  # fmt: skip


def successor(story: Story, version: int, channel: str) -> int | None:
    """The newer Version that the system has brought onto this channel."""
    return next(
        (
            p.version
            for p in reversed(story.publications)
            if p.version > version and (d := p.delivery(channel)) is not None and d.state == "live" and not d.is_by_hand
        ),
        None,
    )


def is_same(story: Story, version: int, newer: int, channel: str) -> bool:
    """Whether the newer Version edited the older one's post; one without a name of its own was found by its link."""
    names = [d.made.external_id for v in (version, newer) if (p := story.find(v)) and (d := p.delivery(channel))]
    return names[0] in ("", names[-1])


def is_over(story: Story, version: int, at: datetime) -> bool:
    """Whether each removal that the take-down of this Version waits for has come to an end that can be told."""
    return not any(is_awaited(r, at) for _, r in _of_take_down(story, version))


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
    comes_down = down or p.state in DOWN or p.approval.state == "revoked"
    if comes_down and may_stand(d) and _last_sharing(story, p.version, d) == p.version:
        return "taken-down"
    if d.state in ("void", "failed") and d.made.unseen and not d.made.submitted and not d.made.done:
        return "left-over"
    return None


def may_stand(d: Delivery) -> bool:
    """Something of it is there, or may be: of what was sent in part also where the rest never was."""
    in_hand = d.state == "sending" and d.is_by_hand
    return in_hand or d.state in STANDS or (d.state in ("void", "failed") and bool(d.made.done))


def _last_sharing(story: Story, version: int, d: Delivery) -> int:
    """The newest Version that stands in the same post, having edited it; itself where none does."""
    sharing = (
        n.version
        for n in story.publications
        if n.version > version
        and (newer := n.delivery(d.channel)) is not None
        and newer.made.external_id == d.made.external_id
    )
    return max(sharing, default=version) if d.made.external_id else version


def _looked_at_again(after: Story, before: Story, version: int, channel: str, at: datetime) -> Story:
    """An older Version that the public reads shared the post which is gone now: its own state is to tell of it."""
    gone = before.find(version)
    d = gone.delivery(channel) if gone else None
    for older in after.publications:
        o = older.delivery(channel)
        shared = o is not None and d is not None and o.made.external_id == d.made.external_id != ""
        if o is not None and shared and older.version < version and older.may_show and o.state == "live":
            after = after.put(older.with_delivery(replace(o, check_at=at)))
    return after


def _ask(story: Story, version: int, channel: str, cause: RemovalCause, at: datetime) -> Story:
    publication = story.find(version)
    delivery = publication.delivery(channel) if publication else None
    if publication is None or delivery is None:
        return story
    asked = replace(delivery, removal=Removal(cause, at=at, since=at), check_at=None)
    return story.put(publication.with_delivery(asked))


def _gone(d: Delivery, r: Removal) -> Delivery:
    if d.state in STANDS:
        d = move_delivery(d, "take-down")
    made = replace(d.made, facts=d.made.lasting)
    ended = replace(r, state="done", at=None, reason="")
    # What goes on, without what an attempt had left, may have to be removed once more.
    goes_on = d.state in ("waiting", "sending", "failed") and r.cause == "erased"
    return replace(
        d, made=made, next_at=d.next_at if goes_on else None, check_at=None, removal=None if goes_on else ended
    )


def _bare(d: Delivery) -> Delivery:
    again = Made(facts={ROUND: str(int(d.made.facts.get(ROUND, "0")) + 1)})
    return replace(
        d, removal=None, made=again, check_at=None, checks=0, url="", way=None, confirmed_by=None, held_by=None
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
