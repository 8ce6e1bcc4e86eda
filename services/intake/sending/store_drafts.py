"""Drafts: the SQL beside its mapping."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.intake.sending.drafts import MOST, Draft, DraftBody

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

_SAVE = """
    INSERT INTO drafts AS d (account, id, kind, version, writer, fields, files, uploads, updated_at)
    VALUES ($1, $2, $3, $4 + 1, $5, $6::jsonb, $7::jsonb, $8, $9)
    ON CONFLICT (account, id) DO UPDATE SET
        kind = $3, version = d.version + 1, writer = $5, fields = $6::jsonb, files = $7::jsonb, uploads = $8,
        updated_at = $9
    WHERE d.version = $4 OR d.writer = $5 AND $5 <> ''
    RETURNING *"""


async def hold(conn: "Connection", account: str, draft: UUID | str) -> None:
    """Until the transaction ends nobody else saves or sends this draft, be it written yet or not."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", f"{account} {draft}")


async def save(conn: "Connection", account: str, draft: UUID, body: DraftBody, *, at: datetime) -> Draft | None:
    """Write it; None where somebody wrote since the version that this one had read."""
    row = await conn.fetchrow(
        _SAVE,
        account,
        draft,
        body.kind,
        body.version,
        body.writer,
        json.dumps(body.fields),
        json.dumps([f.model_dump(mode="json", exclude_defaults=True) for f in body.files]),
        [f.upload for f in body.files],
        at,
    )
    return None if row is None else _draft(row)


async def find(conn: "Connection", account: str, draft: UUID) -> Draft | None:
    row = await conn.fetchrow("SELECT * FROM drafts WHERE account = $1 AND id = $2", account, draft)
    return None if row is None else _draft(row)


async def of_account(conn: "Connection", account: str) -> list[Draft]:
    """A person's drafts, the newest first."""
    rows = await conn.fetch("SELECT * FROM drafts WHERE account = $1 ORDER BY updated_at DESC LIMIT $2", account, MOST)
    return [_draft(row) for row in rows]


async def count(conn: "Connection", account: str) -> int:
    found: int = await conn.fetchval("SELECT count(*) FROM drafts WHERE account = $1", account)
    return found


async def sent_as(conn: "Connection", account: str, draft: UUID) -> UUID | None:
    """The Report that a draft became."""
    row = await conn.fetchrow(
        "SELECT id FROM reports WHERE created_by = $1 AND idempotency_key = $2", account, str(draft)
    )
    return None if row is None else row["id"]


async def remove(conn: "Connection", account: str, draft: UUID) -> Draft | None:
    row = await conn.fetchrow("DELETE FROM drafts WHERE account = $1 AND id = $2 RETURNING *", account, draft)
    return None if row is None else _draft(row)


async def expire(conn: "Connection", *, before: datetime) -> None:
    """Forget what nobody wrote on for long."""
    await conn.execute("DELETE FROM drafts WHERE updated_at < $1", before)


async def keys_in_use(conn: "Connection", keys: Collection[str]) -> set[str]:
    """Those keys of the incoming bucket at which files of drafts lie."""
    rows = await conn.fetch(
        """SELECT u.key FROM uploads u
           WHERE u.key = ANY($1::text[]) AND EXISTS (SELECT FROM drafts d WHERE d.uploads @> ARRAY[u.id])""",
        list(keys),
    )
    return {row["key"] for row in rows}


def _draft(row: "asyncpg.Record") -> Draft:
    body = DraftBody.model_validate(
        {name: row[name] for name in ("kind", "version", "writer")}
        | {"fields": json.loads(row["fields"]), "files": json.loads(row["files"])}
    )
    return Draft(row["account"], row["id"], body, row["updated_at"])
