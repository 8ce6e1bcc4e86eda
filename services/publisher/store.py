"""Stories as the publisher keeps them: locked and read whole, written where they changed, in sets."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import TypeAdapter

from services.publisher.domain import Approval, Delivery, Gone, Made, Publication, Removal, Schedule, Story, Waiver
from shared.content import Content, Official, Origin
from shared.media.choosing import CAPTIONS

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

ORIGINS = TypeAdapter(tuple[Origin, ...])


async def lock_or_begin(conn: "Connection", ids: Collection[UUID]) -> dict[UUID, Story]:
    """Lock Stories in id order; one not heard of before begins empty."""
    await conn.execute(
        "INSERT INTO stories (story) SELECT * FROM unnest($1::uuid[]) ON CONFLICT DO NOTHING", sorted(ids)
    )
    return await lock(conn, ids)


async def lock(conn: "Connection", ids: Collection[UUID]) -> dict[UUID, Story]:
    """Lock those Stories that exist, in id order."""
    rows = await conn.fetch("SELECT * FROM stories WHERE story = ANY($1) ORDER BY story FOR UPDATE", list(ids))
    return await _load(conn, rows)


async def lock_due(conn: "Connection", at: datetime, places: Mapping[str, int], others: int) -> dict[UUID, Story]:
    """Lock Stories with a delivery that is due, passing over those that another worker holds.

    Of each channel so many as it has places, and `others` of those that are not named: none crowds out another.
    """
    rows = await conn.fetch(
        """SELECT * FROM stories WHERE story IN (
               SELECT d.story FROM unnest($2::text[], $3::int[]) AS c(channel, free)
               CROSS JOIN LATERAL (SELECT story FROM deliveries WHERE channel = c.channel AND next_at <= $1
                                   ORDER BY next_at LIMIT c.free) AS d
               UNION ALL
               (SELECT story FROM deliveries WHERE next_at <= $1 AND channel <> ALL ($2) ORDER BY next_at LIMIT $4))
           ORDER BY story FOR UPDATE SKIP LOCKED""",
        at,
        list(places),
        list(places.values()),
        others,
    )
    return await _load(conn, rows)


async def lock_to_remove(conn: "Connection", at: datetime, limit: int) -> dict[UUID, Story]:
    """Lock Stories with a post whose removal is due, `limit` of each channel; others' are passed over."""
    first = f"""(SELECT story, row_number() OVER (PARTITION BY channel ORDER BY removal_at) AS place
                 FROM deliveries WHERE removal_at <= $1) AS d WHERE place <= {limit:d} ORDER BY place"""  # noqa: S608
    return await _lock_first(conn, first, at, limit * 20)


async def lock_to_check(conn: "Connection", at: datetime, limit: int) -> dict[UUID, Story]:
    """Lock Stories with a live post that is to be looked at again, passing over those that another worker holds."""
    return await _lock_first(conn, "deliveries WHERE check_at <= $1 ORDER BY check_at", at, limit)


async def lock_scheduled(conn: "Connection", at: datetime, limit: int) -> dict[UUID, Story]:
    """Lock Stories with a Version whose set time has come, passing over those that another worker holds."""
    first = "schedules WHERE state = 'waiting' AND publish_at <= $1 ORDER BY publish_at"
    return await _lock_first(conn, first, at, limit)


async def _lock_first(conn: "Connection", first: str, at: datetime, limit: int) -> dict[UUID, Story]:
    rows = await conn.fetch(
        f"""SELECT * FROM stories WHERE story IN (SELECT story FROM {first} LIMIT $2)
            ORDER BY story FOR UPDATE SKIP LOCKED""",  # noqa: S608  (ours)
        at,
        limit,
    )
    return await _load(conn, rows)


async def lock_showing(conn: "Connection", media: Collection[UUID], captions: Collection[str]) -> dict[UUID, Story]:
    """Lock Stories of which some Version holds one of these files, or a video with these captions (by their hash)."""
    wanted: list[object] = [[{"id": str(id_)}] for id_ in media]
    wanted += [[{"renditions": [{"label": CAPTIONS, "sha256": sha256}]}] for sha256 in captions]
    rows = await conn.fetch(
        """SELECT * FROM stories
           WHERE story IN (SELECT a.story FROM unnest($1::jsonb[]) AS m(file)
                           JOIN approvals a ON a.content -> 'media' @> m.file)
           ORDER BY story FOR UPDATE""",
        [json.dumps(file) for file in wanted],
    )
    return await _load(conn, rows)


