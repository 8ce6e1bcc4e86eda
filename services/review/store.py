"""The review service's tables: a Story locked with its Versions, and what is written of each step."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import TypeAdapter

from services.review.domain import Case, Ended, NoSuchReview, Offer, Review
from services.review.rulings import Verdict
from shared.content import Content, Official, Origin, RequestRef
from shared.envelope import Envelope, event_source
from shared.events import StorySubmitted, type_name

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

ORIGINS = TypeAdapter(tuple[Origin, ...])


@dataclass(frozen=True, slots=True)
class Submitted:
    """A Version that is new here: its review, the whole content, and the event that brought it."""

    review: Review
    content: Content
    because: Envelope


@dataclass(frozen=True, slots=True)
class Fate:
    """What publisher told last of a Story; each half stands by itself."""

    story: UUID
    published_version: int | None = None
    published_at: datetime | None = None
    urls: dict[str, str] | None = None
    taken_down_version: int | None = None
    taken_down_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What became of a Report or a file; `renditions` are the hashes that went with it."""

    kind: str
    subject: UUID
    note: str
    at: datetime
    renditions: tuple[str, ...] = ()


async def lock(conn: "Connection", stories: Iterable[UUID]) -> dict[UUID, Case]:
    """Lock the given Stories in id order, known or not, and load them."""
    ids = sorted(set(stories))
    await conn.execute("INSERT INTO stories (story) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING", ids)
    return await _locked(conn, ids)


async def lock_known(conn: "Connection", story: UUID) -> Case | None:
    """Lock and load one Story, or None where nothing of it was ever submitted."""
    case = (await _locked(conn, [story])).get(story)
    return case if case and case.reviews else None


async def lock_reviewed(conn: "Connection", story: UUID) -> Case:
    """The same, of a Story that somebody asks for. Raises NoSuchReview."""
    case = await lock_known(conn, story)
    if case is None:
        raise NoSuchReview
    return case


async def _locked(conn: "Connection", ids: list[UUID]) -> dict[UUID, Case]:
    rows = await conn.fetch(
        "SELECT story, abandoned_at FROM stories WHERE story = ANY($1::uuid[]) ORDER BY story FOR UPDATE", ids
    )
    reviews: dict[UUID, list[Review]] = {row["story"]: [] for row in rows}
    for row in await conn.fetch(
        """SELECT r.story, r.version, r.cycle, r.state, r.content_sha256, r.authors, r.origins, r.urgency, r.practice,
                  r.correction, r.submitted_by, r.submitted_at, d.decision, d.proposal_sha256, d.decided_by, d.mandate,
                  d.basis, w.at AS withdrawn_at
           FROM reviews r LEFT JOIN decisions d USING (story, version)
           LEFT JOIN offer_withdrawals w USING (story, version)
           WHERE r.story = ANY($1::uuid[]) ORDER BY r.version""",
        ids,
    ):
        reviews[row["story"]].append(review_of(row))
    return {row["story"]: Case(row["story"], tuple(reviews[row["story"]]), row["abandoned_at"]) for row in rows}


def review_of(row: "asyncpg.Record") -> Review:
    return Review(
        story=row["story"],
        version=row["version"],
        cycle=row["cycle"],
        content_sha256=row["content_sha256"],
        authors=tuple(row["authors"]),
        origins=ORIGINS.validate_json(row["origins"], extra="ignore"),
        submitted_by=Official.model_validate_json(row["submitted_by"], extra="ignore"),
        submitted_at=row["submitted_at"],
        urgency=row["urgency"],
        practice=row["practice"],
        correction=row["correction"],
        state=row["state"],
        decision=row["decision"],
        offer=_offer(row),
        emergency_by=json.loads(row["decided_by"])["account"] if row["basis"] == "emergency" else None,
    )


def _offer(row: "asyncpg.Record") -> Offer | None:
    if row["proposal_sha256"] is None:
        return None
    by = Official.model_validate_json(row["decided_by"], extra="ignore")
    return Offer(row["proposal_sha256"], by, row["mandate"], row["withdrawn_at"] is not None)


async def save_cases(conn: "Connection", cases: Sequence[Case]) -> None:
    """Write each Story as it now stands, and the state of its Versions that are stored already."""
    if not cases:
        return
    ordered = sorted(cases, key=lambda c: c.story)
    await conn.execute(
        """UPDATE stories s SET newest_version = r.n, abandoned_at = r.a
           FROM unnest($1::uuid[], $2::int[], $3::timestamptz[]) AS r(s, n, a) WHERE s.story = r.s""",
        [c.story for c in ordered],
        [c.newest.version if c.newest else 0 for c in ordered],
        [c.abandoned_at for c in ordered],
    )
    reviews = [r for c in ordered for r in c.reviews]
    await conn.execute(
        """UPDATE reviews v SET state = r.t
           FROM unnest($1::uuid[], $2::int[], $3::text[]) AS r(s, n, t)
           WHERE v.story = r.s AND v.version = r.n AND v.state <> r.t""",
        [r.story for r in reviews],
        [r.version for r in reviews],
        [r.state for r in reviews],
    )


