"""What is read for the Admin's desk: what is at work in its groups, what is done page by page, one Story whole."""

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args
from uuid import UUID

from services.publisher.answers import LOOKS
from services.publisher.domain import UNKNOWN_CHANNEL
from services.publisher.removing import PATIENT
from shared.refusal import Refused

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

Group = Literal["asking", "ready", "later", "under-way", "practice"]
GROUPS: tuple[Group, ...] = get_args(Group)
MOST_WORDS = 8


class UnknownPlace(Refused):
    def __init__(self) -> None:
        super().__init__("unknown-place", "Penanda halaman itu tidak dikenal. Mulai lagi dari halaman pertama.")


class Place(NamedTuple):
    """The last line of a page of what is done: the next one goes on after it."""

    since: datetime
    story: UUID
    version: int

    def __str__(self) -> str:
        return f"{self.since.isoformat()}~{self.story}~{self.version}"

    @classmethod
    def of(cls, text: str) -> "Place":
        """Read what `str` wrote; refused where it is anything else."""
        try:
            since, story, version = text.split("~")
            found = cls(datetime.fromisoformat(since), UUID(story), int(version))
        except ValueError:
            raise UnknownPlace from None
        if found.since.tzinfo is None or not 0 < found.version < 2**31:
            raise UnknownPlace
        return found


_LINE = """
    SELECT p.story, p.version, p.state, p.visible, p.since, p.started_at, p.published_at, p.ended_reason, s.slug,
           a.title, a.state AS approval, a.urgency, a.practice, a.correction, a.decided_at,
           a.not_before, a.cycle, c.opened_at, c.due_at, c.closed_at, c.outcome, c.punctuality, c.working_seconds,
           c.target_seconds, sc.publish_at, sc.state AS schedule, sc.set_by ->> 'name' AS scheduled_by,
           (SELECT coalesce(json_agg(json_build_object('channel', d.channel, 'state', d.state, 'url', d.url,
                       'way', d.way, 'reason', d.reason, 'required', d.required, 'since', d.since,
                       'next_at', d.next_at, 'waived', d.waiver ->> 'reason', 'mode', d.mode, 'looks', d.looks,
                       'held_by', d.held_by ->> 'name', 'removal', d.removal, 'removal_cause', d.removal_cause)
                       ORDER BY d.channel <> 'site', d.channel), '[]')
            FROM deliveries d WHERE d.story = p.story AND d.version = p.version) AS deliveries"""
_FROM = """
    JOIN stories s ON s.story = p.story
    JOIN approvals a ON a.story = p.story AND a.version = p.version
    LEFT JOIN schedules sc ON sc.story = p.story AND sc.version = p.version
    LEFT JOIN clocks c ON c.stage = 'publisher' AND c.item = p.story::text AND c.cycle = a.cycle"""
_WORDS = "to_tsvector('simple', coalesce(a.title, '')) @@ to_tsquery('simple', {})"
# A delivery that only a person can bring on: posted by hand, not tried again by itself, or looked up so often in vain.
_STUCK = f"""(d.state IN ('failed', 'unconfirmed')
              AND (d.reason <> '{UNKNOWN_CHANNEL}' OR d.required AND d.waiver IS NULL)
              AND (d.next_at IS NULL OR d.looks >= {LOOKS})
              OR d.mode = 'assisted' AND d.state IN ('waiting', 'sending'))"""
# What an attempt left and nobody saw is no work for a person.
_LEFT = f"""(d.removal IN ('due', 'by-hand', 'refused') AND d.removal_cause <> 'left-over'
             AND (d.removal <> 'due' OR d.removal_tries >= {PATIENT}))"""
