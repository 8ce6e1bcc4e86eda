"""Autosave and presence: what is typed is kept for its person alone, and never becomes a Version by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.editing.domain import allowed
from services.editing.store_stories import find_story, find_version
from services.editing.store_typing import Typed, appear, find_typed, forget_typed, keep_typed
from shared.accounts import Person
from shared.desk import Desk
from shared.refusal import NotFound, Stale

NOT_KEPT = ("csrf", "aksi", "cap")


class TypedElsewhere(Stale):
    def __init__(self) -> None:
        super().__init__(
            "typed-elsewhere",
            "Berita ini Anda buka juga di tab atau perangkat lain, dan ketikan di sana lebih baru. "
            "Simpan dari salah satunya saja.",
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What the page hears back: who else is there, and which Version is the newest."""

    others: list[str]
    newest: int
    newest_by: str
    kept_at: datetime | None = None


async def look(desk: Desk, story: UUID, person: Person) -> tuple[Typed | None, list[str]]:
    """What this person typed before, and who else has the Story open; they have it open now."""
    async with desk.db.transaction() as conn:
        others = await appear(conn, story, account=person.account, name=person.name, at=desk.now())
        return await find_typed(conn, story, person.account), others


async def beat(desk: Desk, story: UUID, person: Person) -> Told:
    """Say that the page is still open."""
    return await _told(desk, story, person)


async def keep(
    desk: Desk, story: UUID, person: Person, fields: Mapping[str, str], *, base_version: int, over: datetime | None
) -> Told:
    """Keep what was typed. Raises NotNow where the Story can no longer be edited, TypedElsewhere."""
    kept = Typed(base_version, {k: v for k, v in fields.items() if k not in NOT_KEPT}, desk.now())
    return await _told(desk, story, person, kept, over)


async def forget(desk: Desk, story: UUID, person: Person) -> None:
    async with desk.db.transaction() as conn:
        await forget_typed(conn, story, person.account)


async def _told(
    desk: Desk, story_id: UUID, person: Person, typed: Typed | None = None, over: datetime | None = None
) -> Told:
    async with desk.db.transaction() as conn:
        story = await find_story(conn, story_id)
        if story is None:
            raise NotFound("Berita")
        others = await appear(conn, story_id, account=person.account, name=person.name, at=desk.now())
        kept_at = None
        if typed is not None:
            allowed("story", story.state, "save")
            kept_at = await keep_typed(conn, story_id, person.account, typed, over=over)
            if kept_at is None:
                raise TypedElsewhere
        newest = await find_version(conn, story_id, story.version)
    return Told(others, story.version, newest.author.name if newest else "", kept_at)
