"""What is done with the register: read, and PPID's answer recorded."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from services.review import store as cases
from services.review.register import rules, store
from services.review.register.rules import PpidDecision, Proposal
from shared import audit
from shared.audit import Entry

if TYPE_CHECKING:
    from shared.accounts import Person
    from shared.db import Connection
    from shared.desk import Desk


async def listed(desk: "Desk", *, limit: int) -> tuple[list[Proposal], list[Proposal]]:
    """Proposals that wait for PPID, and what it answered."""
    async with desk.db.connection() as conn:
        answered = await store.answered(conn, limit=limit)
        return await store.waiting(conn, limit=limit), await _held(conn, answered, today=desk.today())


async def whole(desk: "Desk") -> list[Proposal]:
    """The register of what is exempt, for its export."""
    async with desk.db.connection() as conn:
        return [p for p in await store.answered(conn) if p.answer and p.answer.outcome == "exempt"]


async def record(desk: "Desk", story: UUID, version: int, new: PpidDecision, *, person: "Person") -> Proposal:
    """Write down what PPID decided; once. Raises Refused."""
    async with desk.transaction() as conn:
        at, by = desk.now(), person.acting("register.record")
        case = await cases.lock_known(conn, story)
        proposal = await store.one(conn, story, version) if case else None
        rules.expect_decision(proposal, new, today=desk.today())
        await store.add(conn, story, version, new, by=by, at=at)
        entry = Entry(f"register.{new.outcome}", str(story), by, version)
        await audit.append(conn, [entry], at=at)
        recorded = await store.one(conn, story, version)
        assert recorded is not None
        (recorded,) = await _held(conn, [recorded], today=desk.today())
    return recorded


async def _held(conn: "Connection", proposals: list[Proposal], *, today: date) -> list[Proposal]:
    """The same, with the approved Versions in which what is exempt stands: PPID may decide after an approval."""
    exempt = [p for p in proposals if p.answer and p.answer.outcome == "exempt"]
    stories = {p.story for p in exempt if p.approved_since is not None}
    if not stories:
        return proposals
    approved = await store.approved(conn, stories)
    held = {
        (one.story, one.version): tuple(
            v for story, v, content in approved if story == one.story and one.is_in(content)
        )
        for one in await store.exempt(conn, stories, today=today)
    }
    return [replace(p, held_by=held.get((p.story, p.version), ())) for p in proposals]
