"""What the desk costs does not grow with what is done with: each of its lists goes by an index."""

from typing import Any
from uuid import UUID

import asyncpg

from services.editing import lists
from services.editing.lists import Search
from services.editing.store_typing import appear, find_typed, forget_old
from tests.integration.editing.office import MORNING, Office
from tests.integration.review.test_board_plans import Explaining

FILL = """
INSERT INTO editing.reports (id, unit, state, urgency, facts, media, cycle, opened_at)
SELECT md5('r' || n)::uuid, (ARRAY['perumahan', 'permukiman', 'pertanahan'])[1 + n % 3],
       CASE WHEN n % 1000 = 0 THEN 'waiting' ELSE 'compiled' END, 'regular',
       jsonb_build_object('title', 'Kegiatan ' || n || ' kelurahan ' || n % 997, 'text', 'Isi', 'happened_at',
                          '2026-01-05T08:00:00Z', 'received_at', '2026-01-05T08:00:00Z'),
       '[]', 1, timestamptz '2026-01-05' + n * interval '3 minutes'
FROM generate_series(1, 100000) n;
INSERT INTO editing.stories (id, state, title, urgency, practice, version, submitted_version, taken_down, correction,
                     cycle, created_by, created_at)
SELECT md5('s' || n)::uuid, CASE WHEN n % 1000 = 0 THEN 'draft' ELSE 'published' END,
       'Berita ' || n || ' kelurahan ' || n % 997, 'regular', false, 0, 0, false, false, 0, 'rina',
       timestamptz '2026-01-05' + n * interval '3 minutes'
FROM generate_series(1, 100000) n;
INSERT INTO editing.story_reports (story, report, place, added_at, added_by)
SELECT md5('s' || n)::uuid, md5('r' || n)::uuid, 0, now(), 'rina' FROM generate_series(1, 100000) n;
INSERT INTO editing.clocks (stage, item, cycle, lane, kind, report, story, unit, opened_at, due_at, target_seconds,
                    sop_version, calendar_version, closed_at, outcome, punctuality, working_seconds, elapsed_seconds)
SELECT 'editing', md5('r' || n), 1, 'regular', 'regular', md5('r' || n)::uuid, md5('s' || n)::uuid, 'perumahan', t,
       t + interval '2 hours', 7200, '1', '2026', CASE WHEN n % 1000 <> 0 THEN t + interval '1 hour' END,
       CASE WHEN n % 1000 <> 0 THEN 'completed' END, CASE WHEN n % 1000 <> 0 THEN 'in_time' END,
       CASE WHEN n % 1000 <> 0 THEN 3600 END, CASE WHEN n % 1000 <> 0 THEN 3600 END
FROM generate_series(1, 100000) n, LATERAL (SELECT timestamptz '2026-01-05' + n * interval '3 minutes' AS t) x;
ANALYZE editing.reports; ANALYZE editing.stories; ANALYZE editing.story_reports; ANALYZE editing.clocks
"""
SEARCHES = (
    Search(),
    Search(words="kelurahan 12"),
    Search(unit="pertanahan"),
    Search(words="berita 77", claimed_by="rina"),
)


async def test_each_list_of_a_desk_of_many_years_goes_by_an_index(desk: Office) -> None:
    owner = await asyncpg.connect(desk.stack.owner_dsn)
    for statement in filter(str.strip, FILL.split(";")):
        await owner.execute(statement, timeout=250)
    await owner.close()
    async with desk.desk.db.transaction() as real:
        conn: Any = Explaining(real)
        for search in SEARCHES:
            for listed in (lists.waiting, lists.held, lists.running, lists.done):
                await listed(conn, search)
        assert len(await lists.waiting(conn)) == 100
        assert len(await lists.done(conn)) == lists.RECENT
        story = UUID(await real.fetchval("SELECT md5('s1')"))
        await appear(conn, story, account="rina", name="Rina", at=MORNING)
        await find_typed(conn, story, "rina")
        await forget_old(conn, typed_before=MORNING, seen_before=MORNING)
    # Who has it open and what is typed are tables of a few rows; there are no Versions here.
    assert conn.tables_read_whole() <= {"presence", "working_copies", "versions"}
    assert {"stories_done", "stories_at_work", "reports_on_desk", "reports_compiled"} <= conn.indexes()
    sorted_whole = [p for p in conn.plans if _sorts_many(p)]
    assert not sorted_whole, sorted_whole


def _sorts_many(plan: dict[str, Any]) -> bool:
    """Whether the plan sorts more rows than are at work at once."""
    here = plan["Node Type"] == "Sort" and plan["Plan Rows"] > 20_000
    return here or any(_sorts_many(inner) for inner in plan.get("Plans", ()))
