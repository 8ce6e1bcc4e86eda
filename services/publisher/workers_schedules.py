"""Schedules: what the Admin set a time for is started by the system when that time has come."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from services.publisher import changes, scheduling, store
from services.publisher.consequences import Change
from services.publisher.domain import Publication, Story
from services.publisher.scheduling import Missed
from services.publisher.switchboard import Switchboard
from services.publisher.transitions import ended_schedule
from shared.desk import Desk
from shared.refusal import Refused

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Terms:
    """What a scheduled start needs to know: the channels, and what becomes of one that is later than `grace`."""

    board: Switchboard
    missed: Missed
    grace: timedelta


class Schedules:
    """Starts Versions whose time has come. Several processes share them by the lock of each Story."""

    def __init__(self, desk: Desk, terms: Terms, *, ring: Callable[[], None]) -> None:
        self.desk = desk
        self.terms = terms
        self.ring = ring

    async def run(self) -> None:
        while True:
            if not await self.round():
                await asyncio.sleep(IDLE_SECONDS)

    async def round(self) -> int:
        """One look; returns how many Versions were started, asked about, or found void."""
        if not self.terms.board.is_ready:
            return 0
        at = self.desk.now()
        # Not the desk's transaction: most looks find nothing, and the relay need not hear of these.
        async with self.desk.db.transaction() as conn:
            stories = await store.lock_scheduled(conn, at, AT_ONCE)
            found = [change for story in stories.values() for change in self._kept(story, at)]
            await changes.commit(self.desk, conn, found)
        if found:
            self.desk.wake()
            self.ring()
        return len(found)

    def _kept(self, story: Story, at: datetime) -> list[Change]:
        """The changes of one Story, each citing the approval that it acts on."""
        found: list[Change] = []
        for publication in story.publications:
            if scheduling.is_due(publication, at):
                after = self._after(story, publication, at)
                found.append(Change(story, after, at, event_id=publication.approval.event_id))
                story = after
        return found

    def _after(self, story: Story, publication: Publication, at: datetime) -> Story:
        terms = self.terms
        try:
            after = scheduling.keep(
                story, publication.version, at=at, missed=terms.missed, grace=terms.grace,
                channels=terms.board.names, by_hand=terms.board.by_hand,
                required=self.desk.clock.sop.required_for(publication.approval.content.topic),
            )  # fmt: skip
        except Refused as no:
            # One that can never be started must not be tried for ever, nor hold up the others.
            log.warning("a schedule is void", item=str(story.id), code=no.code)
            return story.put(replace(publication, schedule=ended_schedule(publication, "void")))
        now = after.find(publication.version)
        if now is not None and now.schedule is not None and now.schedule.state == "missed":
            log.warning("a schedule was missed and is asked about", item=str(story.id))
        return after
