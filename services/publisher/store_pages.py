"""What is read for the public's pages: one Story, and lists of them in their order, a page at a time."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from services.publisher.corrections import Correction
from services.publisher.store import content_of
from shared.content import Content, InformationClass, StoryMedia

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Page:
    """One visible Story as lists show it. Another `revision` is another page.

    What is kept as JSON is unpacked when it is shown: most pages are in memory as they were made.
    """

    slug: str
    story: UUID
    version: int
    revision: int
    title: str
    lead: str
    topic: str | None
    tags: tuple[str, ...]
    units: tuple[str, ...]
    kinds: tuple[str, ...]
    information_class: InformationClass
    responsible: str
    cover_json: str | None
    corrections_json: str
    first_shown_at: datetime
    shown_at: datetime
    modified_at: datetime

    @property
    def cover(self) -> StoryMedia | None:
        return StoryMedia.model_validate_json(self.cover_json, extra="ignore") if self.cover_json else None

    @property
    def corrections(self) -> tuple[Correction, ...]:
        told = json.loads(self.corrections_json)
        return tuple(Correction(datetime.fromisoformat(c["at"]), c["what"]) for c in told)

    @property
    def changed(self) -> bool:
        return self.shown_at > self.first_shown_at

    @property
    def place(self) -> "Place":
        return Place(self.first_shown_at, self.story)


@dataclass(frozen=True, slots=True)
class Whole:
    """One Story with all that its own page shows."""

    page: Page
    content: Content


@dataclass(frozen=True, slots=True)
class GonePage:
    at: datetime
    reason: str


class Canonical(NamedTuple):
    """The page of one Version at another channel."""

    url: str
    version: int


class Place(NamedTuple):
    """Where in a list a page stands; as text it goes into an address."""

    at: datetime
    story: UUID

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.story.hex}"

    @classmethod
    def of(cls, text: str) -> "Place":
        """ValueError for what is no place; OverflowError for one beyond all time."""
        at, _, story = text.partition("-")
        return cls(EPOCH + int(at) * MICROSECOND, UUID(story))


@dataclass(frozen=True, slots=True)
class Scope:
    """Which list: that of a topic, of a Bidang, of a span of time, or of all."""

    topic: str | None = None
    unit: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Turn(NamedTuple):
    """One page of a list, the newest first, and whether the list goes on at either end."""

    pages: list[Page]
    newer: bool
    older: bool


FIELDS = """g.slug, g.story, g.version, g.revision, g.title, g.lead, g.topic, g.tags, g.units, g.kinds,
    g.information_class, g.responsible, g.cover, g.corrections, g.first_shown_at, g.shown_at, g.modified_at"""


async def revisions(conn: "Connection", slugs: list[str]) -> dict[str, int]:
    """The revision of each page that is visible at this moment."""
    rows = await conn.fetch("SELECT slug, revision FROM pages WHERE slug = ANY($1::text[])", slugs)
    return {row["slug"]: row["revision"] for row in rows}


async def whole(conn: "Connection", slug: str) -> Whole | None:
    """The page at this address with its content, from the approval that stands."""
    row = await conn.fetchrow(
        f"""SELECT {FIELDS}, a.content FROM pages g
            JOIN publications p USING (story, version) JOIN approvals a USING (story, version)
            WHERE g.slug = $1 AND p.visible AND a.state IN ('valid', 'superseded') AND NOT a.practice""",  # noqa: S608
        slug,
    )
    return Whole(page_of(row), content_of(row["content"])) if row else None


async def gone(conn: "Connection", slug: str) -> GonePage | None:
    """Why there is no page any more at this address."""
    row = await conn.fetchrow(
        "SELECT taken_down_at, taken_down_reason FROM stories WHERE slug = $1 AND taken_down_at IS NOT NULL", slug
    )
    return GonePage(row["taken_down_at"], row["taken_down_reason"] or "") if row else None


async def elsewhere(conn: "Connection", slug: str, channel: str) -> str | None:
    """The address of this Story's live post on another channel."""
    found: str | None = await conn.fetchval(
        """SELECT d.url FROM pages g JOIN deliveries d USING (story)
           WHERE g.slug = $1 AND d.channel = $2 AND d.channel = 'wordpress' AND d.state = 'live'
           ORDER BY d.version DESC LIMIT 1""",
        slug,
        channel,
    )
    return found or None


