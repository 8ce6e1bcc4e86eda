"""How a Version gets onto one channel, is confirmed there, and replaces an older one. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from services.publisher.domain import (
    SENT,
    SITE,
    UNDERWAY,
    UNKNOWN_CHANNEL,
    Delivery,
    DeliveryState,
    Made,
    Publication,
    Story,
    Way,
)
from services.publisher.refusals import NoLookUp, NotPossible
from services.publisher.transitions import move_delivery, move_publication, settled

IN_HAND: tuple[DeliveryState, ...] = ("sending", "unconfirmed")
LONGEST_PAUSE = timedelta(minutes=5)
# What is live is looked at again so long after it was seen.
CHECKS = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
NOTHING_SENT: Mapping[str, str] = {}
CUT_OFF = "Pengiriman terputus, dan kanal ini tidak dapat diperiksa oleh sistem."
# So many looks for an older Version's post are waited for.
FEW = 3
Act = Callable[[Publication, Delivery], Publication]


def take(story: Story, version: int, channel: str, *, at: datetime, until: datetime, looks_up: bool = True) -> Story:
    """Take a due delivery up: send what waits; what is unclear, or was found half sent, will be looked up.

    Where a channel offers no look-up (not `looks_up`), what is unclear waits for a person; what was never submitted is
    clear, and is put back by whoever takes it up.
    """

    def act(publication: Publication, delivery: Delivery) -> Publication:
        if not publication.may_show or (delivery.state == "waiting" and publication.approval.state != "valid"):
            return _stopped(publication, delivery)
        if delivery.state == "waiting":
            moved = replace(move_delivery(delivery, "send"), next_at=until)
        elif looks_up or not delivery.made.submitted:
            moved = replace(move_delivery(delivery, "doubt"), looks=delivery.looks + 1, next_at=until)
        else:
            moved = replace(move_delivery(delivery, "doubt"), reason=CUT_OFF, next_at=None)
        return publication.with_delivery(replace(moved, tries=delivery.tries + 1))

    return _act(story, version, channel, act)


def postpone(story: Story, version: int, channel: str, *, until: datetime, reason: str) -> Story:
    """Leave a delivery for later, as it is."""
    return _act(story, version, channel, lambda p, d: p.with_delivery(replace(d, next_at=until, reason=reason)))


def prolong(story: Story, version: int, channel: str, *, tries: int, until: datetime) -> Story:
    """The worker that sends is still at it."""

    def act(publication: Publication, delivery: Delivery) -> Publication:
        if delivery.state != "sending":
            return publication
        return publication.with_delivery(replace(delivery, next_at=until))

    return _act(story, version, channel, act, tries=tries)


def keep(story: Story, version: int, channel: str, *, tries: int, facts: Mapping[str, str]) -> Story:
    """Remember what an attempt has made at the channel and the public does not see."""

    def act(publication: Publication, delivery: Delivery) -> Publication:
        made = replace(delivery.made, facts={**delivery.made.facts, **facts})
        return publication.with_delivery(replace(delivery, made=made))

    return _act(story, version, channel, act, tries=tries)


def submit(story: Story, version: int, channel: str, *, tries: int, sent: Mapping[str, str] = NOTHING_SENT) -> Story:
    """From here on the public may see it, as `sent`: only of what may still be shown, by the attempt that sends.

    What was only superseded while it is sent stands until the newer Version is approved (EVENTS.md, Crossings).
    """

    def act(publication: Publication, delivery: Delivery) -> Publication:
        if not publication.may_show or _has_to_go(delivery):
            return publication
        facts = {**delivery.made.facts, **{f"{SENT}{name}": fact for name, fact in sent.items()}}
        made = replace(delivery.made, submitted=True, facts=facts)
        return publication.with_delivery(replace(delivery, made=made))

    return _act(story, version, channel, act, tries=tries, of=("sending",))


def is_under_way_before(story: Story, version: int, channel: str) -> bool:
    """Whether an older Version is being sent there by the system, or looked for: what it made has to be known first."""
    older = (d for p in story.publications if p.version < version and (d := p.delivery(channel)) is not None)
    return any(
        (d.state == "sending" and not d.is_by_hand)
        or (d.state == "unconfirmed" and d.next_at is not None and d.looks < FEW)
        for d in older
    )


def is_submitted(publication: Publication, channel: str, *, tries: int) -> bool:
    """Whether the attempt that was taken up so often may make it public now."""
    delivery = publication.delivery(channel)
    sends = is_sent_by(publication, channel, tries=tries) and publication.may_show
    return delivery is not None and sends and delivery.made.submitted


def is_sent_by(publication: Publication, channel: str, *, tries: int) -> bool:
    """Whether the worker that took it up so often is the one that sends."""
    delivery = publication.delivery(channel)
    if delivery is None or _has_to_go(delivery):
        return False
    return delivery.state == "sending" and delivery.tries == tries


def _has_to_go(delivery: Delivery) -> bool:
    """A file that it shows was erased since it was taken up."""
    return delivery.removal is not None and delivery.removal.is_open


def show(story: Story, version: int, *, tries: int, at: datetime) -> Story:
    """Make the page visible, in the place of an older one, where the approval still stands at this very moment."""
    found = story.find(version)
    if found is None or not found.may_show or not is_sent_by(found, SITE, tries=tries):
        return story
    older = [
        replace(move_publication(p, "replace"), visible=False, deliveries=settled(p.deliveries, "replace"))
        for p in story.publications
        if p.version < version and p.state in UNDERWAY
    ]
    shown = replace(found, visible=True, shown_at=found.shown_at or at)
    return replace(story.put(*older, shown), gone=None)


def confirm(
    story: Story, version: int, channel: str, *, tries: int, url: str, way: Way, at: datetime, external_id: str = ""
) -> Story:
    """The public can read it on this channel; with the last required channel the Version is published."""

    def act(publication: Publication, delivery: Delivery) -> Publication:
        made = _named(delivery, external_id)
        if not publication.may_show:
            return _stopped(publication, replace(delivery, made=replace(made, submitted=True), url=url))
        live = replace(move_delivery(delivery, "confirm"), url=url, way=way, reason="", next_at=None, made=made)
        live = replace(live, check_at=at + CHECKS[0], checks=0)
        publication = publication.with_delivery(live)
        if publication.is_complete and publication.state == "publishing":
            return replace(move_publication(publication, "complete"), published_at=at)
        return publication

    return _act(story, version, channel, act, tries=tries, of=(*IN_HAND, "waiting"))


def doubt(
    story: Story,
    version: int,
    channel: str,
    *,
    tries: int,
    reason: str,
    at: datetime,
    looks_up: bool = True,
    external_id: str = "",
    received: bool = False,
) -> Story:
    """Nobody knows whether it arrived: it will be looked up where that is possible, and not sent again before.

    `received` where the channel took it, though the public was not seen to read it.
    """

    def act(publication: Publication, delivery: Delivery) -> Publication:
        made = replace(_named(delivery, external_id), submitted=delivery.made.submitted or received)
        if not publication.may_show:
            return _stopped(publication, replace(delivery, made=made))
        later = at + pause(delivery.tries) if looks_up else None
        doubted = replace(move_delivery(delivery, "doubt"), reason=reason, next_at=later, made=made)
        return publication.with_delivery(doubted)

    return _act(story, version, channel, act, tries=tries)


def put_back(
    story: Story,
    version: int,
    channel: str,
    *,
    tries: int,
    reason: str,
    at: datetime,
    until: datetime | None = None,
) -> Story:
    """It is certain that nothing is there: it may be sent (again), if its approval is still whole.

    Not before `until`, where the channel named a time.
    """

    def act(publication: Publication, delivery: Delivery) -> Publication:
        if publication.approval.state != "valid" or not publication.may_show:
            return _stopped(publication, _absent(delivery))
        later = max(until or at, at + pause(delivery.tries))
        back = replace(move_delivery(delivery, "put-back"), reason=reason, next_at=later)
        return publication.with_delivery(_without_the_erased(back, at))

    return _act(story, version, channel, act, tries=tries)


def _without_the_erased(delivery: Delivery, at: datetime) -> Delivery:
    """It is certainly not there: of a file that had to go, only what an attempt made in secret is left to remove."""
    removal = delivery.removal
    if removal is None or not removal.is_open:
        return delivery
    left = replace(removal, state="due", at=at) if delivery.made.unseen else None
    return replace(delivery, removal=left)


def fail(story: Story, version: int, channel: str, *, tries: int, reason: str) -> Story:
    """The channel said no for good: a person has to look."""

    def act(publication: Publication, delivery: Delivery) -> Publication:
        if not publication.may_show:
            return _stopped(publication, _absent(delivery))
        failed = publication.with_delivery(replace(move_delivery(delivery, "fail"), reason=reason, next_at=None))
        # Overtaken, and nothing of it is out any more: the others need not go on.
        over = failed.state == "publishing" and failed.approval.state != "valid" and not failed.is_out
        return _ended(failed) if over else failed

    return _act(story, version, channel, act, tries=tries)


def retry(story: Story, channel: str, *, at: datetime, looks_up: bool = True, reached: bool = False) -> Story:
    """The Admin asks again: a failed delivery is sent again, an unconfirmed one looked up at once.

    What is on its way, or live, stays as it is: who asks twice wants one effect. `reached` where the channel is
    connected now.
    """
    for publication in reversed(story.publications):
        delivery = publication.delivery(channel)
        if delivery is not None and publication.may_show and (reached or delivery.reason != UNKNOWN_CHANNEL):
            if delivery.state in ("waiting", "sending", "live"):
                return story
            if delivery.state == "unconfirmed" and not looks_up:
                raise NoLookUp
            # What an attempt that failed had made may be of no use by now; what is done is not done twice.
            made = replace(delivery.made, facts=delivery.made.lasting) if delivery.state == "failed" else delivery.made
            again = replace(move_delivery(replace(delivery, made=made), "retry"), next_at=at)
            return story.put(publication.with_delivery(again))
    raise NotPossible("delivery", "", "retry")


def pause(tries: int) -> timedelta:
    """How long until the next attempt: doubling, bounded."""
    return min(LONGEST_PAUSE, timedelta(seconds=2 ** min(tries, 16)))


def _act(
    story: Story,
    version: int,
    channel: str,
    act: Act,
    *,
    tries: int | None = None,
    of: tuple[DeliveryState, ...] = IN_HAND,
) -> Story:
    """Change one delivery. A worker that comes late (its lease ended, another took over) changes nothing."""
    publication = story.find(version)
    delivery = publication.delivery(channel) if publication else None
    if publication is None or delivery is None:
        return story
    if tries is not None and (delivery.tries != tries or delivery.state not in of):
        return story
    return story.put(act(publication, delivery))


def _named(delivery: Delivery, external_id: str) -> Made:
    return replace(delivery.made, external_id=external_id) if external_id else delivery.made


def _absent(delivery: Delivery) -> Delivery:
    """Nothing of this attempt is there, for certain."""
    return replace(delivery, made=replace(delivery.made, submitted=False, external_id=""))


def _stopped(publication: Publication, delivery: Delivery) -> Publication:
    """The approval fell, or a newer page took the place, while this was under way: what may be there stays known."""
    made = delivery.made
    arrived = publication.shown_at is not None if delivery.channel == SITE else made.submitted or bool(made.done)
    if delivery.state in ("void", "superseded", "taken-down"):  # it came to its end meanwhile
        return publication.with_delivery(replace(delivery, next_at=None))
    known_as = "void"
    if delivery.state != "waiting" and arrived:
        known_as = {"taking-down": "doubt", "taken-down": "doubt", "superseded": "replace"}.get(
            publication.state, "void"
        )
    moved = move_delivery(delivery, known_as)
    publication = publication.with_delivery(replace(moved, next_at=None))
    if publication.state == "publishing" and not publication.is_out:
        return _ended(publication)
    return publication


def _ended(publication: Publication) -> Publication:
    """A Publication none of whose deliveries can go on any more, because its approval was overtaken."""
    return replace(move_publication(publication, "void"), deliveries=settled(publication.deliveries, "void"))
