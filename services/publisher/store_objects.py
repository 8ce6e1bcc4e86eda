"""What lies in the public bucket, and which Publication needs it: counted under the lock of each object's row."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.publisher.objects import PublicObject
from services.publisher.removing import LONGEST, PATIENT

if TYPE_CHECKING:
    from shared.db import Connection

# No page shows it, and none is to show it soon: a delivery that failed needs nothing until somebody tries it again.
_UNWANTED = """
    NOT EXISTS (SELECT FROM public_references r JOIN publications p USING (story, version)
                WHERE r.key = o.key AND r.dropped_at IS NULL
                  AND (p.visible OR EXISTS (SELECT FROM deliveries d
                                            WHERE d.story = r.story AND d.version = r.version
                                              AND d.state IN ('waiting', 'sending', 'unconfirmed'))))"""
# And nobody who was to show it may still be copying it there.
_UNNEEDED = f"""{_UNWANTED}
    AND NOT EXISTS (SELECT FROM public_references r JOIN deliveries d USING (story, version)
                    WHERE r.key = o.key AND d.state = 'sending')"""


async def expect(conn: "Connection", keys: Collection[str]) -> set[str]:
    """Lock these objects, known or new, in order; returns those that are being deleted: wait for these."""
    rows = await conn.fetch(
        """INSERT INTO public_objects AS o (key) SELECT * FROM unnest($1::text[])
           ON CONFLICT (key) DO UPDATE SET deleting = o.deleting RETURNING key, deleting""",
        sorted(keys),
    )
    return {row["key"] for row in rows if row["deleting"]}


async def refer(conn: "Connection", wanted: Sequence[tuple[UUID, int, PublicObject]]) -> None:
    """Write down that these Publications need these objects; the caller has locked them with `expect`."""
    if wanted:
        await conn.execute(
            """INSERT INTO public_references (story, version, key, bucket, source_key, sha256, size, content_type)
               SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],
                                    $7::bigint[], $8::text[])
               ON CONFLICT DO NOTHING""",
            *map(list, zip(*((story, version, *found) for story, version, found in wanted), strict=True)),
        )


async def drop(conn: "Connection", unneeded: Iterable[tuple[UUID, int, str]], *, at: datetime) -> None:
    """Write down that these Publications do not need these objects any more."""
    rows = list(unneeded)
    if rows:
        await conn.execute(
            """UPDATE public_references r SET dropped_at = $4
               FROM unnest($1::uuid[], $2::int[], $3::text[]) AS u(story, version, key)
               WHERE r.story = u.story AND r.version = u.version AND r.key = u.key AND r.dropped_at IS NULL""",
            *map(list, zip(*rows, strict=True)),
            at,
        )


async def keep(conn: "Connection", key: str) -> bool:
    """Lock an object that was just copied, known or new: whether it stays. One that nobody needs is to be deleted.

    Whoever is deleting it at this moment does not forget it, but deletes it again.
    """
    row = await conn.fetchrow(
        """INSERT INTO public_objects AS o (key, copies) VALUES ($1, 1)
           ON CONFLICT (key) DO UPDATE SET copies = o.copies + 1, verified_etag = NULL RETURNING deleting""",
        key,
    )
    # A statement of its own: it sees what was committed while the one before waited for the lock.
    done = await conn.execute(
        f"UPDATE public_objects o SET deleting = true WHERE key = $1 AND NOT deleting AND {_UNNEEDED}",  # noqa: S608
        key,
    )
    return row is not None and not row["deleting"] and done == "UPDATE 0"


async def verified_as(conn: "Connection", key: str) -> str | None:
    """The ETag under which this object's bytes were found right, None where nobody looked since they were copied."""
    etag: str | None = await conn.fetchval("SELECT verified_etag FROM public_objects WHERE key = $1", key)
    return etag


async def verified(conn: "Connection", key: str, etag: str) -> None:
    """Remember that the bytes under this ETag are those that were approved."""
    await conn.execute("UPDATE public_objects SET verified_etag = $2 WHERE key = $1", key, etag)


async def mark_unneeded(conn: "Connection", limit: int = 100) -> dict[str, int]:
    """Mark objects that no Publication needs as being deleted; returns those so marked, with their count of copies.

    Those that could not be deleted before come last.
    """
    found = await conn.fetch(
        f"""SELECT key FROM public_objects o WHERE NOT deleting AND {_UNNEEDED}
            ORDER BY key LIMIT $1 FOR UPDATE SKIP LOCKED""",  # noqa: S608  (our own text)
        limit,
    )
    # Counted again now that the rows are locked: a reference may have been committed while we waited for them.
    await conn.execute(
        f"UPDATE public_objects o SET deleting = true WHERE key = ANY($1) AND {_UNNEEDED}",  # noqa: S608
        [row["key"] for row in found],
    )
    rows = await conn.fetch(
        "SELECT key, copies FROM public_objects WHERE deleting ORDER BY tried_at NULLS FIRST, key LIMIT $1", limit
    )
    return {row["key"]: row["copies"] for row in rows}


async def forget(conn: "Connection", gone: Mapping[str, int]) -> None:
    """These objects are deleted in the store, unless something was copied there meanwhile."""
    await conn.execute(
        """DELETE FROM public_objects o USING unnest($1::text[], $2::bigint[]) AS u(key, copies)
           WHERE o.key = u.key AND o.copies = u.copies AND o.deleting""",
        list(gone.keys()),
        list(gone.values()),
    )


async def put_off(conn: "Connection", keys: Sequence[str], *, at: datetime) -> None:
    """These objects could not be deleted: the others come before them."""
    await conn.execute("UPDATE public_objects SET tried_at = $2 WHERE key = ANY($1)", list(keys), at)


async def adopt_strays(conn: "Connection", keys: Sequence[str]) -> int:
    """Objects that lie in the bucket without anybody knowing why are to be deleted; returns how many."""
    done: str = await conn.execute(
        """INSERT INTO public_objects (key, deleting) SELECT k, true FROM unnest($1::text[]) AS u(k)
           ON CONFLICT DO NOTHING""",
        sorted(keys),
    )
    return int(done.rsplit(maxsplit=1)[-1])


async def on_show(conn: "Connection") -> dict[str, PublicObject]:
    """Every object that a visible page needs, by key."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (r.key) r.key, r.bucket, r.source_key, r.sha256, r.size, r.content_type
           FROM public_references r JOIN publications p USING (story, version)
           WHERE r.dropped_at IS NULL AND p.visible ORDER BY r.key"""
    )
    return {row["key"]: PublicObject(*row) for row in rows}


async def cleared(conn: "Connection", at: datetime, limit: int = 100) -> list[tuple[UUID, int]]:
    """Publications being taken down whose page and objects are gone, and whose channels have come to an end."""
    rows = await conn.fetch(
        f"""SELECT p.story, p.version FROM publications p
           WHERE p.state = 'taking-down'
             AND NOT EXISTS (SELECT FROM deliveries d WHERE d.story = p.story AND d.version <= p.version
                             AND (d.state = 'sending' OR d.removal = 'due' AND d.removal_cause <> 'left-over'
                                                         AND d.removal_tries < $2 AND d.removal_since > $3))
             AND NOT EXISTS (
                SELECT FROM public_references r JOIN public_objects o USING (key)
                WHERE r.story = p.story AND r.version = p.version AND (o.deleting OR ({_UNWANTED})))
           ORDER BY p.story LIMIT $1""",  # noqa: S608
        limit,
        PATIENT,
        at - LONGEST,
    )
    return [(row["story"], row["version"]) for row in rows]
