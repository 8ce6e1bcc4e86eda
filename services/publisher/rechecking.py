"""What was live is looked at again: after an hour, a day and a week. Pure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from services.publisher.delivery import CHECKS
from services.publisher.domain import NOTHING_MADE, Delivery, Story
from services.publisher.transitions import move_delivery

VANISHED = "Kiriman yang sudah tayang ini tidak ada lagi di kanalnya. Periksa kanalnya, lalu kirim ulang bila perlu."
AGAIN = timedelta(minutes=10)
Change = Callable[[Delivery], Delivery]


def still_there(story: Story, version: int, channel: str, *, at: datetime) -> Story:
    """It was seen again: the next look is later, and after the last there is none."""

    def after(delivery: Delivery) -> Delivery:
        done = delivery.checks + 1
        later = at + CHECKS[done] - CHECKS[done - 1] if done < len(CHECKS) else None
        return replace(delivery, checks=done, check_at=later)

    return _live(story, version, channel, after)


def not_seen(story: Story, version: int, channel: str, *, at: datetime) -> Story:
    """The channel gave no answer: nothing is known, and it is asked again soon."""
    return _live(story, version, channel, lambda d: replace(d, check_at=at + AGAIN))


def vanish(story: Story, version: int, channel: str) -> Story:
    """It is certainly not there any more: told as failed, and sent again only by a person."""

    def after(delivery: Delivery) -> Delivery:
        gone = replace(move_delivery(delivery, "vanish"), reason=VANISHED, check_at=None, next_at=None)
        return replace(gone, way=None, url="", confirmed_by=None, made=NOTHING_MADE)

    return _live(story, version, channel, after)


def _unchecked(delivery: Delivery) -> Delivery:
    return replace(delivery, check_at=None)


def _live(story: Story, version: int, channel: str, after: Change) -> Story:
    publication = story.find(version)
    delivery = publication.delivery(channel) if publication else None
    if publication is None or delivery is None:
        return story
    if delivery.state != "live" or not publication.may_show:
        # It comes down, or is no more: nobody looks at it again.
        return story if delivery.check_at is None else story.put(publication.with_delivery(_unchecked(delivery)))
    return story.put(publication.with_delivery(after(delivery)))
