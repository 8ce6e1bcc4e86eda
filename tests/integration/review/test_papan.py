"""The board and an item's way as people see them: who may, in which order, in words."""

import re
from datetime import timedelta
from typing import get_args
from uuid import uuid4

import pytest

from services.review.board.timeline import COMPLETED, OUTCOME_WORDS
from shared.sla import Outcome
from shared.sop import STAGES
from tests.integration.review.desk import Office
from tests.integration.review.test_board import hear, office_of
from tests.unit.review import courses
from tests.unit.review.samples import hours
from tests.unit.review.tales import Tale

HTML = {"Accept": "text/html"}


async def test_all_that_is_under_way_stands_on_the_board_the_one_due_first_at_the_top(desk: Office) -> None:
    tale = office_of(courses.two_reports_in_one, courses.embargoed, courses.straight)
    tale.receive("sekretariat")
    await hear(desk, tale.told)
    desk.at = tale.at
    page = await desk.call("bambang", "GET", "/papan", headers=HTML)
    assert page.status_code == 200
    due = [row.clock.due_at for row in tale.untaken().values() if row.clock.is_open]
    assert page.text.count("<li class") == len(due)
    assert re.findall(r'banyak">(\d+)<', page.text) == [
        str(sum(key[0] == stage and row.clock.is_open for key, row in tale.untaken().items())) for stage in STAGES
    ]
    assert "belum mulai" in page.text
    piece = (await desk.call("bambang", "GET", "/papan?bagian=1", headers=HTML)).text
    assert piece.strip().startswith("<div")
    assert "<header class=" not in piece


async def test_an_open_board_is_sent_again_only_when_it_shows_something_else(desk: Office) -> None:
    tale = office_of(courses.straight)
    await hear(desk, tale.told)
    desk.at = tale.at
    page = (await desk.call("bambang", "GET", "/papan", headers=HTML)).text
    (mark,) = re.findall(r'data-tanda="(\w+)"', page)
    seen = HTML | {"If-None-Match": f'"{mark}"'}
    same = await desk.call("bambang", "GET", "/papan?bagian=1", headers=seen)
    assert (same.status_code, same.content) == (304, b"")
    assert (await desk.call("bambang", "GET", "/papan?bagian=1&tahap=editing", headers=HTML)).status_code == 200
    desk.at += timedelta(minutes=1)
    assert (await desk.call("bambang", "GET", "/papan?bagian=1", headers=seen)).status_code == 200
    told = len(tale.told)
    tale.receive("sekretariat")
    desk.at = tale.at
    await hear(desk, tale.told[told:])
    other = await desk.call("bambang", "GET", "/papan?bagian=1", headers=seen)
    assert mark not in other.text


async def test_at_each_stage_the_one_due_first_is_at_the_top(desk: Office) -> None:
    tale = office_of()
    for unit in ("perumahan", "permukiman", "sekretariat"):
        tale.receive(unit)
    await hear(desk, list(reversed(tale.told)))
    desk.at = tale.at
    page = (await desk.call("bambang", "GET", "/papan?tahap=editing", headers=HTML)).text
    order = [page.index(f">Bahan {unit}<") for unit in ("perumahan", "permukiman", "sekretariat")]
    assert order == sorted(order)


async def test_the_board_is_filtered_by_stage_and_bidang(desk: Office) -> None:
    tale = office_of(courses.sent_back_and_supplemented)
    tale.receive("sekretariat")
    await hear(desk, tale.told)
    desk.at = hours(30)
    only = (await desk.call("tono", "GET", "/papan?tahap=editing&bidang=sekretariat", headers=HTML)).text
    assert "Bahan sekretariat" in only
    assert "Bahan perumahan" not in only
    assert "melewati batas waktu" in only
    empty = (await desk.call("tono", "GET", "/papan?tahap=review", headers=HTML)).text
    assert "Tidak ada yang berjalan" in empty
    assert (await desk.call("tono", "GET", "/papan?tahap=lain", headers=HTML)).status_code == 422


@pytest.mark.parametrize(("who", "status"), [("bambang", 200), ("tono", 200), ("dewi", 403), (None, 303)])
async def test_the_board_is_for_leaders_and_admin(desk: Office, who: str | None, status: int) -> None:
    assert (await desk.call(who, "GET", "/papan", headers=HTML)).status_code == status


