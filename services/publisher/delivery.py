"""How an approved Version gets onto its channels, is confirmed there, replaced, and taken down. Pure."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

from services.publisher.crossings import hide
from services.publisher.domain import (
    SITE,
    UNDERWAY,
    Delivery,
    DeliveryState,
    Publication,
    Story,
    Way,
    ended_schedule,
    move_delivery,
    move_publication,
    settled,
    slug_of,
)
from services.publisher.refusals import (
    ApprovalFell,
    Exempt,
    NeverPublic,
    NoLookUp,
    NotApproved,
    NothingToTakeDown,
    NotPossible,
    TooEarly,
)
from shared.content import EXEMPT, Official

IN_HAND: tuple[DeliveryState, ...] = ("sending", "unconfirmed")
LONGEST_PAUSE = timedelta(minutes=5)
CUT_OFF = "Pengiriman terputus, dan kanal ini tidak dapat diperiksa oleh sistem."
UNKNOWN_CHANNEL = "Kanal ini belum tersambung pada sistem."
Act = Callable[[Publication, Delivery], Publication]


def publish(
    story: Story, version: int, *, by: Official, at: datetime, channels: Collection[str], required: Collection[str]
) -> Story:
    """Start an approved Version; `channels` are those that this installation can reach.

    One that was started already stays as it is: who asks twice wants one effect.
    """
    found = story.find(version)
    if found is not None and found.state in UNDERWAY:
        return story
    found = approved(story, version)
    if found.approval.not_before is not None and at < found.approval.not_before:
        raise TooEarly(found.approval.not_before)
    wanted = dict.fromkeys((SITE, *found.approval.content.channels))
    deliveries = tuple(_delivery(name, at, reachable=name in channels, required=name in required) for name in wanted)
    started = replace(
        move_publication(found, "publish"), deliveries=deliveries, started_by=by, started_at=at,
        schedule=ended_schedule(found, "start"),
    )  # fmt: skip
    return replace(story.put(started), slug=story.slug or slug_of(found.approval.content.title, story.id))


def approved(story: Story, version: int) -> Publication:
    """A Version whose approval stands at this moment, and that is no practice; refused otherwise."""
    found = story.find(version)
    if found is None:
        raise NotApproved(version)
    if found.approval.practice:
        raise NeverPublic
    if found.approval.content.information_class == EXEMPT:
        raise Exempt
    if found.approval.state != "valid":
        raise ApprovalFell(version)
    return found


def _delivery(name: str, at: datetime, *, reachable: bool, required: bool) -> Delivery:
    # The site is required always: it is where the public finds the office's word.
    if reachable:
        return Delivery(name, required or name == SITE, next_at=at)
    return Delivery(name, required, state="failed", reason=UNKNOWN_CHANNEL)


def take_down(story: Story, *, by: Official, reason: str, at: datetime) -> Story:
    """An official takes down all that is out of this Story."""
    underway = [p for p in story.publications if p.state in UNDERWAY]
    if not underway:
        raise NothingToTakeDown
    for publication in underway:
        story = hide(story, publication, by=by, reason=reason, public_reason=reason, at=at)
    return story


def take(story: Story, version: int, channel: str, *, at: datetime, until: datetime, looks_up: bool = True) -> Story:
    """Take a due delivery up: send what waits; what is unclear, or was found half sent, will be looked up.

    Where a channel offers no look-up (not `looks_up`), what is unclear waits for a person.
    """

    def act(publication: Publication, delivery: Delivery) -> Publication:
        if not publication.may_show or (delivery.state == "waiting" and publication.approval.state != "valid"):
            return _stopped(publication, delivery)
        if delivery.state == "waiting":
            moved = replace(move_delivery(delivery, "send"), next_at=until)
        elif looks_up:
            moved = replace(move_delivery(delivery, "doubt"), looks=delivery.looks + 1, next_at=until)
        else:
            moved = replace(move_delivery(delivery, "doubt"), reason=CUT_OFF, next_at=None)
        return publication.with_delivery(replace(moved, tries=delivery.tries + 1))

    return _act(story, version, channel, act)


def postpone(story: Story, version: int, channel: str, *, until: datetime) -> Story:
    """Leave a delivery for later, as it is."""
    return _act(story, version, channel, lambda p, d: p.with_delivery(replace(d, next_at=until)))


def prolong(story: Story, version: int, channel: str, *, tries: int, until: datetime) -> Story:
    """The worker that sends is still at it."""

    def act(publication: Publication, delivery: Delivery) -> Publication:
        if delivery.state != "sending":
            return publication
        return publication.with_delivery(replace(delivery, next_at=until))

    return _act(story, version, channel, act, tries=tries)


def is_sent_by(publication: Publication, channel: str, *, tries: int) -> bool:
    """Whether the worker that took it up so often is the one that sends."""
    delivery = publication.delivery(channel)
    return delivery is not None and delivery.state == "sending" and delivery.tries == tries


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


def confirm(story: Story, version: int, channel: str, *, tries: int, url: str, way: Way, at: datetime) -> Story:
    """The public can read it on this channel; with the last required channel the Version is published."""

    def act(publication: Publication, delivery: Delivery) -> Publication:
        if not publication.may_show:
            return _stopped(publication, delivery)
        live = replace(move_delivery(delivery, "confirm"), url=url, way=way, reason="", next_at=None)
        publication = publication.with_delivery(live)
        if publication.is_complete and publication.state == "publishing":
            return replace(move_publication(publication, "complete"), published_at=at)
        return publication

    return _act(story, version, channel, act, tries=tries, of=(*IN_HAND, "waiting"))


def doubt(
    story: Story, version: int, channel: str, *, tries: int, reason: str, at: datetime, looks_up: bool = True
) -> Story:
    """Nobody knows whether it arrived: it will be looked up where that is possible, and not sent again before."""

    def act(publication: Publication, delivery: Delivery) -> Publication:
        if not publication.may_show:
            return _stopped(publication, delivery)
        later = at + pause(delivery.tries) if looks_up else None
        return publication.with_delivery(replace(move_delivery(delivery, "doubt"), reason=reason, next_at=later))

    return _act(story, version, channel, act, tries=tries)


def put_back(story: Story, version: int, channel: str, *, tries: int, reason: str, at: datetime) -> Story:
    """It is certain that nothing is there: it may be sent (again), if its approval is still whole."""

    def act(publication: Publication, delivery: Delivery) -> Publication:
        if publication.approval.state != "valid" or not publication.may_show:
            return _stopped(publication, delivery)
        later = at + pause(delivery.tries)
        return publication.with_delivery(replace(move_delivery(delivery, "put-back"), reason=reason, next_at=later))

    return _act(story, version, channel, act, tries=tries)


def fail(story: Story, version: int, channel: str, *, tries: int, reason: str) -> Story:
    """The channel said no for good: a person has to look."""

    def act(publication: Publication, delivery: Delivery) -> Publication:
        if not publication.may_show:
            return _stopped(publication, delivery)
        return publication.with_delivery(replace(move_delivery(delivery, "fail"), reason=reason, next_at=None))

    return _act(story, version, channel, act, tries=tries)


def retry(story: Story, channel: str, *, at: datetime, looks_up: bool = True) -> Story:
    """The Admin asks again: a failed delivery is sent again, an unconfirmed one looked up at once.

    What is on its way, or live, stays as it is: who asks twice wants one effect.
    """
    for publication in reversed(story.publications):
        delivery = publication.delivery(channel)
        if delivery is not None and publication.may_show and delivery.reason != UNKNOWN_CHANNEL:
            if delivery.state in ("waiting", "sending", "live"):
                return story
            if delivery.state == "unconfirmed" and not looks_up:
                raise NoLookUp
            again = replace(move_delivery(delivery, "retry"), next_at=at)
            return story.put(publication.with_delivery(again))
    raise NotPossible("delivery", "", "retry")


def clear(story: Story, version: int, *, gone_from: Collection[str] = (SITE,)) -> Story:
    """All of a Publication that could be removed is gone: its take-down is done. What a channel keeps stays written."""
    found = story.find(version)
    if found is None or found.state != "taking-down" or any(d.state == "sending" for d in found.deliveries):
        return story
    ended = settled(found.deliveries, "take-down")
    deliveries = tuple(
        was if now.state == "taken-down" and now.channel not in gone_from else now
        for was, now in zip(found.deliveries, ended, strict=True)
    )
    # The public read an older Version all the while: it is not told of as taken down.
    kept = found.shown_at is None and any(p.visible for p in story.publications)
    action = "void" if kept and not any(d.state in ("live", "unconfirmed") for d in found.deliveries) else "clear"
    return story.put(replace(move_publication(found, action), deliveries=deliveries))


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


def _stopped(publication: Publication, delivery: Delivery) -> Publication:
    """The approval fell, or a newer page took the place, while this was under way."""
    may_be_there = delivery.state != "waiting" and (delivery.channel != SITE or publication.shown_at is not None)
    # Whoever takes it down has to know of what may have arrived.
    known_as = "doubt" if publication.state == "taking-down" and may_be_there else "void"
    moved = move_delivery(delivery, known_as)
    publication = publication.with_delivery(replace(moved, next_at=None))
    if publication.state == "publishing" and not publication.is_out:
        return _ended(publication)
    return publication


def _ended(publication: Publication) -> Publication:
    """A Publication none of whose deliveries can go on any more, because its approval was overtaken."""
    return replace(move_publication(publication, "void"), deliveries=settled(publication.deliveries, "void"))
