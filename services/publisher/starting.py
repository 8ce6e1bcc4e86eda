"""How an approved Version starts on its way to its channels. Pure."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.publisher.domain import SITE, UNDERWAY, UNKNOWN_CHANNEL, Delivery, Publication, Story, slug_of
from services.publisher.refusals import ApprovalFell, Exempt, NeverPublic, NotApproved, TooEarly
from services.publisher.transitions import ended_schedule, move_publication
from shared.content import EXEMPT, Official


def publish(
    story: Story,
    version: int,
    *,
    by: Official,
    at: datetime,
    channels: Collection[str],
    required: Collection[str],
    by_hand: Collection[str] = (),
) -> Story:
    """Start an approved Version; `channels` are those that the system reaches, `by_hand` those where a person posts.

    One that was started already stays as it is: who asks twice wants one effect.
    """
    found = story.find(version)
    if found is not None and found.state in UNDERWAY:
        return story
    found = approved(story, version)
    if found.approval.not_before is not None and at < found.approval.not_before:
        raise TooEarly(found.approval.not_before)
    wanted = dict.fromkeys((SITE, *found.approval.content.channels))
    begun = (_begun(name, at, reachable=name in channels, by_hand=name in by_hand) for name in wanted)
    deliveries = tuple(replace(d, required=d.required or d.channel in required) for d in begun)
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


def _begun(name: str, at: datetime, *, reachable: bool, by_hand: bool) -> Delivery:
    # The site is required always: it is where the public finds the office's word.
    if reachable:
        return Delivery(name, name == SITE, next_at=at)
    if by_hand:
        return Delivery(name, required=False, mode="assisted")
    return Delivery(name, required=False, state="failed", reason=UNKNOWN_CHANNEL)
