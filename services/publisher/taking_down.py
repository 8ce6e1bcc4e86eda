"""How what is out of a Story comes down again, on every channel, each with its own truth. Pure."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.publisher.crossings import hide
from services.publisher.domain import SITE, UNDERWAY, Story
from services.publisher.refusals import NothingToTakeDown
from services.publisher.transitions import let_go, move_publication, settled
from shared.content import Official


def take_down(story: Story, *, by: Official, reason: str, at: datetime) -> Story:
    """An official takes down all that is out of this Story."""
    underway = [p for p in story.publications if p.state in UNDERWAY]
    if not underway:
        raise NothingToTakeDown
    for publication in underway:
        story = hide(story, publication, by=by, reason=reason, public_reason=reason, at=at)
    return story


def clear(story: Story, version: int, *, gone_from: Collection[str] = (SITE,)) -> Story:
    """All of a Publication that could be removed is gone: its take-down is done. What a channel keeps stays written."""
    found = story.find(version)
    if found is None or found.state != "taking-down":
        return story
    if any(d.state == "sending" and not d.is_by_hand for d in found.deliveries):
        return story
    ended = settled(found.deliveries, "take-down")
    deliveries = tuple(
        replace(was, next_at=None) if now.state == "taken-down" and now.channel not in gone_from else now
        for was, now in zip(map(let_go, found.deliveries), ended, strict=True)
    )
    # The public read an older Version all the while: it is not told of as taken down.
    kept = found.shown_at is None and any(p.visible for p in story.publications)
    action = "void" if kept and not any(d.state in ("live", "unconfirmed") for d in found.deliveries) else "clear"
    return story.put(replace(move_publication(found, action), deliveries=deliveries))
