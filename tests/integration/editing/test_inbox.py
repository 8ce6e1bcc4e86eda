"""What comes onto the desk by events, and what the Admin does with it there."""

import asyncio
from typing import Any

import pytest

from shared.content import RequestRef
from shared.events import AuditAnchored, ReportMediaChecked, ReportSentBack
from tests.integration.editing.office import Office
from tests.unit.editing.parts import (
    HASH,
    OTHER,
    REPORT,
    TEN,
    erased,
    photo,
    received,
    refused,
    supplemented,
    withdrawn,
)

BACK: dict[str, Any] = {"reasons": [{"code": "foto-kurang-jelas", "note": "Buram"}], "question": "Berapa rumah?"}


async def test_a_received_report_waits_on_the_desk_with_its_clock_running(desk: Office):
    await desk.hear(received(), received(OTHER, urgency="immediate", received_at=desk.later(1)))
    found = (await desk.get("rina", "/inbox"))["reports"]
    assert [(r["report"], r["state"], r["urgency"]) for r in found] == [
        (str(OTHER), "waiting", "immediate"),
        (str(REPORT), "waiting", "regular"),
    ]
    assert found[1]["due_at"] == "2026-07-06T05:00:00Z"
    assert await desk.clocks() == {(str(REPORT), 1, None), (str(OTHER), 1, None)}


async def test_a_batch_of_many_reports_is_applied_once_even_if_it_comes_twice(desk: Office):
    events = [received(desk.desk.new_id()) for _ in range(200)]
    records = [desk.record(e) for e in events]
    await desk.consumers["reports"].handle(records)
    await desk.consumers["reports"].handle(records)
    counts = await desk.rows("SELECT (SELECT count(*) FROM reports) r, (SELECT count(*) FROM audit) a")
    assert tuple(counts[0]) == (200, 200)
    assert not await desk.dead_letters()


async def test_several_events_of_one_report_in_one_batch_are_folded_in_order(desk: Office):
    checking = received(media=(photo("checking"),))
    await desk.hear(checking, ReportMediaChecked(report=REPORT, media=photo(), at=TEN), supplemented(), withdrawn())
    found = await desk.get("rina", f"/inbox/{REPORT}")
    assert (found["state"], found["gone"]) == ("withdrawn", "Salah kirim.")
    assert found["media"][0]["renditions"]
    assert await desk.clocks() == {(str(REPORT), 1, "withdrawn")}


async def test_a_refused_report_leaves_the_desk(desk: Office):
    await desk.hear(received(), refused())
    assert (await desk.get("rina", "/inbox"))["reports"] == []
    assert await desk.clocks() == {(str(REPORT), 1, "refused")}


async def test_an_erased_file_is_dropped(desk: Office):
    await desk.hear(received(), erased())
    assert (await desk.get("rina", f"/inbox/{REPORT}"))["media"] == []


async def test_events_of_the_catalogue_that_the_desk_does_not_use_are_passed_over(desk: Office):
    await desk.hear(AuditAnchored(service="intake", sealed=1, hash=HASH, at=TEN))
    assert not await desk.dead_letters()


async def test_an_event_about_a_report_that_never_came_is_a_dead_letter_and_harms_no_other(desk: Office):
    await desk.hear(withdrawn(), received(OTHER))
    assert [r["report"] for r in (await desk.get("rina", "/inbox"))["reports"]] == [str(OTHER)]
    (reason,) = await desk.dead_letters()
    assert reason.startswith("unknown-report")


async def test_a_claim_is_one_persons_until_it_runs_out(desk: Office):
    await desk.hear(received())
    taken = await desk.post("rina", f"/inbox/{REPORT}/claim")
    assert (taken["state"], taken["claimed_by"]) == ("claimed", "rina")
    refusal = await desk.post("dani", f"/inbox/{REPORT}/claim", expect=409)
    assert "Rina Wulandari" in refusal["detail"]
    desk.later(121)
    assert (await desk.post("dani", f"/inbox/{REPORT}/claim"))["claimed_by"] == "dani"
    assert (await desk.post("dani", f"/inbox/{REPORT}/release"))["state"] == "waiting"


