"""Penyaringan from the submitted Version to the Decision, through the real API on a real database."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from services.review import store
from shared.content import RequestRef
from shared.events import ApprovalRevoked, StoryApproved, StoryDeclined, StoryReturned, StorySubmitted, StoryWithheld
from tests.integration.review.desk import Office
from tests.unit.review.samples import hours, submitted

DECIDED = hours(1.5)
REASONS = [{"code": "foto-kurang-jelas", "note": "Wajah tidak terlihat."}]
GROUNDS: dict[str, dict[str, Any]] = {
    "approved": {}, "returned": {"reasons": REASONS}, "declined": {"reasons": REASONS},
    "withheld": {"legal_basis": "UU 14/2008 Pasal 17 huruf h", "until": "2030-01-01"},
}  # fmt: skip
KINDS = {
    "approved": (StoryApproved, "completed"), "returned": (StoryReturned, "returned"),
    "declined": (StoryDeclined, "declined"), "withheld": (StoryWithheld, "withheld"),
}  # fmt: skip


def body(event: StorySubmitted, decision: str = "approved", **more: Any) -> dict[str, Any]:
    told = {"version": event.version, "content_sha256": event.content_sha256, "decision": decision}
    return told | GROUNDS[decision] | more


async def decide(desk: Office, event: StorySubmitted, who: str = "bambang", **more: Any) -> httpx.Response:
    return await desk.call(who, "POST", f"/api/v1/reviews/{event.story}/decisions", json=body(event, **more))


@pytest.mark.parametrize("decision", GROUNDS)
async def test_the_leaders_answer_is_one_event_one_closed_clock_and_one_audit_row(desk: Office, decision: str) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    answer = await decide(desk, event, decision=decision)
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == decision
    kind, outcome = KINDS[decision]
    (told,) = await desk.events(kind)
    (clock,) = told.clocks
    assert (clock.stage, clock.outcome, clock.working_seconds, clock.punctuality) == (
        "review",
        outcome,
        5400,
        "in_time",
    )
    assert (told.decided_by.account, told.decided_at) == ("bambang", DECIDED)
    (row,) = await desk.rows("SELECT outcome, closed_at FROM review.clocks")
    assert (row["outcome"], row["closed_at"]) == (outcome, DECIDED)
    audited = await desk.rows("SELECT actor, action, version, after_hash FROM review.audit ORDER BY id")
    assert [tuple(r) for r in audited] == [
        ("rina", "review.opened", 1, event.content_sha256),
        ("bambang", f"story.{decision}", 1, event.content_sha256),
    ]


async def test_an_approval_passes_the_content_on_exactly_and_names_its_cause(desk: Office) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    await decide(desk, event, not_before="2026-11-24T08:00:00+07:00")
    (told,) = await desk.events(StoryApproved)
    assert told.content.model_dump_json() == event.content.model_dump_json()
    assert (told.content_sha256, told.authors) == (event.content_sha256, event.authors)
    assert told.not_before.isoformat() == "2026-11-24T08:00:00+07:00"
    (row,) = await desk.rows("SELECT headers->>'ce_causationid' AS cause, key, sequence FROM review.outbox")
    (cause,) = await desk.rows("SELECT caused_by FROM review.reviews")
    assert (row["cause"], row["key"], row["sequence"]) == (cause["caused_by"], str(event.story), 1)


async def test_the_first_decision_wins_however_many_come_at_once(desk: Office) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    await desk.csrf("bambang")
    await desk.csrf("kadis")
    wanted = [(who, decision) for who in ("bambang", "kadis") for decision in GROUNDS]
    answers = await asyncio.gather(*(decide(desk, event, who, decision=decision) for who, decision in wanted))
    assert sorted(a.status_code for a in answers) == [201] + [409] * 7
    assert len(await desk.emitted()) == 1
    assert len(await desk.rows("SELECT 1 FROM review.decisions")) == 1


async def test_the_database_itself_keeps_one_decision_per_version_for_ever(desk: Office) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    await decide(desk, event)
    async with desk.desk.db.connection() as conn:
        for sql in ("UPDATE decisions SET decision = 'declined'", "DELETE FROM decisions", "DELETE FROM revocations"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(sql)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("UPDATE reviews SET content = '{}'")


async def test_who_wrote_a_version_does_not_decide_on_it_even_as_leader(desk: Office) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    answer = await decide(desk, event, "rina")
    assert (answer.status_code, answer.json()["title"]) == (422, "four-eyes")
    assert answer.headers["content-type"] == "application/problem+json"
    assert await desk.emitted() == []
    shown = await desk.call("rina", "GET", f"/api/v1/reviews/{event.story}")
    assert shown.json()["may_decide"] is False


@pytest.mark.parametrize(("who", "status"), [("tono", 403), ("dewi", 403), (None, 401)])
async def test_only_leaders_decide(desk: Office, who: str | None, status: int) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    path = f"/api/v1/reviews/{event.story}"
    assert (await desk.call(who, "POST", f"{path}/decisions", json=body(event))).status_code == status
    assert (await desk.call(who, "POST", f"{path}/revoke", json={"version": 1, "note": "x"})).status_code == status
    assert (await desk.call(who, "GET", path)).status_code == (200 if who == "tono" else status)


async def test_a_decision_from_a_foreign_page_is_refused(desk: Office) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    path = f"/api/v1/reviews/{event.story}/decisions"
    answer = await desk.call("bambang", "POST", path, json=body(event), headers={"X-CSRF-Token": "lain"})
    assert (answer.status_code, answer.json()["title"]) == (403, "forged")


async def test_an_old_version_or_another_content_is_stale(desk: Office) -> None:
    story = uuid4()
    first, second = submitted(story, 1), submitted(story, 2, at=hours(1))
    await desk.hear(first, second)
    assert (await decide(desk, first)).status_code == 409
    assert (await decide(desk, second, content_sha256="0" * 64)).status_code == 409
    assert (await decide(desk, second)).status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": "maybe"}, {"version": 0}, {"content_sha256": "x"}, {"until": "besok"}, {"rahasia": 1},
        {"not_before": "2026-11-24T08:00:00"}, {"reasons": [{"code": "Bukan Kode"}]},
    ],
)  # fmt: skip
async def test_a_body_that_is_not_understood_names_its_field(desk: Office, wrong: dict[str, Any]) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    path = f"/api/v1/reviews/{event.story}/decisions"
    answer = await desk.call("bambang", "POST", path, json=body(event) | wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(next(iter(wrong)))


async def test_of_an_unknown_story_nothing_is_known(desk: Office) -> None:
    event = submitted(uuid4())
    assert (await decide(desk, event)).status_code == 404
    assert (await desk.call("bambang", "GET", f"/api/v1/reviews/{event.story}")).status_code == 404
    assert (await desk.call("bambang", "GET", f"/saring/{event.story}")).status_code == 404
    assert await desk.rows("SELECT 1 FROM review.stories") == []


async def test_the_queue_has_the_one_due_first_at_the_top(desk: Office) -> None:
    late, urgent, practice = uuid4(), uuid4(), uuid4()
    await desk.hear(
        submitted(practice, practice=True, at=hours(0)),
        submitted(late, at=hours(0.5)),
        submitted(urgent, at=hours(1.25), urgency="immediate"),
    )
    answer = (await desk.call("tono", "GET", "/api/v1/reviews")).json()
    assert [UUID(r["line"]["story"]) for r in answer["reviews"]] == [urgent, late, practice]
    assert [r["due"] and r["due"]["pace"] for r in answer["reviews"]] == ["in-time", "in-time", None]
    desk.at = hours(3)
    answer = (await desk.call("tono", "GET", "/api/v1/reviews")).json()
    assert [r["due"] and r["due"]["pace"] for r in answer["reviews"]] == ["overdue", "overdue", None]


async def test_the_leader_takes_an_approval_back_once_and_only_an_approval(desk: Office) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    path = f"/api/v1/reviews/{event.story}/revoke"
    taken = {"version": 1, "note": "Datanya keliru."}
    assert (await desk.call("bambang", "POST", path, json=taken)).status_code == 409
    await decide(desk, event)
    assert (await desk.call("bambang", "POST", path, json={"version": 1, "note": " "})).status_code == 422
    answer = await desk.call("bambang", "POST", path, json=taken)
    assert (answer.status_code, answer.json()["state"]) == (201, "revoked")
    assert (await desk.call("bambang", "POST", path, json=taken)).status_code == 409
    (told,) = await desk.events(ApprovalRevoked)
    assert (told.reason, told.note, told.by.account, told.clocks) == ("official", "Datanya keliru.", "bambang", ())


async def test_a_thousand_submissions_lie_before_the_leader_after_two_batches(desk: Office) -> None:
    events = [submitted(uuid4()) for _ in range(1000)]
    records = [desk.numbered(e) for e in events]
    await desk.consumers["stories"].handle(records[:500])
    await desk.consumers["stories"].handle(records[500:])
    await desk.consumers["stories"].handle(records[:500])
    (row,) = await desk.rows("SELECT count(*) AS n FROM review.reviews WHERE state = 'open'")
    assert row["n"] == 1000
    assert await desk.rows("SELECT 1 FROM review.dead_letters") == []


async def test_a_version_that_does_not_rise_is_dead_lettered_alone(desk: Office) -> None:
    story, other = uuid4(), uuid4()
    await desk.hear(submitted(story, 2), submitted(other), submitted(story, 1))
    (letter,) = await desk.rows("SELECT reason, state FROM review.dead_letters")
    assert letter["reason"].startswith("out-of-order")
    assert (await desk.states(story), await desk.states(other)) == ({2: "open"}, {1: "open"})


@pytest.mark.parametrize("year", ["2126", "9999", "0001"])
async def test_an_embargo_outside_the_calendar_is_refused_before_publisher_could_stumble(
    desk: Office, year: str
) -> None:
    event = submitted(uuid4())
    await desk.hear(event)
    answer = await decide(desk, event, not_before=f"{year}-01-01T00:00:00+07:00")
    assert (answer.status_code, answer.json()["title"]) == (422, "embargo-outside-calendar")
    assert await desk.events(StoryApproved) == []
    assert (await decide(desk, event, not_before="2026-12-01T08:00:00+07:00")).status_code == 201


async def test_a_newer_replica_may_write_more_than_this_one_knows(desk: Office) -> None:
    event = submitted(uuid4())
    ref = RequestRef(source="sim-rutilahu", id="r-1")
    await desk.hear(event)
    await desk.owner.execute(
        """UPDATE review.reviews SET origins = jsonb_set(origins::jsonb, '{0,newer}', '1'),
               submitted_by = jsonb_set(submitted_by::jsonb, '{newer}', '1'),
               content = jsonb_set(content::jsonb, '{newer}', '1'), request = jsonb_set($1::jsonb, '{newer}', '1')""",
        ref.model_dump_json(),
    )
    async with desk.desk.db.transaction() as conn:
        case = await store.lock_known(conn, event.story)
        assert case is not None
        assert case.reviews[0].origins == event.origins
        assert (await store.content_of(conn, event.story, 1))[1].request == ref
