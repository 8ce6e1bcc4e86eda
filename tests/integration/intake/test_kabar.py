"""What waits on people is told to them: in the page, once, within working hours."""

import asyncio
import json
import re
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from services.intake.notices import steps, store_waiting
from services.intake.notices.workers import NoticeSweep, WaitingProjection
from shared.calendar_file import parse_calendar
from tests.integration.intake import notices
from tests.integration.intake.desk import Office
from tests.integration.intake.notices import receive, tell, told
from tests.unit.intake.samples import DEPLOY, approved, hours, published, sent_back, submitted

HTML = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
async def people(desk: Office) -> None:
    for who in ("dewi", "agus", "rina", "bambang", "tono"):
        await desk.account(who)


async def waiting(desk: Office) -> list[tuple[str, str, int]]:
    return [tuple(r) for r in await desk.rows("SELECT stage, title, cycle FROM waiting ORDER BY stage, title")]


async def test_each_step_of_the_sop_is_told_to_those_on_whom_it_waits(desk: Office) -> None:
    report, story = await receive(desk), uuid4()
    await tell(desk)
    await desk.hear(sent_back(report))
    desk.later(hours=1)
    await tell(desk)
    await desk.call("dewi", "POST", f"/api/v1/reports/{report}/supplements", json={"text": "Empat puluh."})
    await tell(desk)
    await desk.hear(submitted(story, report))
    await tell(desk)
    await desk.hear(approved(story, report))
    desk.later(hours=1)
    await tell(desk)
    assert await told(desk) == [
        ("rina", "editing", "waits"),
        ("dewi", "intake", "waits"),
        ("rina", "editing", "waits"),
        ("bambang", "review", "waits"),
        ("rina", "publisher", "waits"),
    ]
    await desk.hear(published(story, report))
    assert await waiting(desk) == [("editing", "Serah terima kunci", 2)]


async def test_a_report_sent_from_the_form_waits_and_one_withdrawn_does_not(desk: Office) -> None:
    made = await desk.call(
        "dewi", "POST", "/api/v1/reports",
        json={"title": "Rapat", "text": "Isi.", "happened_at": hours(-4).isoformat()},
    )  # fmt: skip
    assert made.status_code == 201
    assert await waiting(desk) == [("editing", "Rapat", 1)]
    await desk.call("dewi", "POST", f"/api/v1/reports/{made.json()['report']}/withdraw", json={"reason": "Batal."})
    assert await waiting(desk) == []


async def test_one_is_told_of_each_thing_once(desk: Office) -> None:
    await receive(desk)
    for _ in range(3):
        await tell(desk)
        await desk.owner.execute("UPDATE waiting SET next_at = opened_at")
    assert await told(desk) == [("rina", "editing", "waits")]


async def test_two_workers_at_once_tell_nothing_twice(desk: Office) -> None:
    await notices.reached_by(desk, "rina", "rina@contoh.go.id")
    await desk.owner.execute("INSERT INTO notice_settings (account, wants) VALUES ('rina', '{mail/waits}')")
    for n in range(1, 31):
        await receive(desk, f"Bahan {n}", n)
    await asyncio.gather(*(tell(desk) for _ in range(6)))
    await desk.owner.execute("UPDATE waiting SET next_at = opened_at")
    await asyncio.gather(*(tell(desk) for _ in range(6)))
    assert await told(desk) == [("rina", "editing", "waits")] * 30
    (counted,) = await desk.rows("SELECT count(DISTINCT dispatch) AS mails, count(*) AS lines FROM dispatch_lines")
    assert tuple(counted) == (1, 30)


async def test_due_soon_and_late_follow_by_working_time(desk: Office) -> None:
    await receive(desk)
    await tell(desk)
    for _ in range(2):
        (row,) = await desk.rows("SELECT next_at FROM waiting")
        desk.at = row["next_at"]
        await tell(desk)
    assert [kind for _, _, kind in await told(desk)] == ["waits", "due-soon", "late"]
    (row,) = await desk.rows("SELECT next_at FROM waiting")
    assert row["next_at"] is None


async def test_what_comes_after_hours_is_told_when_the_office_opens(desk: Office) -> None:
    desk.later(hours=9)
    await receive(desk)
    await tell(desk)
    assert await told(desk) == []
    desk.later(hours=9.5)
    await tell(desk)
    assert await told(desk) == [("rina", "editing", "waits")]


async def test_a_new_calendar_moves_what_waits_and_is_told_anew_only_where_it_is_new(desk: Office) -> None:
    await receive(desk)
    await tell(desk)
    before = (await desk.rows("SELECT due_at FROM waiting"))[0]["due_at"]
    holiday = '[[holidays]]\nkind = "libur daerah"\ndecree = "SK 1"\n[holidays.dates]\n2026-11-23 = "Libur"\n'
    text = re.sub(r"(?m)^version = .*$", 'version = "uji"', (DEPLOY / "calendar.toml").read_text(), count=1)
    calendar = parse_calendar(f"{text}\n{holiday}")
    desk.desk.rules.keeper = type(desk.desk.clock)(desk.desk.clock.sop, calendar)
    assert await WaitingProjection(desk.desk).once() == 1
    assert (await desk.rows("SELECT due_at FROM waiting"))[0]["due_at"] > before
    assert await WaitingProjection(desk.desk).once() == 0


