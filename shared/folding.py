"""Events whose effect is the same in any order and however often: applied without the inbox.

A reader that keeps no numbers may begin anywhere in a topic, so that what it counts can begin later than the events.
"""

from collections.abc import Sequence

import structlog

from shared import metrics
from shared.consume import Consumer
from shared.db import is_permanent
from shared.envelope import Received, Record, read
from shared.inbox import Batch

log = structlog.get_logger(__name__)


class Folding(Consumer):
    """A consumer for such effects. What it cannot read it passes over: the topic's other readers keep it for people."""

    async def _together(self, records: Sequence[Record]) -> None:
        events = [found for found in map(read, records) if isinstance(found, Received)]
        if events:
            async with self.db.transaction() as conn:
                await self.react(conn, Batch(tuple(events)))

    async def _one_by_one(self, records: Sequence[Record]) -> None:
        """Only what is wrong in itself is passed over; of all else nothing is lost."""
        for record in records:
            try:
                await self._together([record])
            except Exception as e:
                if not is_permanent(e):
                    raise
                metrics.FAILED.labels(self.name).inc()
                log.warning(
                    "event passed over", consumer=self.name, partition=record.partition, offset=record.offset,
                    error=type(e).__name__,
                )  # fmt: skip