async def add(conn: "Connection", submitted: Sequence[Submitted]) -> None:
    """Store new Versions, as they came in; `save_cases` then gives them the state that they have by now."""
    if not submitted:
        return
    # No unnest: an array cannot hold another array (authors, reports) of its own length.
    await conn.executemany(
        """INSERT INTO reviews (story, version, cycle, state, title, content, content_sha256, authors, origins, reports,
               media, urgency, practice, correction, submitted_by, submitted_at, caused_by, traceparent, request)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)""",
        [_row(s) for s in submitted],
    )


def _row(new: Submitted) -> tuple[object, ...]:
    review, content, because = new.review, new.content, new.because
    return (
        review.story,
        review.version,
        review.cycle,
        review.state,
        content.title,
        content.model_dump_json(),
        review.content_sha256,
        list(review.authors),
        ORIGINS.dump_json(review.origins).decode(),
        [o.report for o in review.origins],
        [m.id for m in content.media],
        review.urgency,
        review.practice,
        review.correction,
        review.submitted_by.model_dump_json(),
        review.submitted_at,
        because.id,
        because.traceparent,
        because.request.model_dump_json() if because.request else None,
    )


async def content_of(conn: "Connection", story: UUID, version: int) -> tuple[Content, Envelope]:
    """The whole content of a stored Version, and the envelope of the event that brought it."""
    row = await conn.fetchrow(
        "SELECT content, caused_by, traceparent, request FROM reviews WHERE story = $1 AND version = $2", story, version
    )
    assert row is not None
    because = Envelope(
        id=row["caused_by"],
        source=event_source("editing"),
        type=type_name(StorySubmitted),
        subject=str(story),
        time=None,
        sequence=None,
        traceparent=row["traceparent"],
        request=RequestRef.model_validate_json(row["request"], extra="ignore") if row["request"] else None,
    )
    return Content.model_validate_json(row["content"], extra="ignore"), because


async def add_decisions(conn: "Connection", verdicts: Sequence[Verdict]) -> None:
    """Record Decisions; a second one on the same Version breaks the primary key."""
    await conn.executemany(
        """INSERT INTO decisions (story, version, content_sha256, decided_by, decided_at, mandate, decision, reasons,
               legal_basis, until, not_before, clause, duration, proposal_sha256, basis, proposal, redaction)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)""",
        [_decision(v) for v in sorted(verdicts, key=lambda v: (v.review.story, v.review.version))],
    )


def _decision(verdict: Verdict) -> tuple[object, ...]:
    review, grounds, proposal = verdict.review, verdict.ruling.grounds, verdict.ruling.proposal
    return (
        review.story, review.version, review.content_sha256, verdict.by.model_dump_json(), verdict.at, verdict.mandate,
        grounds.choice, json.dumps([r.model_dump() for r in grounds.reasons]), grounds.legal_basis, grounds.until,
        grounds.not_before, grounds.clause, grounds.duration, verdict.offered, grounds.basis,
        None if proposal is None else proposal.model_dump_json(),
        None if grounds.redaction is None else grounds.redaction.model_dump_json(),
    )  # fmt: skip


async def add_ended(conn: "Connection", ended: Sequence[Ended]) -> None:
    rows = [
        (e.review.story, e.review.version, e.why, e.note, e.by.model_dump_json(), e.mandate, e.at)
        for e in sorted(ended, key=lambda e: (e.review.story, e.review.version))
    ]
    if rows:
        await conn.execute(
            """INSERT INTO revocations (story, version, reason, note, by, mandate, at)
               SELECT s, v, r, n, b::json, m, t
               FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
                    AS x(s, v, r, n, b, m, t)""",
            *map(list, zip(*rows, strict=True)),
        )


async def add_notices(conn: "Connection", notices: Sequence[Notice]) -> None:
    await conn.executemany(
        """INSERT INTO notices (kind, subject, note, renditions, at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT DO NOTHING""",
        [
            (n.kind, n.subject, n.note, list(n.renditions), n.at)
            for n in sorted(notices, key=lambda n: (n.kind, n.subject))
        ],
    )


async def save_fates(conn: "Connection", fates: Sequence[Fate]) -> None:
    """Write what publisher told; a Story whose submission is still to come gets its row already."""
    await conn.executemany(
        """INSERT INTO stories AS s (story, published_version, published_at, urls, taken_down_version, taken_down_at)
           VALUES ($1, $2, $3, coalesce($4::jsonb, '{}'), $5, $6)
           ON CONFLICT (story) DO UPDATE SET
               published_version = coalesce(excluded.published_version, s.published_version),
               published_at = coalesce(excluded.published_at, s.published_at),
               urls = coalesce($4::jsonb, s.urls),
               taken_down_version = coalesce(excluded.taken_down_version, s.taken_down_version),
               taken_down_at = coalesce(excluded.taken_down_at, s.taken_down_at)""",
        [
            (
                f.story, f.published_version, f.published_at, None if f.urls is None else json.dumps(f.urls),
                f.taken_down_version, f.taken_down_at,
            )
            for f in sorted(fates, key=lambda f: f.story)
        ],
    )  # fmt: skip
