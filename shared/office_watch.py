"""Notices that the office changed its rules on its screens, and puts them in force while the service runs."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from shared import office_files
from shared.office_files import Changes, InForce
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from shared.desk import Desk

log = structlog.get_logger(__name__)
PAUSE_SECONDS = 5


@dataclass(slots=True)
class Watch:
    """The job that looks for changes; `tell` hears of each."""

    desk: "Desk"
    settings: ServiceSettings
    tell: Callable[[InForce], None] = lambda _: None
    _seen: Changes | None = field(default=None, init=False)

    async def run(self) -> None:
        """Look now and every few seconds, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(PAUSE_SECONDS)

    async def look(self) -> bool:
        """Put what changed since the last look in force; returns whether anything did."""
        async with self.desk.db.connection() as conn:
            found = await office_files.changes(conn)
        if found == self._seen:
            return False
        async with self.desk.db.transaction() as conn:
            rules = await office_files.in_force(conn, self.settings, at=self.desk.now())
        self._seen, self.desk.rules.keeper = found, rules.keeper
        self.tell(rules)
        log.info("office rules in force", calendar=rules.keeper.calendar.version, sop=rules.keeper.sop.version)
        return True
