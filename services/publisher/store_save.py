"""Writing Stories: only what differs, one statement per table for a whole batch."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.publisher.domain import Approval, Delivery, Publication, Removal, Story, Waiver
from services.publisher.store import ORIGINS
from shared.content import Official
from shared.sla import Total

if TYPE_CHECKING:
    from shared.db import Connection

Row = tuple[Any, ...]


async def save(conn: "Connection", changed: Iterable[tuple[Story, Story]], *, at: datetime) -> None:
    """Write each Story (before, after) that was locked in this transaction."""
    pairs = [(before, after) for before, after in changed if before is not after]
    moved = [(s.id, was, p) for b, s in pairs for was, p in _publications(b, s)]
    early = [(s.id, v, at) for b, s in pairs for v in sorted(s.revoked_early - b.revoked_early)]
    await _write(conn, _EARLY, early)
    await _write(conn, _NEW_APPROVALS, [_approval_row(s, p) for s, was, p in moved if was is None])
    known = [(s, was.approval, p) for s, was, p in moved if was is not None]
    await _write(
        conn, _STATES, [(s, p.version, p.approval.state) for s, was, p in known if was.state != p.approval.state]
    )
    await _write(
        conn, _CONTENTS, [(s, p.version, _content(p)) for s, was, p in known if was.content is not p.approval.content]
    )
    # A page that is hidden is written before the one that is shown: there is one page per Story.
    ordered = sorted(moved, key=lambda m: m[2].visible)
    await _write(conn, _SAVE_PUBLICATIONS, [(*_publication_row(s, p), at) for s, _, p in ordered])
    await _write(
        conn,
        _SAVE_DELIVERIES,
        [(s, p.version, *_delivery_row(d), at) for s, was, p in moved for d in _deliveries(was, p)],
    )
    await _write(
        conn,
        _SAVE_SCHEDULES,
        [
            (s, p.version, p.schedule.at, p.schedule.by.model_dump_json(), p.schedule.set_at, p.schedule.state)
            for s, was, p in moved
            if p.schedule is not None and (was is None or was.schedule != p.schedule)
        ],
    )
    await _write(conn, _SAVE_STORIES, [_story_row(s) for b, s in pairs if (b.slug, b.gone) != (s.slug, s.gone)])


async def add_totals(conn: "Connection", totals: Mapping[UUID, Total]) -> None:
    """Keep what each Story took until the public could first read it."""
    await _write(
        conn,
        """INSERT INTO totals (story, opened_at, closed_at, working_seconds, elapsed_seconds, calendar_version)
           SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::bigint[], $5::bigint[],
               $6::text[])
           ON CONFLICT DO NOTHING""",
        [(story, *astuple(total)) for story, total in sorted(totals.items())],
    )


async def _write(conn: "Connection", statement: str, rows: Sequence[Row]) -> None:
    if rows:
        await conn.execute(statement, *map(list, zip(*rows, strict=True)))


def _publications(before: Story, after: Story) -> Iterable[tuple[Publication | None, Publication]]:
    known = {p.version: p for p in before.publications}
    return [(known.get(p.version), p) for p in after.publications if known.get(p.version) != p]


def _deliveries(was: Publication | None, p: Publication) -> list[Delivery]:
    return [d for d in p.deliveries if was is None or was.delivery(d.channel) != d]


def _content(p: Publication) -> str:
    return p.approval.content.model_dump_json()


def _approval_row(story: UUID, p: Publication) -> Row:
    a: Approval = p.approval
    return (
        story, p.version, a.cycle, _content(p), a.content_sha256, ORIGINS.dump_json(a.origins).decode(),
        json.dumps(a.authors), a.decided_by.model_dump_json(), a.decided_at, a.not_before, a.urgency, a.practice,
        a.correction, a.basis, a.event_id, a.traceparent, a.state,
    )  # fmt: skip


def _publication_row(story: UUID, p: Publication) -> Row:
    return (
        story, p.version, p.state, p.visible, p.shown_at, _official(p.started_by), p.started_at, p.published_at,
        _official(p.ended_by), p.ended_reason,
    )  # fmt: skip


def _delivery_row(d: Delivery) -> Row:
    return (
        d.channel, d.required, d.state, d.url, d.way, d.reason, d.tries, d.next_at, d.looks, _official(d.confirmed_by),
        _waiver(d.waiver), d.mode, _official(d.held_by), d.made.external_id, d.made.submitted,
        json.dumps(dict(d.made.facts)), d.check_at, d.checks, *_removal(d.removal),
    )  # fmt: skip


def _removal(removal: Removal | None) -> Row:
    if removal is None:
        return None, None, None, 0, "", None
    return removal.state, removal.cause, removal.at, removal.tries, removal.reason, removal.since


def _waiver(waiver: Waiver | None) -> str | None:
    if waiver is None:
        return None
    return json.dumps({"by": waiver.by.model_dump(mode="json"), "reason": waiver.reason, "at": waiver.at.isoformat()})


def _story_row(s: Story) -> Row:
    return s.id, s.slug, s.gone.at if s.gone else None, s.gone.reason if s.gone else None


def _official(official: Official | None) -> str | None:
    return official.model_dump_json() if official else None


_EARLY = """
    INSERT INTO early_revocations (story, version, at)
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::timestamptz[]) ON CONFLICT DO NOTHING"""
_NEW_APPROVALS = """
    INSERT INTO approvals (story, version, cycle, content, content_sha256, origins, authors, decided_by, decided_at,
                           not_before, urgency, practice, correction, basis, event_id, traceparent, state)
    SELECT s, v, c, content::jsonb, h, o::jsonb, au::jsonb, by::jsonb, at, nb, u, pr, co, ba, e, tp, st
    FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::timestamptz[], $10::timestamptz[], $11::text[], $12::bool[], $13::bool[], $14::text[],
                $15::text[], $16::text[], $17::text[])
         AS r(s, v, c, content, h, o, au, by, at, nb, u, pr, co, ba, e, tp, st)"""
_STATES = """
    UPDATE approvals a SET state = r.state FROM unnest($1::uuid[], $2::int[], $3::text[]) AS r(story, version, state)
    WHERE a.story = r.story AND a.version = r.version"""
_CONTENTS = """
    UPDATE approvals a SET content = r.content::jsonb
    FROM unnest($1::uuid[], $2::int[], $3::text[]) AS r(story, version, content)
    WHERE a.story = r.story AND a.version = r.version"""
_SAVE_PUBLICATIONS = """
    INSERT INTO publications (story, version, state, visible, shown_at, started_by, started_at, published_at, ended_by,
                              ended_reason, since)
    SELECT s, v, st, vi, sh, sb::jsonb, sa, pa, eb::jsonb, er, since
    FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bool[], $5::timestamptz[], $6::text[], $7::timestamptz[],
                $8::timestamptz[], $9::text[], $10::text[], $11::timestamptz[])
         WITH ORDINALITY AS r(s, v, st, vi, sh, sb, sa, pa, eb, er, since, n)
    ORDER BY n
    ON CONFLICT (story, version) DO UPDATE SET
        state = excluded.state, visible = excluded.visible, shown_at = excluded.shown_at,
        started_by = excluded.started_by, started_at = excluded.started_at, published_at = excluded.published_at,
        ended_by = excluded.ended_by, ended_reason = excluded.ended_reason,
        since = CASE WHEN publications.state = excluded.state THEN publications.since ELSE excluded.since END"""
_SAVE_DELIVERIES = """
    INSERT INTO deliveries (story, version, channel, required, state, url, way, reason, tries, next_at, looks,
                            confirmed_by, waiver, mode, held_by, external_id, submitted, facts, check_at, checks,
                            removal, removal_cause, removal_at, removal_tries, removal_reason, removal_since, since)
    SELECT s, v, ch, rq, st, url, way, re, tr, na, lo, cb::jsonb, wa::jsonb, mo, hb::jsonb, ei, su, fa::jsonb, ca, cs,
           rs, rc, ra, rt, rr, rw, since
    FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bool[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::int[], $10::timestamptz[], $11::int[], $12::text[], $13::text[], $14::text[], $15::text[],
                $16::text[], $17::bool[], $18::text[], $19::timestamptz[], $20::int[], $21::text[], $22::text[],
                $23::timestamptz[], $24::int[], $25::text[], $26::timestamptz[], $27::timestamptz[])
         AS r(s, v, ch, rq, st, url, way, re, tr, na, lo, cb, wa, mo, hb, ei, su, fa, ca, cs, rs, rc, ra, rt, rr, rw,
              since)
    ON CONFLICT (story, version, channel) DO UPDATE SET
        state = excluded.state, url = excluded.url, way = excluded.way, reason = excluded.reason,
        tries = excluded.tries, next_at = excluded.next_at, looks = excluded.looks,
        confirmed_by = excluded.confirmed_by, waiver = excluded.waiver, mode = excluded.mode,
        held_by = excluded.held_by, external_id = excluded.external_id, submitted = excluded.submitted,
        facts = excluded.facts, check_at = excluded.check_at, checks = excluded.checks, removal = excluded.removal,
        removal_cause = excluded.removal_cause, removal_at = excluded.removal_at,
        removal_tries = excluded.removal_tries, removal_reason = excluded.removal_reason,
        removal_since = excluded.removal_since,
        since = CASE WHEN deliveries.state = excluded.state THEN deliveries.since ELSE excluded.since END"""
_SAVE_SCHEDULES = """
    INSERT INTO schedules (story, version, publish_at, set_by, set_at, state)
    SELECT s, v, pa, sb::jsonb, sa, st
    FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::text[])
         AS r(s, v, pa, sb, sa, st)
    ON CONFLICT (story, version) DO UPDATE SET
        publish_at = excluded.publish_at, set_by = excluded.set_by, set_at = excluded.set_at, state = excluded.state"""
_SAVE_STORIES = """
    UPDATE stories s SET slug = r.slug, taken_down_at = r.at, taken_down_reason = r.reason
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[]) AS r(story, slug, at, reason)
    WHERE s.story = r.story"""
