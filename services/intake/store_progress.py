"""How far the Stories made of our Reports are: the SQL beside its mapping."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING
from uuid import UUID

from services.intake.domain_progress import Progress

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

_FIELDS = (
    "story, submitted_version, abandoned, decided_version, decision, published_version, title, urls, taken_down, "
    "submitted_at, decided_at, not_before"
)


async def lock(conn: "Connection", stories: Collection[UUID]) -> dict[UUID, Progress]:
    """Lock Stories in order of id, making the rows that are not there yet."""
    if not stories:
        return {}
    rows = await conn.fetch(
        f"""INSERT INTO stories AS s (story) SELECT unnest($1::uuid[])
            ON CONFLICT (story) DO UPDATE SET story = s.story RETURNING {_FIELDS}""",
        sorted(stories),
    )
    return {row["story"]: _progress(row) for row in rows}


async def save(conn: "Connection", stories: Iterable[Progress]) -> None:
    rows = [
        (
            p.story, p.submitted_version, p.abandoned, p.decided_version, p.decision, p.published_version, p.title,
            json.dumps(p.urls), p.taken_down, p.submitted_at, p.decided_at, p.not_before,
        )
        for p in stories
    ]  # fmt: skip
    if rows:
        await conn.execute(
            """UPDATE stories s SET submitted_version = x.sv, abandoned = x.a, decided_version = x.dv, decision = x.d,
                      published_version = x.pv, title = x.t, urls = x.u::json, taken_down = x.td, submitted_at = x.sa,
                      decided_at = x.da, not_before = x.nb
               FROM unnest($1::uuid[], $2::int[], $3::boolean[], $4::int[], $5::text[], $6::int[], $7::text[],
                           $8::text[], $9::text[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[])
                    AS x(story, sv, a, dv, d, pv, t, u, td, sa, da, nb)
               WHERE s.story = x.story""",
            *map(list, zip(*rows, strict=True)),
        )


async def link(conn: "Connection", pairs: Iterable[tuple[UUID, UUID]]) -> None:
    """Note which Story was made of which Report."""
    rows = sorted(set(pairs))
    if rows:
        await conn.execute(
            """INSERT INTO report_stories (report, story) SELECT * FROM unnest($1::uuid[], $2::uuid[])
               ON CONFLICT DO NOTHING""",
            *map(list, zip(*rows, strict=True)),
        )


async def of_reports(conn: "Connection", reports: Collection[UUID]) -> dict[UUID, list[Progress]]:
    """The Stories made of each Report, the oldest first."""
    rows = await conn.fetch(
        f"""SELECT r.report, s.{_FIELDS.replace(", ", ", s.")} FROM report_stories r JOIN stories s USING (story)
            WHERE r.report = ANY($1::uuid[]) ORDER BY story""",  # noqa: S608
        list(reports),
    )
    found: dict[UUID, list[Progress]] = defaultdict(list)
    for row in rows:
        found[row["report"]].append(_progress(row))
    return found


def _progress(row: "asyncpg.Record") -> Progress:
    known = {name: row[name] for name in _NAMES} | {"urls": json.loads(row["urls"])}
    return Progress(**known)


_NAMES = tuple(asdict(Progress(story=UUID(int=0))))
