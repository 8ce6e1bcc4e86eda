"""The steps about a Decision that was made; the same for the JSON API and the pages."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.review import rulings
from services.review import store as cases
from services.review.afterwards import rules, store
from services.review.afterwards.rules import ConfirmedAlready, Said
from services.review.domain import Review, may
from services.review.store_read import Dossier
from services.review.web import entry
from shared import audit, ledger
from shared.events import ApprovalConfirmed, OfferWithdrawn
from shared.outbox import Draft
from shared.sla import LATER_REVIEW, Clock

if TYPE_CHECKING:
    from shared.accounts import Person
    from shared.db import Connection
    from shared.desk import Desk


async def revoke(desk: "Desk", story: UUID, said: Said, *, person: "Person") -> Review:
    """Take an approval back; of the clocks only that of a later review may still run."""
    by, mandate = person.acting_with("review.revoke", said.capacity)
    async with desk.transaction() as conn:
        case, at = await cases.lock_reviewed(conn, story), desk.now()
        review, ended = rules.revoke(case, said.version, by=by, at=at, note=said.note, mandate=mandate)
        _, because = await cases.content_of(conn, story, said.version)
        await cases.save_cases(conn, [case.having([review])])
        await cases.add_ended(conn, [ended])
        clocks = [desk.clock.close(c, at=at, outcome="revoked") for c in await _running_later(conn, review)]
        await ledger.save(conn, clocks)
        event = rulings.revocation_event(ended, ledger.records(clocks))
        await desk.outbox.append(conn, [Draft(event, because=because)])
        await audit.append(conn, [entry(event.name, review, by)], at=at)
    return review


async def confirm(desk: "Desk", story: UUID, said: Said, *, person: "Person") -> Review:
    """Let an emergency approval stand, by an official who neither gave it nor wrote the Version; once."""
    by, mandate = person.acting_with("review.confirm", said.capacity)
    async with desk.transaction() as conn:
        case, at = await cases.lock_reviewed(conn, story), desk.now()
        review = rules.confirm(case, said.version, by=by)
        clocks = [desk.clock.close(c, at=at, outcome="completed") for c in await _running_later(conn, review)]
        if not await store.add_confirmation(conn, review, note=said.note.strip(), by=by, mandate=mandate, at=at):
            raise ConfirmedAlready
        _, because = await cases.content_of(conn, story, said.version)
        event = ApprovalConfirmed(
            story=story, version=said.version, note=said.note.strip(), by=by, mandate=mandate, at=at,
            clocks=ledger.records(clocks),
        )  # fmt: skip
        await ledger.save(conn, clocks)
        await desk.outbox.append(conn, [Draft(event, because=because)])
        await audit.append(conn, [entry(event.name, review, by)], at=at)
    return review


async def withdraw_offer(desk: "Desk", story: UUID, said: Said, *, person: "Person") -> Review:
    """Take words back that were offered; the Version stays returned, and its editing goes on."""
    by, mandate = person.acting_with("review.withdraw-offer", said.capacity)
    async with desk.transaction() as conn:
        case, at = await cases.lock_reviewed(conn, story), desk.now()
        review = rules.withdraw_offer(case, said.version)
        _, because = await cases.content_of(conn, story, said.version)
        await store.add_withdrawal(conn, review, note=said.note.strip(), by=by, mandate=mandate, at=at)
        event = OfferWithdrawn(story=story, version=said.version, note=said.note.strip(), by=by, mandate=mandate, at=at)
        await desk.outbox.append(conn, [Draft(event, because=because)])
        await audit.append(conn, [entry(event.name, review, by)], at=at)
    return review


def may_confirm(found: Dossier, person: "Person") -> bool:
    """Whether an emergency approval waits for this person's look."""
    review, decided = found.review, found.decided
    if decided is None or not _waits_for_another(found):
        return False
    another = person.account != decided.decided_by.account and not review.wrote(person.account)
    return another and person.may("review.confirm")


def may_revoke(found: Dossier, person: "Person") -> bool:
    """Whether there is something to take back: an approval not replaced by a newer one, or that waits for a look."""
    review = found.review
    if review.decision != "approved" or not may(review.state, "revoke") or not person.may("review.revoke"):
        return False
    return not was_replaced(found) or _waits_for_another(found)


def was_replaced(found: Dossier) -> bool:
    """Whether the public reads a newer Version by now."""
    return found.published.public and (found.published.version or 0) > found.review.version


def may_withdraw(found: Dossier, person: "Person") -> bool:
    """Whether words that were offered still wait for an Admin."""
    review = found.review
    waits = review.offer is not None and not review.offer.withdrawn and review.state == "returned"
    return waits and review.version == found.versions[0].version and person.may("review.withdraw-offer")


async def _running_later(conn: "Connection", review: Review) -> list[Clock]:
    """The clock by which an emergency approval is to be looked at, while it runs."""
    running = await ledger.load(conn, stories=[review.story])
    return [c for c in running if (c.item, c.cycle) == (f"{review.story}{LATER_REVIEW}", review.cycle)]


def _waits_for_another(found: Dossier) -> bool:
    decided = found.decided
    emergency = decided is not None and decided.basis == "emergency" and decided.confirmed is None
    return emergency and may(found.review.state, "confirm")