async def canonical(conn: "Connection", slug: str, channel: str) -> Canonical | None:
    """Where a visible Story can be read on another channel; until its correction is there, what it corrects."""
    row = await conn.fetchrow(
        """SELECT d.url, d.version FROM pages g JOIN deliveries d USING (story)
           WHERE g.slug = $1 AND d.channel = $2 AND d.version <= g.version AND d.url <> ''
             AND d.state IN ('live', 'superseded')
           ORDER BY d.version DESC LIMIT 1""",
        slug,
        channel,
    )
    return Canonical(row["url"], row["version"]) if row else None


async def turn(
    conn: "Connection", scope: Scope, *, older_than: Place | None = None, newer_than: Place | None = None, limit: int
) -> Turn:
    """One page of a list: its beginning, or what comes after one place, or before one."""
    place, back = (newer_than, True) if newer_than else (older_than, False)
    sql, arguments = _list(scope, place, back=back)
    rows = await conn.fetch(f"{sql} LIMIT ${len(arguments) + 1}", *arguments, limit + 1)
    found, more = [page_of(row) for row in rows[:limit]], len(rows) > limit
    if back:
        return Turn(found[::-1], newer=more, older=True)
    return Turn(found, newer=place is not None, older=more)


def _list(scope: Scope, place: Place | None, *, back: bool) -> tuple[str, list[Any]]:
    """A list in the order of the index that serves it, from a place on."""
    listed = "page_units" if scope.unit else "page_topics" if scope.topic else ""
    source, o = (f"{listed} o JOIN pages g USING (story)", "o") if listed else ("pages g", "g")
    asked: list[tuple[str, Any]] = [
        ("o.unit = ${}", scope.unit), ("o.topic = ${}", scope.topic), ("g.first_shown_at >= ${}", scope.since),
        ("g.first_shown_at < ${}", scope.until),
    ]  # fmt: skip
    asked = [(condition, value) for condition, value in asked if value is not None]
    conditions = [condition.format(n) for n, (condition, _) in enumerate(asked, 1)]
    arguments = [value for _, value in asked]
    if place:
        n = len(arguments)
        sign = ">" if back else "<"
        conditions.append(f"({o}.first_shown_at, {o}.story) {sign} (${n + 1}::timestamptz, ${n + 2}::uuid)")
        arguments += place
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    way = "ASC" if back else "DESC"
    return f"SELECT {FIELDS} FROM {source} {where} ORDER BY {o}.first_shown_at {way}, {o}.story {way}", arguments  # noqa: S608


async def changed_last(conn: "Connection", scope: Scope, *, limit: int) -> list[Page]:
    """For feeds: what was shown or corrected last comes first; of all, of a topic, or of a Bidang."""
    source, order = "pages g", "g.shown_at DESC, g.story DESC"
    if scope.topic:
        source, order = "page_topics o JOIN pages g USING (story) WHERE o.topic = $2", "o.shown_at DESC, o.story DESC"
    elif scope.unit:
        source = "page_units o JOIN pages g USING (story) WHERE o.unit = $2"
        order = "o.shown_at DESC NULLS LAST, o.story DESC"
    narrow = [code for code in (scope.topic or scope.unit,) if code]
    rows = await conn.fetch(f"SELECT {FIELDS} FROM {source} ORDER BY {order} LIMIT $1", limit, *narrow)  # noqa: S608
    return [page_of(row) for row in rows]


def page_of(row: "asyncpg.Record") -> Page:
    return Page(
        row["slug"], row["story"], row["version"], row["revision"], row["title"], row["lead"], row["topic"],
        tuple(row["tags"]), tuple(row["units"]), tuple(row["kinds"]), row["information_class"], row["responsible"],
        row["cover"], row["corrections"], row["first_shown_at"], row["shown_at"], row["modified_at"],
    )  # fmt: skip
