"""What the screens read: the queue before the leader, and all that is known of one Story."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import TypeAdapter

from services.review.domain import Choice, Review, State
from services.review.rulings import Basis, Grounds
from services.review.store import review_of
from shared.content import Clause, Content, Official, Reason, Redaction, Rendition, Words
from shared.media.choosing import CAPTIONS, publishable

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

REASONS = TypeAdapter(tuple[Reason, ...])


@dataclass(frozen=True, slots=True)
class Line:
    """One Version in a list."""

    story: UUID
    version: int
    cycle: int
    title: str
    state: State
    urgency: str
    practice: bool
    correction: bool
    submitted_at: datetime
    submitted_by: str
    units: tuple[str, ...]
    findings: int
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    kind: str
    subject: UUID
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What an official did about a Decision later."""

    note: str
    by: Official
    mandate: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Offered:
    """On which Version, and when, a leader wrote the words that an Admin accepted."""

    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    decision: Choice
    reasons: tuple[Reason, ...]
    legal_basis: str
    until: date | None
    not_before: datetime | None
    decided_by: Official
    decided_at: datetime
    clause: Clause | None
    duration: str
    basis: Basis
    mandate: str
    proposal: Words | None
    redaction: Redaction | None
    confirmed: Afterwards | None
    withdrawn: Afterwards | None
    offered: Offered | None

    @property
    def grounds(self) -> Grounds:
        return Grounds(
            self.decision, self.reasons, self.legal_basis, self.until, self.not_before, self.clause, self.duration,
            self.proposal, self.basis, self.redaction,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Revoked:
    version: int
    reason: str
    note: str
    by: Official
    mandate: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """What publisher told last; `public` unless it was taken down after that."""

    version: int | None
    at: datetime | None
    urls: dict[str, str]
    taken_down_at: datetime | None
    taken_down_version: int | None = None

    @property
    def public(self) -> bool:
        if self.at is None or self.version is None:
            return False
        # One that was replaced may be cleared away long after the newer one became public.
        older = self.taken_down_version is not None and self.taken_down_version < self.version
        return older or self.taken_down_at is None or self.taken_down_at < self.at


@dataclass(frozen=True, slots=True)
class Dossier:
    """One Version of a Story, whole, with what came of it. `versions` are all of the Story, the newest first."""

    review: Review
    content: Content
    decided: Decided | None
    revocations: tuple[Revoked, ...]
    findings: tuple[Finding, ...]
    versions: tuple[Line, ...]
    published: Published
    erased: frozenset[str]

    @property
    def erased_files(self) -> frozenset[UUID]:
        return frozenset(f.subject for f in self.findings if f.kind == "media-erased")

    def rendition(self, sha256: str) -> Rendition | None:
        """A publishable copy that this Version shows, unless its file was erased."""
        if sha256 in self.erased:
            return None
        shown = (r for m in self.content.media for r in publishable(m.renditions))
        return next((r for r in shown if r.sha256 == sha256), None)


_LINE = """
    SELECT r.story, r.version, r.cycle, r.title, r.state, r.urgency, r.practice, r.correction, r.submitted_at,
           r.submitted_by, r.origins, d.decided_at,
           (SELECT count(*) FROM findings f WHERE f.story = r.story AND f.version = r.version) AS findings
    FROM reviews r LEFT JOIN decisions d USING (story, version)"""


# What must be known at once before all else; practice, which has no clock, last.
IN_ORDER = """
    LEFT JOIN clocks c ON c.stage = 'review' AND c.item = r.story::text AND c.cycle = r.cycle
    WHERE r.state = 'open'
    ORDER BY r.urgency = 'immediate' DESC, c.due_at NULLS LAST, r.submitted_at, r.story"""


async def waiting(conn: "Connection", *, limit: int) -> list[Line]:
    """What waits for the leader: the immediate lane first, and in it the one due first."""
    rows = await conn.fetch(f"{_LINE} {IN_ORDER} LIMIT $1", limit)
    return [_line(row) for row in rows]


async def lately(conn: "Connection", *, limit: int) -> list[Line]:
    """The newest Decisions, the last one first."""
    rows = await conn.fetch(f"{_LINE} WHERE d.decided_at IS NOT NULL ORDER BY d.decided_at DESC LIMIT $1", limit)
    return [_line(row) for row in rows]


async def unconfirmed(conn: "Connection", *, limit: int) -> list[Line]:
    """Emergency approvals that stand and that no other official has looked at, the oldest first."""
    rows = await conn.fetch(
        f"""{_LINE} WHERE d.basis = 'emergency' AND r.state IN ('approved', 'superseded') AND NOT EXISTS
                (SELECT FROM confirmations c WHERE c.story = r.story AND c.version = r.version)
            ORDER BY d.decided_at LIMIT $1""",
        limit,
    )
    return [_line(row) for row in rows]


async def dossier(conn: "Connection", story: UUID, version: int | None = None) -> Dossier | None:
    """The given Version, or the newest; None where there is none."""
    row = await conn.fetchrow(
        """SELECT r.*, d.decision, d.reasons, d.legal_basis, d.until, d.not_before, d.decided_by, d.decided_at,
                  d.clause, d.duration, d.proposal, d.proposal_sha256, d.redaction, d.basis, d.mandate,
                  c.note AS confirmed_note, c.by AS confirmed_by, c.mandate AS confirmed_mandate, c.at AS confirmed_at,
                  w.note AS withdrawn_note, w.by AS withdrawn_by, w.mandate AS withdrawn_mandate, w.at AS withdrawn_at,
                  o.version AS offered_version, o.decided_at AS offered_at,
                  s.published_version, s.published_at, s.urls, s.taken_down_at,
                  s.taken_down_version
           FROM reviews r JOIN stories s USING (story) LEFT JOIN decisions d USING (story, version)
           LEFT JOIN confirmations c USING (story, version) LEFT JOIN offer_withdrawals w USING (story, version)
           LEFT JOIN decisions o ON d.basis = 'amendment' AND o.story = r.story AND o.version = (
               SELECT max(version) FROM decisions p
               WHERE p.story = r.story AND p.version < r.version AND p.proposal_sha256 = r.content_sha256)
           WHERE r.story = $1 AND r.version = coalesce($2, s.newest_version)""",
        story,
        version,
    )
    if row is None:
        return None
    lines = await conn.fetch(f"{_LINE} WHERE r.story = $1 ORDER BY r.version DESC", story)
    content = Content.model_validate_json(row["content"], extra="ignore")
    return Dossier(
        review=review_of(row),
        content=content,
        decided=_decided(row),
        revocations=await _revocations(conn, story),
        findings=await _findings(conn, story, row["version"]),
        versions=tuple(_line(line) for line in lines),
        published=Published(
            row["published_version"],
            row["published_at"],
            json.loads(row["urls"]),
            row["taken_down_at"],
            row["taken_down_version"],
        ),
        erased=await _erased(conn, row["media"], content),
    )


async def content(conn: "Connection", story: UUID, version: int) -> Content | None:
    """The content of one Version alone."""
    found = await conn.fetchval("SELECT content FROM reviews WHERE story = $1 AND version = $2", story, version)
    return Content.model_validate_json(found, extra="ignore") if found else None


async def _revocations(conn: "Connection", story: UUID) -> tuple[Revoked, ...]:
    rows = await conn.fetch(
        "SELECT version, reason, note, by, mandate, at FROM revocations WHERE story = $1 ORDER BY at, version", story
    )
    return tuple(
        Revoked(
            r["version"], r["reason"], r["note"], Official.model_validate_json(r["by"], extra="ignore"), r["mandate"],
            r["at"],
        )
        for r in rows
    )  # fmt: skip


async def _findings(conn: "Connection", story: UUID, version: int) -> tuple[Finding, ...]:
    rows = await conn.fetch(
        "SELECT kind, subject, note, at FROM findings WHERE story = $1 AND version = $2 ORDER BY at, subject",
        story,
        version,
    )
    return tuple(Finding(**dict(row)) for row in rows)


async def _erased(conn: "Connection", media: Iterable[UUID], content: Content) -> frozenset[str]:
    """The hashes of what was erased of these files, and of captions that lie inside videos of this content."""
    captions = [r.sha256 for m in content.media for r in m.renditions if r.label == CAPTIONS]
    hashes = await conn.fetch(
        """SELECT unnest(renditions) AS sha256 FROM notices
           WHERE subject = ANY($1) OR (kind = 'media-erased' AND renditions && $2)""",
        list(media),
        captions,
    )
    return frozenset(row["sha256"] for row in hashes)


def _line(row: "asyncpg.Record") -> Line:
    facts = dict(row)
    by = Official.model_validate_json(facts.pop("submitted_by"), extra="ignore")
    origins = json.loads(facts.pop("origins"))
    return Line(**facts, submitted_by=by.name, units=tuple(sorted({o["unit"] for o in origins})))


def _decided(row: "asyncpg.Record") -> Decided | None:
    if row["decision"] is None:
        return None
    return Decided(
        decision=row["decision"],
        reasons=REASONS.validate_json(row["reasons"], extra="ignore"),
        legal_basis=row["legal_basis"],
        until=row["until"],
        not_before=row["not_before"],
        decided_by=Official.model_validate_json(row["decided_by"], extra="ignore"),
        decided_at=row["decided_at"],
        clause=row["clause"],
        duration=row["duration"],
        basis=row["basis"],
        mandate=row["mandate"],
        proposal=Words.model_validate_json(row["proposal"], extra="ignore") if row["proposal"] else None,
        redaction=Redaction.model_validate_json(row["redaction"], extra="ignore") if row["redaction"] else None,
        confirmed=_afterwards(row, "confirmed"),
        withdrawn=_afterwards(row, "withdrawn"),
        offered=Offered(row["offered_version"], row["offered_at"]) if row["offered_at"] else None,
    )


def _afterwards(row: "asyncpg.Record", what: str) -> Afterwards | None:
    if row[f"{what}_at"] is None:
        return None
    by = Official.model_validate_json(row[f"{what}_by"], extra="ignore")
    return Afterwards(row[f"{what}_note"], by, row[f"{what}_mandate"], row[f"{what}_at"])
