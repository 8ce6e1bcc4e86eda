"""What a call tells of its channel, kept for all processes: it asked for rest, did not answer, or answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from services.publisher import store_rests
from services.publisher.channels import Rest
from services.publisher.domain import SITE
from services.publisher.store_rests import Resting
from services.publisher.switchboard import Switchboard
from shared.desk import Desk
from shared.words import moment

if TYPE_CHECKING:
    from collections.abc import Collection

    from shared.db import Connection

NOT_OPEN = "Kanal ini tersambung, tetapi belum dapat dibuka oleh sistem."


@dataclass(frozen=True, slots=True)
class Calling:
    """The site is ours: what keeps it back is told of elsewhere, and it goes on at once when that is mended."""

    desk: Desk
    board: Switchboard

    async def resting(
        self, conn: "Connection", channels: "Collection[str]", at: datetime, *, lease: timedelta
    ) -> Resting:
        """Which of these nobody may call at this moment; one that failed so often is tried with one call."""
        limits: Mapping[str, tuple[str, ...]] = {
            name: (name, *self.board.capabilities(name).limits) for name in channels if name != SITE
        }
        return await store_rests.resting(conn, limits, at=at, lease=lease) if limits else Resting({}, set())

    def told(self, until: datetime) -> str:
        """Why a channel is not called now, for people."""
        return f"Kanal meminta jeda sampai {moment(until, str(self.desk.clock.calendar.zone))}."

    async def rest(self, channel: str, *rests: Rest) -> None:
        if rests:
            async with self.desk.db.transaction() as conn:
                until = {r.limit: r.until for r in rests}
                await store_rests.rest(conn, until, reason=channel, at=self.desk.now())

    async def failing(self, channel: str) -> None:
        if channel != SITE:
            async with self.desk.db.transaction() as conn:
                await store_rests.failing(conn, channel, at=self.desk.now())

    async def answered(self, channel: str) -> None:
        if channel != SITE:
            async with self.desk.db.transaction() as conn:
                await store_rests.answered(conn, channel)
