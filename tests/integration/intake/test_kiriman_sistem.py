"""Other systems report over Kafka: claimed once, accepted or refused with a sentence, never lost."""

import asyncio
import json
from datetime import date
from uuid import uuid4

import pytest

from shared.consume import Consumer
from shared.envelope import STRUCTURED, Record
from shared.events import IntakeAccepted, IntakeRefused, ReportReceived, ReportSupplemented, ReportWithdrawn
from tests.integration.intake.desk import Office
from tests.unit.intake.samples import NOON, asked, hours, record, sent_back

TOPIC = "intake-requests.sim-rutilahu"


def sent(request_id: str, *, offset: int = 0, topic: str = TOPIC, **more: object) -> Record:
    return record(asked(**more), id=request_id, offset=offset, topic=topic)


async def test_a_batch_of_requests_becomes_reports_each_answered_on_its_senders_topic(desk: Office) -> None:
    await desk.source()
    await desk.take(*(sent(f"r-{n}", offset=n) for n in range(50)))
    received, accepted = await desk.events(ReportReceived), await desk.events(IntakeAccepted)
    assert len(received) == len(accepted) == 50
    assert {r.report for r in received} == {a.report for a in accepted}
    assert [a.request_id for a in accepted] == [f"r-{n}" for n in range(50)]
    assert set(await desk.emitted()) == {
        ("reports", "report.received"), ("intake-outcomes.sim-rutilahu", "intake.accepted"),
    }  # fmt: skip
    assert await desk.clocks() == [(1, "completed")] * 50
    assert (await desk.audited())[1:] == [("report.received", "sumber:sim-rutilahu")] * 50
    (closed,) = received[0].clocks
    assert (closed.stage, closed.outcome, closed.punctuality) == ("intake", "completed", "in_time")
    assert received[0].received_at == NOON
    assert received[0].request is not None
    (row,) = await desk.rows("SELECT headers::text AS h FROM outbox WHERE type LIKE '%accepted%' LIMIT 1")
    headers = json.loads(row["h"])
    assert (headers["ce_requestsource"], headers["ce_requestid"]) == ("sim-rutilahu", "r-0")


async def test_a_request_that_comes_again_changes_nothing(desk: Office) -> None:
    await desk.source()
    await desk.take(sent("r-1"), sent("r-1", offset=1), sent("r-2", offset=2))
    await desk.take(sent("r-1"), sent("r-2", offset=2))
    assert len(await desk.events(ReportReceived)) == 2
    assert await desk.letters() == []


@pytest.mark.parametrize("together", [True, False])
async def test_the_same_id_with_other_data_is_a_dead_letter_and_no_duplicate(desk: Office, together: bool) -> None:
    await desk.source()
    first, other, again = sent("r-1"), sent("r-1", offset=1, title="Lain"), sent("r-1", offset=2)
    for batch in [(first, other, again)] if together else [(first,), (other, again)]:
        await desk.take(*batch)
    assert len(await desk.events(ReportReceived)) == 1
    (reason,) = await desk.letters()
    assert "other data" in reason


async def test_two_sources_may_use_the_same_id(desk: Office) -> None:
    await desk.source()
    await desk.source("lain")
    await desk.take(sent("r-1"), sent("r-1", topic="intake-requests.lain"))
    assert len(await desk.events(IntakeAccepted)) == 2


async def test_a_business_refusal_is_answered_and_is_no_dead_letter(desk: Office) -> None:
    await desk.source()
    await desk.take(sent("r-1", unit="lain"), sent("r-2", offset=1, happened_at=hours(3)), sent("r-3", offset=2))
    refused = await desk.events(IntakeRefused)
    assert [(r.request_id, r.problems[0].field) for r in refused] == [("r-1", "unit"), ("r-2", "happened_at")]
    assert len(await desk.events(ReportReceived)) == 1
    assert await desk.letters() == []
    assert ("request.refused", "sumber:sim-rutilahu") in await desk.audited()


async def test_a_topic_of_a_system_that_is_not_registered_is_a_dead_letter_until_it_is(desk: Office) -> None:
    await desk.take(sent("r-1"))
    (reason,) = await desk.letters()
    assert "not registered" in reason
    await desk.source()
    await desk.rows("UPDATE dead_letters SET state = 'requested'")
    await desk.take(sent("r-1"))
    assert len(await desk.events(ReportReceived)) == 1


