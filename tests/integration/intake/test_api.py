"""The HTTP API: other systems by key, people by session; every wrong turn is told in a sentence."""

from typing import Any

import jsonschema
import pytest

from services.intake import sources
from shared.events import IntakeAccepted, IntakeRefused, ReportReceived, ReportSupplemented, ReportWithdrawn
from shared.refusal import NotFound
from tests.integration.intake.desk import Office
from tests.unit.intake.samples import NOON, asked, hours, record, sent_back

FACTS: dict[str, Any] = {"title": "Serah terima", "text": "40 rumah.", "happened_at": "2026-11-23T09:00+07:00"}
SIM = "sim-rutilahu"


async def test_a_request_over_http_is_answered_like_one_on_the_topic(desk: Office) -> None:
    await desk.source()
    answer = await desk.call(SIM, "POST", "/api/v1/reports", json=FACTS, headers={"Idempotency-Key": "k/1"})
    assert (answer.status_code, answer.json()["request_id"]) == (202, "k/1")
    state = (await desk.call(SIM, "GET", answer.json()["status_url"])).json()
    (received,) = await desk.events(ReportReceived)
    assert (state["state"], state["report"], state["stage"]) == ("accepted", str(received.report), "editing")
    assert received.received_at == NOON
    assert [a.request_id for a in await desk.events(IntakeAccepted)] == ["k/1"]


