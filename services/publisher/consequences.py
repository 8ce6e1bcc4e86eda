"""What follows from a change of a Story: events, clocks, audit entries, objects no longer needed. Pure, by comparison.

So a handler, a screen and a worker that bring about the same change tell the same of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.publisher import removing
from services.publisher.corrections import Correction, account, correction
from services.publisher.domain import SITE, Publication, Story
from services.publisher.objects import objects_of
from shared.audit import SYSTEM, Entry
from shared.content import Official
from shared.events import DeliveryFailed, DeliveryLive, Event, StoryCorrected, StoryPublished, StoryTakenDown
from shared.sla import Outcome

SHOWS_NOTHING = ("void", "superseded", "taking-down", "taken-down")


@dataclass(frozen=True, slots=True)
class Change:
    """A Story before and after, who caused it, when, and because of which event."""

    before: Story
    after: Story
    at: datetime
    by: Official = SYSTEM
    event_id: str | None = None

    def pairs(self) -> Iterator[tuple[Publication | None, Publication]]:
        """Each Publication that differs, with what it was."""
        known = {p.version: p for p in self.before.publications}
        for publication in self.after.publications:
            was = known.get(publication.version)
            if was is not publication and was != publication:
                yield was, publication


def opened(change: Change) -> list[Publication]:
    """Those whose clock starts: newly ready, and no practice."""
    return [p for was, p in change.pairs() if was is None and p.state == "ready" and not p.approval.practice]


def closed(change: Change) -> list[tuple[int, Outcome]]:
    """Cycles whose clock ends, and how; a Version that was replaced ends with the one that replaced it."""
    found: list[tuple[int, Outcome]] = []
    for was, p in change.pairs():
        if was is None or was.state == p.state:
            continue
        if p.state == "published":
            found.append((p.approval.cycle, "waived" if any(d.is_waived for d in p.deliveries) else "completed"))
        elif p.state == "taken-down":
            how: Outcome = "revoked" if p.approval.state == "revoked" else "taken-down"
            found.append((p.approval.cycle, how))
        elif p.state == "void":
            found.append((p.approval.cycle, "revoked"))
        if p.state in ("published", "taken-down"):
            for older in change.after.publications:
                if older.version < p.version and older.state == "superseded":
                    found.append((older.approval.cycle, "revoked"))  # noqa: PERF401
    return found


def dropped(change: Change) -> list[tuple[int, list[str]]]:
    """Versions and the keys of objects that their pages do not need any more."""
    found: list[tuple[int, list[str]]] = []
    for was, p in change.pairs():
        if was is None:
            continue
        keys = {o.key for o in objects_of(was.approval.content)}
        if p.state in SHOWS_NOTHING:
            gone = keys if was.state not in SHOWS_NOTHING else set[str]()
        elif was.approval.content is p.approval.content:
            continue
        else:
            gone = keys - {o.key for o in objects_of(p.approval.content)}
        if gone:
            found.append((p.version, sorted(gone)))
    return found


def corrections(change: Change) -> list[tuple[UUID, int, Correction]]:
    """The Versions that this change shows for the first time where the public had read an older one."""
    shown = [p for was, p in change.pairs() if p.shown_at and not (was and was.shown_at)]
    found = ((p.version, correction(change.after, p)) for p in shown)
    return [(change.after.id, version, told) for version, told in found if told is not None]


def events(change: Change) -> list[tuple[Publication, Event]]:
    """The events to append, in order, still without their clocks."""
    return [(p, event) for was, p in change.pairs() if was is not None for event in _events(change, was, p)]


def _events(change: Change, was: Publication, p: Publication) -> Iterator[Event]:
    about = {"story": change.after.id, "version": p.version, "at": change.at, "origins": p.approval.origins}
    for delivery in p.deliveries:
        before = was.delivery(delivery.channel)
        if before is not None and before.state == delivery.state:
            continue
        if delivery.state == "live":
            yield DeliveryLive.model_validate(
                {
                    **about,
                    "channel": delivery.channel,
                    "url": delivery.url,
                    "way": delivery.way,
                    "confirmed_by": delivery.confirmed_by,
                }
            )
        elif delivery.state == "failed":
            yield DeliveryFailed.model_validate({**about, "channel": delivery.channel, "reason": delivery.reason})
    if was.state != p.state and p.state == "published":
        yield from _published(change, p, about)
    elif was.state != p.state and p.state == "taken-down":
        site = {d.channel: "done" for d in p.deliveries if d.channel == SITE and d.state == "taken-down"}
        taken = {**site, **removing.told(change.after, p.version)}
        yield StoryTakenDown.model_validate({**about, "reason": p.ended_reason, "by": p.ended_by, "channels": taken})


def _published(change: Change, p: Publication, about: Mapping[str, object]) -> Iterator[Event]:
    content = p.approval.content
    urls = {d.channel: d.url for d in p.deliveries if d.state == "live"}
    waived = {d.channel: d.waiver.reason for d in p.deliveries if d.is_waived and d.waiver}
    yield StoryPublished.model_validate(
        {**about, "title": content.title, "urls": urls, "published_by": p.started_by, "waived": waived}
    )
    older = [o for o in change.after.publications if o.version in public_before(change.after, p)]
    if older:
        told = {"previous_version": older[-1].version, "what_changed": account(older[-1].approval.content, content)}
        yield StoryCorrected.model_validate({**about, **told, "title": content.title, "urls": urls})


def public_before(story: Story, p: Publication) -> list[int]:
    """The older Versions that the public could once read, in order."""
    return [o.version for o in story.publications if o.version < p.version and o.published_at is not None]


def entries(change: Change) -> list[Entry]:
    """A row of the audit per change of state: ids and hashes only."""
    item, by, event_id = str(change.after.id), change.by, change.event_id
    kept = sorted(change.after.revoked_early - change.before.revoked_early)
    early = [Entry("revocation.kept", item, by, version=v, event_id=event_id) for v in kept]
    return early + [_entry(change, p, action) for was, p in change.pairs() for action in _actions(was, p)]


def _actions(was: Publication | None, p: Publication) -> Iterator[str]:
    if was is None or was.approval.state != p.approval.state:
        yield f"approval.{p.approval.state}"
    if was is not None and was.approval.content is not p.approval.content:
        yield "approval.media-erased"
    for delivery in p.deliveries:
        before = was.delivery(delivery.channel) if was else None
        if before is None or before.state != delivery.state:
            yield f"delivery.{delivery.channel}.{delivery.state}"
        removal, former = delivery.removal, before.removal if before else None
        if removal is not None and (former is None or former.state != removal.state):
            yield f"delivery.{delivery.channel}.removal.{removal.state}"
        if delivery.waiver is not None and (before is None or before.waiver != delivery.waiver):
            yield f"delivery.{delivery.channel}.waived"
    if p.schedule is not None and (was is None or was.schedule != p.schedule):
        yield f"schedule.{p.schedule.state}"
    if p.visible != (was.visible if was else False):
        yield "page.shown" if p.visible else "page.hidden"
    if was is None or was.state != p.state:
        yield f"publication.{p.state}"


def _entry(change: Change, p: Publication, action: str) -> Entry:
    return Entry(
        action,
        str(change.after.id),
        change.by,
        version=p.version,
        after_hash=p.approval.content_sha256,
        event_id=change.event_id,
    )
