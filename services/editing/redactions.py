"""Samarkan sebagian, at the desk: a Version derived from the one that a leader returned, which only removes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from services.editing.manuscript import CutKey, Cuts, MediaChoice, NotCutYet, NotRedactable, cut_of
from services.editing.reports import Report
from services.editing.stories import Story
from shared.content import Content, Crop, Official, Redaction, StoryMedia
from shared.envelope import Envelope, Received
from shared.events import StoryReturned
from shared.redaction import redact
from shared.words import moment

Ending = Literal["derived", "held", "overtaken", "failed"]


@dataclass(frozen=True, slots=True)
class Order:
    """What a leader wants taken out of one Version. `outcome` says what came of it; held: saved, not yet submitted."""

    story: UUID
    version: int
    redaction: Redaction
    by: Official
    at: datetime
    because: Envelope
    outcome: Ending | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the Admin is told of an order; `by_hand` says that it is now theirs to take out."""

    order: Order
    by_hand: bool


def order_of(received: Received) -> Order | None:
    event = received.event
    if not isinstance(event, StoryReturned) or event.redaction is None:
        return None
    return Order(event.story, event.version, event.redaction, event.decided_by, event.decided_at, received.envelope)


def fits(story: Story, order: Order) -> bool:
    """Whether the returned Version is still the newest: else an Admin goes on from another one."""
    return story.state == "returned" and story.version == order.version


def reason(order: Order, zone: ZoneInfo) -> str:
    by = order.by
    return f"Penyamaran sesuai keputusan {by.name} ({by.capacity}), {moment(order.at, str(zone))}"


def told_of(story: Story, order: Order | None) -> Told | None:
    """The order while it concerns the Admin: until the Story goes on to the leader."""
    if order is None or story.state != "returned":
        return None
    return Told(order, by_hand=order.outcome in ("overtaken", "failed"))


def wanted(content: Content, order: Order, reports: Sequence[Report]) -> dict[UUID, CutKey]:
    """The copy that each picture to be redacted needs: black where it was before, and where it is to be.

    Raises MediaNotInStory, NotRedactable.
    """
    more = {picture.media: picture.regions for picture in order.redaction.pictures}
    return {m.id: _key(m, more[m.id], reports) for m in content.media if m.id in more}


def derived(content: Content, order: Order, reports: Sequence[Report], cuts: Cuts) -> Content:
    """The content without what is to be taken out. Raises Refused where it cannot be."""
    keys = wanted(content, order, reports)
    media = tuple(_blackened(m, keys[m.id], cuts) if m.id in keys else m for m in content.media)
    return redact(content.model_copy(update={"media": media}), order.redaction.passages)


def _key(media: StoryMedia, regions: Sequence[Crop], reports: Sequence[Report]) -> CutKey:
    black = tuple(dict.fromkeys((*media.redacted, *regions)))
    key = cut_of(MediaChoice(id=media.id, crop=media.crop), reports, black)
    if key is None:
        raise NotRedactable(media.name)
    return key


def _blackened(media: StoryMedia, key: CutKey, cuts: Cuts) -> StoryMedia:
    own = cuts.get(key)
    if own is None:
        raise NotCutYet(media.name)
    looks = {"renditions": own.renditions, "placeholder": own.placeholder, "redacted": key.redacted}
    return media.model_copy(update=looks)