async def test_the_same_key_is_one_request_over_http_and_kafka(desk: Office) -> None:
    await desk.source()
    for _ in range(2):
        answer = await desk.call(SIM, "POST", "/api/v1/reports", json=FACTS, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 202
    await desk.take(record(asked(**FACTS), id="k", topic=f"intake-requests.{SIM}"))
    assert len(await desk.events(ReportReceived)) == 1
    assert await desk.letters() == []


async def test_the_same_key_with_another_body_is_refused(desk: Office) -> None:
    await desk.source()
    await desk.call(SIM, "POST", "/api/v1/reports", json=FACTS, headers={"Idempotency-Key": "k"})
    other = await desk.call(
        SIM, "POST", "/api/v1/reports", json=FACTS | {"title": "Lain"}, headers={"Idempotency-Key": "k"}
    )
    assert (other.status_code, other.headers["content-type"]) == (409, "application/problem+json")
    assert len(await desk.events(ReportReceived)) == 1


async def test_a_refusal_over_http_is_told_by_the_requests_state(desk: Office) -> None:
    await desk.source()
    await desk.call(SIM, "POST", "/api/v1/reports", json=FACTS | {"unit": "lain"}, headers={"Idempotency-Key": "k"})
    state = (await desk.call(SIM, "GET", "/api/v1/requests/k")).json()
    assert (state["state"], state["report"], state["problems"][0]["field"]) == ("refused", None, "unit")
    assert len(await desk.events(IntakeRefused)) == 1


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (FACTS | {"titel": "x"}, {"Idempotency-Key": "k"}, 422),
        ({"title": "x"}, {"Idempotency-Key": "k"}, 422),
        (FACTS, {}, 422),
        (FACTS, {"Idempotency-Key": "x" * 201}, 422),
        (FACTS | {"text": "x" * 1_000_001}, {"Idempotency-Key": "k"}, 413),
    ],
    ids=["unknown field", "missing field", "no key", "long key", "too large"],
)
async def test_a_bad_request_changes_nothing_and_says_why(
    desk: Office, body: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    await desk.source()
    answer = await desk.call(SIM, "POST", "/api/v1/reports", json=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert await desk.rows("SELECT FROM requests") == []


async def test_a_body_without_a_length_is_bounded_too(desk: Office) -> None:
    await desk.source()

    async def endless() -> Any:
        for _ in range(30):
            yield b" " * 50_000

    answer = await desk.call(SIM, "POST", "/api/v1/reports", content=endless(), headers={"Idempotency-Key": "k"})
    assert answer.json()["title"] == "too-large"


async def test_a_key_that_is_wrong_or_disabled_opens_nothing(desk: Office) -> None:
    key = await desk.source()
    for given in ("Bearer salah", "Basic abc", "Bearer "):
        async with desk.client() as client:
            answer = await client.post("/api/v1/reports", json=FACTS, headers={"Authorization": given, **KEY_ASCII})
        assert answer.status_code == 401
    await sources.disable(desk.owner, SIM, now=desk.at)
    assert (await desk.call(SIM, "GET", "/api/v1/requests/k")).status_code == 401
    assert key not in str(await desk.rows("SELECT * FROM sources"))
    (listed,) = await sources.list_all(desk.owner, now=desk.at)
    assert (listed["name"], listed["disabled"]) == (SIM, True)
    with pytest.raises(sources.AlreadyThere):
        await desk.source()
    with pytest.raises(NotFound):
        await sources.disable(desk.owner, "tidak-ada", now=desk.at)


KEY_ASCII = {"Idempotency-Key": "k"}


async def test_a_system_sees_its_own_requests_only(desk: Office) -> None:
    await desk.source()
    assert (await desk.call(SIM, "GET", "/api/v1/requests/%00")).status_code == 404
    await desk.source("lain")
    await desk.call(SIM, "POST", "/api/v1/reports", json=FACTS, headers=KEY_ASCII)
    assert (await desk.call("lain", "GET", "/api/v1/requests/k")).status_code == 404


async def test_a_disabled_source_on_the_topic_is_refused_with_a_sentence(desk: Office) -> None:
    await desk.source()
    await sources.disable(desk.owner, SIM, now=desk.at)
    await desk.take(record(asked(), id="r-1", topic=f"intake-requests.{SIM}"))
    (refused,) = await desk.events(IntakeRefused)
    assert refused.problems[0].field == "source"


async def test_the_openapi_document_holds_what_integrators_need_and_nothing_else(desk: Office) -> None:
    async with desk.client() as client:
        document = (await client.get("/api/v1/openapi.json")).json()
    assert set(document["paths"]) == {
        "/api/v1/reports", "/api/v1/requests/{request_id}", "/api/v1/uploads", "/api/v1/uploads/{upload}",
        "/api/v1/uploads/{upload}/complete",
    }  # fmt: skip
    schemas = document["components"]["schemas"]
    schema = schemas["IntakeRequested"] | {"components": {"schemas": schemas}}
    jsonschema.validate(FACTS, schema)
    file = {"name": "a.jpg", "content_type": "image/jpeg", "size": 7}
    body = document["paths"]["/api/v1/uploads"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    for form in (file, {"files": [file]}):
        jsonschema.validate(form, body | {"components": {"schemas": schemas}})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(FACTS | {"titel": "x"}, schema)


async def test_a_bidang_reports_in_its_own_name(desk: Office) -> None:
    answer = await desk.call("dewi", "POST", "/api/v1/reports", json=FACTS)
    assert answer.status_code == 201
    (received,) = await desk.events(ReportReceived)
    assert (received.unit, received.recorded_by.account, received.request) == ("perumahan", "dewi", None)
    other = await desk.call("dewi", "POST", "/api/v1/reports", json=FACTS | {"unit": "permukiman"})
    assert (other.status_code, other.json()["title"]) == (422, "not-your-unit")


async def test_the_admin_records_what_came_by_whatsapp_at_the_time_it_was_sent(desk: Office) -> None:
    facts = FACTS | {"unit": "permukiman", "received_via": "whatsapp", "sent_at": "2026-11-23T09:30+07:00"}
    assert (await desk.call("rina", "POST", "/api/v1/reports", json=facts)).status_code == 201
    (received,) = await desk.events(ReportReceived)
    assert received.received_at == hours(-3.5)
    assert received.clocks[0].working_seconds == 1800
    for who, more in (("dewi", {"unit": "perumahan"}), ("rina", {"sent_at": "2026-11-24T09:30+07:00"})):
        refused = await desk.call(who, "POST", "/api/v1/reports", json=facts | more)
        assert refused.json()["title"] == "bad-sent_at"


async def test_the_same_form_sent_twice_is_one_report(desk: Office) -> None:
    first, second = [await desk.call("dewi", "POST", "/api/v1/reports", json=FACTS, headers=KEY_ASCII) for _ in "ab"]
    assert first.json() == second.json()
    assert len(await desk.events(ReportReceived)) == 1


async def test_a_form_that_was_changed_after_it_was_sent_is_not_silently_dropped(desk: Office) -> None:
    await desk.call("dewi", "POST", "/api/v1/reports", json=FACTS, headers=KEY_ASCII)
    answer = await desk.call("dewi", "POST", "/api/v1/reports", json=FACTS | {"text": "41 rumah."}, headers=KEY_ASCII)
    assert (answer.status_code, answer.json()["title"]) == (409, "sent-before")
    assert len(await desk.events(ReportReceived)) == 1


async def test_a_bidang_sees_the_reports_of_its_unit_and_those_who_work_on_them_all(desk: Office) -> None:
    mine = (await desk.call("dewi", "POST", "/api/v1/reports", json=FACTS)).json()["report"]
    other = (await desk.call("agus", "POST", "/api/v1/reports", json=FACTS)).json()["report"]
    for who, seen in (("dewi", [mine]), ("agus", [other]), ("rina", [other, mine]), ("bambang", [other, mine])):
        rows = (await desk.call(who, "GET", "/api/v1/reports")).json()["reports"]
        assert [r["report"] for r in rows] == seen
    assert (await desk.call("dewi", "GET", f"/api/v1/reports/{other}")).status_code == 404
    page = (await desk.call("rina", "GET", f"/api/v1/reports?before={other}&limit=1&state=received")).json()
    assert [r["report"] for r in page["reports"]] == [mine]
    for path in ("withdraw", "supplements"):
        body = {"reason": "x"} if path == "withdraw" else {"text": "x"}
        assert (await desk.call("dewi", "POST", f"/api/v1/reports/{other}/{path}", json=body)).status_code == 404


async def test_a_person_answers_a_report_sent_back(desk: Office) -> None:
    report = (await desk.call("dewi", "POST", "/api/v1/reports", json=FACTS)).json()["report"]
    await desk.hear(sent_back(report))
    desk.at = hours(2)
    answer = await desk.call("dewi", "POST", f"/api/v1/reports/{report}/supplements", json={"text": "12 rumah."})
    assert answer.status_code == 201
    (added,) = await desk.events(ReportSupplemented)
    assert (added.cycle, added.by.account, added.clocks[0].working_seconds) == (2, "dewi", 3600)
    shown = (await desk.call("dewi", "GET", f"/api/v1/reports/{report}")).json()
    assert [c["outcome"] for c in shown["clocks"]] == ["completed", "completed"]
    assert shown["supplements"][0]["text"] == "12 rumah."


async def test_a_withdrawn_report_is_withdrawn_once_and_takes_nothing_more(desk: Office) -> None:
    report = (await desk.call("dewi", "POST", "/api/v1/reports", json=FACTS)).json()["report"]
    path = f"/api/v1/reports/{report}"
    assert (await desk.call("dewi", "POST", f"{path}/withdraw", json={"reason": "Batal."})).status_code == 200
    assert (await desk.call("dewi", "POST", f"{path}/withdraw", json={"reason": "Batal."})).status_code == 422
    assert (await desk.call("dewi", "POST", f"{path}/supplements", json={"text": "x"})).status_code == 422
    (event,) = await desk.events(ReportWithdrawn)
    assert (event.by.account, event.clocks) == ("dewi", ())


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        (None, "POST", "/api/v1/reports", 401),
        (None, "GET", "/api/v1/reports", 401),
        (None, "GET", "/api/v1/requests/x", 401),
        ("dewi", "GET", "/api/v1/requests/x", 401),
        ("dewi", "GET", "/api/v1/reports?state=%00", 422),
        ("bambang", "POST", "/api/v1/reports", 403),
        ("bambang", "POST", "/api/v1/uploads", 403),
        ("dewi", "GET", "/api/v1/media/00000000-0000-0000-0000-000000000000", 404),
    ],
)
async def test_nobody_does_what_is_not_theirs(
    desk: Office, who: str | None, method: str, path: str, status: int
) -> None:
    json = {"name": "a", "content_type": "image/jpeg", "size": 1} if path.endswith("uploads") else FACTS
    assert (await desk.call(who, method, path, **({"json": json} if method == "POST" else {}))).status_code == status


async def test_a_change_from_a_strangers_page_is_refused(desk: Office) -> None:
    answer = await desk.call("dewi", "POST", "/api/v1/reports", json=FACTS, headers={"X-CSRF-Token": "salah"})
    assert (answer.status_code, answer.json()["title"]) == (403, "forged")
