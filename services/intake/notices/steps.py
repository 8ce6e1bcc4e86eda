"""Telling people: look at what waits, take the rules' word, write notices and what goes out, in one transaction."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from services.intake.notices import rules, store, store_waiting
from services.intake.notices.rules import Channel, Purpose
from shared.desk import Desk

BATCH = 500
# So long one message gathers, so that twenty things that come together are told together.
GATHER = timedelta(seconds=20)


async def tell(desk: Desk, channels: Collection[Channel]) -> int:
    """Tell people of a batch of what is to be told now; returns how many rows were looked at. Every replica may."""
    now, keeper = desk.now(), desk.clock
    today = now.astimezone(keeper.calendar.zone).date()
    async with desk.db.transaction() as conn:
        found = await store_waiting.to_look_at(conn, at=now, limit=BATCH)
        if not found:
            return 0
        people = await store.colleagues(conn, today)
        made = [(desk.new_id(), n) for w in found for n in rules.notices(w, people, keeper, now, channels)]
        fresh = await store.add(conn, made, at=now)
        lines: list[tuple[UUID, str, Channel, Purpose]] = [
            (i, n.account, channel, "urgent" if rules.any_hour(n.waiting) else "digest")
            for i, n in made
            if i in fresh
            for channel in n.channels
        ]
        new_ids = [desk.new_id() for _ in lines]
        await store.post(conn, lines, new_ids=new_ids, at=now, gather=GATHER)
        await store_waiting.look_again(conn, [(w.key, rules.next_look(w, keeper, now)) for w in found])
    return len(found)
