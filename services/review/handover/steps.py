"""The step of handing over; the same for the JSON API and the pages."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.review import store as cases
from services.review.afterwards.rules import Said
from services.review.handover import rules, store
from services.review.handover.rules import Handover
from shared import audit
from shared.accounts.people import absences
from shared.audit import Entry
from shared.content import Official
from shared.events import StoryHandedOver
from shared.outbox import Draft

if TYPE_CHECKING:
    from shared.accounts import Person
    from shared.db import Connection
    from shared.desk import Desk


async def leaders(desk: "Desk", conn: "Connection") -> list[Official]:
    """Who decides today."""
    return rules.able(await store.colleagues(conn), await absences(conn), desk.today())


async def hand_over(desk: "Desk", story: UUID, said: Said, to: str, *, person: "Person") -> Handover:
    """Lay the newest Version before another leader. The same once more changes nothing: it was sent twice."""
    by, mandate = person.acting_with("review.hand-over", said.capacity)
    async with desk.transaction() as conn:
        case, at = await cases.lock_reviewed(conn, story), desk.now()
        able = await leaders(desk, conn)
        new = rules.hand_over(case, said.version, to, able, note=said.note, by=by, at=at, mandate=mandate)
        before = await store.of_version(conn, story, said.version)
        if before and (before[0].to, before[0].note, before[0].by) == (new.to, new.note, new.by):
            return before[0]
        _, because = await cases.content_of(conn, story, said.version)
        event = StoryHandedOver(
            story=story, version=said.version, to=new.to, note=new.note, by=by, mandate=mandate, at=at
        )
        await store.add(conn, desk.new_id(), new)
        await desk.outbox.append(conn, [Draft(event, because=because)])
        review = case.newest
        assert review is not None
        entry = Entry(event.name, str(story), by, said.version, after_hash=review.content_sha256)
        await audit.append(conn, [entry], at=at)
    return new