async def test_a_story_s_way_tells_each_stage_who_held_it_and_why_it_came_back(desk: Office) -> None:
    tale = office_of(courses.returned_twice)
    await hear(desk, tale.told)
    (story,) = tale.origins
    told = (await desk.call("bambang", "GET", f"/api/v1/timeline/{story}")).json()
    assert [(s["stage"], s["cycle"], s["outcome"], s["pace"]) for s in told["steps"]] == [
        ("intake", 1, "completed", "in-time"), ("editing", 1, "completed", "in-time"),
        ("review", 1, "returned", "in-time"), ("editing", 2, "completed", "in-time"),
        ("review", 2, "returned", "in-time"), ("editing", 3, "completed", "in-time"),
        ("review", 3, "completed", "in-time"), ("publisher", 3, "completed", "in-time"),
    ]  # fmt: skip
    assert [r["code"] for r in told["steps"][2]["reasons"]] == ["foto-kurang-jelas", "lain"]
    assert told["steps"][2]["held_by"] == "Bambang Prasetyo"
    assert [one["kind"] for one in told["linked"]] == ["report"]
    for stage, seconds in told["held"].items():
        assert seconds == sum(s["working_seconds"] for s in told["steps"] if s["stage"] == stage)
    page = (await desk.call("bambang", "GET", f"/perjalanan/{story}", headers=HTML)).text
    for words in ("pengajuan ke-2", "perbaikan ke-2", "dikembalikan ke Admin oleh Bambang Prasetyo", "Lihat judul."):
        assert words in page
    piece = (await desk.call("bambang", "GET", f"/perjalanan/{story}?bagian=1", headers=HTML)).text
    assert piece.strip().startswith("<section")


async def test_a_report_s_way_goes_on_through_its_stories_without_what_others_brought(desk: Office) -> None:
    tale = office_of(courses.two_reports_in_one)
    await hear(desk, tale.told)
    first, second = tale.reports
    told = (await desk.call("bambang", "GET", f"/api/v1/timeline/{first}")).json()
    assert [(s["stage"], s["cycle"]) for s in told["steps"]] == [
        ("intake", 1), ("editing", 1), ("review", 1), ("editing", 2),
    ]  # fmt: skip
    assert str(second) not in str(told)


async def test_a_bidang_sees_what_its_own_unit_has_a_part_in_and_no_other_s_reports(desk: Office) -> None:
    tale = office_of(courses.two_reports_in_one)
    alone = tale.receive("sekretariat")
    await hear(desk, tale.told)
    (story,) = tale.origins
    mine, theirs = tale.reports[next(iter(tale.reports))].id, list(tale.reports)[1]
    seen = (await desk.call("dewi", "GET", f"/api/v1/timeline/{story}")).json()
    assert [one["item"] for one in seen["linked"]] == [str(mine)]
    assert str(theirs) not in str(seen)
    assert (await desk.call("dewi", "GET", f"/api/v1/timeline/{mine}")).status_code == 200
    assert (await desk.call("dewi", "GET", f"/api/v1/timeline/{theirs}")).status_code == 404
    assert (await desk.call("dewi", "GET", f"/perjalanan/{alone}", headers=HTML)).status_code == 404
    assert (await desk.call("dewi", "GET", f"/api/v1/timeline/{uuid4()}")).status_code == 404


async def test_practice_has_a_way_without_times(desk: Office) -> None:
    tale = Tale(practice=True)
    courses.waiting_after_a_return(tale)
    await hear(desk, tale.told)
    (story,) = tale.origins
    page = (await desk.call("bambang", "GET", f"/perjalanan/{story}", headers=HTML)).text
    assert "LATIHAN tidak diukur waktunya" in page
    assert 'banyak">0<' in (await desk.call("bambang", "GET", "/papan?tahap=review", headers=HTML)).text


async def test_keterangan_of_a_clock_is_told_beside_it(desk: Office) -> None:
    tale = office_of(courses.straight)
    await hear(desk, tale.told)
    (story,) = tale.origins
    await desk.owner.execute(
        """INSERT INTO review.keterangan (stage, item, cycle, note, account, name, capacity, at)
           VALUES ('publisher', $1, 1, 'Listrik padam.', 'rina', 'Rina', 'Admin', now())""",
        str(story),
    )
    page = (await desk.call("bambang", "GET", f"/perjalanan/{story}", headers=HTML)).text
    assert "Keterangan Rina (Admin)" in page
    assert "Listrik padam." in page


def test_every_outcome_has_words() -> None:
    assert set(OUTCOME_WORDS) == set(get_args(Outcome))
    assert set(COMPLETED) == set(STAGES)


async def test_whoever_sees_an_item_wait_can_remind_its_holder_by_its_address_alone(desk: Office) -> None:
    tale = office_of()
    report = tale.receive("perumahan")
    await hear(desk, tale.told)
    desk.at = tale.at
    for path in ("/papan", f"/perjalanan/{report}"):
        page = (await desk.call("tono", "GET", path, headers=HTML)).text
        (link,) = re.findall(r'href="(https://wa\.me/[^"]*)"', page)
        assert f"%2Fperjalanan%2F{report}" in link
        assert "Bahan" not in link
