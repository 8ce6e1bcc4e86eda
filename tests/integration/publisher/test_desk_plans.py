"""What the desk costs does not grow with what is done: each of its readings goes by an index.

`ALURWARTA_LONG=1` looks at 100,000 Stories, as issue 6 asks; otherwise at fewer, by the same plans.
"""

import os
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from services.publisher import store, store_desk
from services.publisher.store_desk import Place
from tests.integration.publisher.office import Office
from tests.support.plans import Explaining
from tests.unit.publisher.samples import MORNING, minutes

STORIES = 100_000 if os.environ.get("ALURWARTA_LONG") else 60_000
FILL = """
    INSERT INTO publisher.stories (story, slug) SELECT md5(n::text)::uuid, 'berita-' || n FROM generate_series(1, $1) n;
    INSERT INTO publisher.approvals (story, version, cycle, content, content_sha256, origins, authors, decided_by,
        decided_at, urgency, practice, correction, basis, event_id, state)
    SELECT md5(n::text)::uuid, 1, 1,
           jsonb_build_object('title', 'Rumah nomor ' || n, 'lead', repeat('kata ', 100), 'body', '[]'::jsonb,
                              'media', '[]'::jsonb),
           md5(n::text), '[]', '[]', '{"account": "b", "name": "B", "capacity": "B"}',
           timestamptz '2020-01-06 08:00+07' + n * interval '20 minutes', 'regular', false, false, 'regular', n, 'valid'
    FROM generate_series(1, $1) n;
    INSERT INTO publisher.publications (story, version, state, since, published_at)
    SELECT a.story, 1, CASE WHEN a.event_id::int % 997 = 0 THEN 'ready' ELSE 'published' END, a.decided_at, a.decided_at
    FROM publisher.approvals a;
    INSERT INTO publisher.deliveries (story, version, channel, required, state, way, url)
    SELECT story, 1, c, true, 'live', 'fetched', 'https://warta.test/' FROM publisher.publications,
        unnest(ARRAY['site', 'medsos']) c WHERE state = 'published';
    UPDATE publisher.deliveries SET state = 'failed', way = NULL
        WHERE channel = 'medsos' AND story::text LIKE '07a%';
    INSERT INTO publisher.clocks (stage, item, cycle, lane, kind, story, opened_at, due_at, target_seconds, sop_version,
        calendar_version, closed_at, outcome, punctuality, working_seconds, elapsed_seconds)
    SELECT 'publisher', p.story::text, 1, 'regular', 'regular', p.story, p.since, p.since + interval '30 minutes', 1800,
           '1', '2026', CASE WHEN p.state <> 'ready' THEN p.since END,
           CASE WHEN p.state <> 'ready' THEN 'completed' END,
           CASE WHEN p.state <> 'ready' THEN 'in_time' END, CASE WHEN p.state <> 'ready' THEN 60 END,
           CASE WHEN p.state <> 'ready' THEN 60 END
    FROM publisher.publications p;
    INSERT INTO publisher.schedules (story, version, publish_at, set_by, set_at, state)
    SELECT story, 1, since, '{"account": "t", "name": "T", "capacity": "T"}', since,
           CASE WHEN state = 'ready' THEN 'waiting' ELSE 'started' END FROM publisher.publications
"""


@pytest.fixture
async def full(desk: Office) -> Office:
    """An office of many years."""
    for statement in filter(str.strip, FILL.replace("$1", str(STORIES)).split(";")):
        await desk.owner.execute(statement, timeout=280)
    await desk.owner.execute("ANALYZE")
    return desk


@pytest.mark.timeout(600)
async def test_every_reading_of_the_desk_goes_by_an_index(full: Office) -> None:
    one = (await full.rows("SELECT story FROM publisher.publications WHERE state = 'published' LIMIT 1"))[0]["story"]
    middle = Place(datetime.fromisoformat("2020-06-01T08:00+07:00"), UUID(int=5), 1)
    async with full.desk.db.transaction() as real:
        conn: Any = Explaining(real)
        counted = await store_desk.counts(conn, MORNING)
        assert counted["asking"]
        for group in (None, "asking", "later"):
            assert await store_desk.at_work(conn, MORNING, group=group, limit=200)
        assert await store_desk.at_work(conn, MORNING, words="nomor 997", limit=200)
        for after in (None, middle):
            assert len(await store_desk.done(conn, after=after, limit=51)) == 51
        assert await store_desk.done(conn, words="nomor 1234", limit=51)
        assert await store_desk.story(conn, one)
        assert await store.lock_scheduled(conn, minutes(0), 50)
        assert await store.lock_due(conn, minutes(0), {"site": 50, "telegram": 50}, 50) == {}
    # That table is empty here.
    assert conn.tables_read_whole() <= {"early_revocations"}
    assert {"publications_done", "publications_at_work", "deliveries_asking", "schedules_due"} <= conn.indexes()
