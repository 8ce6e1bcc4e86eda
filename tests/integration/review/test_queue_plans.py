"""What opening the queue and one berita costs does not grow with what was decided before."""

import os
from typing import Any
from uuid import UUID

import pytest

from services.review import store_read, store_seen
from tests.integration.review.desk import Office
from tests.integration.review.test_board_plans import Explaining
from tests.unit.review.samples import content

STORIES = 100_000 if os.environ.get("ALURWARTA_LONG") else 20_000
FILL = (
    """INSERT INTO review.stories (story, newest_version)
       SELECT lpad(to_hex(n), 32, '0')::uuid, 1 FROM generate_series(1, $1) n""",
    """INSERT INTO review.reviews (story, version, cycle, state, title, content, content_sha256, authors, origins,
           reports, media, urgency, practice, correction, submitted_by, submitted_at, caused_by)
       SELECT lpad(to_hex(n), 32, '0')::uuid, 1, 1, CASE WHEN n % 500 = 0 THEN 'open' ELSE 'returned' END,
              'Berita ' || n, $2, repeat('a', 64), '{rina}', '[]', ARRAY[md5(n::text)::uuid], '{}',
              'regular', false, false,
              '{"account": "rina", "name": "Rina", "capacity": "Admin"}',
              timestamptz '2026-01-05' + n * interval '1 min', 'e' || n
       FROM generate_series(1, $1) n""",
    """INSERT INTO review.decisions (story, version, decision, content_sha256, reasons, decided_by, decided_at)
       SELECT story, version, 'returned', content_sha256, '[]', '{"account": "bambang", "name": "B", "capacity": "S"}',
              submitted_at FROM review.reviews
       WHERE state = 'returned' AND $1 > 0""",
    """INSERT INTO review.seen (account, story, version, at)
       SELECT 'bambang', story, 1, submitted_at FROM review.reviews WHERE $1 > 0""",
    """INSERT INTO review.notices (kind, subject, note, at)
       SELECT 'report-withdrawn', md5((n * 20)::text)::uuid, '', now() FROM generate_series(1, $1 / 20) n""",
)


@pytest.mark.timeout(600)
async def test_the_queue_and_one_berita_are_read_by_indexes(desk: Office) -> None:
    for statement in FILL:
        more = (content().model_dump_json(),) if "$2" in statement else ()
        await desk.owner.execute(statement.replace("$1", str(STORIES)).replace("$2", "$1::json"), *more, timeout=280)
    await desk.owner.execute("ANALYZE review.stories, review.reviews, review.decisions, review.seen, review.notices")
    story = UUID(int=500)
    async with desk.desk.db.transaction() as real:
        conn: Any = Explaining(real)
        waiting = await store_read.waiting(conn, limit=200)
        assert len(waiting) == min(200, STORIES // 500)
        assert await store_read.lately(conn, limit=20)
        assert await store_seen.order(conn, limit=200)
        assert await store_seen.newest(conn, "bambang", [line.story for line in waiting])
        found = await store_read.dossier(conn, story)
        assert found is not None
        await store_seen.senders(conn, [UUID(int=1)])
    # The clocks and revocations of this office are empty.
    assert conn.tables_read_whole() <= {"clocks", "revocations", "board_clocks"}
