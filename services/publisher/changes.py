"""Write changed Stories with all that follows from them, in the transaction that holds their locks."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.publisher import consequences, removing, store_objects, store_pages_save, store_save
from services.publisher.consequences import Change
from services.publisher.domain import Publication, Story
from shared import audit, ledger
from shared.content import ClockRecord, TotalRecord
from shared.envelope import Envelope, event_source
from shared.events import StoryApproved, StoryPublished, StoryTakenDown, type_name
from shared.outbox import Draft
from shared.sla import Clock, Timekeeper, Total
from shared.sop import unit_of

if TYPE_CHECKING:
    from shared.db import Connection
    from shared.desk import Desk

Key = tuple[str, int]


@dataclass(slots=True)
class Clocks:
    """The open clocks of the Stories at hand, and those that this transaction opened or closed."""

    keeper: Timekeeper
    open: dict[Key, Clock]
    touched: dict[Key, Clock] = field(default_factory=dict[Key, Clock])

    def begin(self, story: UUID, p: Publication) -> None:
        clock = self.keeper.open(
            "publisher",
            item=str(story),
            cycle=p.approval.cycle,
            at=p.approval.opens_at,
            lane=p.approval.urgency,
            story=story,
            unit=unit_of(o.unit for o in p.approval.origins),
            kind="correction" if p.approval.correction else "regular",
        )
        self.open[clock.item, clock.cycle] = self.touched[clock.item, clock.cycle] = clock

    def end(self, change: Change) -> tuple[ClockRecord, ...]:
        """Close what this change ends; returns the records that its closing event carries."""
        ended: list[Clock] = []
        for cycle, outcome in consequences.closed(change):
            clock = self.open.pop((str(change.after.id), cycle), None)
            if clock is not None:
                ended.append(self.keeper.close(clock, at=change.at, outcome=outcome))
        self.touched |= {(c.item, c.cycle): c for c in ended}
        return ledger.records(ended)


async def commit(desk: "Desk", conn: "Connection", changes: Sequence[Change]) -> None:
    """Save, open and close clocks, audit, and append the events of these changes, in their order."""
    if not changes:
        return
    at = desk.now()
    changes = _with_removals(changes)
    first: dict[UUID, Story] = {}
    last: dict[UUID, Story] = {}
    for change in changes:
        first.setdefault(change.before.id, change.before)
        last[change.after.id] = change.after
    saved = [(first[id_], last[id_]) for id_ in sorted(last)]
    await store_save.save(conn, saved, at=at)
    await store_pages_save.correct(conn, [told for c in changes for told in consequences.corrections(c)])
    await store_pages_save.project(conn, store_pages_save.of_another_face(saved), at=at)
    unneeded = [(c.after.id, v, key) for c in changes for v, keys in consequences.dropped(c) for key in keys]
    await store_objects.drop(conn, unneeded, at=at)
    drafts = await _clocks_and_drafts(desk, conn, changes)
    await audit.append(conn, [e for c in changes for e in consequences.entries(c)], at=at)
    await desk.outbox.append(conn, drafts)


def _with_removals(changes: Sequence[Change]) -> list[Change]:
    """However a Story came to be as it is: what may not stand on a channel is asked to be removed there."""
    found: list[Change] = []
    last: dict[UUID, Story] = {}
    for change in changes:
        before = last.get(change.before.id, change.before)
        after = removing.needed(change.after, change.at)
        last[after.id] = after
        found.append(replace(change, before=before, after=after))
    return found


async def _clocks_and_drafts(desk: "Desk", conn: "Connection", changes: Sequence[Change]) -> list[Draft]:
    ending = {c.after.id for c in changes if consequences.closed(c)}
    open_clocks = await ledger.load(conn, stories=ending) if ending else []
    clocks = Clocks(desk.clock, {(c.item, c.cycle): c for c in open_clocks})
    drafts: list[Draft] = []
    totals: dict[UUID, Total] = {}
    for change in changes:
        for publication in consequences.opened(change):
            clocks.begin(change.after.id, publication)
        ended = clocks.end(change)
        for publication, event in consequences.events(change):
            if isinstance(event, StoryPublished) and not consequences.public_before(change.after, publication):
                totals[event.story] = total = _total(desk.clock, publication, event.at)
                record = TotalRecord.model_validate(total, from_attributes=True)
                event = event.model_copy(update={"total": record})  # noqa: PLW2901
            if isinstance(event, StoryPublished | StoryTakenDown):
                event = event.model_copy(update={"clocks": ended})  # noqa: PLW2901
                ended = ()
            drafts.append(Draft(event, because=_cause(change.after, publication)))
    await ledger.save(conn, list(clocks.touched.values()))
    await store_save.add_totals(conn, totals)
    return drafts


def _total(keeper: Timekeeper, p: Publication, at: datetime) -> Total:
    earliest = min(o.happened_at for o in p.approval.origins)
    return keeper.total(min(earliest, at), at)


def _cause(story: Story, p: Publication) -> Envelope:
    """The approval as the cause of what is told of its Publication, with the request where there was one."""
    request = next((o.request for o in p.approval.origins if o.request), None)
    return Envelope(
        id=p.approval.event_id,
        source=event_source("review"),
        type=type_name(StoryApproved),
        subject=str(story.id),
        time=None,
        sequence=None,
        traceparent=p.approval.traceparent,
        request=request,
    )
