"""The steps of a draft: save, read, throw away, and let it become a Report."""

from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from services.intake.files import uploads
from services.intake.files.originals import Vault
from services.intake.sending import store_drafts
from services.intake.sending.drafts import MOST, Draft, DraftBody, DraftSent, NewerDraft, TooManyDrafts, is_same
from shared.accounts import Person
from shared.desk import Desk
from shared.refusal import NotFound, Refused

if TYPE_CHECKING:
    from shared.db import Connection


async def save(desk: Desk, person: Person, draft: UUID, body: DraftBody) -> Draft:
    """Keep a form as it is typed so far. Raises DraftSent, NewerDraft, TooManyDrafts."""
    async with desk.db.transaction() as conn:
        await store_drafts.hold(conn, person.account, draft)
        if (report := await store_drafts.sent_as(conn, person.account, draft)) is not None:
            raise DraftSent(report)
        before = await store_drafts.find(conn, person.account, draft)
        if before is None and await store_drafts.count(conn, person.account) >= MOST:
            raise TooManyDrafts
        saved = await store_drafts.save(conn, person.account, draft, body, at=desk.now())
    if saved is not None:
        return saved
    assert before is not None, "only another's writing is in the way"
    if is_same(body, before.body):
        return before
    raise NewerDraft(before)


async def read(desk: Desk, person: Person, draft: UUID) -> Draft:
    async with desk.db.connection() as conn:
        found = await store_drafts.find(conn, person.account, draft)
    if found is None:
        raise NotFound("Draf")
    return found


async def throw_away(desk: Desk, vault: Vault, person: Person, draft: UUID) -> None:
    """Remove a draft, and those of its files that nothing else uses."""
    async with desk.db.transaction() as conn:
        gone = await store_drafts.remove(conn, person.account, draft)
        others = await store_drafts.of_account(conn, person.account)
    if gone is None:
        return
    elsewhere = {file.upload for other in others for file in other.body.files}
    for file in gone.body.files:
        if file.upload not in elsewhere:
            with suppress(Refused):  # a Report has it, or it is gone
                await uploads.take_back(desk, vault, person.account, file.upload)


async def use_up(conn: "Connection", person: Person, key: str, version: int | None) -> None:
    """The draft becomes a Report in this transaction. Raises NewerDraft where `version` is not the newest."""
    try:
        draft = UUID(key)
    except ValueError:  # no form of ours
        return
    await store_drafts.hold(conn, person.account, draft)
    gone = await store_drafts.remove(conn, person.account, draft)
    if gone is not None and version is not None and version < gone.version:
        raise NewerDraft(gone)
