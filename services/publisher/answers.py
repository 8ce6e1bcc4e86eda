"""What only a person can say of a channel: it is there, it is not, we do not wait for it. Pure."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from services.publisher.delivery import CHECKS
from services.publisher.domain import Delivery, Publication, Story, Waiver, Way
from services.publisher.refusals import NotALink, NotAsked, NothingReadable, NotPossible, NotWaivable
from services.publisher.transitions import move_delivery, move_publication
from shared.content import Official

# A look-up that found nothing so often leaves the question to a person.
LOOKS = 3
LONGEST_LINK = 2_000
STANDING = ("live", "unconfirmed")


def is_asked(publication: Publication, delivery: Delivery, *, way: Way | None, looks_up: bool) -> bool:
    """Whether a person is to say if it is there; `way` is the strongest that the channel allows.

    What the system can read as a stranger would is never taken on somebody's word.
    """
    if delivery.is_by_hand:
        return publication.may_show and delivery.state in ("waiting", "sending")
    if delivery.state != "unconfirmed" or not publication.may_show or way == "fetched":
        return False
    if way is None:  # not connected any more: nobody else looks
        return delivery.next_at is None
    return not looks_up or delivery.looks >= LOOKS


def attest(
    story: Story,
    version: int,
    channel: str,
    *,
    url: str,
    by: Official,
    at: datetime,
    way: Way | None,
    looks_up: bool,
) -> Story:
    """A person has seen it on the channel, at this link; with the last required channel the Version is published."""
    publication, delivery = _asked(story, version, channel, way=way, looks_up=looks_up)
    live = replace(move_delivery(delivery, "attest"), url=url, way="attested", confirmed_by=by, reason="", next_at=None)
    live = replace(live, held_by=None, check_at=at + CHECKS[0], checks=0)
    publication = publication.with_delivery(live)
    if publication.is_complete and publication.state == "publishing":
        publication = replace(move_publication(publication, "complete"), published_at=at)
    return story.put(publication)


def deny(
    story: Story,
    version: int,
    channel: str,
    *,
    by: Official,
    at: datetime,
    settle: timedelta,
    way: Way | None,
    looks_up: bool,
) -> Story:
    """A person has looked and it is not there: it is sent again, after a look-up under way (`settle`) has ended."""
    publication, delivery = _asked(story, version, channel, way=way, looks_up=looks_up)
    if publication.approval.state != "valid" or delivery.is_by_hand:
        raise NotPossible("delivery", delivery.state, "deny")
    reason = f"{by.name} memeriksa: belum ada di kanal. Dikirim lagi."
    later = min(delivery.next_at or at, at + settle)
    return story.put(
        publication.with_delivery(replace(move_delivery(delivery, "deny"), reason=reason, next_at=max(later, at)))
    )


def waive(story: Story, version: int, channel: str, *, by: Official, reason: str, at: datetime) -> Story:
    """An official does not wait for a required channel; its own state goes on telling the truth."""
    publication = story.find(version)
    delivery = publication.delivery(channel) if publication else None
    if publication is None or delivery is None:
        raise NotWaivable
    if delivery.is_waived:
        return story
    if publication.state != "publishing" or not delivery.required or delivery.state == "live":
        raise NotWaivable
    publication = publication.with_delivery(replace(delivery, waiver=Waiver(by, reason, at)))
    if publication.is_complete:
        if not publication.visible and not any(d.state == "live" for d in publication.deliveries):
            raise NothingReadable
        publication = replace(move_publication(publication, "waive"), published_at=at)
    return story.put(publication)


def link_of(text: str, hosts: tuple[str, ...]) -> str:
    """A post's public https address on this channel; `hosts` are the channel's, none where they are not known."""
    text = text.strip()
    if len(text) > LONGEST_LINK or not re.fullmatch(r"https://[!-~]+", text):
        raise NotALink(hosts)
    try:
        parts = urlsplit(text)
        host, odd = (parts.hostname or "").lower(), parts.username is not None or parts.port is not None
    except ValueError:
        raise NotALink(hosts) from None
    known = not hosts or any(host == h or host.endswith(f".{h}") for h in hosts)
    if odd or not known or not re.fullmatch(r"([a-z0-9-]+\.)+[a-z0-9-]{2,}", host):
        raise NotALink(hosts)
    if not parts.path.strip("/") and not parts.query:
        raise NotALink(hosts)
    return text


def _asked(
    story: Story, version: int, channel: str, *, way: Way | None, looks_up: bool
) -> tuple[Publication, Delivery]:
    publication = story.find(version)
    delivery = publication.delivery(channel) if publication else None
    if publication is None or delivery is None or not is_asked(publication, delivery, way=way, looks_up=looks_up):
        raise NotAsked
    return publication, delivery
