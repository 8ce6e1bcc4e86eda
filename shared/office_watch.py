"""Notices that the office changed its rules on its screens, and puts them in force while the service runs."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from shared import office_files
from shared.office_files import Changes, InForce
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from shared.desk import Desk

log = structlog.get_logger(__name__)
PAUSE_SECONDS = 5


async def put_in_force(desk: "Desk", settings: ServiceSettings) -> InForce:
    """Read the files and the office's changes now, and work by them from here on."""
    async with desk.db.transaction() as conn:
        found = await office_files.in_force(conn, settings, at=desk.now())
    desk.rules.keeper = found.keeper
    return found


@dataclass(slots=True)
class Watch:
    """The job that looks for changes after those that were `seen`; `tell` hears of each."""

    desk: "Desk"
    settings: ServiceSettings
    tell: Callable[[InForce], None] = lambda _: None
    seen: Changes | None = None

    async def run(self) -> None:
        """Look now and every few seconds, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(PAUSE_SECONDS)

    async def look(self) -> bool:
        """Put what changed since the last look in force; returns whether anything did."""
        async with self.desk.db.connection() as conn:
            found = await office_files.changes(conn)
        if found == self.seen:
            return False
        rules = await put_in_force(self.desk, self.settings)
        self.seen = rules.changed
        self.tell(rules)
        log.info("office rules in force", calendar=rules.keeper.calendar.version, sop=rules.keeper.sop.version)
        return True