async def test_the_page_shows_what_waits_leads_there_and_counts_what_is_new(desk: Office) -> None:
    empty = await desk.call("rina", "GET", "/kabar", headers=HTML)
    assert "Belum ada kabar" in empty.text
    report = await receive(desk, "<script>alert(1)</script> \u202eterbalik")
    await tell(desk)
    count = await desk.call("rina", "GET", "/kabar/jumlah")
    assert (count.json(), count.headers["cache-control"]) == ({"unread": 1}, "no-store")
    page = await desk.call("rina", "GET", "/kabar", headers=HTML)
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text
    (action,) = re.findall(r'action="(/kabar/[0-9a-f-]+/buka)"', page.text)
    _, csrf = await desk.session("rina")
    opened = await desk.call("rina", "POST", action, data={"csrf": csrf})
    assert (opened.status_code, opened.headers["location"]) == (303, f"/meja/bahan/{report}")
    assert (await desk.call("rina", "GET", "/kabar/jumlah")).json() == {"unread": 0}


async def test_the_count_goes_down_when_a_colleague_took_the_step(desk: Office) -> None:
    report = await receive(desk)
    await tell(desk)
    await desk.hear(submitted(uuid4(), report))
    await desk.owner.execute("DELETE FROM waiting WHERE stage = 'editing'")
    assert (await desk.call("rina", "GET", "/kabar/jumlah")).json() == {"unread": 0}
    assert "sudah selesai" in (await desk.call("rina", "GET", "/kabar", headers=HTML)).text


async def test_nobody_opens_or_marks_what_others_were_told(desk: Office) -> None:
    await receive(desk)
    await tell(desk)
    (row,) = await desk.rows("SELECT id FROM notices")
    assert (await desk.call("bambang", "POST", f"/kabar/{row['id']}/buka")).status_code == 404
    await desk.call("bambang", "POST", "/kabar/dibaca")
    assert (await desk.call("rina", "GET", "/kabar/jumlah")).json() == {"unread": 1}
    await desk.call("rina", "POST", "/kabar/dibaca")
    assert (await desk.call("rina", "GET", "/kabar/jumlah")).json() == {"unread": 0}


async def test_notices_of_long_ago_are_cleared_away_unless_they_still_wait(desk: Office) -> None:
    await receive(desk, "Lama", 1)
    await receive(desk, "Masih menunggu", 2)
    await tell(desk)
    await desk.owner.execute("DELETE FROM waiting WHERE title = 'Lama'")
    desk.at += timedelta(days=91)
    assert await NoticeSweep(desk.desk).once() == 1
    assert [r["title"] for r in await desk.rows("SELECT title FROM notices")] == ["Masih menunggu"]


async def test_ten_thousand_rows_that_wait_are_looked_at_by_index_and_in_sets(desk: Office) -> None:
    await receive(desk)
    await desk.owner.execute(
        """INSERT INTO waiting_items (item, kind) SELECT gen_random_uuid(), 'report' FROM generate_series(1, 10000);
           INSERT INTO waiting SELECT w.stage, i.item::text, 1, i.item, w.about, w.lane, w.unit, w.title, w.practice,
               w.authors, w.opened_at, w.due_at, w.soon_at, w.target_seconds, w.kind, w.sop_version,
               w.calendar_version, w.next_at + interval '30 days'
           FROM waiting w, waiting_items i WHERE i.item <> w.owner;
           ANALYZE waiting, waiting_items"""
    )
    plan = await _plan(desk, store_waiting.LOOK, desk.at, steps.BATCH)
    assert "Index Scan using waiting_next" in plan
    assert "Seq Scan" not in plan
    await desk.owner.execute("UPDATE waiting SET next_at = opened_at")
    rounds = 0
    while await steps.tell(desk.desk, notices.BOTH):
        rounds += 1
    assert rounds == 10_001 // steps.BATCH + 1
    assert len(await told(desk)) == 10_001
    await desk.owner.execute("ANALYZE notices")
    assert "Seq Scan" not in await _plan(
        desk, "SELECT count(*) FROM notices WHERE account = $1 AND read_at IS NULL", "dewi"
    )


async def _plan(desk: Office, sql: str, *arguments: object) -> str:
    conn: asyncpg.Connection[asyncpg.Record] = desk.owner
    rows = await conn.fetch(f"EXPLAIN (FORMAT JSON) {sql}", *arguments)
    nodes: list[str] = []

    def walk(node: dict[str, object]) -> None:
        nodes.append(f"{node['Node Type']} using {node.get('Index Name', '')} on {node.get('Relation Name', '')}")
        for child in node.get("Plans", []):  # pyright: ignore
            walk(child)  # pyright: ignore

    walk(json.loads(rows[0][0])[0]["Plan"])
    return "\n".join(nodes)
