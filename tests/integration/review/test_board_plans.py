"""What the board costs does not grow with what is closed: each of its readings goes by an index.

`ALURWARTA_LONG=1` looks at a million clocks, as issue 4 asks; otherwise at fewer, by the same plans.
"""

import os
from typing import Any
from uuid import UUID

import pytest

from services.review.board import store, store_live, store_timeline, workers
from services.review.board.facts import ItemKind
from services.review.board.store_timeline import Known
from shared.reproject import FIRST
from tests.integration.review.desk import Office
from tests.support.plans import Explaining
from tests.unit.review.samples import KEEPER

CLOCKS = 1_000_000 if os.environ.get("ALURWARTA_LONG") else 60_000
FILL = """
    INSERT INTO review.board_items (item, kind, facts, title, unit)
    SELECT md5(n::text)::uuid, CASE n % 2 WHEN 0 THEN 'story' ELSE 'report' END, '{"live": {"1": "2026-01-05T00:00Z"}}',
           'Judul ' || n, 'perumahan'
    FROM generate_series(1, $1::int / 2) n;
    INSERT INTO review.board_links (report, story)
    SELECT md5((2 * n - 1)::text)::uuid, md5((2 * n)::text)::uuid FROM generate_series(1, $1::int / 4) n;
    INSERT INTO review.board_clocks (stage, item, cycle, lane, kind, report, story, unit, opened_at, due_at,
        target_seconds, sop_version, calendar_version, closed_at, outcome, punctuality, working_seconds,
        elapsed_seconds)
    SELECT (ARRAY['review', 'editing', 'publisher', 'intake'])[1 + n % 4], c.id, 1, 'regular', 'regular',
           CASE WHEN n % 2 = 1 THEN c.id::uuid END, CASE WHEN n % 2 = 0 THEN c.id::uuid END,
           (ARRAY['perumahan', 'permukiman', 'pertanahan'])[1 + n % 3], c.at, c.at + interval '2 hours', 7200, '1',
           '2026', CASE WHEN n % 4999 <> 0 THEN c.at + interval '1 hour' END,
           CASE WHEN n % 4999 <> 0 THEN 'completed' END, CASE WHEN n % 4999 <> 0 THEN 'in_time' END,
           CASE WHEN n % 4999 <> 0 THEN 3600 END, CASE WHEN n % 4999 <> 0 THEN 3600 END
    FROM generate_series(1, $1::int) n,
         LATERAL (SELECT md5(((n - 1) / 4 * 2 + 1 + (n + 1) % 2)::text)::uuid::text AS id,
                         timestamptz '2026-01-05' + n * interval '20 seconds' AS at) c
"""


@pytest.fixture
async def full(desk: Office) -> Office:
    """An office of many years."""
    for statement in filter(str.strip, FILL.replace("$1", str(CLOCKS)).split(";")):
        await desk.owner.execute(statement, timeout=280)
    await desk.owner.execute("ANALYZE review.board_clocks, review.board_items, review.board_links")
    return desk


@pytest.mark.timeout(600)
async def test_every_reading_of_the_board_goes_by_an_index(full: Office) -> None:
    report, story = (UUID(r["id"]) for r in await full.rows("SELECT md5(n::text) AS id FROM generate_series(1, 2) n"))
    async with full.desk.db.transaction() as real:
        conn: Any = Explaining(real)
        for unit in (None, "perumahan"):
            assert await store_timeline.running(conn, stage="editing", unit=unit, limit=200)
            assert await store_live.waiting(conn, unit)
        assert await workers._of_another_calendar(conn, KEEPER, FIRST)
        found = await store_timeline.known(conn, story)
        assert isinstance(found, Known)
        assert [one.item for one in await store_timeline.linked(conn, found)] == [report]
        assert await store_timeline.clocks_of_story(conn, story, [report])
        assert await store_timeline.clocks_of_report(conn, report, [story])
        await store_timeline.returns(conn, [report, story])
        await store_timeline.totals(conn, [story])
        kinds: dict[UUID, ItemKind] = {report: "report", story: "story"}
        assert (await store.lock(conn, kinds)).known[story]
    # The tables of returns and totals are empty here.
    assert conn.tables_read_whole() <= {"board_returns", "board_totals"}
    assert {"board_clocks_report", "board_clocks_story"} <= conn.indexes()
    assert {"board_clocks_stage", "board_clocks_open"} & conn.indexes()  # which of them, the planner knows
    # By the key of all clocks, a look for a few that run would walk over those that closed.
    assert "board_clocks_pkey" not in conn.indexes()
