"""What each service works with: its database, outbox and clocks, and where times and ids come from."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from shared.db import Database
from shared.outbox import Outbox
from shared.sla import Timekeeper

if TYPE_CHECKING:
    from shared.db import Connection


@dataclass(slots=True)
class Rules:
    """The office's SOP and calendar in force, which it may change while the service runs."""

    keeper: Timekeeper


@dataclass(frozen=True, slots=True)
class Desk:
    service: str
    db: Database
    outbox: Outbox
    rules: Rules
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    wake: Callable[[], None]

    @property
    def clock(self) -> Timekeeper:
        return self.rules.keeper

    def today(self) -> date:
        """The office's own date."""
        return self.now().astimezone(self.clock.calendar.zone).date()

    @asynccontextmanager
    async def transaction(self) -> "AsyncGenerator[Connection]":
        """One transaction; on commit the relay hears of it."""
        async with self.db.transaction() as conn:
            yield conn
        self.wake()
