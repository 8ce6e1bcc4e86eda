"""Kafka in, for the figures of the SOP: the closed clocks of all four topics, this service's own among them."""

from typing import TYPE_CHECKING

from services.publisher.compliance import store
from services.publisher.compliance.fold import told
from shared.consume import React

if TYPE_CHECKING:
    from shared.db import Connection
    from shared.desk import Desk
    from shared.inbox import Batch

TOPICS = r"(reports|stories|decisions|publications)$"


def on_clocks(desk: "Desk") -> React:
    """The same in any order and however often: a clock closes once."""

    async def react(conn: "Connection", batch: "Batch") -> None:
        await store.add(conn, told(e.event for e in batch.events), desk.clock.calendar.zone)

    return react