async def read(conn: "Connection", story: UUID) -> Story | None:
    """A Story as it is, without a lock."""
    rows = await conn.fetch("SELECT * FROM stories WHERE story = $1", story)
    return (await _load(conn, rows)).get(story)


async def _load(conn: "Connection", rows: "Sequence[asyncpg.Record]") -> dict[UUID, Story]:
    ids = [row["story"] for row in rows]
    if not ids:
        return {}
    deliveries: dict[tuple[UUID, int], list[Delivery]] = defaultdict(list)
    for row in await conn.fetch("SELECT * FROM deliveries WHERE story = ANY($1) ORDER BY channel", ids):
        deliveries[row["story"], row["version"]].append(_delivery(row))
    publications: dict[UUID, list[Publication]] = defaultdict(list)
    for row in await conn.fetch(_PUBLICATIONS, ids):
        publications[row["story"]].append(_publication(row, deliveries[row["story"], row["version"]]))
    early: dict[UUID, set[int]] = defaultdict(set)
    for row in await conn.fetch("SELECT story, version FROM early_revocations WHERE story = ANY($1)", ids):
        early[row["story"]].add(row["version"])
    return {
        (story := row["story"]): Story(
            story, row["slug"], tuple(publications[story]), frozenset(early[story]), _gone(row)
        )
        for row in rows
    }


_PUBLICATIONS = """
    SELECT p.*, a.cycle, a.content, a.content_sha256, a.origins, a.authors, a.decided_by, a.decided_at, a.not_before,
           a.urgency, a.practice, a.correction, a.basis, a.event_id, a.traceparent, a.state AS approval_state,
           sc.publish_at, sc.set_by, sc.set_at, sc.state AS schedule_state
    FROM publications p JOIN approvals a USING (story, version) LEFT JOIN schedules sc USING (story, version)
    WHERE p.story = ANY($1) ORDER BY p.version"""


def _gone(row: "asyncpg.Record") -> Gone | None:
    return Gone(row["taken_down_at"], row["taken_down_reason"] or "") if row["taken_down_at"] else None


def _delivery(row: "asyncpg.Record") -> Delivery:
    return Delivery(
        row["channel"], row["required"], row["state"], row["url"], row["way"], row["reason"], row["tries"],
        row["next_at"], row["looks"], _official(row["confirmed_by"]), _waiver(row["waiver"]), row["mode"],
        _official(row["held_by"]), Made(row["external_id"], row["submitted"], json.loads(row["facts"])),
        row["check_at"], row["checks"], _removal(row),
    )  # fmt: skip


def _removal(row: "asyncpg.Record") -> Removal | None:
    if row["removal"] is None:
        return None
    return Removal(
        row["removal_cause"],
        row["removal"],
        row["removal_at"],
        row["removal_tries"],
        row["removal_reason"],
        row["removal_since"],
    )


def _waiver(stored: str | None) -> Waiver | None:
    if stored is None:
        return None
    found = json.loads(stored)
    by = Official.model_validate(found["by"], extra="ignore")
    return Waiver(by, found["reason"], datetime.fromisoformat(found["at"]))


def _schedule(row: "asyncpg.Record") -> Schedule | None:
    by = _official(row["set_by"])
    return None if by is None else Schedule(row["publish_at"], by, row["set_at"], row["schedule_state"])


def _publication(row: "asyncpg.Record", deliveries: list[Delivery]) -> Publication:
    return Publication(
        row["version"], _approval(row), row["state"], tuple(deliveries), row["visible"], row["shown_at"],
        _official(row["started_by"]), row["started_at"], row["published_at"], _official(row["ended_by"]),
        row["ended_reason"], _schedule(row),
    )  # fmt: skip


def _approval(row: "asyncpg.Record") -> Approval:
    return Approval(
        row["cycle"], content_of(row["content"]), row["content_sha256"],
        ORIGINS.validate_json(row["origins"], extra="ignore"), tuple(json.loads(row["authors"])),
        Official.model_validate_json(row["decided_by"], extra="ignore"), row["decided_at"], row["not_before"],
        row["urgency"], row["practice"], row["correction"], row["basis"], row["event_id"], row["traceparent"],
        row["approval_state"],
    )  # fmt: skip


def content_of(stored: str) -> Content:
    return Content.model_validate_json(stored, extra="ignore")


def _official(stored: str | None) -> Official | None:
    return None if stored is None else Official.model_validate_json(stored, extra="ignore")