async def test_of_many_who_claim_at_once_one_has_it(desk: Office):
    await desk.hear(received())
    paths = [desk.person(who).post(f"/api/v1/inbox/{REPORT}/claim") for who in ("rina", "dani") for _ in range(10)]
    answers = await asyncio.gather(*paths)
    owners = {a.json()["claimed_by"] for a in answers if a.status_code == 200}
    assert len(owners) == 1
    assert {a.status_code for a in answers} == {200, 409}


async def test_a_report_sent_back_asks_its_unit_and_its_answer_opens_the_next_clock(desk: Office):
    request = RequestRef(source="sim-rutilahu", id="417")
    await desk.hear(received(request=request))
    desk.later(30)
    assert (await desk.post("rina", f"/inbox/{REPORT}/send-back", BACK))["cycle"] == 2
    (event,) = await desk.sent(ReportSentBack)
    assert (event.cycle, event.question, event.request) == (2, "Berapa rumah?", request)
    assert [(c.outcome, c.punctuality, c.working_seconds) for c in event.clocks] == [("sent-back", "in_time", 1800)]
    (row,) = await desk.rows("SELECT topic, key, headers FROM outbox")
    assert (row["topic"], row["key"]) == ("stories", str(REPORT))
    assert '"ce_requestid": "417"' in row["headers"]
    await desk.post("rina", f"/inbox/{REPORT}/send-back", BACK, expect=409)
    await desk.hear(supplemented(2))
    assert (await desk.get("rina", f"/inbox/{REPORT}"))["state"] == "waiting"
    assert await desk.clocks() == {(str(REPORT), 1, "sent-back"), (str(REPORT), 2, None)}


async def test_a_report_is_not_sent_back_without_a_reason(desk: Office):
    await desk.hear(received())
    await desk.post("rina", f"/inbox/{REPORT}/send-back", {"reasons": []}, expect=422)


async def test_a_withdrawal_that_crosses_the_question_ends_the_report(desk: Office):
    await desk.hear(received())
    await desk.post("rina", f"/inbox/{REPORT}/send-back", BACK)
    await desk.hear(withdrawn())
    assert (await desk.get("rina", f"/inbox/{REPORT}"))["state"] == "withdrawn"
    assert not await desk.dead_letters()


async def test_media_are_shown_to_staff_by_a_link_that_ends(desk: Office):
    await desk.hear(received())
    media = f"/api/v1/inbox/{REPORT}/media/{photo().id}"
    web = await desk.person("wati").get(media)
    original = await desk.person("wati").get(media, params={"asli": "true"})
    assert (web.status_code, original.status_code) == (303, 303)
    assert "/t-renditions/web.jpg?" in web.headers["location"]
    assert "/t-originals/asli?" in original.headers["location"]
    assert "X-Amz-Expires" in web.headers["location"]
    await desk.get("wati", f"/inbox/{REPORT}/media/{OTHER}", expect=404)


@pytest.mark.parametrize(("who", "lists", "reads"), [("bambang", 403, 200), ("wati", 200, 200), ("dewi", 403, 403)])
async def test_only_the_admin_changes_and_the_bidang_sees_nothing(desk: Office, who: str, lists: int, reads: int):
    await desk.hear(received())
    await desk.get(who, "/inbox", expect=lists)
    for path in (f"/inbox/{REPORT}", "/stories"):
        await desk.get(who, path, expect=reads)
    for path in ("claim", "release"):
        await desk.post(who, f"/inbox/{REPORT}/{path}", expect=403)
    await desk.post(who, "/stories", {"reports": [str(REPORT)]}, expect=403)


async def test_nobody_acts_without_a_session_or_from_a_foreign_form(desk: Office):
    await desk.hear(received())
    rina = desk.person("rina")
    forged = await rina.post(f"/api/v1/inbox/{REPORT}/claim", headers={"X-CSRF-Token": "tebakan"})
    assert (forged.status_code, forged.headers["content-type"]) == (403, "application/problem+json")
    rina.cookies.clear()
    assert (await rina.post(f"/api/v1/inbox/{REPORT}/claim")).status_code == 401