_WORK = f"""
    WITH work AS (
        SELECT * FROM publications WHERE state IN ('ready', 'publishing', 'taking-down')
        UNION ALL
        (SELECT p.* FROM (SELECT DISTINCT d.story, d.version FROM deliveries d WHERE {_STUCK}) AS stuck
         JOIN publications p USING (story, version) WHERE p.state = 'published'
         UNION
         SELECT p.* FROM (SELECT DISTINCT d.story, d.version FROM deliveries d WHERE {_LEFT}) AS left_there
         JOIN publications p USING (story, version) WHERE p.state IN ('published', 'superseded', 'void', 'taken-down'))
    ), grouped AS (
        SELECT p.*, CASE
            WHEN a.practice THEN 'practice'
            WHEN p.state IN ('superseded', 'void', 'taken-down') THEN 'asking'
            WHEN sc.state = 'missed' OR p.state <> 'taking-down' AND EXISTS
                (SELECT FROM deliveries d WHERE d.story = p.story AND d.version = p.version AND ({_STUCK} OR {_LEFT}))
                THEN 'asking'
            WHEN p.state IN ('publishing', 'taking-down') THEN 'under-way'
            WHEN sc.state = 'waiting' OR a.not_before > $1 THEN 'later'
            ELSE 'ready' END AS part
        FROM work p JOIN approvals a USING (story, version) LEFT JOIN schedules sc USING (story, version))"""  # noqa: S608


async def counts(conn: "Connection", at: datetime) -> dict[Group, int]:
    """How many there are in each group of what is at work."""
    rows = await conn.fetch(f"{_WORK} SELECT part, count(*) AS n FROM grouped GROUP BY part", at)  # noqa: S608  (ours)
    return dict.fromkeys(GROUPS, 0) | {row["part"]: row["n"] for row in rows}


async def at_work(
    conn: "Connection", at: datetime, *, group: Group | None = None, words: str = "", limit: int
) -> list[dict[str, Any]]:
    """What is at work, the one due first at the top, what waits for its time after that, practice last."""
    asked = f"AND {_WORDS.format('$4')}" if words else "AND $4 = ''"
    rows = await conn.fetch(
        f"""{_WORK} {_LINE}, p.part FROM grouped p {_FROM}
            WHERE ($2::text IS NULL OR p.part = $2) {asked}
            ORDER BY p.part = 'practice', p.part = 'later', c.due_at NULLS LAST, a.decided_at, p.story, p.version
            LIMIT $3""",
        at,
        group,
        limit,
        _query(words),
    )
    return [_line(row) for row in rows]


async def done(conn: "Connection", *, after: Place | None = None, words: str = "", limit: int) -> list[dict[str, Any]]:
    """What is done, the last first, going on after `after`."""
    beyond = "AND (p.since, p.story, p.version) < ($3, $4, $5)" if after else ""
    asked = f"AND {_WORDS.format('$2')}" if words else "AND $2 = ''"
    rows = await conn.fetch(
        f"""{_LINE}, 'done' AS part FROM publications p {_FROM}
            WHERE p.state IN ('published', 'superseded', 'void', 'taken-down') {asked} {beyond}
            ORDER BY p.since DESC, p.story DESC, p.version DESC LIMIT $1""",
        limit,
        _query(words),
        *(after or ()),
    )
    return [_line(row) for row in rows]


async def story(conn: "Connection", id_: UUID) -> list[dict[str, Any]]:
    """All Versions of one Story, the newest first."""
    rows = await conn.fetch(
        f"{_LINE}, '' AS part FROM publications p {_FROM} WHERE p.story = $1 ORDER BY p.version DESC", id_
    )
    return [_line(row) for row in rows]


def _query(words: str) -> str:
    """A text search for all of these words, each as the beginning of one; empty where there are none."""
    return " & ".join(f"'{word}':*" for word in re.findall(r"\w+", words)[:MOST_WORDS])


def _line(row: "asyncpg.Record") -> dict[str, Any]:
    return {**dict(row), "deliveries": [_delivery(d) for d in json.loads(row["deliveries"])]}


def _delivery(told: dict[str, Any]) -> dict[str, Any]:
    """JSON has no times."""
    times = {name: datetime.fromisoformat(told[name]) for name in ("since", "next_at") if told[name]}
    return {**told, **times}
