"""What a public page costs does not grow with what was published: each reading goes by an index.

`ALURWARTA_LONG=1` looks at a million Stories, as issue 8 asks; otherwise at fewer, by the same plans.
"""

import os
from datetime import datetime, timedelta
from typing import Any

import pytest

from deploy.bench.page_fill import fill
from services.publisher import store_finding, store_pages
from services.publisher.store_pages import Scope
from tests.integration.publisher.office import Office
from tests.support.plans import Explaining

STORIES = 1_000_000 if os.environ.get("ALURWARTA_LONG") else 20_000


@pytest.mark.timeout(1_800)
async def test_every_reading_of_the_public_goes_by_an_index(desk: Office) -> None:
    await fill(desk.stack.owner_dsn, STORIES)
    async with desk.desk.db.transaction() as real:
        conn: Any = Explaining(real)
        assert len(await store_pages.revisions(conn, ["berita-nomor-1", "berita-nomor-7", "tiada"])) == 2
        assert await store_pages.whole(conn, "berita-nomor-77")
        assert await store_pages.gone(conn, "berita-nomor-77") is None
        month = datetime.fromisoformat("2026-10-01T00:00:00+07:00")
        for scope in (
            Scope(), Scope(topic="rusunawa"), Scope(unit="perumahan"),
            Scope(since=month, until=month + timedelta(days=31)),
        ):  # fmt: skip
            first = await store_pages.turn(conn, scope, limit=20)
            after = await store_pages.turn(conn, scope, older_than=first.pages[-1].place, limit=20)
            back = await store_pages.turn(conn, scope, newer_than=after.pages[0].place, limit=20)
            assert back.pages == first.pages
        for scope in (Scope(), Scope(topic="taman"), Scope(unit="perumahan")):
            assert len(await store_pages.changed_last(conn, scope, limit=20)) == 20
        assert len(await store_finding.topics(conn)) == 8
        assert len(await store_finding.units(conn)) == 4
        assert len(await store_finding.months(conn, "Asia/Jakarta")) > 5
        assert (await store_finding.by_words(conn, "kunci", limit=20, offset=0)).many
        assert (await store_finding.by_words(conn, f"tahap {STORIES - 3}", limit=20, offset=0)).count == 1
        assert (await store_finding.by_words(conn, "-kunci", limit=20, offset=0)).count == 0
        assert (await store_finding.by_words(conn, "diserahkan", limit=20, offset=0)).many
        assert len(await store_finding.nearly(conn, f"tahapp {STORIES - 3}", limit=20)) == 20
        (*_, newest) = await store_finding.sitemap_months(conn)
        since = datetime.fromisoformat(f"{newest.begins}T00:00:00+00:00")
        assert await store_finding.addresses(conn, since, since + timedelta(days=31), limit=50_000, offset=0)
    # Of the sitemap's months each page is counted, in the index that has all of it.
    assert conn.tables_read_whole() == set()
    assert {
        "pages_in_order", "pages_changed", "pages_words", "page_units_pkey", "page_topics_pkey", "page_topics_changed",
        "page_units_changed", "pages_stems", "pages_titles",
    } <= conn.indexes()  # fmt: skip
