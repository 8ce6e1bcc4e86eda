"""What the four schemas hold of an item: rows as plain JSON values, ids and hashes and names, never content."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.topics import SERVICES

if TYPE_CHECKING:
    from shared.db import Connection

Row = dict[str, Any]
Ids = Sequence[UUID]

_CLOCK = """stage, item, cycle, lane, kind, report, story, unit, opened_at, due_at, closed_at, target_seconds,
            working_seconds, elapsed_seconds, outcome, punctuality, sop_version, calendar_version"""


async def reports(conn: "Connection", ids: Ids) -> list[Row]:
    """Who sent what, for which Unit, when and by which way."""
    return await _rows(
        conn,
        """SELECT r.id, r.unit, r.title, r.state, r.cycle, r.urgency, r.happened_at, r.received_at,
                  r.source, r.request_id, r.created_by AS sent_by, a.name AS sent_by_name,
                  a.capacity AS sent_by_capacity, r.facts ->> 'reporter' AS reporter,
                  r.facts ->> 'received_via' AS received_via, r.facts -> 'nota_dinas' AS nota_dinas,
                  r.facts ->> 'archive_code' AS archive_code,
                  coalesce((r.facts ->> 'practice')::boolean, false) AS practice,
                  x.sender AS recorded_of, x.sent_at AS recorded_sent_at, x.recorded_at, x.recorded_by
           FROM intake.reports r LEFT JOIN accounts.accounts a ON a.account = r.created_by
           LEFT JOIN intake.recordings x ON x.report = r.id WHERE r.id = ANY($1::uuid[])
           ORDER BY r.received_at, r.id""",
        ids,
    )


async def files(conn: "Connection", ids: Ids) -> list[Row]:
    return await _rows(
        conn,
        """SELECT id, report, data ->> 'name' AS name, sha256, (data #>> '{original,size}')::bigint AS size,
                  data #>> '{original,content_type}' AS content_type, state, private,
                  (SELECT coalesce(json_agg(json_build_object('label', c ->> 'label', 'sha256', c ->> 'sha256')), '[]')
                   FROM json_array_elements(data -> 'renditions') c) AS copies
           FROM intake.media WHERE report = ANY($1::uuid[]) ORDER BY report, id""",
        ids,
    )


async def supplements(conn: "Connection", ids: Ids) -> list[Row]:
    return await _rows(
        conn,
        """SELECT s.id, s.report, s.cycle, s.received_at, s.sent_by, a.name AS sent_by_name
           FROM intake.supplements s LEFT JOIN accounts.accounts a ON a.account = s.sent_by
           WHERE s.report = ANY($1::uuid[]) ORDER BY s.received_at, s.id""",
        ids,
    )


async def erasures(conn: "Connection", hashes: Sequence[str]) -> list[Row]:
    """Files that were erased by law: the order stays."""
    return await _rows(
        conn,
        """SELECT sha256, reason, by, approved_by, at FROM intake.erasures WHERE sha256 = ANY($1::text[])
           ORDER BY at, id""",
        hashes,
    )


async def stories(conn: "Connection", ids: Ids) -> list[Row]:
    return await _rows(
        conn,
        """SELECT s.id, s.title, s.state, s.urgency, s.practice, s.correction, s.created_by, s.created_at,
                  p.slug, p.taken_down_at, p.taken_down_reason
           FROM editing.stories s LEFT JOIN publisher.stories p ON p.story = s.id
           WHERE s.id = ANY($1::uuid[]) ORDER BY s.created_at, s.id""",
        ids,
    )


async def compiled(conn: "Connection", ids: Ids) -> list[Row]:
    return await _rows(
        conn,
        """SELECT story, report, added_at, added_by FROM editing.story_reports WHERE story = ANY($1::uuid[])
           ORDER BY story, place""",
        ids,
    )


async def versions(conn: "Connection", ids: Ids) -> list[Row]:
    """With `content`, which is for checking the hash and leaves here."""
    return await _rows(
        conn,
        """SELECT story, version, saved_at, author, author_name, author_capacity, reason, content_sha256, content
           FROM editing.versions WHERE story = ANY($1::uuid[]) ORDER BY story, version""",
        ids,
    )


async def submissions(conn: "Connection", ids: Ids) -> list[Row]:
    return await _rows(
        conn,
        """SELECT story, version, cycle, state, content_sha256, authors, submitted_by, submitted_at, urgency, correction
           FROM review.reviews WHERE story = ANY($1::uuid[]) ORDER BY story, version""",
        ids,
    )


async def decisions(conn: "Connection", ids: Ids) -> list[Row]:
    """Every column but a leader's own words for a Version, which are content."""
    return await _rows(
        conn,
        """SELECT (to_jsonb(d) - 'proposal') AS row FROM review.decisions d WHERE story = ANY($1::uuid[])
           ORDER BY decided_at""",
        ids,
        column="row",
    )


async def revocations(conn: "Connection", ids: Ids) -> list[Row]:
    return await _rows(
        conn,
        """SELECT story, version, reason, note, by, mandate, at FROM review.revocations WHERE story = ANY($1::uuid[])
           ORDER BY at""",
        ids,
    )


async def dispositions(conn: "Connection", ids: Ids) -> list[Row]:
    return await _rows(
        conn,
        """SELECT story, version, to_whom, note, by, mandate, at FROM review.dispositions
           WHERE story = ANY($1::uuid[]) ORDER BY at, id""",
        ids,
    )


async def confirmations(conn: "Connection", ids: Ids) -> list[Row]:
    """Emergency approvals that another official let stand."""
    return await _rows(
        conn,
        """SELECT story, version, note, by, mandate, at FROM review.confirmations WHERE story = ANY($1::uuid[])
           ORDER BY at""",
        ids,
    )


async def offer_withdrawals(conn: "Connection", ids: Ids) -> list[Row]:
    """Words that a leader took back before an Admin took them."""
    return await _rows(
        conn,
        """SELECT story, version, note, by, mandate, at FROM review.offer_withdrawals WHERE story = ANY($1::uuid[])
           ORDER BY at""",
        ids,
    )


async def ppid_decisions(conn: "Connection", ids: Ids) -> list[Row]:
    return await _rows(
        conn,
        """SELECT story, version, outcome, number, decided_on, consequence_test, until, duration, recorded_by,
                  recorded_at FROM review.ppid_decisions WHERE story = ANY($1::uuid[]) ORDER BY recorded_at""",
        ids,
    )


async def publications(conn: "Connection", ids: Ids) -> list[Row]:
    """With the hash of the content that was approved, as publisher holds it."""
    return await _rows(
        conn,
        """SELECT p.story, p.version, p.state, p.visible, p.shown_at, p.started_by, p.started_at, p.published_at,
                  p.ended_by, p.ended_reason, p.since, a.content_sha256, a.state AS approval
           FROM publisher.publications p JOIN publisher.approvals a USING (story, version)
           WHERE p.story = ANY($1::uuid[]) ORDER BY p.story, p.version""",
        ids,
    )


async def deliveries(conn: "Connection", ids: Ids) -> list[Row]:
    return await _rows(
        conn,
        """SELECT story, version, channel, required, state, url, way, reason, confirmed_by, waiver, since
           FROM publisher.deliveries WHERE story = ANY($1::uuid[]) ORDER BY story, version, channel""",
        ids,
    )


async def clocks(conn: "Connection", stories: Ids, reports: Ids) -> list[Row]:
    """Of each stage's own ledger."""
    union = " UNION ALL ".join(
        f"SELECT {_CLOCK} FROM {service}.clocks WHERE story = ANY($1::uuid[]) OR report = ANY($2::uuid[])"  # noqa: S608
        for service in SERVICES
    )
    return await _rows(conn, f"SELECT * FROM ({union}) c ORDER BY opened_at, stage, item, cycle", stories, reports)  # noqa: S608


async def keterangan(conn: "Connection", items: Sequence[str]) -> list[Row]:
    return await _rows(
        conn,
        """SELECT stage, item, cycle, note, name, capacity, at FROM review.keterangan WHERE item = ANY($1::text[])
           ORDER BY id""",
        items,
    )


async def audit(conn: "Connection", items: Sequence[str]) -> list[Row]:
    """Every service's rows on these items, with their place on the chain; none where they are not sealed yet."""
    union = " UNION ALL ".join(
        f"""SELECT '{service}' AS service, a.id, a.at, a.origin, a.actor, a.capacity, a.action, a.item, a.version,
                   a.before_hash, a.after_hash, a.event_id, c.sealed AS seal, c.hash AS chain_hash
            FROM {service}.audit a LEFT JOIN {service}.audit_chain c ON c.audit_id = a.id
            WHERE a.item = ANY($1::text[])"""  # noqa: S608
        for service in SERVICES
    )
    return await _rows(
        conn,
        f"""SELECT u.*, n.name AS actor_name FROM ({union}) u LEFT JOIN accounts.accounts n ON n.account = u.actor
            ORDER BY u.at, u.service, u.id""",  # noqa: S608
        items,
    )


async def _rows(conn: "Connection", sql: str, *arguments: Any, column: str = "") -> list[Row]:
    """PostgreSQL writes the JSON, so that a time or a number reads the same wherever it comes from."""
    made = await conn.fetch(f"SELECT to_jsonb(q) AS told FROM ({sql}) q", *map(list, arguments))  # noqa: S608
    found: list[Row] = [json.loads(row["told"]) for row in made]
    return [row[column] for row in found] if column else found
