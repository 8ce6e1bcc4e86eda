"""Finding an item: by the beginning or the stem of its words, by its number; a Bidang finds what it may know."""

import os
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.review.board import store_search
from shared.content import RequestRef
from shared.events import Event, ReportReceived, StorySubmitted
from tests.integration.review.desk import Office
from tests.integration.review.test_board_plans import Explaining
from tests.integration.review.test_layar import HTML
from tests.unit.review.samples import MORNING, RINA, content, hours, submitted

MANY = 1_000_000 if os.environ.get("ALURWARTA_LONG") else 60_000
FILL = """
    INSERT INTO review.board_items (item, kind, facts, title, unit)
    SELECT lpad(to_hex(n), 32, '0')::uuid, CASE n % 2 WHEN 0 THEN 'story' ELSE 'report' END,
           json_build_object('told', json_build_object('request', json_build_object('id', 'P-' || n)))::jsonb,
           'Perbaikan ' || n || CASE WHEN n % 1000 = 0 THEN ' jembatan' ELSE ' rumah warga' END,
           (ARRAY['perumahan', 'permukiman', 'gabungan'])[1 + n % 3]
    FROM generate_series(1, $1) n"""


def report(title: str, unit: str = "perumahan", **more: Any) -> ReportReceived:
    return ReportReceived(
        report=uuid4(), unit=unit, title=title, text="Kegiatan.", happened_at=MORNING, received_at=hours(1),
        recorded_by=RINA, **more,
    )  # fmt: skip


def story(title: str, *reports: ReportReceived) -> StorySubmitted:
    origins = submitted(uuid4()).origins
    made = tuple(origins[0].model_copy(update={"report": r.report, "unit": r.unit}) for r in reports)
    return submitted(uuid4(), content=content(title), origins=made)


async def found(desk: Office, who: str, q: str, **more: str) -> str:
    answer = await desk.call(who, "GET", "/cari", params={"q": q, **more}, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


def shows(page: str, event: Event) -> bool:
    return f'href="/perjalanan/{event.key}"' in page


@pytest.mark.parametrize(
    "asked",
    ["memperbaiki", "perbaikan rumah", "PERBAIK", "1.250", "covid 19", "5/2026", "rumah bekasi", "Memperbaiki: rumah!"],
)
async def test_words_are_found_by_their_beginning_and_by_their_stem(desk: Office, asked: str) -> None:
    told = report("Memperbaiki 1.250 rumah pasca-COVID-19 di Bekasi, SK 5/2026")
    await desk.hear(told, report("Sosialisasi sertifikat tanah"))
    page = await found(desk, "bambang", asked)
    assert shows(page, told)
    assert page.count('<li class="card"') == 1


async def test_nothing_found_says_what_to_try(desk: Office) -> None:
    await desk.hear(report("Rapat"))
    assert "Coba kata yang lebih pendek" in await found(desk, "bambang", "jembatan")
    empty = await desk.call("bambang", "GET", "/cari?q=%21%26%7C", headers=HTML)
    assert (empty.status_code, "Tulis sedikitnya satu kata" in empty.text) == (422, True)


async def test_an_item_is_found_by_its_number_and_by_the_number_of_the_request(desk: Office) -> None:
    told = report("Rapat", request=RequestRef(source="epbb", id="SURAT/12 A"))
    await desk.hear(told, report("Lain"))
    for asked in (str(told.report), f" {str(told.report).upper()} ", "SURAT/12 A"):
        page = await found(desk, "bambang", asked)
        assert shows(page, told), asked
        assert page.count('<li class="card"') == 1


async def test_a_bidang_finds_its_own_and_what_it_has_a_part_in(desk: Office) -> None:
    own, other = report("Kegiatan kita"), report("Kegiatan mereka", "pertanahan")
    alone, together = story("Kegiatan sendiri", other), story("Kegiatan bersama", own, other)
    await desk.hear(own, other, alone, together)
    page = await found(desk, "dewi", "kegiatan")
    assert [shows(page, e) for e in (own, other, alone, together)] == [True, False, False, True]
    for hidden in (other, alone):
        assert "Tidak ditemukan" in await found(desk, "dewi", hidden.key)
    assert "Semua Bidang" not in page
    assert 'href="/saring/' not in page
    assert "Tidak ditemukan" in await found(desk, "magang", "kegiatan")  # of no Bidang
    everything = await found(desk, "bambang", "kegiatan")
    assert all(shows(everything, e) for e in (own, other, alone, together))
    chosen = await found(desk, "bambang", "kegiatan", bidang="pertanahan")
    assert [shows(chosen, e) for e in (own, other, alone, together)] == [False, True, True, False]


async def test_a_result_leads_to_where_the_person_may_go(desk: Office) -> None:
    told = submitted(uuid4(), content=content("Kegiatan"))
    await desk.hear(told)
    assert f'href="/saring/{told.story}"' in await found(desk, "bambang", "kegiatan")
    assert f'href="/meja/berita/{told.story}"' in await found(desk, "tono", "kegiatan")


@pytest.mark.parametrize("asked", ["<script>alert(1)</script>", "مرحبا", "🏘️ rapat", "a'b\\c:*&|!()", "x" * 200])
async def test_whatever_is_asked_is_no_command(desk: Office, asked: str) -> None:
    await desk.hear(report("Rapat <script>alert(1)</script> مرحبا"))
    answer = await desk.call("bambang", "GET", "/cari", params={"q": asked, "bidang": "a'b\\"}, headers=HTML)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.timeout(600)
async def test_among_very_many_items_every_look_goes_by_an_index(desk: Office) -> None:
    await desk.owner.execute(FILL.replace("$1", str(MANY)), timeout=280)
    await desk.owner.execute("ANALYZE review.board_items")
    plans: list[Explaining] = []

    async def look(text: str, own: str | None = None, before: UUID | None = None) -> list[store_search.Hit]:
        async with desk.desk.db.transaction() as real:
            conn: Any = Explaining(real)
            plans.append(conn)
            words = store_search.words_of(text)
            return await store_search.by_words(conn, words, unit=None, own=own, before=before, limit=50)

    rare, common, own = await look("jembatan"), await look("memperbaiki rumah"), await look("warga", "permukiman")
    newest = MANY - MANY % 1000
    assert [hit.item.int for hit in rare][:3] == [newest, newest - 1000, newest - 2000]
    assert [hit.item.int for hit in common] == [n for n in range(MANY, 0, -1) if n % 1000][:50]
    assert {hit.unit for hit in own} == {"permukiman"}
    older = await look("memperbaiki rumah", before=common[-1].item)
    assert older[0].item.int == common[-1].item.int - 1
    async with desk.desk.db.transaction() as real:
        numbered: Any = Explaining(real)
        (hit,) = await store_search.by_number(numbered, f"P-{MANY // 2}", own=None)
        assert hit.item.int == MANY // 2
    assert {table for conn in (*plans, numbered) for table in conn.tables_read_whole()} <= {"board_links"}
    assert "board_items_words" in plans[0].indexes()
