"""Keeping `pages` what the public may read: written with the Publications, in their transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.publisher.corrections import Correction
from services.publisher.domain import Publication, Story

if TYPE_CHECKING:
    from shared.db import Connection


def of_another_face(saved: Iterable[tuple[Story, Story]]) -> list[UUID]:
    """The Stories (before, after) of which the public now reads something else. What goes, goes by itself: triggers."""
    faces = ((_face(before), _face(after), after.id) for before, after in saved)
    return sorted(
        story
        for was, now, story in faces
        if now is not None
        and (was is None or was.version != now.version or was.approval.content is not now.approval.content)
    )


def _face(story: Story) -> Publication | None:
    return next((p for p in story.publications if p.visible), None)


async def correct(conn: "Connection", told: Sequence[tuple[UUID, int, Correction]]) -> None:
    """Write down what later Versions changed, before the pages that show it."""
    if told:
        columns = zip(*((story, version, *correction) for story, version, correction in told), strict=True)
        await conn.execute(
            """INSERT INTO corrections (story, version, at, what)
               SELECT * FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::text[]) ON CONFLICT DO NOTHING""",
            *map(list, columns),
        )


async def project(conn: "Connection", stories: Sequence[UUID], *, at: datetime) -> None:
    """Write the pages of these Stories as their visible Versions are now."""
    if stories:
        await conn.execute(_PROJECT, stories, at)


_FROM_VIEW = (
    "version", "slug", "title", "lead", "topic", "tags", "units", "kinds", "information_class", "responsible", "cover",
    "corrections", "first_shown_at", "shown_at", "words",
)  # fmt: skip
_PROJECT = f"""
    WITH shown AS (
        INSERT INTO pages (story, modified_at, {", ".join(_FROM_VIEW)})
        SELECT story, $2, {", ".join(_FROM_VIEW)} FROM visible_stories WHERE story = ANY($1)
        ON CONFLICT (story) DO UPDATE SET revision = excluded.revision, modified_at = excluded.modified_at,
            {", ".join(f"{name} = excluded.{name}" for name in _FROM_VIEW)}
        RETURNING units, topic, first_shown_at, shown_at, story),
    of_topics AS (
        INSERT INTO page_topics SELECT topic, first_shown_at, shown_at, story FROM shown WHERE topic IS NOT NULL
        ON CONFLICT DO NOTHING)
    INSERT INTO page_units SELECT unnest(units), first_shown_at, story, shown_at FROM shown
    ON CONFLICT DO NOTHING"""  # noqa: S608  (our own columns)
