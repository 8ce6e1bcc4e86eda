"""Derives by itself what leaders want taken out: copies first, outside any transaction, then the Version in one."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.editing.cutting import Scissors
from services.editing.redactions import Order, fits, wanted
from services.editing.steps import Steps
from services.editing.store import find_reports
from services.editing.store_redactions import due_orders, finish, put_off
from services.editing.store_stories import find_story, find_version
from shared.desk import Desk
from shared.media.store import Missing, Store
from shared.refusal import Refused, Transient

log = structlog.get_logger(__name__)

LOCK = 0x68697461  # "hita": any constant of ours
EVERY, AT_ONCE = timedelta(seconds=2), 10
AGAIN = timedelta(seconds=30)
GONE = "Salinan foto yang hendak disamarkan tidak ada lagi di penyimpanan."


@dataclass(frozen=True, slots=True)
class Blackener:
    """One process at a time; what the store or the database held up is tried again, what cannot be is told."""

    desk: Desk
    store: Store
    claim_for: timedelta

    async def run(self) -> None:
        await self.desk.db.rounds(LOCK, self.once, pause=EVERY.total_seconds())

    async def once(self) -> bool:
        """Take some orders; whether there were any."""
        async with self.desk.db.connection() as conn:
            due = await due_orders(conn, at=self.desk.now(), limit=AT_ONCE)
        for order in due:
            await self._take(order)
        return bool(due)

    async def _take(self, order: Order) -> None:
        try:
            await self._prepare(order)
            await Steps(self.desk, self.claim_for).derive(order)
        except Refused as no:
            await self._fail(order, no.sentence)
        except Missing:
            await self._fail(order, GONE)
        except Exception as e:
            # One that goes wrong in a new way must not keep the others waiting.
            log.log(30 if isinstance(e, Transient) else 40, "redaction put off", story=str(order.story), exc_info=e)
            async with self.desk.db.transaction() as conn:
                await put_off(conn, order, until=self.desk.now() + AGAIN)

    async def _prepare(self, order: Order) -> None:
        """Make the copies that the Version will list."""
        async with self.desk.db.connection() as conn:
            story = await find_story(conn, order.story)
            saved = await find_version(conn, order.story, order.version)
            reports = await find_reports(conn, story.reports) if story else []
        if story is not None and saved is not None and fits(story, order):
            keys = wanted(saved.content, order, reports)
            await Scissors(self.desk, self.store).make_all(list(keys.values()), reports)

    async def _fail(self, order: Order, why: str) -> None:
        log.warning("redaction left to the Admin", story=str(order.story), version=order.version)
        async with self.desk.db.transaction() as conn:
            await finish(conn, order, "failed", why, at=self.desk.now())
