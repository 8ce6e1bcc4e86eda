"""Posting by hand: a person takes a delivery on, posts it on the channel, and comes back with its link. Pure.

One person at a time, so that two do not post the same; whoever takes over is told of whom.
"""

from dataclasses import replace

from services.publisher.domain import UNKNOWN_CHANNEL, Delivery, Publication, Story
from services.publisher.refusals import ApprovalFell, HeldByOther, NotByHand, NotPossible
from services.publisher.transitions import move_delivery
from shared.content import Official


def to_post(story: Story, version: int, channel: str) -> tuple[Publication, Delivery]:
    """What a person may post there at this moment. Raises NotByHand, ApprovalFell, NotPossible."""
    publication, delivery = _by_hand(story, version, channel)
    if publication.approval.state != "valid" or not publication.may_show:
        raise ApprovalFell(version)
    if delivery.state not in ("waiting", "sending"):
        raise NotPossible("delivery", delivery.state, "take-on")
    return publication, delivery


def take_on(story: Story, version: int, channel: str, *, by: Official, anyway: bool = False) -> Story:
    """This person posts it now; `anyway` also what another has in hand."""
    publication, delivery = to_post(story, version, channel)
    if delivery.state == "waiting":
        taken = replace(move_delivery(delivery, "take-on"), held_by=by, reason="", tries=delivery.tries + 1)
        return story.put(publication.with_delivery(taken))
    if delivery.held_by is not None and delivery.held_by.account == by.account:
        return story
    if not anyway and delivery.held_by is not None:
        raise HeldByOther(delivery.held_by.name)
    return story.put(publication.with_delivery(replace(delivery, held_by=by, tries=delivery.tries + 1)))


def give_back(story: Story, version: int, channel: str) -> Story:
    """It was not posted: somebody else may, as long as the approval stands."""
    publication, delivery = _by_hand(story, version, channel)
    if delivery.state == "waiting":
        return story
    stands = publication.may_show and publication.approval.state == "valid"
    moved = replace(move_delivery(delivery, "give-back" if stands else "void"), held_by=None)
    return story.put(publication.with_delivery(moved))


def hand_over(story: Story, version: int, channel: str) -> Story:
    """What waits for the system waits for a person from now on."""
    publication, delivery = _found(story, version, channel)
    if delivery.state != "waiting":
        return story
    return story.put(publication.with_delivery(replace(delivery, mode="assisted", next_at=None)))


def by_hand(story: Story, version: int, channel: str) -> Story:
    """What the system could not send, or does not reach, a person will post."""
    publication, delivery = _found(story, version, channel)
    if delivery.is_by_hand and delivery.state == "waiting":
        return story
    if not publication.may_show or publication.approval.state != "valid":
        raise ApprovalFell(version)
    reason = "" if delivery.reason == UNKNOWN_CHANNEL else delivery.reason
    moved = replace(move_delivery(delivery, "by-hand"), mode="assisted", next_at=None, reason=reason)
    return story.put(publication.with_delivery(moved))


def _by_hand(story: Story, version: int, channel: str) -> tuple[Publication, Delivery]:
    publication, delivery = _found(story, version, channel)
    if not delivery.is_by_hand:
        raise NotByHand
    return publication, delivery


def _found(story: Story, version: int, channel: str) -> tuple[Publication, Delivery]:
    publication = story.find(version)
    delivery = publication.delivery(channel) if publication else None
    if publication is None or delivery is None:
        raise NotPossible("delivery", "", "take-on")
    return publication, delivery
