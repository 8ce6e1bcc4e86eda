"""What the other stages say about a Report, and what its sender is told: in any order, once."""

from uuid import UUID, uuid4

import pytest

from shared.events import (
    IntakeDeclined,
    IntakePublished,
    IntakeSentBack,
    IntakeTakenDown,
    ReportReceived,
    ReportSupplemented,
    ReportWithdrawn,
)
from tests.integration.intake.desk import Office
from tests.unit.intake.samples import (
    URLS,
    abandoned,
    approved,
    asked,
    declined,
    hours,
    published,
    record,
    sent_back,
    submitted,
    taken_down,
)

STORY = uuid4()


async def received(desk: Office) -> UUID:
    await desk.source()
    await desk.take(record(asked(), id="r-1", topic="intake-requests.sim-rutilahu"))
    (event,) = await desk.events(ReportReceived)
    return event.report


async def fate(desk: Office) -> dict[str, object]:
    answer = await desk.call("sim-rutilahu", "GET", "/api/v1/requests/r-1")
    assert answer.status_code == 200
    return answer.json()


async def test_a_report_sent_back_opens_the_next_cycle_and_tells_its_sender(desk: Office) -> None:
    report = await received(desk)
    await desk.hear(sent_back(report))
    assert await desk.state(report) == "sent-back"
    assert await desk.clocks() == [(1, "completed"), (2, None)]
    (told,) = await desk.events(IntakeSentBack)
    assert (told.request_id, told.cycle, told.question) == ("r-1", 2, "Berapa rumah?")
    assert (await fate(desk))["stage"] == "intake"


async def test_withdrawn_and_sent_back_cross_without_a_dead_letter(desk: Office) -> None:
    report = await received(desk)
    answer = await desk.call("rina", "POST", f"/api/v1/reports/{report}/withdraw", json={"reason": "Batal."})
    assert answer.status_code == 200
    await desk.hear(sent_back(report))
    assert await desk.state(report) == "withdrawn"
    assert await desk.letters() == []
    assert await desk.events(IntakeSentBack) == []


async def test_sent_back_then_withdrawn_closes_the_open_cycle_outside_the_count(desk: Office) -> None:
    report = await received(desk)
    await desk.hear(sent_back(report))
    desk.at = hours(2)
    await desk.call("rina", "POST", f"/api/v1/reports/{report}/withdraw", json={"reason": "Batal."})
    (event,) = await desk.events(ReportWithdrawn)
    assert [(c.cycle, c.outcome) for c in event.clocks] == [(2, "withdrawn")]


async def test_an_addition_and_a_sending_back_cross_and_the_answer_is_still_awaited(desk: Office) -> None:
    report = await received(desk)
    await desk.call("dewi", "POST", f"/api/v1/reports/{report}/supplements", json={"text": "Tambahan."})
    await desk.hear(sent_back(report))
    assert await desk.state(report) == "sent-back"
    (added,) = await desk.events(ReportSupplemented)
    assert added.cycle is None


async def test_a_sender_is_told_where_its_report_is_published_once(desk: Office) -> None:
    report = await received(desk)
    await desk.hear(submitted(STORY, report))
    assert (await fate(desk))["stage"] == "review"
    await desk.hear(approved(STORY, report), published(STORY, report), published(STORY, report, version=2))
    (told,) = await desk.events(IntakePublished)
    assert (told.request_id, told.urls) == ("r-1", URLS)
    assert (await fate(desk)) | {"urls": URLS, "fate": ["published"], "stage": None} == await fate(desk)
    await desk.hear(taken_down(STORY, report))  # of Version 1, which Version 2 replaced
    assert await desk.events(IntakeTakenDown) == []
    await desk.hear(taken_down(STORY, report, version=2))
    (down,) = await desk.events(IntakeTakenDown)
    assert down.reason == "Permintaan warga."
    assert (await fate(desk))["urls"] == {}


async def test_the_topics_may_come_in_any_order(desk: Office) -> None:
    report = await received(desk)
    await desk.hear(published(STORY, report), approved(STORY, report), submitted(STORY, report))
    assert (await fate(desk))["fate"] == ["published"]


async def test_a_declined_story_is_told_to_each_of_its_senders(desk: Office) -> None:
    report = await received(desk)
    await desk.take(record(asked(), id="r-2", topic="intake-requests.sim-rutilahu", offset=9))
    _, other = await desk.events(ReportReceived)
    await desk.hear(submitted(STORY, report, other.report), declined(STORY, report, other.report))
    assert {d.request_id for d in await desk.events(IntakeDeclined)} == {"r-1", "r-2"}


async def test_a_persons_report_has_no_sender_to_tell(desk: Office) -> None:
    made = await desk.call(
        "dewi", "POST", "/api/v1/reports", json={"title": "A", "text": "B", "happened_at": "2026-11-23"}
    )
    report = UUID(made.json()["report"])
    before = await desk.emitted()
    await desk.hear(submitted(STORY, report), declined(STORY, report))
    assert await desk.emitted() == before
    shown = (await desk.call("dewi", "GET", f"/api/v1/reports/{report}")).json()
    assert [s["fate"] for s in shown["stories"]] == ["declined"]


async def test_events_about_reports_of_another_installation_change_nothing(desk: Office) -> None:
    stranger = uuid4()
    await desk.hear(sent_back(stranger), submitted(STORY, stranger), published(STORY, stranger))
    assert await desk.emitted() == []
    assert await desk.letters() == []


async def test_a_report_that_the_public_has_read_cannot_be_withdrawn(desk: Office) -> None:
    report = await received(desk)
    await desk.hear(published(STORY, report))
    answer = await desk.call("rina", "POST", f"/api/v1/reports/{report}/withdraw", json={"reason": "Batal."})
    assert (answer.status_code, answer.json()["title"]) == (422, "already-published")
    await desk.hear(taken_down(STORY, report))
    answer = await desk.call("rina", "POST", f"/api/v1/reports/{report}/withdraw", json={"reason": "Batal."})
    assert answer.status_code == 200


@pytest.mark.parametrize("last", ["abandoned", "declined"])
async def test_a_report_whose_story_ended_may_be_withdrawn(desk: Office, last: str) -> None:
    report = await received(desk)
    await desk.hear(submitted(STORY, report), {"abandoned": abandoned, "declined": declined}[last](STORY, report))
    answer = await desk.call("rina", "POST", f"/api/v1/reports/{report}/withdraw", json={"reason": "Batal."})
    assert answer.status_code == 200


async def test_practice_is_never_counted_so_it_has_no_clock(desk: Office) -> None:
    await desk.source()
    topic = "intake-requests.sim-rutilahu"
    await desk.take(record(asked(practice=True), id="r-1", topic=topic))
    (told,) = await desk.events(ReportReceived)
    assert (told.practice, told.clocks) == (True, ())
    form = {"title": "Latihan", "text": "Uji.", "happened_at": hours(-1).isoformat(), "practice": True}
    made = await desk.call("dewi", "POST", "/api/v1/reports", json=form)
    assert made.status_code == 201, made.text
    await desk.hear(sent_back(told.report))
    answer = asked(practice=True, supplements=str(told.report))
    await desk.take(record(answer, id="r-2", topic=topic, offset=2))
    assert len(await desk.events(ReportSupplemented)) == 1
    assert await desk.rows("SELECT FROM clocks") == []
    assert await desk.rows("SELECT FROM clock_totals") == []