async def test_a_malformed_request_is_set_aside_alone(desk: Office) -> None:
    await desk.source()
    good = sent("r-1")
    bad = good._replace(offset=1, value=b'{"titel": "salah ketik"}')
    garbage = good._replace(offset=2, headers=(("ce_type", b"\xff"),))
    foreign = record(ReportWithdrawn(report=uuid4(), reason="x", at=NOON), 1, topic=TOPIC, offset=3)
    await desk.take(bad, good, garbage, foreign)
    assert len(await desk.events(ReportReceived)) == 1
    reasons = await desk.letters()
    assert len(reasons) == 3
    assert any("titel" in r for r in reasons)
    assert any("only intake.requested" in r for r in reasons)


async def test_a_senders_own_key_and_sequence_count_for_nothing(desk: Office) -> None:
    await desk.source()
    one = sent("r-1")._replace(key=b"\xff\x00kunci")
    await desk.take(one._replace(headers=(*one.headers, ("ce_sequence", b"7"))))
    assert len(await desk.events(ReportReceived)) == 1


async def test_a_structured_cloudevent_is_taken_like_a_binary_one(desk: Office) -> None:
    await desk.source()
    body = {
        "specversion": "1.0", "id": "r-1", "source": "/sim", "type": "alurwarta.intake.requested.v1",
        "data": json.loads(asked().model_dump_json(exclude_unset=True)),
    }  # fmt: skip
    binary = sent("r-1", offset=1)
    structured = binary._replace(
        offset=0, value=json.dumps(body).encode(), headers=(("content-type", STRUCTURED.encode()),)
    )
    await desk.take(structured, binary)
    assert len(await desk.events(ReportReceived)) == 1
    assert await desk.letters() == []


async def test_a_day_alone_is_the_end_of_that_working_day(desk: Office) -> None:
    await desk.source()
    await desk.take(sent("r-1", happened_at=date(2026, 11, 20)))
    (received,) = await desk.events(ReportReceived)
    assert received.happened_at.isoformat() == "2026-11-20T16:30:00+07:00"
    assert received.clocks[0].working_seconds == 4.5 * 3600 + 0


async def test_a_system_answers_a_report_sent_back_by_naming_it(desk: Office) -> None:
    await desk.source()
    await desk.take(sent("r-1"))
    (received,) = await desk.events(ReportReceived)
    await desk.hear(sent_back(received.report))
    answer = record(asked(text="12 rumah.", supplements=received.report), id="r-2", topic=TOPIC, at=hours(2))
    await desk.take(answer)
    await desk.take(answer)
    (added,) = await desk.events(ReportSupplemented)
    assert (added.cycle, added.text, added.clocks[0].cycle) == (2, "12 rumah.", 2)
    assert [a.request_id for a in await desk.events(IntakeAccepted)] == ["r-1", "r-2"]
    assert await desk.clocks() == [(1, "completed"), (2, "completed")]
    assert await desk.state(received.report) == "received"


async def test_of_two_answers_in_one_batch_the_first_closes_the_cycle(desk: Office) -> None:
    await desk.source()
    await desk.take(sent("r-1"))
    (received,) = await desk.events(ReportReceived)
    await desk.hear(sent_back(received.report))
    both = [record(asked(supplements=received.report), id=f"s-{n}", topic=TOPIC, at=hours(2), offset=n) for n in (5, 6)]
    await desk.take(*both)
    assert [s.cycle for s in await desk.events(ReportSupplemented)] == [2, None]


async def test_a_system_cannot_add_to_a_report_of_another(desk: Office) -> None:
    await desk.source()
    await desk.source("lain")
    await desk.take(sent("r-1"))
    (received,) = await desk.events(ReportReceived)
    await desk.take(
        sent("r-2", topic="intake-requests.lain", supplements=received.report),
        sent("r-3", offset=1, topic="intake-requests.lain", supplements=uuid4()),
    )
    refused = await desk.events(IntakeRefused)
    assert [(r.request_id, r.problems[0].field) for r in refused] == [("r-2", "supplements"), ("r-3", "supplements")]
    assert [r["state"] for r in await desk.rows("SELECT state FROM requests WHERE source = 'lain'")] == ["refused"] * 2


async def test_two_consumers_of_the_same_requests_make_one_report_of_each(desk: Office) -> None:
    await desk.source()
    batch = [sent(f"r-{n}", offset=n) for n in range(40)]
    consumers: list[Consumer] = [desk.consumer("intake-requests") for _ in range(4)]
    await asyncio.gather(*(c.handle(batch if n % 2 else batch[::-1]) for n, c in enumerate(consumers)))
    assert len(await desk.events(ReportReceived)) == 40
    assert await desk.letters() == []
