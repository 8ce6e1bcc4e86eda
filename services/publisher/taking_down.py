"""How what is out of a Story comes down again, with the truth of each channel (see `removing`). Pure."""

from dataclasses import replace
from datetime import datetime

from services.publisher import removing
from services.publisher.crossings import hide
from services.publisher.domain import SITE, UNDERWAY, Delivery, Story
from services.publisher.refusals import NothingToTakeDown
from services.publisher.transitions import let_go, move_delivery, move_publication
from shared.content import Official


def take_down(story: Story, *, by: Official, reason: str, at: datetime) -> Story:
    """An official takes down all that is out of this Story."""
    underway = [p for p in story.publications if p.state in UNDERWAY]
    if not underway:
        raise NothingToTakeDown
    for publication in underway:
        story = hide(story, publication, by=by, reason=reason, public_reason=reason, at=at)
    return story


def clear(story: Story, version: int, *, at: datetime) -> Story:
    """Page and objects are gone, and each channel has come to an end that can be told: the take-down is done."""
    found = story.find(version)
    if found is None or found.state != "taking-down" or not removing.is_over(story, version, at):
        return story
    known = (d for p in story.publications if p.version <= version for d in p.deliveries)
    if any(d.state == "sending" and not d.is_by_hand for d in known):
        return story
    # The public read an older Version all the while: it is not told of as taken down.
    kept = found.shown_at is None and any(p.visible for p in story.publications)
    action = "void" if kept and not any(d.state in ("live", "unconfirmed") for d in found.deliveries) else "clear"
    deliveries = tuple(_cleared(let_go(d)) for d in found.deliveries)
    return story.put(replace(move_publication(found, action), deliveries=deliveries))


def _cleared(delivery: Delivery) -> Delivery:
    """Of the site nothing is left; what another channel keeps stays written."""
    if delivery.state in ("waiting", "failed"):
        return replace(move_delivery(delivery, "void"), next_at=None, check_at=None)
    if delivery.channel == SITE and delivery.state in ("live", "unconfirmed"):
        return replace(move_delivery(delivery, "take-down"), next_at=None, check_at=None)
    return replace(delivery, next_at=None, check_at=None)
