"""The list of Reports: by state, by the words of titles, each with where it stands; and what its queries cost.

`ALURWARTA_LONG=1` looks at 100,000 Reports, as issue 6 asks; otherwise at fewer, by the same plans.
"""

import os
from typing import Any
from uuid import uuid4

import pytest

from services.intake import store, store_progress
from services.intake.sending import store_drafts
from shared.events import ReportReceived
from tests.integration.intake.desk import Office
from tests.integration.intake.test_layar import HTML, post
from tests.integration.review.test_board_plans import Explaining
from tests.unit.intake.samples import approved, published, sent_back, submitted

REPORTS = 100_000 if os.environ.get("ALURWARTA_LONG") else 30_000
FILL = """
    INSERT INTO reports (id, unit, title, state, cycle, facts, happened_at, received_at, urgency, created_by,
                         idempotency_key)
    SELECT md5(n::text)::uuid, (ARRAY['perumahan', 'permukiman', 'pertanahan'])[1 + n % 3],
           'Kegiatan ke ' || n || CASE WHEN n % 997 = 0 THEN ' rutilahu' ELSE '' END,
           CASE WHEN n % 5003 = 0 THEN 'sent-back' ELSE 'received' END, 1, '{}', now(), now(), 'regular', 'dewi',
           n::text
    FROM generate_series(1, $1::int) n;
    INSERT INTO clocks (stage, item, cycle, lane, kind, report, unit, opened_at, due_at, target_seconds, sop_version,
                        calendar_version, closed_at, outcome, punctuality, working_seconds, elapsed_seconds)
    SELECT 'intake', r.id::text, 1, 'regular', 'regular', r.id, r.unit, now(), now(), 27000, '1', '2026', now(),
           'completed', 'in_time', 0, 0 FROM reports r;
    INSERT INTO stories (story, submitted_version) SELECT id, 1 FROM reports;
    INSERT INTO report_stories SELECT id, id FROM reports;
    INSERT INTO drafts SELECT 'akun' || n, md5(n::text)::uuid, 'bahan', 1, '', '{}', '[]', '{}', now()
    FROM generate_series(1, $1::int / 10) n
"""


async def send(desk: Office, who: str, title: str) -> Any:
    await post(desk, who, "/bahan/baru", kunci=str(uuid4()), title=title, text="B", tanggal="2026-11-23", jam="09:00")
    return (await desk.events(ReportReceived))[-1].report


async def shown(desk: Office, who: str, path: str) -> str:
    return (await desk.call(who, "GET", path, headers=HTML)).text


async def test_each_report_says_where_it_stands_and_what_is_left(desk: Office) -> None:
    report = await send(desk, "dewi", "Rutilahu selesai")
    assert "Penyuntingan oleh Admin" in await shown(desk, "dewi", "/bahan")
    assert "sisa 2 jam kerja" in await shown(desk, "dewi", "/bahan")
    story = uuid4()
    await desk.hear(submitted(story, report))
    desk.later(hours=1)
    assert "Penyaringan oleh pimpinan" in await shown(desk, "dewi", f"/bahan/{report}")
    await desk.hear(approved(story, report))
    desk.later(hours=1)
    assert "sisa 30 menit jam kerja" in await shown(desk, "dewi", "/bahan")
    await desk.hear(published(story, report))
    done = await shown(desk, "dewi", "/bahan")
    assert "berita terbit" in done
    assert "jam kerja" not in done


async def test_outside_hours_it_says_when_counting_goes_on(desk: Office) -> None:
    await send(desk, "dewi", "Sore")
    desk.later(hours=8)
    assert "dihitung mulai Selasa 07.30" in await shown(desk, "dewi", "/bahan")


async def test_what_was_asked_is_told_in_words(desk: Office) -> None:
    report = await send(desk, "dewi", "Kurang jelas")
    await desk.hear(sent_back(report))
    page = await shown(desk, "dewi", f"/bahan/{report}")
    assert "Foto kurang jelas: Wajah penerima tidak terlihat." in page
    assert "foto-kurang-jelas" not in page
    assert "Perlu dilengkapi (1)" in await shown(desk, "dewi", "/bahan")


async def test_titles_are_found_by_the_beginnings_of_their_words(desk: Office) -> None:
    await send(desk, "dewi", "Serah terima kunci rumah")
    await send(desk, "dewi", "Sosialisasi <b>sertifikat</b>")
    await send(desk, "agus", "Serah terima jalan")
    found = await shown(desk, "dewi", "/bahan?cari=SERAH+ter")
    assert "kunci rumah" in found
    assert "Sosialisasi" not in found
    assert "terima jalan" not in found
    assert "Serah terima jalan" in await shown(desk, "rina", "/bahan?cari=jalan")
    assert "Tidak ada judul" in await shown(desk, "dewi", "/bahan?cari=balai")


@pytest.mark.parametrize("words", ["'", "a & | ! <->", "<script>", "\u202eabc", "🏠", "_", "%00x", "a:*", "x" * 5000])
async def test_whatever_is_searched_for_is_no_error(desk: Office, words: str) -> None:
    answer = await desk.call("dewi", "GET", "/bahan", params={"cari": words}, headers=HTML)
    assert answer.status_code == 200
    assert "<script>" not in answer.text


@pytest.mark.timeout(300)
async def test_every_list_goes_by_an_index(desk: Office) -> None:
    await desk.owner.execute("ALTER TABLE clocks DISABLE TRIGGER USER")
    try:
        for statement in FILL.replace("$1", str(REPORTS)).split(";"):
            await desk.owner.execute(statement, timeout=200)
    finally:
        await desk.owner.execute("ALTER TABLE clocks ENABLE TRIGGER USER")
    await desk.owner.execute("ANALYZE reports, clocks, stories, report_stories, drafts")
    async with desk.desk.db.transaction() as real:
        conn: Any = Explaining(real)
        for unit in (None, "perumahan"):
            for words in ("", "rutilahu", "kegiatan", "tidak ada"):
                for state in (None, "sent-back", "withdrawn"):
                    found = await store.page(conn, unit=unit, state=state, before=None, limit=50, words=words)
                    assert found or words == "tidak ada" or state
            await store.counts(conn, unit)
        page = await store.page(conn, unit="perumahan", state=None, before=None, limit=50)
        ids = [report.id for report in page]
        assert len(await store.last_clocks(conn, ids)) == len(await store_progress.of_reports(conn, ids)) == 50
        await store_drafts.of_account(conn, "akun7")
        assert await store_drafts.sent_as(conn, "dewi", uuid4()) is None
    assert conn.tables_read_whole() == set()
    assert {"reports_by_words", "reports_by_unit_state", "drafts_by_account", "clocks_by_report"} <= conn.indexes()
